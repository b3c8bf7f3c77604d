/** What a factor to kWh was made of, so that it can be shown and made again. */
import type { Rational } from '../rational.ts';
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
