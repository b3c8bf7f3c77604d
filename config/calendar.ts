/** The factory's own days in the site file: what is written, what is wrong with it, and what it becomes. */
import {
  type DateSpan,
  type FactoryCalendar,
  isWithin,
  isYearly,
} from '../gateway/domain/ahead/day-types.ts';
import { dateOf, dayNumber, isDate } from '../gateway/domain/coefficients/jst.ts';
import type { CheckContext } from './meter-checks.ts';
import type { SiteFile } from './site-schema.ts';

/** A year with a 29 February, in which every yearly date is one. */
const LEAP_YEAR = '2028';
/** Longest stretch of days that is one entry. */
const MAX_SPAN_DAYS = 366;

type Written = string | { readonly from: string; readonly to: string };

const spanOf = (entry: Written): DateSpan => (typeof entry === 'string' ? { from: entry, to: entry } : entry);

export function buildCalendar(calendar: SiteFile['calendar']): FactoryCalendar {
  return {
    holidays: (calendar?.holidays ?? []).map(spanOf),
    workdays: (calendar?.workdays ?? []).map(spanOf),
    publicHolidays: calendar?.publicHolidays ?? true,
  };
}

const SHAPE = /^(20\d\d-)?\d\d-\d\d$/;

/** An entry whose dates have the right form; the schema says what is wrong with the others. */
function formed(entry: unknown): DateSpan | null {
  if (typeof entry === 'string') return SHAPE.test(entry) ? { from: entry, to: entry } : null;
  if (typeof entry !== 'object' || entry === null) return null;
  const { from, to } = entry as Partial<DateSpan>;
  const isFormed = typeof from === 'string' && typeof to === 'string' && SHAPE.test(from) && SHAPE.test(to);
  return isFormed ? { from, to } : null;
}

const isReal = (date: string): boolean => isDate(date.length === 5 ? `${LEAP_YEAR}-${date}` : date);

type Path = readonly (string | number)[];

function checkSpan(span: DateSpan, at: Path, report: CheckContext['report']): boolean {
  const { from, to } = span;
  const wrong = [from, to].find((date) => !isReal(date));
  if (wrong !== undefined) report(at, 'no-such-date', { found: wrong });
  else if (from.length !== to.length) report(at, 'date-mixed', { from, to });
  else if (!isYearly(span) && (from > to || dayNumber(to) - dayNumber(from) >= MAX_SPAN_DAYS))
    report(at, 'date-order', { from, to });
  else return true;
  return false;
}

/** Every date of a span in a year that has one; of a yearly one those of the leap year. */
function datesOf(span: DateSpan): string[] {
  if (!isYearly(span)) {
    const first = dayNumber(span.from);
    return Array.from({ length: dayNumber(span.to) - first + 1 }, (_, n) => dateOf(first + n));
  }
  const first = dayNumber(`${LEAP_YEAR}-01-01`);
  return Array.from({ length: MAX_SPAN_DAYS }, (_, n) => dateOf(first + n)).filter((date) =>
    isWithin(date, span),
  );
}

/** A date of both spans, null without one. A date of the year and one of each year meet in that year. */
function common(a: DateSpan, b: DateSpan): string | null {
  const [one, other] = isYearly(a) ? [b, a] : [a, b];
  return datesOf(one).find((date) => isWithin(date, other)) ?? null;
}

/** @param section as written; unreadable parts are reported by the schema */
export function checkCalendar(
  section: Readonly<Record<string, unknown>>,
  report: CheckContext['report'],
): void {
  const sound = (key: string): { readonly at: Path; readonly span: DateSpan }[] => {
    const entries = section[key];
    if (!Array.isArray(entries)) return [];
    return entries.flatMap((entry: unknown, index) => {
      const at = ['calendar', key, index];
      const span = formed(entry);
      return span && checkSpan(span, at, report) ? [{ at, span }] : [];
    });
  };
  const holidays = sound('holidays');
  for (const { at, span } of sound('workdays')) {
    const date = holidays.map((holiday) => common(span, holiday.span)).find((found) => found !== null);
    if (date !== undefined && date !== null) report(at, 'date-both', { date });
  }
}
