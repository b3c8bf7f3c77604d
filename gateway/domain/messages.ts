/**
 * What leaves the gateway, as types. Decimals travel as JSON numbers with at most 6 digits after the point; they
 * are printed from integers, never from sums of floats. Instants are ISO 8601 with the site's offset.
 * The schemas of gateway/uplink/schemas.ts describe the same shapes for consumers (a test holds them together).
 */

import type { AlarmCause } from './alarm.ts';
import type { ClockState } from './clock-health.ts';
import type { ChannelName, ChannelUnit, GaugeName, KeptBy, Role } from './meters.ts';
import type { Quality } from './quality.ts';
import type { StorageState } from './storage.ts';
import type { GasState } from './thermo/gas.ts';
import type { ConditionName } from './thermo/live-factor.ts';
import type { ClockTrust } from './time.ts';

/** A decimal that was printed from an integer of micro-units; see `decimal` in render-json.ts. */
export type Decimal = number;

export type CoefficientClass = 'normal' | 'curtailment' | 'tight' | 'monthly' | 'none';

export interface HourMessage {
  readonly v: 1;
  readonly site: string;
  readonly gateway: string;
  readonly meter: string;
  readonly channel: ChannelName;
  readonly role: Role;
  readonly start: string;
  readonly end: string;
  readonly generation: number;
  readonly revision: number;
  readonly seq: number;
  readonly quality: Quality;
  /** 0…1, how much of the hour was watched. */
  readonly coverage: Decimal;
  /** null when missing, or when no factor to kWh is known. */
  readonly kwh: Decimal | null;
  /** In `unit`; null when missing. */
  readonly quantity: Decimal | null;
  readonly unit: ChannelUnit;
  /** Half-hour demands, kW for electricity, native units per hour otherwise; null where not measured. */
  readonly demand: readonly [Decimal | null, Decimal | null];
  readonly demandUnit: string;
  /** What the register showed at the hour's start and end, scaled to `unit`. */
  readonly register: {
    readonly start: Decimal | null;
    readonly end: Decimal | null;
    readonly unit: ChannelUnit;
  };
  readonly coefficient: {
    readonly mjPerKwh: Decimal | null;
    readonly class: CoefficientClass;
    readonly ruleSet: string | null;
    readonly document: string | null;
    readonly revision: number | null;
    readonly confirmed: boolean;
  };
  /** kWh × coefficient for grid-import; null otherwise and when missing. */
  readonly mj: Decimal | null;
  /** kWh × coefficient of a sub-meter of bought electricity: part of no total. null for all others. */
  readonly mjAllocated: Decimal | null;
  readonly producedAt: string;
}

export interface LiveMessage {
  readonly v: 1;
  readonly meter: string;
  /** When the newest of the values was read. */
  readonly readAt: string;
  readonly health: MeterHealth;
  /** What its figures say about its wiring and its health; empty when nothing is to be said. */
  readonly hints: readonly { readonly code: string; readonly since: string; readonly text: string }[];
  readonly gauges: Readonly<Partial<Record<GaugeName, { readonly value: number; readonly unit: string }>>>;
  readonly registers: Readonly<
    Partial<Record<ChannelName, { readonly value: Decimal; readonly unit: ChannelUnit }>>
  >;
}

/** `ok`; `waiting` not asked yet; `failing` some polls fail; `offline` no answer for a while. */
export type MeterHealth = 'ok' | 'waiting' | 'failing' | 'offline';

export interface MetaMessage {
  readonly v: 1;
  readonly site: {
    readonly id: string;
    readonly name: string;
    readonly timezone: string;
    readonly gridArea: string;
  };
  readonly gateway: { readonly id: string; readonly version: string };
  readonly generation: number;
  readonly meters: readonly {
    readonly id: string;
    readonly name: string;
    readonly type: string;
    readonly role: Role;
    readonly parent: string | null;
    readonly channels: readonly {
      readonly channel: ChannelName;
      readonly unit: ChannelUnit;
      readonly keptBy: KeptBy;
      /** Native units per register count, as a fraction "num/den". */
      readonly unitsPerCount: string;
      /** Empty when none is known; an hour has the one of the date on which it begins. */
      readonly kwhFactors: readonly {
        /** Dates of the site, both included; null: without end. */
        readonly from: string | null;
        readonly to: string | null;
        /** As a fraction "num/den"; null where each half-hour has its own: see `gauges`. */
        readonly kwhPerUnit: string | null;
        /** What each half-hour's factor follows from; empty where a date has one factor. */
        readonly gauges: readonly {
          readonly condition: ConditionName;
          readonly meter: string;
          readonly gauge: GaugeName;
          /** °C, or kPa above the atmosphere; null: without a mean there are no kWh. */
          readonly fallback: Decimal | null;
        }[];
        /** Which factor that is; null for a mere change of units. */
        readonly factor: string | null;
        /** The state in which m³ of gas are counted; null for all else. */
        readonly counts: GasState | null;
        /** Nm³ and m³ at SATP per m³ as counted, as fractions; null where the line's state is not known. */
        readonly normalPerUnit: string | null;
        readonly satpPerUnit: string | null;
      }[];
      /** When this gateway first knew the channel. */
      readonly since: string | null;
    }[];
  }[];
  readonly producedAt: string;
}

export interface StatusMessage {
  readonly v: 1;
  readonly state: 'online' | 'offline';
  readonly version: string;
  readonly since: string | null;
  readonly clockTrust: ClockTrust | null;
  /** Messages not yet acknowledged. */
  readonly backlog: number | null;
  /** The oldest message not yet acknowledged was produced then. */
  readonly oldestUnsent: string | null;
  /** Days of broker outage the disk can hold at today's rate. */
  readonly outageBudgetDays: number | null;
  /** How far the clock can be used for hours; null in the message that the broker publishes. */
  readonly clock: { readonly state: ClockState; readonly since: string | null } | null;
  /** How the disk takes data; null in the message that the broker publishes. */
  readonly storage: { readonly state: StorageState; readonly since: string | null } | null;
  /** The alarm contact; null where there is none, and in the message that the broker publishes. */
  readonly alarm: {
    /** null: it is not held, and so it is off. */
    readonly state: 'on' | 'off' | null;
    readonly since: string | null;
    readonly causes: readonly AlarmCause[];
  } | null;
  /** How far ahead hours are confirmed; null where that is not known, and in the message that the broker publishes. */
  readonly coefficients: {
    readonly state: 'confirmed' | 'stale' | 'none';
    /** From then on hours are unconfirmed; null with `none`. */
    readonly confirmedUntil: string | null;
  } | null;
  /** What waits for a person: questions of the ledger, hints of the meters; null where that is not known. */
  readonly attention: { readonly questions: number; readonly hints: number } | null;
}

export type EventKind =
  | 'era-opened'
  | 'step-unresolved'
  | 'transient-reading'
  | 'above-rating'
  | 'register-frozen'
  | 'values-frozen'
  | 'wiring-hint'
  | 'sub-meters-exceed'
  | 'dial-recorded'
  | 'factor-changed'
  | 'correction-applied'
  | 'correction-refused'
  | 'gap'
  | 'meter-offline'
  | 'meter-online'
  | 'meter-setting'
  | 'coefficients-applied'
  | 'coefficients-refused'
  | 'coefficients-stale'
  | 'coefficients-confirmed'
  | 'classes-changed'
  | 'clock-step'
  | 'tombstone'
  | 'generation'
  | 'ledger-salvaged'
  | 'demand-alarm'
  | 'demand-over'
  | 'alarm-on'
  | 'alarm-off';

export interface EventMessage {
  readonly v: 1;
  readonly site: string;
  readonly gateway: string;
  readonly generation: number;
  readonly seq: number;
  readonly kind: EventKind;
  readonly meter: string | null;
  readonly channel: ChannelName | null;
  readonly at: string;
  /** A plain English sentence. */
  readonly text: string;
  readonly detail: Readonly<Record<string, string | number | boolean | null>>;
  readonly producedAt: string;
}
