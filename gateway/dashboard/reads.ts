/**
 * What the dashboard must be able to ask. The gateway answers these from its database and from the live board;
 * the server turns the answers into JSON and never touches either itself. All quantities are integers of
 * micro-units (10⁻⁶ kWh, MJ, m³ …) so that the totals of a day are exact sums; a null is "not known", never 0.
 */
import type { Fault } from '../domain/faults.ts';
import type { CoefficientClass, MeterHealth } from '../domain/messages.ts';
import type { ChannelName, ChannelUnit, GaugeName, KeptBy, Role } from '../domain/meters.ts';
import type { Quality } from '../domain/quality.ts';
import type { ClockTrust, EpochMs } from '../domain/time.ts';

export interface SiteFacts {
  readonly id: string;
  readonly name: string;
  /** IANA name; days and hours of the page are this zone's. */
  readonly timezone: string;
  readonly gridArea: string;
  readonly gateway: string;
  readonly version: string;
}

/** The coefficient of one hour and where it comes from. */
export interface CoefficientRead {
  readonly class: CoefficientClass;
  /** 10⁻⁶ MJ/kWh; null for class `none`. */
  readonly mjPerKwhMicro: bigint | null;
  readonly ruleSet: string | null;
  readonly document: string | null;
  readonly revision: number | null;
  /** False where no document is complete for the hour: the value may still change. */
  readonly confirmed: boolean;
}

/** One hour bucket as stored, newest generation and revision only. */
export interface HourRead {
  readonly meter: string;
  readonly channel: ChannelName;
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  readonly generation: number;
  readonly revision: number;
  readonly quality: Quality;
  /** Millionths of the hour that were watched, 0…1,000,000. */
  readonly coverageMicro: number;
  /** 10⁻⁶ of the channel's unit; null when missing. */
  readonly quantityMicro: bigint | null;
  /** 10⁻⁶ kWh; null when missing or when no factor to kWh is known. */
  readonly energyMicroKwh: bigint | null;
  /** 10⁻⁶ of the unit: what the register showed at both ends. */
  readonly startRegisterMicro: bigint | null;
  readonly endRegisterMicro: bigint | null;
  readonly coefficient: CoefficientRead;
  /** 10⁻⁶ MJ, grid import only; null otherwise and when missing. */
  readonly energyMicroMj: bigint | null;
}

/** A stretch of equal coefficient; stretches are in order and do not overlap. */
export interface CoefficientSpan extends CoefficientRead {
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
}

/** What applies between two instants, for past and coming hours alike. */
export interface CoefficientsRead {
  readonly ruleSet: string | null;
  /** The rule set's value for an ordinary hour, 10⁻⁶ MJ/kWh: what a flat weighing would use. */
  readonly normalMjPerKwhMicro: bigint | null;
  readonly spans: readonly CoefficientSpan[];
}

export interface GaugeRead {
  readonly gauge: GaugeName;
  readonly value: number;
  /** W, V, A, 1, Hz, m3/h */
  readonly unit: string;
  readonly atMs: EpochMs;
}

export interface ChannelRead {
  readonly channel: ChannelName;
  readonly unit: ChannelUnit;
  readonly keptBy: KeptBy;
  /** What the register shows now, 10⁻⁶ of the unit; null before the first reading. */
  readonly registerMicro: bigint | null;
  readonly registerAtMs: EpochMs | null;
}

export interface MeterRead {
  readonly id: string;
  readonly name: string;
  /** Maker and model for people, e.g. `Eastron SDM630`. */
  readonly type: string;
  readonly role: Role;
  readonly parent: string | null;
  readonly line: string;
  readonly health: MeterHealth;
  /** The meter last answered then, null when it never did. */
  readonly lastAnswerMs: EpochMs | null;
  /** Why its last poll failed, null when it did not. */
  readonly fault: Fault | null;
  readonly channels: readonly ChannelRead[];
  readonly gauges: readonly GaugeRead[];
}

export interface MqttRead {
  readonly connected: boolean;
  /** Messages not yet acknowledged by the broker. */
  readonly backlog: number;
  readonly oldestUnsentMs: EpochMs | null;
  readonly fault: Fault | null;
}

export interface DocumentRead {
  readonly document: string;
  readonly revision: number;
  readonly issuedMs: EpochMs;
}

/** How the gateway is now. Cheap to read: it is asked about once a second while somebody looks. */
export interface StatusRead {
  readonly nowMs: EpochMs;
  /** The newest accepted reading of any meter; null before the first. */
  readonly dataAsOfMs: EpochMs | null;
  readonly startedMs: EpochMs;
  readonly clockTrust: ClockTrust;
  /** Null when the site file names no broker. */
  readonly mqtt: MqttRead | null;
  /** The document of the site's area that was issued last. */
  readonly newestDocument: DocumentRead | null;
  /** The last coefficient download or import that failed, null when the last one was good. */
  readonly coefficientFault: Fault | null;
  /** In the order of the site file. */
  readonly meters: readonly MeterRead[];
}

export interface HoursQuery {
  /** Buckets that start at or after this … */
  readonly fromMs: EpochMs;
  /** … and before this. */
  readonly toMs: EpochMs;
  /** Null: all meters. */
  readonly meter: string | null;
}

/** Reads may be answered at once or by a worker. A rejection is a bug or a broken database: the client gets a 500. */
export interface DashboardReads {
  site(): SiteFacts;
  status(): StatusRead | Promise<StatusRead>;
  /** In order of (meter as in the site file, channel, start); hours without a bucket are left out. */
  hours(query: HoursQuery): readonly HourRead[] | Promise<readonly HourRead[]>;
  coefficients(fromMs: EpochMs, toMs: EpochMs): CoefficientsRead | Promise<CoefficientsRead>;
}

/** `live`: a gauge, register, health or connection changed. `hours`: a bucket was written or revised. */
export type LiveChange = 'live' | 'hours';

/** Tells the server that something changed; the server then asks {@link DashboardReads} again, at its own pace. */
export interface LiveFeed {
  /** @returns the function that ends the subscription */
  subscribe(listener: (change: LiveChange) => void): () => void;
}
