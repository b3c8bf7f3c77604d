/** Factors of reports: dated data of config/report-factors, each value with its source and how far it is verified. */
import type { Rational } from '../rational.ts';

/** H official or two sources; M one good source; L weak; MEM from memory. All but H are shown as not verified. */
export type FactorConfidence = 'H' | 'M' | 'L' | 'MEM';

export interface DatedValue {
  readonly value: Rational;
  /** As written, for people. */
  readonly printed: string;
  /** Both included; null: without end. */
  readonly validFrom: string | null;
  readonly validTo: string | null;
  readonly source: string;
  readonly confidence: FactorConfidence;
}

export type Words = Readonly<Record<'ja' | 'en', string>>;

/** Units in which fuels are entered. */
export type FuelUnit = 'kL' | 't' | '1000 m3';

export interface ReportFactor {
  readonly id: string;
  readonly name: Words;
  readonly unit: string;
  readonly values: readonly DatedValue[];
}

export interface Fuel {
  readonly id: string;
  readonly name: Words;
  readonly unit: FuelUnit;
  /** Counts × 0.8 in the intensity, and toward the non-fossil ratio. */
  readonly nonFossil: boolean;
  /** GJ per unit. */
  readonly gj: ReportFactor;
  /** tC per GJ; null where none is known. */
  readonly carbon: ReportFactor | null;
  /** t-CO2 per unit, in the place of GJ × tC/GJ × 44/12; null where that holds. */
  readonly co2: ReportFactor | null;
}

/** Those the reports know by name; config/report-factors must have each of them. */
export const FACTOR_IDS = [
  'electricity-ordinary',
  'electricity-own',
  'electricity-non-fossil',
  'crude-oil',
  'non-fossil-fuel-weight',
  'self-invested-weight',
  'steam-industrial',
  'steam-other',
  'co2-per-carbon',
] as const;
export type FactorId = (typeof FACTOR_IDS)[number];

export interface ReportFactors {
  readonly factors: Readonly<Record<FactorId, ReportFactor>>;
  readonly fuels: ReadonlyMap<string, Fuel>;
}

/** The value that holds on a date; null where there is none. Where two do, the one that came last. */
export function valueOn(factor: ReportFactor | null, date: string): DatedValue | null {
  const holding = (factor?.values ?? []).filter(
    ({ validFrom, validTo }) =>
      (validFrom === null || validFrom <= date) && (validTo === null || date <= validTo),
  );
  return holding.toSorted((a, b) => ((a.validFrom ?? '') < (b.validFrom ?? '') ? -1 : 1)).at(-1) ?? null;
}

export const isVerified = ({ confidence }: Pick<DatedValue, 'confidence'>): boolean => confidence === 'H';
