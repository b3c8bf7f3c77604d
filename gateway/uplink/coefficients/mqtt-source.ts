/**
 * Documents on a topic of the broker. Retained, so that a gateway that comes later hears of it too; the broker then
 * hands it over on each connection. What is heard waits here until it is fetched, the newest at the most.
 */

import { fault } from '../../domain/faults.ts';
import type { CoefficientSource, ReceivedDocument } from '../../domain/ports.ts';

/** Messages that wait to be fetched; older ones go: a document replaces those before it. */
const MAX_WAITING = 8;

export interface MqttSource extends CoefficientSource {
  readonly topic: string;
  /** A message came on the topic. An empty one deletes what was retained, and says nothing. */
  heard(payload: Uint8Array): void;
}

export function mqttSource(topic: string, maxBytes: number): MqttSource {
  let waiting: (ReceivedDocument | 'too-large')[] = [];
  let listener: (() => void) | null = null;
  return {
    name: `mqtt ${topic}`,
    kind: 'mqtt',
    topic,
    heard(payload) {
      if (payload.byteLength === 0) return;
      const arrived: ReceivedDocument | 'too-large' =
        payload.byteLength > maxBytes
          ? 'too-large'
          : { bytes: Uint8Array.from(payload), source: topic, etag: null };
      waiting = [...waiting, arrived].slice(-MAX_WAITING);
      listener?.();
    },
    onNews: (told) => void (listener = told),
    fetch() {
      const [next] = waiting;
      waiting = waiting.slice(1);
      if (next === undefined) return Promise.resolve({ kind: 'not-modified' });
      if (next !== 'too-large') return Promise.resolve({ kind: 'document', document: next });
      const problem = fault('document-too-large', { source: topic, limitBytes: maxBytes });
      return Promise.resolve({ kind: 'fault', fault: problem });
    },
  };
}
