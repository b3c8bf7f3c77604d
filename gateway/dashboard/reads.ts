/**
 * What the dashboard must be able to ask, in two kinds. What is true *now* is asked of {@link DashboardReads}: cheap,
 * from memory. What needs rows of the past is a {@link Question}: answered as JSON text, piece by piece (answers.ts),
 * out of an {@link HourSource}.
 * All quantities are integers of micro-units (10⁻⁶ kWh, MJ, m³ …) so that the totals of a day are exact sums; a null
 * is "not known", never 0.
 */

import type { AheadPlan } from '../domain/ahead/plan.ts';
import type { Move, WhatIf } from '../domain/ahead/what-if.ts';
import type { AlarmHealth } from '../domain/alarm.ts';
import type { ClockHealth } from '../domain/clock-health.ts';
import type { ExplanationView } from '../domain/coefficients/explain-view.ts';
import type { DemandsRead } from '../domain/demand/report.ts';
import type { Fault, Said } from '../domain/faults.ts';
import type { CoefficientClass, MeterHealth } from '../domain/messages.ts';
import type { ChannelName, ChannelUnit, GaugeName, KeptBy, Role } from '../domain/meters.ts';
import type { Quality } from '../domain/quality.ts';
import type { StorageHealth } from '../domain/storage.ts';
import type { LiveRecipe, SlotFactor } from '../domain/thermo/live-factor.ts';
import type { ClockTrust, EpochMs } from '../domain/time.ts';
import type { StandingHint } from '../domain/validation/hints.ts';
import type { OpenQuestion } from '../domain/validation/questions.ts';

export interface SiteFacts {
  readonly id: string;
  readonly name: string;
  /** IANA name; days and hours of the page are this zone's. */
  readonly timezone: string;
  readonly gridArea: string;
  readonly gateway: string;
  readonly version: string;
  /** In the order of the site file. */
  readonly meters: readonly MeterFacts[];
}

/** A meter as the site file has it. */
export interface MeterFacts {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** The meter whose energy this one is part of. */
  readonly parent: string | null;
  readonly channels: readonly { readonly channel: ChannelName; readonly unit: ChannelUnit }[];
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

/** What gauges made of one half-hour of gas or steam. */
export interface HalfRead {
  readonly startMs: EpochMs;
  readonly factor: SlotFactor;
  readonly live: LiveRecipe;
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
  /** Of a sub-meter of bought electricity; part of no total. */
  readonly allocatedMicroMj: bigint | null;
  /** Only where pressures or temperatures are read: both half-hours have factors of their own. */
  readonly halves?: readonly HalfRead[];
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
  /** W, V, A, 1, Hz, m3/h, kPa, °C */
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

export interface MeterRead extends MeterFacts {
  /** The type's id, e.g. `eastron-sdm630`. */
  readonly type: string;
  /** Maker and model for people, e.g. `Eastron SDM630`. */
  readonly typeName: Said;
  readonly line: string;
  readonly health: MeterHealth;
  /** The meter last answered then, null when it never did. */
  readonly lastAnswerMs: EpochMs | null;
  /** Why its last poll failed, null when it did not. */
  readonly fault: Fault | null;
  readonly channels: readonly ChannelRead[];
  readonly gauges: readonly GaugeRead[];
  /** What its figures say about its wiring and its health. */
  readonly hints: readonly StandingHint[];
}

export interface MqttRead {
  readonly connected: boolean;
  /** Messages not yet acknowledged by the broker; null while the disk does not let them be counted. */
  readonly backlog: number | null;
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
  readonly clock: ClockHealth;
  readonly storage: StorageHealth;
  /** Null when the site file names no alarm contact. */
  readonly alarm: AlarmHealth | null;
  /** Null when the site file names no broker. */
  readonly mqtt: MqttRead | null;
  /** The document of the site's area that was issued last. */
  readonly newestDocument: DocumentRead | null;
  /** The last coefficient download or import that failed, null when the last one was good. */
  readonly coefficientFault: Fault | null;
  /** In the order of the site file. */
  readonly meters: readonly MeterRead[];
  /** What the ledger asks of people. */
  readonly questions: readonly OpenQuestion[];
}

export interface HoursQuery {
  /** Buckets that start at or after this … */
  readonly fromMs: EpochMs;
  /** … and before this. */
  readonly toMs: EpochMs;
  /** Null: all meters. */
  readonly meter: string | null;
}

/** Where the rows of the past come from. */
export interface HourSource {
  site(): SiteFacts;
  /**
   * In order of (meter as in the site file, channel, start); hours without a bucket are left out. Rows are fetched as
   * they are taken, so a year never lies in memory; hours revised meanwhile come as they are when they are taken.
   */
  hours(query: HoursQuery): Iterable<HourRead>;
  /** When a channel was first known; null: never. */
  readonly sinceOf: (meter: string, channel: ChannelName) => EpochMs | null;
  coefficients(fromMs: EpochMs, toMs: EpochMs): CoefficientsRead;
  /** Hour by hour: which document, file and rule decide its coefficient, and what was passed over. */
  explained(fromMs: EpochMs, toMs: EpochMs): Iterable<ExplanationView>;
}

/** A question about the past. */
export type Question =
  /** {@link DayView} of a site-local date; null: of the day of `nowMs`. */
  | { readonly kind: 'day'; readonly date: string | null; readonly nowMs: EpochMs }
  /** {@link HoursView}. */
  | ({ readonly kind: 'hours' } & HoursQuery)
  /** `{ from, to, hours: ExplanationView[] }`: what decided each hour, without any meter. */
  | { readonly kind: 'coefficients'; readonly fromMs: EpochMs; readonly toMs: EpochMs };

/** JSON text in UTF-8, in pieces of at most 64 KB. A piece is the reader's until it asks for the next one. */
export interface Answer {
  readonly first: Uint8Array;
  /** Null when the first piece is all of it. Rejects when the rest cannot be had; what came is then of no use. */
  readonly rest: AsyncIterable<Uint8Array> | null;
}

/** A rejection that is no CodedError is a bug or a broken database: the client gets a 500. */
export interface DashboardReads {
  site(): SiteFacts;
  now(): EpochMs;
  status(): StatusRead;
  /** The demand of the running period; part of each status. */
  demand(): DemandsRead;
  /** Cheap for a day or two: what applies today and tomorrow is part of each status. */
  coefficients(fromMs: EpochMs, toMs: EpochMs): CoefficientsRead;
  readonly ahead: {
    /** Today and tomorrow; null while the time is not known. */
    plan(): AheadPlan | null;
    /** @throws CodedError what-if-…, time-not-known */
    whatIf(moves: readonly Move[]): WhatIf;
  };
  /** @throws CodedError too-many-questions */
  ask(question: Question): Promise<Answer>;
}

/** `live`: a gauge, register, health or connection changed. `hours`: a bucket was written or revised. */
export type LiveChange = 'live' | 'hours';

/** Tells the server that something changed; the server then asks {@link DashboardReads} again, at its own pace. */
export interface LiveFeed {
  /** @returns the function that ends the subscription */
  subscribe(listener: (change: LiveChange) => void): () => void;
}
