/** What all tables of one report share: the input, and the book of factors that were used. */
import type { CoefficientClass, Method } from '../coefficients/types.ts';
import type { Rational } from '../rational.ts';
import type { EpochMs, HourGrid } from '../time.ts';
import type { SaidEntry } from './entries.ts';
import { type DatedValue, isVerified, type ReportFactor, type ReportFactors, valueOn } from './factors.ts';
import type { FactorUse, Mark, Ref } from './model.ts';
import type { Bucket, ReportPeriod } from './period.ts';
import type { ReportSettings } from './settings.ts';
import { type ChannelTallies, missingHours, type PurchasedTally, type Tally } from './tallies.ts';

/** Hours of demand response that were entered, with what each hour was announced to be. */
export interface ResponseHours {
  readonly entry: SaidEntry & { readonly entry: { readonly kind: 'demand-response' } };
  readonly classes: readonly CoefficientClass[];
}

/** An earlier fiscal year for comparison. */
export interface PastYear {
  readonly fiscalYear: number;
  /** kL per unit of production, exact; null where it is not known. */
  readonly ordinary: Rational | null;
  readonly optimization: Rational | null;
  readonly from: 'entered' | 'measured' | 'unknown';
  readonly entry: number | null;
}

export interface ReportInput {
  readonly site: {
    readonly id: string;
    readonly name: string;
    readonly timezone: string;
    readonly gridArea: string;
  };
  readonly gateway: string;
  readonly version: string;
  readonly grid: HourGrid;
  readonly period: ReportPeriod;
  readonly buckets: readonly Bucket[];
  /** From the beginning of the fiscal year to the period: running totals begin there. */
  readonly before: Bucket;
  readonly nowMs: EpochMs;
  readonly settings: ReportSettings;
  readonly factors: ReportFactors;
  /** In the order of the site file. */
  readonly channels: readonly ChannelTallies[];
  /** One for each bucket; null where nothing is bought from the grid. */
  readonly purchased: readonly PurchasedTally[] | null;
  readonly purchasedBefore: PurchasedTally | null;
  /** What the business chose for this fiscal year. */
  readonly method: Method;
  /** In force, of the months of the period. */
  readonly entries: readonly SaidEntry[];
  readonly responses: readonly ResponseHours[];
  /** Of a fiscal year: the four before it, the oldest first. */
  readonly history: readonly PastYear[];
  /** Hours whose stored coefficient is about to be weighed anew. */
  readonly hoursToWeigh: number;
}

export interface Context extends ReportInput {
  /** The value on a date, written into the book. */
  use(factor: ReportFactor | null, date: string): FactorUsed | null;
  /** Writes a value into the book that is not of config/report-factors. */
  note(use: FactorUse): void;
  readonly book: ReadonlyMap<string, FactorUse>;
}

export interface FactorUsed {
  readonly value: Rational;
  readonly ref: Ref;
  /** `unverified` where it is. */
  readonly marks: readonly Mark[];
}

function useOf(factor: ReportFactor, value: DatedValue): FactorUse {
  const { id, name, unit } = factor;
  const { printed, validFrom, validTo, source, confidence } = value;
  return { id, name, unit, printed, validFrom, validTo, source, confidence };
}

const UNVERIFIED: readonly Mark[] = ['unverified'];
const SOUND: readonly Mark[] = [];

export function contextOf(input: ReportInput): Context {
  const book = new Map<string, FactorUse>();
  const note = (use: FactorUse): void =>
    void book.set(`${use.id}/${use.validFrom ?? ''}/${use.printed}`, use);
  return {
    ...input,
    book,
    note,
    use(factor, date) {
      const value = valueOn(factor, date);
      if (!factor || !value) return null;
      const use = useOf(factor, value);
      note(use);
      return { value: value.value, ref: { factor: use }, marks: isVerified(value) ? SOUND : UNVERIFIED };
    },
  };
}

/** What the hours of a span say of themselves. */
export function marksOf(tally: Tally): readonly Mark[] {
  const marks: Mark[] = [];
  if (missingHours(tally) > 0 || tally.beforeHours > 0) marks.push('missing');
  if (tally.estimatedHours > 0) marks.push('estimated');
  return marks;
}

/** `main`; what a meter gives back has its own: `main/energy-export`. */
export const channelId = ({ meter, channel }: Pick<ChannelTallies, 'meter' | 'channel'>): string =>
  channel === 'energy-export' ? `${meter}/${channel}` : meter;
