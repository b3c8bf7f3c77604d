/**
 * What kind of day a date is for a factory. Days of one type are alike in their load, so the past days of a type tell
 * what the next one will use.
 */
import { dayNumber } from '../coefficients/jst.ts';

export const DAY_TYPES = ['workday', 'saturday', 'holiday'] as const;
/** `holiday`: Sundays, public holidays, and days on which the factory is closed. */
export type DayType = (typeof DAY_TYPES)[number];

/** Both ends included. `YYYY-MM-DD` for once, `MM-DD` for each year; a yearly stretch may go past new year. */
export interface DateSpan {
  readonly from: string;
  readonly to: string;
}

/** What the site file says about the factory's own days. */
export interface FactoryCalendar {
  /** The factory is closed: obon, new year. */
  readonly holidays: readonly DateSpan[];
  /** The factory works although the calendar says otherwise: working Saturdays. Never a date of `holidays`. */
  readonly workdays: readonly DateSpan[];
  /** Whether the factory keeps public holidays. */
  readonly publicHolidays: boolean;
}

export const PLAIN_CALENDAR: FactoryCalendar = { holidays: [], workdays: [], publicHolidays: true };

/** Whether a site-local date is a public holiday. */
export type IsHoliday = (date: string) => boolean;

const YEARLY_LENGTH = 'MM-DD'.length;
const THURSDAY = 4;
const SATURDAY = 6;

export function isYearly({ from }: DateSpan): boolean {
  return from.length === YEARLY_LENGTH;
}

export function isWithin(date: string, span: DateSpan): boolean {
  const { from, to } = span;
  if (!isYearly(span)) return from <= date && date <= to;
  const day = date.slice(-YEARLY_LENGTH);
  return from <= to ? from <= day && day <= to : day >= from || day <= to;
}

/** Sunday 0 … Saturday 6. 1970-01-01 was a Thursday. */
function weekday(date: string): number {
  return (((dayNumber(date) + THURSDAY) % 7) + 7) % 7;
}

/** The factory's own word first, then the public calendar, then the day of the week. @param date a site-local date */
export function dayTypeOf(date: string, calendar: FactoryCalendar, isHoliday: IsHoliday): DayType {
  if (calendar.workdays.some((span) => isWithin(date, span))) return 'workday';
  if (calendar.holidays.some((span) => isWithin(date, span))) return 'holiday';
  const day = weekday(date);
  if (day === 0 || (calendar.publicHolidays && isHoliday(date))) return 'holiday';
  return day === SATURDAY ? 'saturday' : 'workday';
}
