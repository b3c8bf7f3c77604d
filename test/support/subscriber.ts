import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { connectAsync, type MqttClient } from 'mqtt';
import type { EventMessage, HourMessage } from '../../gateway/domain/messages.ts';

type Hour = HourMessage;

/** The committed schema, as a consumer in any language has it. */
function validator<T>(name: string): ValidateFunction<T> {
  const ajv = new Ajv2020({ allErrors: true });
  addFormats.default(ajv);
  const path = new URL(`../../docs/generated/schemas/${name}.schema.json`, import.meta.url);
  return ajv.compile<T>(JSON.parse(readFileSync(path, 'utf8')) as object);
}

const isHour = validator<HourMessage>('hour');
const isEvent = validator<EventMessage>('event');

function checked<T>(validate: ValidateFunction<T>, text: string): T {
  const message: unknown = JSON.parse(text);
  if (validate(message)) return message;
  throw new Error(`a message breaks its schema: ${JSON.stringify(validate.errors)} in ${text}`);
}

/**
 * A cloud service as the contract wants it: it validates, upserts by (site, gateway, meter, channel, start) with the
 * highest (generation, revision), and watches the sequence numbers.
 */
export interface Subscriber {
  /** Key → the winning message. */
  readonly table: Map<string, Hour>;
  readonly events: EventMessage[];
  /** Every sequence number seen, with how often. */
  readonly seqs: Map<number, number>;
  /** Every hour message as its JSON text, in order of arrival. */
  readonly texts: string[];
  close(): Promise<void>;
}

export const keyOf = (hour: Pick<Hour, 'meter' | 'channel' | 'start'>): string =>
  `${hour.meter}/${hour.channel}/${hour.start}`;

const newer = (a: Hour, b: Hour): boolean =>
  a.generation !== b.generation ? a.generation > b.generation : a.revision > b.revision;

export async function subscribe(url: string, clientId = 'test-subscriber'): Promise<Subscriber> {
  const table = new Map<string, Hour>();
  const events: EventMessage[] = [];
  const seqs = new Map<number, number>();
  const texts: string[] = [];
  // A session that survives a broker's death, so that nothing it acknowledged for us is lost with a connection.
  const client: MqttClient = await connectAsync(url, {
    clientId,
    clean: false,
    protocolVersion: 4,
    reconnectPeriod: 20,
  });
  client.on('message', (topic, payload) => {
    const text = payload.toString('utf8');
    const kind = topic.split('/')[4];
    if (kind === 'hour') {
      const hour = checked(isHour, text);
      texts.push(text);
      seqs.set(hour.seq, (seqs.get(hour.seq) ?? 0) + 1);
      const known = table.get(keyOf(hour));
      if (!known || newer(hour, known)) table.set(keyOf(hour), hour);
    } else if (kind === 'event') {
      const event = checked(isEvent, text);
      events.push(event);
      seqs.set(event.seq, (seqs.get(event.seq) ?? 0) + 1);
    }
  });
  await client.subscribeAsync('hakaru/v1/#', { qos: 1 });
  return { table, events, seqs, texts, close: () => client.endAsync(true) };
}

/** Sequence numbers from 1 to the highest that were never seen. */
export function holes(seqs: ReadonlyMap<number, number>): number[] {
  const highest = Math.max(0, ...seqs.keys());
  return Array.from({ length: highest }, (_, i) => i + 1).filter((seq) => !seqs.has(seq));
}
