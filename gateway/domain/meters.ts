import type { ChannelName, ChannelUnit } from './quantities.ts';
import type { Rational } from './rational.ts';
import type { KwhFactor } from './thermo/kwh-factor.ts';

export {
  CHANNEL_NAMES,
  CHANNEL_UNITS,
  type ChannelName,
  type ChannelUnit,
  GAUGE_NAMES,
  type GaugeName,
  isPower,
  REGISTER_GAUGES,
} from './quantities.ts';

/** What a meter measures for the site. Only `grid-import` is weighed by the hour. */
export type Role =
  | 'grid-import'
  | 'grid-export'
  | 'generation-pv'
  | 'generation-chp'
  | 'sub'
  | 'gas'
  | 'steam'
  | 'heat'
  | 'water'
  | 'other';

export const ROLES = [
  'grid-import',
  'grid-export',
  'generation-pv',
  'generation-chp',
  'sub',
  'gas',
  'steam',
  'heat',
  'water',
  'other',
] as const satisfies readonly Role[];

/**
 * Who keeps the total. `meter`: its register survives our absence, so a gap loses no energy.
 * `gateway`: pulses that we count; what nobody watched was not counted.
 */
export type KeptBy = 'meter' | 'gateway';

/**
 * A register as read, exact: value = count × 2^exp2. Integer registers have exp2 = 0; a float decodes to its
 * mantissa and exponent. `count` fits a signed 64-bit integer.
 */
export interface RawRegister {
  readonly count: bigint;
  readonly exp2: number;
}

export function rawValue(raw: RawRegister): Rational {
  return raw.exp2 >= 0
    ? { num: raw.count << BigInt(raw.exp2), den: 1n }
    : { num: raw.count, den: 1n << BigInt(-raw.exp2) };
}

/** "123" or "8388609*2^-3": one text for one value. */
export function formatRaw(raw: RawRegister): string {
  return raw.exp2 === 0 ? `${raw.count}` : `${raw.count}*2^${raw.exp2}`;
}

/** How one channel's register counts. One era has one of these; a change of ratio opens a new era. */
export interface RegisterScale {
  /** Native units (kWh, m³ …) per count, with CT, VT, multiplier and pulse weight in it. */
  readonly unitsPerCount: Rational;
  /** The register's smallest step in counts (before the ratio): 1 for integers; for floats the step its display shows. */
  readonly stepCounts: Rational;
  /** Floats round to the nearest representable value, so their error is to both sides and grows with the value. */
  readonly encoding: 'integer' | 'float32' | 'float64';
  /** Counts at which the register starts again at 0; null when the type does not say. */
  readonly wrapsAt: Rational | null;
  /** The meter refreshes the register only this often: an answer may be this old, ms. */
  readonly updateMs: number;
}

/** What the ledger must know of a channel. */
export interface ChannelSpec {
  readonly meter: string;
  readonly channel: ChannelName;
  readonly unit: ChannelUnit;
  readonly role: Role;
  readonly keptBy: KeptBy;
  readonly scale: RegisterScale;
  /** The most this channel can rise, native units per hour (rated power in kW, rated flow in m³/h). */
  readonly ratedPerHour: Rational;
  /** No accepted reading for longer than this is an unwatched span, ms. */
  readonly watchGapMs: number;
  /** Of a sub-meter: the meter at the top of its parents is the site's own generation, so nothing of it was bought. */
  readonly isGenerated?: true;
  /**
   * kWh per native unit, by date, in order and without overlap; empty when no factor is known (steam without an
   * enthalpy, water). One of all times for electricity.
   */
  readonly kwhFactors: readonly KwhFactor[];
}
