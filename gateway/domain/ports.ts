import type { Fault } from './faults.ts';
import type { ChannelName, GaugeName, RawRegister } from './meters.ts';
import type { SettingName } from './quantities.ts';
import type { Rational } from './rational.ts';
import type { EpochMs } from './time.ts';

/** One register value as a driver read it. */
export interface RegisterSample {
  readonly channel: ChannelName;
  readonly raw: RawRegister;
  /** The meter sampled the register between these two instants: request written, reply's last byte received. */
  readonly sinceMs: EpochMs;
  readonly atMs: EpochMs;
  /** Only of pulses that the driver counts itself: nothing else keeps their total. */
  readonly tally?: Tally;
}

/**
 * Pulses that a driver counts: `raw.count` is what it has counted since it began, so that a lost poll loses nothing,
 * and the ledger adds that to what was durable before.
 */
export interface Tally {
  /** Names one life of a driver; another one counts from 0 again. */
  readonly run: string;
  /** One watch without a break in that life … */
  readonly watch: number;
  /** … and when it began: what passed between the watch before and this instant, nobody saw. */
  readonly watchedSinceMs: EpochMs;
}

/** What a pulse input saw, for `hakaru read`. */
export interface PulseReport {
  /** Since the driver began. */
  readonly pulses: number;
  readonly edges: number;
  /** Edges that were never told where they could hide a pulse. */
  readonly lost: number;
  /** null while it does not watch. */
  readonly watchedSinceMs: EpochMs | null;
}

export interface GaugeSample {
  readonly gauge: GaugeName;
  /** With at most 6 digits after the point, as a double: whole millionths below 9 × 10⁹. */
  readonly value: number;
  /** W, V, A, 1, Hz, m3/h, kPa, °C, s */
  readonly unit: string;
  readonly atMs: EpochMs;
}

/** What the meter's own CT or VT is set to, as a register of it says. */
export interface SettingSample {
  readonly setting: SettingName;
  /** A ratio, or A and V of one side. */
  readonly value: Rational;
  readonly atMs: EpochMs;
}

/** One request and its answer as they went over the wire, for `hakaru read --raw`. */
export interface WireExchange {
  readonly requestHex: string;
  readonly replyHex: string | null;
  readonly fault: Fault | null;
  readonly tookMs: number;
}

/** What one poll of one meter brought. A partly failed poll carries what was read and the first fault. */
export interface MeterPoll {
  readonly meter: string;
  readonly atMs: EpochMs;
  readonly registers: readonly RegisterSample[];
  readonly gauges: readonly GaugeSample[];
  /** Only in polls that asked for them: the first after a connection or an absence, and one a day. */
  readonly settings?: readonly SettingSample[];
  readonly fault: Fault | null;
  /** How long the wire was busy with it, silences and retries included, ms. */
  readonly tookMs?: number;
  /** Only when asked for. */
  readonly exchanges?: readonly WireExchange[];
  /** The same for a pulse input. */
  readonly pulses?: PulseReport;
}

/**
 * Reads one meter. Hardware trouble is in the result, never thrown. A retry may be made at any time: reading
 * changes nothing in a meter. Calls on one line are queued by the driver; the caller may call all meters at once.
 */
export interface MeterDriver {
  readonly meter: string;
  poll(options?: { readonly raw?: boolean }): Promise<MeterPoll>;
  /** Drivers that count pulses: called when something was counted that should not wait for the next poll. */
  onNews?(listener: () => void): void;
}

/** One wire or network with its meters. */
export interface LineDriver {
  readonly line: string;
  readonly meters: readonly MeterDriver[];
  /** Frees the port or socket. Polls under way end with a fault. */
  close(): Promise<void>;
}

/** How a coefficient document can come. `inbox`: DATA/inbox. `page`: somebody at the page. `command`: the program. */
export type SourceKind = 'https' | 'occto' | 'mqtt' | 'folder' | 'inbox' | 'page' | 'command';

/** A document as it arrived, before anything in it is believed. */
export interface ReceivedDocument {
  readonly bytes: Uint8Array;
  /** Where it came from: an address without its query, a topic, a file name, `by hand`. Holds no secret. */
  readonly source: string;
  /** The server's validator (ETag or Last-Modified), sent back on the next request; null when there is none. */
  readonly etag: string | null;
}

/** What is known of a source when it is asked. */
export interface KnownOfSource {
  /** The validator of what was applied last. */
  readonly etag: string | null;
  /** Whether these bytes were judged before; a source that keeps old ones hands on the others. */
  readonly has: (sha256: string) => boolean;
}

export type SourceAnswer =
  | { readonly kind: 'document'; readonly document: ReceivedDocument }
  | { readonly kind: 'not-modified' }
  /** `retryAfterMs`: the server names the least time to wait, ms. */
  | { readonly kind: 'fault'; readonly fault: Fault; readonly retryAfterMs?: number };

/**
 * Brings coefficient documents: by asking a server, by looking into a folder, or out of what a broker sent. A source
 * judges nothing: it hands on whole bytes or says why it has none, and never throws. `not-modified` costs nothing; a
 * fault leaves the last good state in force and a retry is always safe.
 */
export interface CoefficientSource {
  /** Unique in a site, and for people: an address without its query, a topic, a folder. */
  readonly name: string;
  readonly kind: SourceKind;
  /** One document; a source that has several is asked again until it says `not-modified`. */
  fetch(known: KnownOfSource): Promise<SourceAnswer>;
  /** Sources that are told: called when there may be something to fetch. */
  onNews?(listener: () => void): void;
}

/** One message on its way out; topics are complete and were validated before they were stored. */
export interface OutgoingMessage {
  readonly topic: string;
  readonly payload: string;
  readonly qos: 0 | 1;
  readonly retain: boolean;
  /** MQTT 5 message expiry, seconds; a 3.1.1 broker ignores it. */
  readonly expirySeconds?: number;
}

/**
 * What became of one publish.
 * `acknowledged`: the broker sent PUBACK with success (or, for QoS 0, the message was written to the socket).
 * `refused`: the broker answered for this very message with a reason code ≥ 0x80: it will not take it.
 * `disconnected`: the connection ended while it was under way; nobody knows whether it arrived. Send again.
 * `timeout`: no PUBACK within the deadline; the connection is dropped. Send again.
 */
export type PublishOutcome =
  | { readonly kind: 'acknowledged' }
  | { readonly kind: 'refused'; readonly reasonCode: number }
  | { readonly kind: 'disconnected' }
  | { readonly kind: 'timeout' };

/** Somewhere to hear what is published on a topic, as the connection to a broker is. */
export interface TopicFeed {
  /**
   * Heard with QoS 1 from the next connection on, and again on each: a retained message comes with every one.
   * @param refused told when the broker will not let us hear it
   */
  subscribe(topic: string, heard: (payload: Uint8Array) => void, refused: (reason: string) => void): void;
}

/** A supervised connection to one broker. It never queues: what is not acknowledged is the caller's to keep. */
export interface Uplink {
  connected(): boolean;
  /** Settles always, within the publish deadline. */
  publish(message: OutgoingMessage): Promise<PublishOutcome>;
  /** Called on each new connection, before anything else is published on it. */
  onConnect(listener: () => void): void;
  /** The last connection fault, null while connected. */
  fault(): Fault | null;
  close(): Promise<void>;
}
