/** kWh per native unit of a channel, by date, with what it was made of, so that it can be shown and made again. */
import type { Rational } from '../rational.ts';
import type { EpochMs, HourGrid } from '../time.ts';
import type { GasState, LineState } from './gas.ts';
import type { SteamState } from './steam.ts';

export interface GasBasis {
  readonly kind: 'gas';
  /** The state in which the meter counts. */
  readonly counts: GasState;
  readonly line: LineState | null;
  readonly mjPerM3: Rational;
  /** The state for which that calorific value holds. */
  readonly at: GasState;
}

export interface SteamBasis {
  readonly kind: 'steam';
  readonly state: SteamState;
  readonly gaugeMpa: Rational | null;
  readonly atmosphericKpa: Rational;
  /** Null where the enthalpy was given. */
  readonly saturationCelsius: Rational | null;
  readonly steamKjPerKg: Rational;
  readonly feedCelsius: Rational;
  readonly feedKjPerKg: Rational;
}

export type FactorBasis = GasBasis | SteamBasis;

export interface KwhFactor {
  /** Site-local dates, YYYY-MM-DD, both included; null: without end. */
  readonly from: string | null;
  readonly to: string | null;
  readonly kwhPerUnit: Rational;
  /** Which factor that is, with its source; null for a mere change of units. */
  readonly label: string | null;
  readonly basis: FactorBasis | null;
}

/** A factor of all times that needs no source. */
export function plainFactor(kwhPerUnit: Rational): KwhFactor {
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
