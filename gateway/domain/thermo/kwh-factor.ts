/** kWh per native unit of a channel, by date, with what it was made of, so that it can be shown and made again. */
import type { Rational } from '../rational.ts';
import type { EpochMs, HourGrid } from '../time.ts';
import type { FactorBasis } from './factor-basis.ts';
import type { LiveRecipe } from './live-factor.ts';

export interface KwhFactor {
  /** Site-local dates, YYYY-MM-DD, both included; null: without end. */
  readonly from: string | null;
  readonly to: string | null;
  /** Null where each half-hour has its own: see `live`. */
  readonly kwhPerUnit: Rational | null;
  /** Which factor that is, with its source; null for a mere change of units. */
  readonly label: string | null;
  readonly basis: FactorBasis | null;
  /** How each half-hour gets its own out of what gauges showed; left out where a date has one factor. */
  readonly live?: LiveRecipe;
}

/** One factor for all hours of its dates. */
export interface FixedFactor extends KwhFactor {
  readonly kwhPerUnit: Rational;
}

export const isFixed = (factor: KwhFactor): factor is FixedFactor => factor.kwhPerUnit !== null;

/** A factor of all times that needs no source. */
export function plainFactor(kwhPerUnit: Rational): FixedFactor {
  return { from: null, to: null, kwhPerUnit, label: null, basis: null };
}

/** Whether a spell of dates has this one in it. */
export function holdsOn({ from, to }: Pick<KwhFactor, 'from' | 'to'>, date: string): boolean {
  return (from === null || from <= date) && (to === null || date <= to);
}

/** The factor of an hour, by the date on which it begins; null where none holds. */
export function factorOf(
  { kwhFactors }: { readonly kwhFactors: readonly KwhFactor[] },
  hourStart: EpochMs,
  grid: Pick<HourGrid, 'dateOf'>,
): KwhFactor | null {
  const [first] = kwhFactors;
  // Electricity, of which there is most, needs no date.
  if (!first || (first.from === null && first.to === null)) return first ?? null;
  const date = grid.dateOf(hourStart);
  return kwhFactors.find((factor) => holdsOn(factor, date)) ?? null;
}
