/**
 * One MQTT connection, from the first byte to the last; a lost one is never revived, the supervisor of
 * mqtt-uplink.ts opens the next. States: `opening` until the broker's CONNACK, `up`, `over`. While up, a publish is
 * either *sent* (waiting for its PUBACK) or *waiting* because the broker takes no more at once (its Receive Maximum,
 * MQTT 5 section 3.3.4). When the connection is over, whatever is left settles as `disconnected`.
 *
 * mqtt.js is used for its packets, TLS and keepalive only. Its reconnect is off, and its store keeps nothing: it
 * would replay a message that the broker answers with a disconnect before every later one, for ever.
 */
import { Socket } from 'node:net';
import { connect, type IClientOptions, type MqttClient, Store } from 'mqtt';
import type { OutgoingMessage, PublishOutcome } from '../domain/ports.ts';
import { isPublishable } from './topics.ts';

/** Publishes sent and not yet answered, and as many waiting: never more than this on one connection. */
export const MAX_OUTSTANDING = 1000;

/** Settled publishes that may stand in the line before it is cut. */
const KEPT_SETTLED = 64;

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
  /** A message on a topic that was subscribed. */
  onMessage?(topic: string, payload: Uint8Array): void;
  /** Called once, before what is outstanding settles; `outstanding`: publishes sent and not answered. */
  onOver(end: ConnectionEnd, outstanding: number): void;
}

export interface Connection {
  publish(message: OutgoingMessage): Promise<PublishOutcome>;
  /** Asks to hear a topic, QoS 1; `refused` is told why the broker will not. */
  subscribe(topic: string, refused: (reason: string) => void): void;
  /** Lets what is outstanding settle, says DISCONNECT (so the broker drops the will), and is over within `boundMs`. */
  close(boundMs: number): Promise<void>;
}

interface Publish {
  readonly message: OutgoingMessage;
  readonly settle: (outcome: PublishOutcome) => void;
  /** On the clock of `performance.now`. */
  readonly dueMs: number;
  isSettled: boolean;
}

const ACKNOWLEDGED: PublishOutcome = { kind: 'acknowledged' };
const NO_PROPERTIES = {};

/** Throws what TLS throws when a certificate or key is no PEM; nothing is open then. */
export function openConnection(options: ConnectionOptions): Connection {
  const client = connect({
    ...options.client,
    reconnectPeriod: 0,
    clean: true,
    queueQoSZero: false,
    resubscribe: false,
    timerVariant: 'native',
    // It would format two dozen texts a message for nobody.
    log: () => {},
    outgoingStore: keepsNothing(),
    incomingStore: keepsNothing(),
  });
  const sent = createSentLine();
  const waiting: Publish[] = [];
  const settled: (() => void)[] = [];
  let state: 'opening' | 'up' | 'over' = 'opening';
  let limits = limitsOf(client);
  let farewell: number | null = null;
  /** One timer for all: the publish that was given first is due first. */
  let sweeping: NodeJS.Timeout | null = null;

  const sweep = (): void => {
    sweeping = null;
    const oldest = sent.oldest();
    if (oldest === undefined) return;
    const leftMs = oldest.dueMs - performance.now();
    // A timer may fire a little early.
    if (leftMs > 0) return void (sweeping = setTimeout(sweep, Math.ceil(leftMs)));
    sent.take(oldest);
    oldest.settle({ kind: 'timeout' });
    over({ kind: 'silent', during: 'publish' });
  };

  const over = (end: ConnectionEnd): void => {
    if (state === 'over') return;
    state = 'over';
    if (sweeping) clearTimeout(sweeping);
    client.end(true);
    options.onOver(end, sent.count());
    const left = [...sent.takeAll(), ...waiting.splice(0)];
    for (const publish of left) publish.settle({ kind: 'disconnected' });
    for (const tell of settled.splice(0)) tell();
  };

  const send = (publish: Publish): void => {
    const { topic, payload, qos, retain, expirySeconds } = publish.message;
    sent.add(publish);
    const properties =
      expirySeconds === undefined ? NO_PROPERTIES : { properties: { messageExpiryInterval: expirySeconds } };
    client.publish(topic, payload, { qos, retain, ...properties }, (error) => {
      const reasonCode = reasonCodeOf(error);
      // An error that is not the broker's word means that the connection is ending: `over` or the deadline settles it.
      if (error && reasonCode === null) return;
      if (!sent.take(publish)) return;
      const accepted = reasonCode === null || reasonCode < 0x80;
      publish.settle(accepted ? ACKNOWLEDGED : refusedBecause(reasonCode));
      if (state !== 'up') return;
      const next = sent.count() < limits.inFlight ? waiting.shift() : undefined;
      if (next) send(next);
      if (sent.count() === 0) for (const tell of settled.splice(0)) tell();
    });
  };

  client.on('connect', () => {
    if (state !== 'opening') return;
    limits = limitsOf(client);
    if (!limits.hasQos1) return over({ kind: 'unfit', message: 'it does not offer QoS 1' });
    // A window that is full waits for answers: what is left in a last small segment must not wait for them too.
    if (client.stream instanceof Socket) client.stream.setNoDelay(true);
    state = 'up';
    options.onUp();
  });
  client.on('message', (topic, payload) => {
    if (state === 'up') options.onMessage?.(topic, payload);
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
      if (!fits(message, limits.packetBytes)) return Promise.resolve(refusedBecause(REASON.packetTooLarge));
      if (sent.count() + waiting.length >= MAX_OUTSTANDING) return Promise.resolve({ kind: 'disconnected' });
      return new Promise((settle) => {
        const publish: Publish = {
          message,
          settle,
          dueMs: performance.now() + options.publishTimeoutMs,
          isSettled: false,
        };
        sweeping ??= setTimeout(sweep, options.publishTimeoutMs);
        if (sent.count() < limits.inFlight) send(publish);
        else waiting.push(publish);
      });
    },
    subscribe(topic, refused) {
      if (state !== 'up') return;
      client.subscribe(topic, { qos: 1 }, (error, granted) => {
        // A connection that ends meanwhile is asked again with the next one.
        if (state !== 'up') return;
        const code = granted?.find((one) => one.topic === topic)?.qos;
        if (error) refused(error.message);
        else if (code !== undefined && code >= 0x80) refused(`reason code ${code}`);
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
        if (sent.count() === 0) leave();
        else settled.push(leave);
      }),
  };
}

/**
 * What is sent and not answered, the oldest first. No Set: each time one makes room for new members it leaves a dead
 * table that points to the next one; the first of them that grows old keeps all messages since then in memory.
 */
function createSentLine() {
  let line: Publish[] = [];
  let first = 0;
  let count = 0;
  return {
    count: () => count,
    oldest: (): Publish | undefined => line[first],
    add(publish: Publish): void {
      line.push(publish);
      count += 1;
    },
    /** False when it was taken before. */
    take(publish: Publish): boolean {
      if (publish.isSettled) return false;
      publish.isSettled = true;
      count -= 1;
      while (line[first]?.isSettled) first += 1;
      if (first >= KEPT_SETTLED || first === line.length) {
        line.splice(0, first);
        first = 0;
      }
      return true;
    },
    takeAll(): Publish[] {
      const all = line.filter((publish) => !publish.isSettled);
      for (const publish of all) publish.isSettled = true;
      line = [];
      first = count = 0;
      return all;
    },
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

function fits({ topic, payload }: OutgoingMessage, bytes: number): boolean {
  // 20 bytes: fixed header (5), topic length (2), packet id (2), property length and message expiry (6), and some room.
  // UTF-8 takes three bytes for a character at the most; where even that fits, nothing has to be counted.
  if (3 * (payload.length + topic.length) + 20 <= bytes) return true;
  return Buffer.byteLength(payload, 'utf8') + Buffer.byteLength(topic, 'utf8') + 20 <= bytes;
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
