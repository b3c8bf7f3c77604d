import { connectAsync, type IClientOptions } from 'mqtt';
import { z } from 'zod';
import type { OutgoingMessage, TopicFeed, Uplink } from '../../../gateway/domain/ports.ts';
import {
  openUplink,
  type UplinkConfig,
  type UplinkEvent,
  type UplinkTiming,
} from '../../../gateway/uplink/mqtt-uplink.ts';
import type { OutboxRow, OutboxRows } from '../../../gateway/uplink/outbox-rows.ts';

/** Short waits, so that many reconnects fit into a test. */
export const QUICK: Partial<UplinkTiming> = {
  firstMs: 20,
  maxMs: 100,
  stableMs: 60_000,
  connectTimeoutMs: 2000,
  takenFirstMs: 5000,
  closeMs: 500,
};

export const WILL: OutgoingMessage = {
  topic: 'hakaru/v1/site/gw1/status',
  payload: '{"state":"offline"}',
  qos: 1,
  retain: true,
};

export interface TestUplink {
  readonly uplink: Uplink & TopicFeed;
  readonly events: UplinkEvent[];
}

export function testUplink(
  url: string,
  config: Partial<UplinkConfig> = {},
  timing: Partial<UplinkTiming> = {},
): TestUplink {
  const events: UplinkEvent[] = [];
  const uplink = openUplink({
    config: {
      url,
      clientId: 'gw1',
      username: null,
      password: null,
      ca: null,
      cert: null,
      key: null,
      publishTimeoutMs: 5000,
      ...config,
    },
    will: WILL,
    monotonicMs: () => performance.now(),
    timing: { ...QUICK, ...timing },
    log: (event) => events.push(event),
  });
  return { uplink, events };
}

export interface MemoryOutbox extends OutboxRows {
  readonly acks: number[];
  /** seq → reason */
  readonly tombstones: Map<number, string>;
  readonly ackCalls: number;
  readonly disconnectCalls: (readonly number[])[];
  add(topic: string, payload?: string): number;
  left(): readonly OutboxRow[];
}

/** The outbox table in memory; the tombstone takes the row's place as the store's would. */
export function memoryOutbox(tombstoneTopic = 'hakaru/v1/site/gw1/event'): MemoryOutbox {
  const rows = new Map<number, OutboxRow>();
  const tombstones = new Map<number, string>();
  const acks: number[] = [];
  const disconnectCalls: (readonly number[])[] = [];
  let last = 0;
  let ackCalls = 0;
  return {
    acks,
    tombstones,
    disconnectCalls,
    get ackCalls() {
      return ackCalls;
    },
    add(topic, payload) {
      last += 1;
      rows.set(last, { seq: last, topic, payload: payload ?? JSON.stringify({ seq: last }), attempts: 0 });
      return last;
    },
    left: () => [...rows.values()],
    unsent: (afterSeq, limit) => [...rows.values()].filter((row) => row.seq > afterSeq).slice(0, limit),
    acknowledged(seqs) {
      ackCalls += 1;
      for (const seq of seqs) {
        if (!rows.delete(seq)) throw new Error(`acknowledged twice or unknown: ${seq}`);
        acks.push(seq);
      }
    },
    refused(seq, reason) {
      if (!rows.has(seq)) throw new Error(`refused but unknown: ${seq}`);
      if (tombstones.has(seq)) throw new Error(`a tombstone for a tombstone: ${seq}`);
      tombstones.set(seq, reason);
      rows.set(seq, {
        seq,
        topic: tombstoneTopic,
        payload: JSON.stringify({ seq, tombstone: true }),
        attempts: 0,
      });
    },
    disconnectedWhileSending(seqs) {
      disconnectCalls.push(seqs);
      for (const seq of seqs) {
        const row = rows.get(seq);
        if (row === undefined) throw new Error(`disconnected but unknown: ${seq}`);
        rows.set(seq, { ...row, attempts: row.attempts + 1 });
      }
    },
  };
}

const withSeq = z.object({ seq: z.number() });

/** The seq in a payload of these tests. */
export const seqOf = (message: { readonly payload: string }): number =>
  withSeq.parse(JSON.parse(message.payload)).seq;

export interface Subscriber {
  readonly messages: { readonly topic: string; readonly payload: string; readonly retain: boolean }[];
  readonly end: () => Promise<void>;
}

/** Resolves when the broker has granted the subscription. Independent of the gateway's own connection code. */
export async function subscribe(
  url: string,
  filter: string,
  options: IClientOptions = {},
): Promise<Subscriber> {
  const messages: Subscriber['messages'] = [];
  const client = await connectAsync(url, { reconnectPeriod: 0, protocolVersion: 5, ...options });
  client.on('message', (topic, payload, packet) =>
    messages.push({ topic, payload: payload.toString(), retain: packet.retain }),
  );
  await client.subscribeAsync(filter, { qos: 0 });
  return { messages, end: () => client.endAsync(true) };
}
