/**
 * What an hour is expected to use: the median of the same hour of recent days of the same type. A median, so that one
 * stand-still or one overtime changes nothing.
 */
import { rational, roundHalfAway } from '../rational.ts';

/** Fewer days say nothing. */
export const MIN_DAYS = 3;
/** More days than these are not asked: a factory changes. */
export const MAX_DAYS = 10;
/** Days further back are not asked either. */
export const BACK_DAYS = 56;

/** 10⁻⁶ kWh of the site by the hour's label ("13"); an hour that is not known well is not there. */
export type DayLoad = ReadonlyMap<string, bigint>;

export interface Expected {
  /** 10⁻⁶ kWh; null while it stands on too few days. */
  readonly energyMicroKwh: bigint | null;
  /** So many days know this hour. */
  readonly days: number;
}

/** Of an even number the mean of the two in the middle, rounded once by the product's rule. @param values not empty */
export function median(values: readonly bigint[]): bigint {
  const sorted = values.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const low = sorted[(sorted.length - 1) >> 1] as bigint;
  const high = sorted[sorted.length >> 1] as bigint;
  return roundHalfAway(rational(low + high, 2n));
}

/** @param label the hour, "00" … "23". @param days recent days of the type, at most {@link MAX_DAYS} of them */
export function expectedAt(label: string, days: readonly DayLoad[]): Expected {
  const values = days.flatMap((day) => day.get(label) ?? []);
  return { energyMicroKwh: values.length < MIN_DAYS ? null : median(values), days: values.length };
}
