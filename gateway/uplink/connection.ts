/**
 * One MQTT connection, from the first byte to the last; a lost one is never revived, the supervisor of
 * mqtt-uplink.ts opens the next. States: `opening` until the broker's CONNACK, `up`, `over`. While up, a publish is
 * either *sent* (waiting for its PUBACK) or *waiting* because the broker takes no more at once (its Receive Maximum,
 * MQTT 5 section 3.3.4). When the connection is over, whatever is left settles as `disconnected`.
 *
 * mqtt.js is used for its packets, TLS and keepalive only. Its reconnect is off, and its store keeps nothing: it
 * would replay a message that the broker answers with a disconnect before every later one, for ever.
 */
import { connect, type IClientOptions, type MqttClient, Store } from 'mqtt';
import type { OutgoingMessage, PublishOutcome } from '../domain/ports.ts';
import { isPublishable } from './topics.ts';

/** Publishes sent and not yet answered, and as many waiting: never more than this on one connection. */
export const MAX_OUTSTANDING = 1000;

/** MQTT 5 reason codes this program decides by (section 2.4). */
export const REASON = {
  unsupportedVersion: 0x84,
  sessionTakenOver: 0x8e,
  topicNameInvalid: 0x90,
  packetTooLarge: 0x95,
  quotaExceeded: 0x97,
} as const;

/** Why a connection is over. */
export type ConnectionEnd =
  /** The broker's CONNACK said no. Codes below 0x80 are those of MQTT 3.1.1. */
  | { readonly kind: 'refused'; readonly reasonCode: number }
  /** The broker, or something on the way, closed it; an MQTT 5 broker may have said why. */
  | { readonly kind: 'closed'; readonly reasonCode: number | null }
  /** The socket or TLS failed; `code` is Node's, e.g. ECONNREFUSED. */
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }
  | { readonly kind: 'silent'; readonly during: 'connect' | 'publish' | 'keepalive' }
  /** The broker cannot give what this program needs. */
  | { readonly kind: 'unfit'; readonly message: string }
  /** We closed it. */
  | { readonly kind: 'stopped' };

export interface ConnectionOptions {
  readonly client: IClientOptions;
  readonly publishTimeoutMs: number;
  onUp(): void;
  /** Called once, before what is outstanding settles; `outstanding`: publishes sent and not answered. */
  onOver(end: ConnectionEnd, outstanding: number): void;
}

export interface Connection {
  publish(message: OutgoingMessage): Promise<PublishOutcome>;
  /** Lets what is outstanding settle, says DISCONNECT (so the broker drops the will), and is over within `boundMs`. */
  close(boundMs: number): Promise<void>;
}

interface Publish {
  readonly message: OutgoingMessage;
  readonly settle: (outcome: PublishOutcome) => void;
  readonly deadline: NodeJS.Timeout;
}

/** Throws what TLS throws when a certificate or key is no PEM; nothing is open then. */
export function openConnection(options: ConnectionOptions): Connection {
  const client = connect({
    ...options.client,
    reconnectPeriod: 0,
    clean: true,
    queueQoSZero: false,
    resubscribe: false,
    timerVariant: 'native',
    outgoingStore: keepsNothing(),
    incomingStore: keepsNothing(),
  });
  const sent = new Set<Publish>();
  const waiting: Publish[] = [];
  const settled: (() => void)[] = [];
  let state: 'opening' | 'up' | 'over' = 'opening';
  let limits = limitsOf(client);
  let farewell: number | null = null;

  const over = (end: ConnectionEnd): void => {
    if (state === 'over') return;
    state = 'over';
    client.end(true);
    options.onOver(end, sent.size);
    const left = [...sent, ...waiting.splice(0)];
    sent.clear();
    for (const publish of left) finish(publish, { kind: 'disconnected' });
    for (const tell of settled.splice(0)) tell();
  };

  const finish = (publish: Publish, outcome: PublishOutcome): void => {
    clearTimeout(publish.deadline);
    publish.settle(outcome);
  };

  const send = (publish: Publish): void => {
    const { topic, payload, qos, retain, expirySeconds } = publish.message;
    sent.add(publish);
    const properties =
      expirySeconds === undefined ? {} : { properties: { messageExpiryInterval: expirySeconds } };
    client.publish(topic, payload, { qos, retain, ...properties }, (error) => {
      const reasonCode = reasonCodeOf(error);
      // An error that is not the broker's word means that the connection is ending: `over` or the deadline settles it.
      if (error && reasonCode === null) return;
      if (!sent.delete(publish)) return;
      const accepted = reasonCode === null || reasonCode < 0x80;
      finish(publish, accepted ? { kind: 'acknowledged' } : { kind: 'refused', reasonCode });
      if (state !== 'up') return;
      const next = sent.size < limits.inFlight ? waiting.shift() : undefined;
      if (next) send(next);
      if (sent.size === 0) for (const tell of settled.splice(0)) tell();
    });
  };

  client.on('connect', () => {
    if (state !== 'opening') return;
    limits = limitsOf(client);
    if (!limits.hasQos1) return over({ kind: 'unfit', message: 'it does not offer QoS 1' });
    state = 'up';
    options.onUp();
  });
  client.on('disconnect', (packet) => {
    farewell = packet.reasonCode ?? null;
    over({ kind: 'closed', reasonCode: farewell });
  });
  client.on('error', (error) => over(endOf(error, state === 'up')));
  client.on('close', () => over({ kind: 'closed', reasonCode: farewell }));

  return {
    publish(message) {
      if (state !== 'up') return Promise.resolve({ kind: 'disconnected' });
      if (!isPublishable(message.topic)) return Promise.resolve(refusedBecause(REASON.topicNameInvalid));
      if (packetBytesAtMost(message) > limits.packetBytes)
        return Promise.resolve(refusedBecause(REASON.packetTooLarge));
      if (sent.size + waiting.length >= MAX_OUTSTANDING) return Promise.resolve({ kind: 'disconnected' });
      return new Promise((settle) => {
        const publish: Publish = { message, settle, deadline: setTimeout(expire, options.publishTimeoutMs) };
        function expire(): void {
          const inLine = waiting.indexOf(publish);
          if (inLine >= 0) waiting.splice(inLine, 1);
          sent.delete(publish);
          settle({ kind: 'timeout' });
          over({ kind: 'silent', during: 'publish' });
        }
        if (sent.size < limits.inFlight) send(publish);
        else waiting.push(publish);
      });
    },
    close: (boundMs) =>
      new Promise((done) => {
        const stop = (): void => {
          clearTimeout(bound);
          over({ kind: 'stopped' });
          done();
        };
        const bound = setTimeout(stop, boundMs);
        if (state !== 'up') return stop();
        const leave = (): void => {
          if (state === 'up') client.end(false, stop);
          else stop();
        };
        if (sent.size === 0) leave();
        else settled.push(leave);
      }),
  };
}

/** What the broker's CONNACK allows; without one, what MQTT 3.1.1 allows. */
function limitsOf(client: MqttClient): { inFlight: number; packetBytes: number; hasQos1: boolean } {
  const server = client.serverProperties;
  return {
    inFlight: Math.min(server?.receiveMaximum ?? MAX_OUTSTANDING, MAX_OUTSTANDING),
    packetBytes: server?.maximumPacketSize ?? 268_435_455,
    hasQos1: server?.maximumQoS !== 0,
  };
}

function packetBytesAtMost(message: OutgoingMessage): number {
  // 20 bytes: fixed header (5), topic length (2), packet id (2), property length and message expiry (6), and some room.
  return Buffer.byteLength(message.payload, 'utf8') + Buffer.byteLength(message.topic, 'utf8') + 20;
}

function refusedBecause(reasonCode: number): PublishOutcome {
  return { kind: 'refused', reasonCode };
}

/** mqtt.js puts the broker's reason code where Node puts its error names; a number means the broker spoke. */
function reasonCodeOf(error: unknown): number | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : null;
}

function endOf(error: Error, up: boolean): ConnectionEnd {
  const reasonCode = reasonCodeOf(error);
  if (reasonCode !== null) return up ? { kind: 'closed', reasonCode } : { kind: 'refused', reasonCode };
  if (error.message === 'connack timeout') return { kind: 'silent', during: 'connect' };
  if (error.message === 'Keepalive timeout') return { kind: 'silent', during: 'keepalive' };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return { kind: 'failed', code, message: error.message };
}

/** A store for mqtt.js that is always empty. */
function keepsNothing(): Store {
  const store = new Store();
  store.put = (_packet, done) => {
    done();
    return store;
  };
  store.del = (_packet, done) => {
    done();
    return store;
  };
  return store;
}
