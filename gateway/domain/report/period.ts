/** The spans a report is about, and the parts it is printed in. A fiscal year runs from April to March of the site. */
import { datesOfMonth, fiscalYearOf, isDate, isMonth, monthOf } from '../coefficients/jst.ts';
import { type EpochMs, HOUR_MS, type HourGrid, plus } from '../time.ts';

export type ReportPeriod =
  | { readonly kind: 'fiscal-year'; readonly fiscalYear: number }
  | { readonly kind: 'month'; readonly month: string }
  | { readonly kind: 'day'; readonly date: string };

/** One row of a table of times: an hour of a day, a day of a month, a month of a year. */
export interface Bucket {
  /** `T13`, `2026-07-15`, `2026-07`; the hour that comes twice when the clocks are set back ends in `b`. */
  readonly id: string;
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  /** The local date on which it begins: factors are those of this date. */
  readonly date: string;
}

/** `fy2026`, `2026-07` or `2026-07-15`: how a period is named in cell addresses and on the command line. */
export function periodId(period: ReportPeriod): string {
  if (period.kind === 'fiscal-year') return `fy${period.fiscalYear}`;
  return period.kind === 'month' ? period.month : period.date;
}

/** Reads what {@link periodId} writes. Null for anything else. */
export function parsePeriod(text: string): ReportPeriod | null {
  const year = /^fy(20\d\d)$/i.exec(text)?.[1];
  if (year !== undefined) return { kind: 'fiscal-year', fiscalYear: Number(year) };
  if (isMonth(text)) return { kind: 'month', month: text };
  return /^20\d\d-/.test(text) && isDate(text) ? { kind: 'day', date: text } : null;
}

/** April to March: `2026-04` … `2027-03`. */
export function monthsOf(fiscalYear: number): readonly string[] {
  return Array.from({ length: 12 }, (_, index) => {
    const month = index + 4;
    return month <= 12
      ? `${fiscalYear}-${String(month).padStart(2, '0')}`
      : `${fiscalYear + 1}-${String(month - 12).padStart(2, '0')}`;
  });
}

export function fiscalYearOfPeriod(period: ReportPeriod): number {
  if (period.kind === 'fiscal-year') return period.fiscalYear;
  return fiscalYearOf(period.kind === 'month' ? `${period.month}-01` : period.date);
}

/** The months a period touches. */
export function monthsIn(period: ReportPeriod): readonly string[] {
  if (period.kind === 'fiscal-year') return monthsOf(period.fiscalYear);
  return [period.kind === 'month' ? period.month : monthOf(period.date)];
}

function dayBucket(date: string, grid: HourGrid): Bucket {
  return { id: date, ...grid.day(date), date };
}

export function monthBucket(month: string, grid: HourGrid): Bucket {
  const dates = datesOfMonth(month);
  const [first, last] = [dates[0] ?? month, dates.at(-1) ?? month];
  return { id: month, fromMs: grid.day(first).fromMs, toMs: grid.day(last).toMs, date: first };
}

function hourBuckets(date: string, grid: HourGrid): Bucket[] {
  const { fromMs, toMs } = grid.day(date);
  const buckets: Bucket[] = [];
  for (let at = fromMs; at < toMs; at = plus(at, HOUR_MS)) {
    const id = `T${grid.iso(at).slice(11, 13)}`;
    buckets.push({
      id: buckets.at(-1)?.id === id ? `${id}b` : id,
      fromMs: at,
      toMs: plus(at, HOUR_MS),
      date,
    });
  }
  return buckets;
}

/** The parts of a period in order: hours of a day, days of a month, months of a fiscal year. */
export function bucketsOf(period: ReportPeriod, grid: HourGrid): readonly Bucket[] {
  if (period.kind === 'day') return hourBuckets(period.date, grid);
  if (period.kind === 'month') return datesOfMonth(period.month).map((date) => dayBucket(date, grid));
  return monthsOf(period.fiscalYear).map((month) => monthBucket(month, grid));
}

/** From the beginning of the fiscal year to the period; empty for a fiscal year. */
export function beforeOf(period: ReportPeriod, grid: HourGrid): Bucket {
  const fromMs = grid.day(`${fiscalYearOfPeriod(period)}-04-01`).fromMs;
  const { fromMs: toMs } = spanOf(period, grid);
  return { id: 'before', fromMs, toMs, date: grid.dateOf(fromMs) };
}

export function spanOf(
  period: ReportPeriod,
  grid: HourGrid,
): { readonly fromMs: EpochMs; readonly toMs: EpochMs } {
  const buckets = bucketsOf(period, grid);
  const [first, last] = [buckets[0], buckets.at(-1)];
  if (!first || !last) throw new RangeError(`a period without parts: ${periodId(period)}`);
  return { fromMs: first.fromMs, toMs: last.toMs };
}
