/**
 * The `Uplink` port over mqtt.js: one broker, one connection at a time, opened again by our own supervisor.
 *
 * States: `connecting` (a connection is being opened), `up`, `waiting` (until the back-off is over), `closed`. Every
 * connection is a fresh client. Nothing is queued here: what cannot be published now settles as `disconnected` at
 * once, and what was under way when a connection ended settles then.
 *
 * Which version of MQTT is spoken is the business of version-choice.ts.
 *
 * Another client with our id throws us off, and coming back throws the other off: when that happens twice, the wait
 * grows to minutes. MQTT 5 has a reason for it (0x8E). 3.1.1 has none and mosquitto 2.0.11 does not send it, so it is
 * also guessed, from connections that end, one after the other, soon after they began and with nothing under way.
 */
import type { IClientOptions } from 'mqtt';
import type { Fault } from '../domain/faults.ts';
import { fault } from '../domain/faults.ts';
import type { OutgoingMessage, TopicFeed, Uplink } from '../domain/ports.ts';
import { type BackOffTiming, createBackOff, DEFAULT_BACK_OFF } from './back-off.ts';
import { type Connection, type ConnectionEnd, openConnection } from './connection.ts';
import { faultOf } from './connection-fault.ts';
import { createVersionChoice } from './version-choice.ts';

/** The broker as the site file names it, with every secret and certificate already read. */
export interface UplinkConfig {
  /** mqtt://host:1883 or mqtts://host:8883; a user in it is not used. */
  readonly url: string;
  readonly clientId: string;
  readonly username: string | null;
  readonly password: string | null;
  /** PEM texts; null: the system's authorities, no client certificate. */
  readonly ca: string | null;
  readonly cert: string | null;
  readonly key: string | null;
  /** A publish without PUBACK for this long is taken as lost and the connection dropped, ms. */
  readonly publishTimeoutMs: number;
}

export interface UplinkTiming extends BackOffTiming {
  /** From the first SYN to CONNACK, ms. */
  readonly connectTimeoutMs: number;
  /** Seconds without traffic after which a ping is sent; an MQTT 5 broker may say another number. */
  readonly keepaliveS: number;
  /** `close()` ends within this, ms. */
  readonly closeMs: number;
}

export const DEFAULT_TIMING: UplinkTiming = {
  ...DEFAULT_BACK_OFF,
  connectTimeoutMs: 10_000,
  keepaliveS: 30,
  closeMs: 2000,
};

/** For the log; holds no secret. */
export type UplinkEvent =
  | { readonly kind: 'connected'; readonly url: string; readonly mqttVersion: 5 | 4 }
  | { readonly kind: 'ended'; readonly fault: Fault; readonly retryInMs: number };

export interface UplinkOptions {
  readonly config: UplinkConfig;
  /** Published by the broker when this process dies without a word; expiry is not used. */
  readonly will: OutgoingMessage;
  /** Milliseconds that never step. */
  readonly monotonicMs: () => number;
  readonly log?: (event: UplinkEvent) => void;
  /** 0 ≤ x < 1, for the jitter. */
  readonly random?: () => number;
  readonly timing?: Partial<UplinkTiming>;
}

/** Ends without a reason, in a row, that look like a take-over before one is believed. */
const SUSPICIOUS_ENDS = 3;

/** Begins to connect at once and goes on until closed. Throws a TypeError for an url that is not mqtt:// or mqtts://. */
export function openUplink(options: UplinkOptions): Uplink & TopicFeed {
  const { config, monotonicMs } = options;
  if (!/^mqtts?:$/.test(new URL(config.url).protocol))
    throw new TypeError('the broker url is neither mqtt:// nor mqtts://');
  const timing: UplinkTiming = { ...DEFAULT_TIMING, ...options.timing };
  const broker = { url: printable(config.url), clientId: config.clientId };
  const backOff = createBackOff(timing, options.random ?? Math.random);
  const versions = createVersionChoice();
  const listeners: (() => void)[] = [];
  const ears = new Map<string, Parameters<TopicFeed['subscribe']>>();
  let connection: Connection | null = null;
  let retry: NodeJS.Timeout | null = null;
  let upSinceMs: number | null = null;
  let lastFault: Fault | null = fault('broker-unreachable', { url: broker.url, reason: 'not connected yet' });
  let suspiciousEnds = 0;
  let closed = false;

  /** What the end looks like, seen over several connections. */
  const judge = (end: ConnectionEnd, livedMs: number | null, outstanding: number): Fault => {
    const short = livedMs !== null && livedMs < timing.stableMs;
    if (livedMs !== null && !short) suspiciousEnds = 0;
    const suspicious = end.kind === 'closed' && end.reasonCode === null && short && outstanding === 0;
    if (suspicious) suspiciousEnds += 1;
    return suspicious && suspiciousEnds >= SUSPICIOUS_ENDS
      ? fault('client-id-taken', { ...broker })
      : faultOf(end, broker);
  };

  const onOver = (end: ConnectionEnd, outstanding: number): void => {
    connection = null;
    const livedMs = upSinceMs === null ? null : monotonicMs() - upSinceMs;
    upSinceMs = null;
    lastFault = judge(end, livedMs, outstanding);
    if (closed) return;
    const atOnce = versions.ended(end, livedMs !== null) === 'again-at-once';
    const waitMs = backOff.ended({ livedMs: livedMs ?? 0, taken: lastFault.code === 'client-id-taken' });
    const retryInMs = atOnce ? 0 : Math.round(waitMs);
    options.log?.({ kind: 'ended', fault: lastFault, retryInMs });
    retry = setTimeout(connect, retryInMs);
  };

  const connect = (): void => {
    retry = null;
    const version = versions.next();
    const onUp = (): void => {
      upSinceMs = monotonicMs();
      lastFault = null;
      versions.worked();
      options.log?.({ kind: 'connected', url: broker.url, mqttVersion: version });
      for (const [topic, , refused] of ears.values()) connection?.subscribe(topic, refused);
      for (const listener of listeners) listener();
    };
    const client = clientOptions(config, options.will, timing, version);
    try {
      const onMessage = (topic: string, payload: Uint8Array): void => ears.get(topic)?.[1](payload);
      const { publishTimeoutMs } = config;
      connection = openConnection({ client, publishTimeoutMs, onUp, onMessage, onOver });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) throw error;
      onOver(
        {
          kind: 'failed',
          code: error.code,
          message: `a certificate or key cannot be used: ${error.message}`,
        },
        0,
      );
    }
  };

  connect();
  return {
    connected: () => !closed && upSinceMs !== null,
    publish: (message) =>
      connection !== null && !closed
        ? connection.publish(message)
        : Promise.resolve({ kind: 'disconnected' }),
    onConnect: (listener) => void listeners.push(listener),
    subscribe(topic, heard, refused) {
      ears.set(topic, [topic, heard, refused]);
      if (upSinceMs !== null) connection?.subscribe(topic, refused);
    },
    fault: () => lastFault,
    async close() {
      closed = true;
      if (retry !== null) clearTimeout(retry);
      await connection?.close(timing.closeMs);
    },
  };
}

function clientOptions(
  config: UplinkConfig,
  will: OutgoingMessage,
  timing: UplinkTiming,
  version: 5 | 4,
): IClientOptions {
  const url = new URL(config.url);
  const secure = url.protocol === 'mqtts:';
  return {
    protocol: secure ? 'mqtts' : 'mqtt',
    // URL keeps the brackets of an IPv6 address, which a socket does not want.
    hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? (secure ? 8883 : 1883) : Number(url.port),
    clientId: config.clientId,
    protocolVersion: version,
    keepalive: timing.keepaliveS,
    connectTimeout: timing.connectTimeoutMs,
    will: {
      topic: will.topic,
      payload: Buffer.from(will.payload, 'utf8'),
      qos: will.qos,
      retain: will.retain,
    },
    ...(config.username === null ? {} : { username: config.username }),
    ...(config.password === null ? {} : { password: config.password }),
    ...(secure && config.ca !== null ? { ca: config.ca } : {}),
    ...(secure && config.cert !== null ? { cert: config.cert } : {}),
    ...(secure && config.key !== null ? { key: config.key } : {}),
  };
}

/** Without user and password. */
function printable(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}
