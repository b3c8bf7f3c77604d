/** What the hours of a span add up to: the only thing a report takes from the ledger. All of it is whole numbers. */
import type { CoefficientClass } from '../coefficients/types.ts';
import type { ChannelName, ChannelUnit, Role } from '../meters.ts';
import type { EpochMs } from '../time.ts';
import type { DatedValue } from './factors.ts';
import type { ReportMeter } from './settings.ts';

/** Hours of one channel in one span. */
export interface Tally {
  /** Hours of the span that are over and in which this gateway knew the channel. */
  readonly dueHours: number;
  /** Hours of the span that were over before it did. */
  readonly beforeHours: number;
  readonly hoursWithValue: number;
  /** Spread over an outage, or touching an unresolved step. */
  readonly estimatedHours: number;
  /** Millionths of hours that were watched, of the hours with a bucket. */
  readonly coverageMicro: bigint;
  /** 10⁻⁶ of the channel's unit; null where no hour has a value. */
  readonly quantityMicro: bigint | null;
  /** 10⁻⁶ kWh; null where no hour has one, or where no factor is known. */
  readonly energyMicroKwh: bigint | null;
  readonly estimatedMicro: bigint;
  readonly estimatedMicroKwh: bigint;
  /** Gas: 10⁻⁶ m³ at SATP, taken as metered where the line's state is not known; null for all else. */
  readonly satpMicro: bigint | null;
}

/** Electricity bought in one span, weighed under both methods. Sums of hours that were each rounded once. */
export interface PurchasedTally {
  readonly energyMicroKwh: bigint | null;
  /** 10⁻⁶ MJ; null where no hour could be weighed. */
  readonly hourlyMicroMj: bigint | null;
  readonly monthlyMicroMj: bigint | null;
  /** kWh that the method could not weigh: no rules, no table. */
  readonly hourlyUnweighedMicroKwh: bigint;
  readonly monthlyUnweighedMicroKwh: bigint;
  /** Hours of the site for which no document speaks yet, and their kWh. */
  readonly unconfirmedHours: number;
  readonly unconfirmedMicroKwh: bigint;
  /** Hours of the site in which every purchase has a value. */
  readonly completeHours: number;
  /** By class of the hourly method, 10⁻⁶ kWh. */
  readonly byClass: Readonly<Record<CoefficientClass, bigint>>;
  /** The largest half-hour demand of all purchases together; null where none was measured. */
  readonly maximum: { readonly microKw: bigint; readonly atMs: EpochMs } | null;
}

/** What a channel is in the totals. */
export type Counted =
  | { readonly kind: 'purchased' }
  | { readonly kind: 'own-pv'; readonly selfInvested: boolean }
  | { readonly kind: 'own-chp' }
  | { readonly kind: 'sold' }
  | { readonly kind: 'fuel'; readonly fuel: string; readonly assumed: boolean }
  | { readonly kind: 'heat'; readonly factor: 'steam-industrial' | 'steam-other' }
  | { readonly kind: 'part' }
  | { readonly kind: 'nothing' };

export interface ChannelTallies {
  readonly meter: string;
  readonly name: string;
  readonly channel: ChannelName;
  readonly unit: ChannelUnit;
  readonly counted: Counted;
  /** When this gateway first knew it; null: not yet. */
  readonly sinceMs: EpochMs | null;
  /** The factor to kWh of each bucket, with its source where it is one of config/factors; null for electricity. */
  readonly factorLabels: readonly { readonly label: string; readonly value: DatedValue | null }[];
  /** One for each bucket of the period. */
  readonly buckets: readonly Tally[];
  /** From the beginning of the fiscal year to the period. */
  readonly before: Tally;
}

const NO_FUEL = 'city-gas';

/** Which role and channel count as what; what the site file says of the meter goes before. */
export function countedAs(
  {
    role,
    channel,
    channels,
  }: { readonly role: Role; readonly channel: ChannelName; readonly channels: readonly ChannelName[] },
  meter: ReportMeter | undefined,
  factorId: string | null,
): Counted {
  if (meter?.counts === 'nothing') return { kind: 'nothing' };
  const electric = channel === 'energy-import' || channel === 'energy-export';
  if (electric && (role === 'grid-import' || role === 'grid-export'))
    return role === 'grid-import' && channel === 'energy-import' ? { kind: 'purchased' } : { kind: 'sold' };
  if (electric && (role === 'generation-pv' || role === 'generation-chp')) {
    // A meter with both registers counts what its machine gives as import, what it takes as export.
    const gives = channel === 'energy-import' || !channels.includes('energy-import');
    if (!gives) return { kind: 'nothing' };
    return role === 'generation-pv'
      ? { kind: 'own-pv', selfInvested: meter?.selfInvested ?? true }
      : { kind: 'own-chp' };
  }
  if (role === 'gas' && channel === 'gas-volume') {
    if (meter?.fuel) return { kind: 'fuel', fuel: meter.fuel, assumed: false };
    const fuel = factorId === 'natural-gas' ? 'natural-gas' : NO_FUEL;
    return { kind: 'fuel', fuel, assumed: factorId === null };
  }
  if (meter?.counts === 'industrial-steam') return { kind: 'heat', factor: 'steam-industrial' };
  if (meter?.counts === 'other-heat') return { kind: 'heat', factor: 'steam-other' };
  return role === 'sub' ? { kind: 'part' } : { kind: 'nothing' };
}

export const EMPTY_TALLY: Tally = {
  dueHours: 0,
  beforeHours: 0,
  hoursWithValue: 0,
  estimatedHours: 0,
  coverageMicro: 0n,
  quantityMicro: null,
  energyMicroKwh: null,
  estimatedMicro: 0n,
  estimatedMicroKwh: 0n,
  satpMicro: null,
};

const plusKnown = (a: bigint | null, b: bigint | null): bigint | null =>
  a === null ? b : b === null ? a : a + b;

/** Two spans that do not overlap. */
export function joinTallies(a: Tally, b: Tally): Tally {
  return {
    dueHours: a.dueHours + b.dueHours,
    beforeHours: a.beforeHours + b.beforeHours,
    hoursWithValue: a.hoursWithValue + b.hoursWithValue,
    estimatedHours: a.estimatedHours + b.estimatedHours,
    coverageMicro: a.coverageMicro + b.coverageMicro,
    quantityMicro: plusKnown(a.quantityMicro, b.quantityMicro),
    energyMicroKwh: plusKnown(a.energyMicroKwh, b.energyMicroKwh),
    estimatedMicro: a.estimatedMicro + b.estimatedMicro,
    estimatedMicroKwh: a.estimatedMicroKwh + b.estimatedMicroKwh,
    satpMicro: plusKnown(a.satpMicro, b.satpMicro),
  };
}

export function wholeOf(tallies: readonly Tally[]): Tally {
  return tallies.reduce(joinTallies, EMPTY_TALLY);
}

export const missingHours = ({ dueHours, hoursWithValue }: Tally): number =>
  Math.max(0, dueHours - hoursWithValue);
