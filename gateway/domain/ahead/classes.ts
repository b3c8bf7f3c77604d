/** What is announced for the hours of a day, before anything was used in them. */
import type { Coefficient } from '../coefficients/types.ts';
import { type EpochMs, HOUR_MS, type HourGrid, plus } from '../time.ts';

/** The class of a coefficient: whatever the rules know. */
export type HourClass = Coefficient['class'];

/** A site-local hour and what it will weigh. */
export interface AheadHour extends Coefficient {
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
}

/** A site-local day: 24 hours, or 23 and 25 on the days the clocks change. */
export interface AheadDay {
  /** YYYY-MM-DD */
  readonly date: string;
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  readonly hours: readonly AheadHour[];
}

/** A stretch of hours that weigh the same and are equally sure. */
export interface ClassSpan extends Pick<Coefficient, 'class' | 'mjPerKwh' | 'confirmed'> {
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
}

export type CoefficientOf = (hourStart: EpochMs) => Coefficient;

export function hoursBetween(fromMs: EpochMs, toMs: EpochMs, coefficientOf: CoefficientOf): AheadHour[] {
  const hours: AheadHour[] = [];
  for (let at = fromMs; at < toMs; at = plus(at, HOUR_MS))
    hours.push({ ...coefficientOf(at), startMs: at, endMs: plus(at, HOUR_MS) });
  return hours;
}

export function dayAhead(date: string, grid: HourGrid, coefficientOf: CoefficientOf): AheadDay {
  const { fromMs, toMs } = grid.day(date);
  return { date, fromMs, toMs, hours: hoursBetween(fromMs, toMs, coefficientOf) };
}

export interface TwoDays {
  readonly today: AheadDay;
  readonly tomorrow: AheadDay;
}

export function twoDays(nowMs: EpochMs, grid: HourGrid, coefficientOf: CoefficientOf): TwoDays {
  const today = dayAhead(grid.dateOf(nowMs), grid, coefficientOf);
  return { today, tomorrow: dayAhead(grid.dateOf(today.toMs), grid, coefficientOf) };
}

export function sameWeight(a: Pick<Coefficient, 'mjPerKwh'>, b: Pick<Coefficient, 'mjPerKwh'>): boolean {
  const [x, y] = [a.mjPerKwh, b.mjPerKwh];
  return x === null || y === null ? x === y : x.num * y.den === y.num * x.den;
}

/** Neighbouring hours that say the same, joined. @param hours in order, without holes */
export function spansOf(hours: readonly AheadHour[]): ClassSpan[] {
  const spans: ClassSpan[] = [];
  for (const { startMs, endMs, class: name, mjPerKwh, confirmed } of hours) {
    const last = spans.at(-1);
    const hour = { class: name, mjPerKwh, confirmed, fromMs: startMs, toMs: endMs };
    if (last && last.class === name && last.confirmed === confirmed && sameWeight(last, hour))
      spans[spans.length - 1] = { ...last, toMs: endMs };
    else spans.push(hour);
  }
  return spans;
}

/** Classes that somebody announced, and for which loads are moved. */
export const SPECIAL_CLASSES = ['curtailment', 'tight'] as const;
export type SpecialClass = (typeof SPECIAL_CLASSES)[number];

export function isSpecial(name: HourClass): name is SpecialClass {
  return name === 'curtailment' || name === 'tight';
}
