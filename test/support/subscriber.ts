import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { connectAsync, type MqttClient } from 'mqtt';
import type { CoefficientsMessage, SignalMessage } from '../../gateway/domain/ahead/messages.ts';
import type { DemandMessage } from '../../gateway/domain/demand/report.ts';
import type {
  EventMessage,
  HourMessage,
  LiveMessage,
  MetaMessage,
  StatusMessage,
} from '../../gateway/domain/messages.ts';

type Hour = HourMessage;

/** The committed schema, as a consumer in any language has it. */
function validator<T>(name: string): ValidateFunction<T> {
  const ajv = new Ajv2020({ allErrors: true, strictTypes: false });
  addFormats.default(ajv);
  const path = new URL(`../../docs/generated/schemas/${name}.schema.json`, import.meta.url);
  return ajv.compile<T>(JSON.parse(readFileSync(path, 'utf8')) as object);
}

const isHour = validator<HourMessage>('hour');
const isEvent = validator<EventMessage>('event');
const isLive = validator<LiveMessage>('live');
const isMeta = validator<MetaMessage>('meta');
const isStatus = validator<StatusMessage>('status');
const isCoefficients = validator<CoefficientsMessage>('coefficients');
const isDemand = validator<DemandMessage>('demand');
const isSignal = validator<SignalMessage>('signal');
const SIGNAL_WORDS = /^(on|off|unknown)$/;

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
  /** Key → the winning message as it stood in the packet. */
  readonly texts: Map<string, string>;
  readonly events: EventMessage[];
  /** Meter → its newest live values. */
  readonly live: Map<string, LiveMessage>;
  readonly metas: MetaMessage[];
  readonly statuses: StatusMessage[];
  /** What applies today and tomorrow, as it was said each time. */
  readonly coefficients: CoefficientsMessage[];
  /** The demand of the running period, as it was said each time. */
  readonly demands: DemandMessage[];
  /** Class → every word of its signal. */
  readonly signals: Map<string, SignalMessage[]>;
  /** Every sequence number seen, with how often. */
  readonly seqs: Map<number, number>;
  /** After the broker was gone. */
  reconnect(): Promise<void>;
  close(): Promise<void>;
}

export const keyOf = (hour: Pick<Hour, 'meter' | 'channel' | 'start'>): string =>
  `${hour.meter}/${hour.channel}/${hour.start}`;

const newer = (a: Hour, b: Hour): boolean =>
  a.generation !== b.generation ? a.generation > b.generation : a.revision > b.revision;

/**
 * QoS 0, so that the broker's own store is not on trial: it writes a message to its readers before it acknowledges
 * the sender.
 */
export async function subscribe(url: string): Promise<Subscriber> {
  const table = new Map<string, Hour>();
  const texts = new Map<string, string>();
  const events: EventMessage[] = [];
  const live = new Map<string, LiveMessage>();
  const metas: MetaMessage[] = [];
  const statuses: StatusMessage[] = [];
  const coefficients: CoefficientsMessage[] = [];
  const demands: DemandMessage[] = [];
  const signals = new Map<string, SignalMessage[]>();
  const seqs = new Map<number, number>();
  const seen = (seq: number): void => void seqs.set(seq, (seqs.get(seq) ?? 0) + 1);

  function takeHour(text: string): void {
    const hour = checked(isHour, text);
    seen(hour.seq);
    const known = table.get(keyOf(hour));
    if (known && !newer(hour, known)) return;
    table.set(keyOf(hour), hour);
    texts.set(keyOf(hour), text);
  }

  function takeEvent(text: string): void {
    const event = checked(isEvent, text);
    events.push(event);
    seen(event.seq);
  }

  function takeLive(text: string): void {
    const message = checked(isLive, text);
    live.set(message.meter, message);
  }

  /** The JSON of a signal, or the bare word beside it. */
  function takeSignal(text: string, topic: string): void {
    if (topic.endsWith('/state')) {
      if (!SIGNAL_WORDS.test(text)) throw new Error(`${topic} is not a word of a signal: ${text}`);
      return;
    }
    const signal = checked(isSignal, text);
    signals.set(signal.class, [...(signals.get(signal.class) ?? []), signal]);
  }

  const takers: Readonly<Record<string, (text: string, topic: string) => void>> = {
    hour: takeHour,
    event: takeEvent,
    live: takeLive,
    meta: (text) => void metas.push(checked(isMeta, text)),
    status: (text) => void statuses.push(checked(isStatus, text)),
    coefficients: (text) => void coefficients.push(checked(isCoefficients, text)),
    demand: (text) => void demands.push(checked(isDemand, text)),
    signal: takeSignal,
  };

  function take(topic: string, text: string): void {
    const taker = takers[topic.split('/')[4] ?? ''];
    if (!taker) throw new Error(`no contract names the topic ${topic}`);
    taker(text, topic);
  }

  async function open(): Promise<MqttClient> {
    const client = await connectAsync(url, { reconnectPeriod: 0 });
    client.on('error', () => {});
    client.on('message', (topic, payload) => take(topic, payload.toString('utf8')));
    await client.subscribeAsync('hakaru/v1/#', { qos: 0 });
    return client;
  }

  let client = await open();
  return {
    table,
    texts,
    events,
    live,
    metas,
    statuses,
    coefficients,
    demands,
    signals,
    seqs,
    async reconnect() {
      await client.endAsync(true);
      client = await open();
    },
    close: () => client.endAsync(true),
  };
}

/** Sequence numbers from 1 to the highest that were never seen. */
export function holes(seqs: ReadonlyMap<number, number>): number[] {
  const highest = Math.max(0, ...seqs.keys());
  return Array.from({ length: highest }, (_, i) => i + 1).filter((seq) => !seqs.has(seq));
}
