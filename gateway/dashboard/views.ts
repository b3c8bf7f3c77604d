/**
 * The JSON of /api/v1, as types; the page imports them too. Instants are ISO 8601 with the site's offset, decimals
 * are JSON numbers with at most 6 digits after the point, a null is "not known", never 0.
 */

import type { AlarmCause } from '../domain/alarm.ts';
import type { ClockState } from '../domain/clock-health.ts';
import type { DemandEntry, DemandMonthEntry } from '../domain/demand/report.ts';
import type { CoefficientClass, Decimal, MeterHealth } from '../domain/messages.ts';
import type { ChannelName, ChannelUnit, GaugeName, KeptBy, Role } from '../domain/meters.ts';
import type { Quality } from '../domain/quality.ts';
import type { StorageState } from '../domain/storage.ts';
import type { GaugeRef } from '../domain/thermo/gauge-slot.ts';
import type { ConditionName, Used } from '../domain/thermo/live-factor.ts';
import type { ClockTrust } from '../domain/time.ts';

/** A fault's sentence in both languages, so that the page can switch without asking again. */
export interface FaultView {
  readonly code: string;
  readonly ja: string;
  readonly en: string;
}

/** The body of every answer that is not 200. */
export interface ErrorView {
  readonly code: string;
  readonly message: string;
}

export interface CoefficientView {
  readonly mjPerKwh: Decimal | null;
  readonly class: CoefficientClass;
  readonly ruleSet: string | null;
  readonly document: string | null;
  readonly revision: number | null;
  readonly confirmed: boolean;
}

/** What stood for a pressure or a temperature in a half-hour. */
export interface ConditionView extends GaugeRef {
  readonly condition: ConditionName;
  readonly unit: string;
  /** `none`: there is no value, and so no kWh. */
  readonly used: Used;
  /** What entered the factor; a pressure above the atmosphere. */
  readonly value: Decimal | null;
  /** What the gauge showed; null where nothing. */
  readonly mean: Decimal | null;
  readonly min: Decimal | null;
  readonly max: Decimal | null;
  /** 0…1, how much of the half-hour the gauge was watched. */
  readonly watched: Decimal;
}

/** A half-hour of gas or steam with a factor of its own. */
export interface HalfView {
  readonly start: string;
  readonly kwhPerUnit: Decimal | null;
  readonly conditions: readonly ConditionView[];
  /** As `explain` prints it, line by line. */
  readonly working: { readonly ja: readonly string[]; readonly en: readonly string[] };
}

/** The same names as the `hour` message of MQTT. */
export interface HourView {
  readonly meter: string;
  readonly channel: ChannelName;
  readonly start: string;
  readonly end: string;
  readonly generation: number;
  readonly revision: number;
  readonly quality: Quality;
  readonly coverage: Decimal;
  readonly kwh: Decimal | null;
  readonly quantity: Decimal | null;
  readonly unit: ChannelUnit;
  readonly register: { readonly start: Decimal | null; readonly end: Decimal | null };
  readonly coefficient: CoefficientView;
  readonly mj: Decimal | null;
  /** kWh × coefficient of a sub-meter of bought electricity: part of no total. */
  readonly mjAllocated: Decimal | null;
  /** Only where pressures or temperatures are read. */
  readonly halves?: readonly HalfView[];
}

/**
 * `closed` has a bucket (its quality may still be `missing`); `open` is running or about to be closed;
 * `absent` is past without a bucket; `before` lies before the channel was first known; `future` has not begun.
 */
export type FrameState = 'closed' | 'open' | 'absent' | 'before' | 'future';

/** One hour of the day, whether anything is known of it or not. */
export interface FrameView {
  readonly start: string;
  readonly end: string;
  /** "13": the local hour it begins with. */
  readonly label: string;
  readonly state: FrameState;
  readonly hour: HourView | null;
}

/** Sums over the hours that have a value, from integers, rounded once. */
export interface TotalsView {
  readonly quantity: Decimal | null;
  readonly kwh: Decimal | null;
  readonly mj: Decimal | null;
  /** mj ÷ kwh over the hours that have both. */
  readonly meanMjPerKwh: Decimal | null;
  /** The same kWh weighed with the flat coefficient. */
  readonly flatMj: Decimal | null;
  readonly hoursWithValue: number;
  /** Past hours of the day without a value. */
  readonly hoursMissing: number;
  readonly hoursNotMeasured: number;
  readonly hoursUnconfirmed: number;
}

/** What a meter counts and no meter below it does, over the hours in which all of them have a value. */
export interface UnmeteredView {
  /** The meters below it. */
  readonly meters: readonly string[];
  /** Own minus all below: below 0 where those show more. Null: no hour could be compared. */
  readonly quantity: Decimal | null;
  /** What the meter itself counted in the same hours. */
  readonly own: Decimal | null;
  /** By frame; null where one of them has no value. */
  readonly hours: readonly (Decimal | null)[];
  readonly hoursCompared: number;
  /** The meter has a value or knows that it has none, and they could not be compared. */
  readonly hoursLeftOut: number;
  /** All that is in it was measured. */
  readonly isMeasured: boolean;
  /** Those below show more than the meters' accuracy explains: a ratio or a `parent` is wrong. */
  readonly exceeds: boolean;
}

export interface ChannelDayView {
  readonly meter: string;
  readonly name: string;
  readonly role: Role;
  readonly channel: ChannelName;
  readonly unit: ChannelUnit;
  readonly frames: readonly FrameView[];
  readonly totals: TotalsView;
  /** Null for a channel that no meter hangs below. */
  readonly unmetered: UnmeteredView | null;
}

export interface SpanView extends CoefficientView {
  readonly start: string;
  readonly end: string;
}

export interface CoefficientsView {
  readonly ruleSet: string | null;
  readonly flatMjPerKwh: Decimal | null;
  readonly spans: readonly SpanView[];
}

export interface DayView {
  readonly date: string;
  readonly today: string;
  readonly timezone: string;
  readonly now: string;
  readonly coefficients: CoefficientsView;
  readonly channels: readonly ChannelDayView[];
}

export interface HoursView {
  readonly from: string;
  readonly to: string;
  readonly hours: readonly HourView[];
}

export interface ChannelNowView {
  readonly channel: ChannelName;
  readonly unit: ChannelUnit;
  readonly keptBy: KeptBy;
  readonly register: Decimal | null;
  readonly registerAt: string | null;
}

export interface GaugeView {
  readonly gauge: GaugeName;
  readonly value: number;
  readonly unit: string;
  readonly at: string;
}

export interface MeterView {
  readonly id: string;
  readonly name: string;
  /** The type's id, as in `meta`. */
  readonly type: string;
  /** Maker and model; what it is, where the type has none. */
  readonly typeName: { readonly ja: string; readonly en: string };
  readonly role: Role;
  readonly parent: string | null;
  readonly line: string;
  readonly health: MeterHealth;
  readonly lastAnswer: string | null;
  readonly fault: FaultView | null;
  readonly channels: readonly ChannelNowView[];
  readonly gauges: readonly GaugeView[];
  /** What its figures say about its wiring and its health. */
  readonly hints: readonly HintView[];
}

/** A hint's sentence in both languages. */
export interface HintView extends FaultView {
  readonly since: string;
}

/** What the ledger asks of people. */
export interface QuestionView {
  readonly id: string;
  readonly meter: string;
  readonly channel: ChannelName | null;
  readonly at: string;
  readonly ja: string;
  readonly en: string;
  /** What to type on the gateway: one of these. */
  readonly commands: readonly string[];
}

/** Demand of a running period, with its line up to now and the maxima of twelve months. */
export interface DemandView extends DemandEntry {
  readonly picture: readonly { readonly minutes: number; readonly demand: Decimal }[];
  /** Newest first. */
  readonly months: readonly DemandMonthEntry[];
}

export interface DemandsView {
  /** In the order of the site file; empty where none is watched. */
  readonly demands: readonly DemandView[];
  /** Who hears of its alarms, and whether they do. */
  readonly notify: readonly {
    readonly way: 'webhook' | 'mail';
    readonly waiting: number;
    readonly fault: FaultView | null;
  }[];
}

export interface StatusView {
  readonly site: {
    readonly id: string;
    readonly name: string;
    readonly timezone: string;
    readonly gridArea: string;
  };
  readonly gateway: { readonly id: string; readonly version: string; readonly startedAt: string };
  readonly now: string;
  /** Site-local date of `now`. */
  readonly today: string;
  readonly dataAsOf: string | null;
  readonly clockTrust: ClockTrust;
  /** How far the clock can be used for hours. */
  readonly clock: {
    readonly state: ClockState;
    readonly since: string | null;
    readonly fault: FaultView | null;
  };
  /** How the disk takes data. */
  readonly storage: {
    readonly state: StorageState;
    readonly since: string | null;
    readonly fault: FaultView | null;
  };
  /** The alarm contact; null without one. `state` null: it is not held, and so it is off. */
  readonly alarm: {
    readonly state: 'on' | 'off' | null;
    readonly since: string;
    readonly causes: readonly AlarmCause[];
    readonly fault: FaultView | null;
  } | null;
  readonly mqtt: {
    readonly connected: boolean;
    readonly backlog: number | null;
    readonly oldestUnsent: string | null;
    readonly fault: FaultView | null;
  } | null;
  readonly coefficients: {
    readonly today: CoefficientsView;
    readonly tomorrow: CoefficientsView;
    readonly newestDocument: {
      readonly document: string;
      readonly revision: number;
      readonly issuedAt: string;
    } | null;
    readonly fault: FaultView | null;
  };
  readonly meters: readonly MeterView[];
  readonly questions: readonly QuestionView[];
  readonly demand: DemandsView;
}
