/**
 * Japan Standard Time for coefficients: a fixed +09:00 without daylight saving. Announcements name JST days and
 * JST hours wherever the site's clock may be. A date is the text `YYYY-MM-DD`.
 */
import { type EpochMs, HOUR_MS, instant } from '../time.ts';

const JST_OFFSET_MS = 9 * HOUR_MS;
const DAY_MS = 24 * HOUR_MS;

/** The JST day an instant falls on, as days since 1970-01-01. */
export function jstDay(at: EpochMs): number {
  return Math.floor((at + JST_OFFSET_MS) / DAY_MS);
}

/** The JST date an instant falls on. */
export function jstDate(at: EpochMs): string {
  return dateOf(jstDay(at));
}

/** The JST hour, 0…23, an instant falls in. */
export function jstHour(at: EpochMs): number {
  return Math.floor((at + JST_OFFSET_MS) / HOUR_MS) - 24 * jstDay(at);
}

/** The instant at which a JST hour begins. @param hour 0…24; 24 is the next day's 0. */
export function jstHourStart(date: string, hour: number): EpochMs {
  return instant(dayNumber(date) * DAY_MS + hour * HOUR_MS - JST_OFFSET_MS);
}

/** Whether the text is a date of the calendar, years 2000…2099: `2026-02-30` is not. */
export function isDate(text: string): boolean {
  if (!/^20\d\d-\d\d-\d\d$/.test(text)) return false;
  const ms = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}

/** Days since 1970-01-01, for comparing and counting. The date must be one ({@link isDate}). */
export function dayNumber(date: string): number {
  const day = Date.parse(`${date}T00:00:00Z`) / DAY_MS;
  if (!Number.isInteger(day)) throw new RangeError(`not a date: ${date}`);
  return day;
}

/** The date of a day counted since 1970-01-01; the inverse of {@link dayNumber}. */
export function dateOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** The fiscal year a date falls in: April to March, named after the year in which it begins. */
export function fiscalYearOf(date: string): number {
  const year = Number(date.slice(0, 4));
  return date.slice(5, 7) < '04' ? year - 1 : year;
}

/** The month of a date: `2026-04`. */
export function monthOf(date: string): string {
  return date.slice(0, 7);
}

/** Whether the text is a month of the years 2000…2099: `2026-04`. */
export function isMonth(text: string): boolean {
  return /^20\d\d-(0[1-9]|1[0-2])$/.test(text);
}

/** All dates of a month. The month must be one ({@link isMonth}). */
export function datesOfMonth(month: string): string[] {
  const [year, number] = month.split('-').map(Number) as [number, number];
  const first = dayNumber(`${month}-01`);
  const count = Date.UTC(year, number, 1) / DAY_MS - first;
  return Array.from({ length: count }, (_, index) => dateOf(first + index));
}

/** Every date from `from` to `to`, both included. */
export function datesOf(range: { readonly from: string; readonly to: string }): string[] {
  const first = dayNumber(range.from);
  const count = Math.max(0, dayNumber(range.to) - first + 1);
  return Array.from({ length: count }, (_, index) => dateOf(first + index));
}

/**
 * Reads an ISO 8601 instant that says its offset: `2026-11-01T10:00:00+09:00` or `…Z`.
 * @returns null when it is not one, or names a day or time that does not exist
 */
export function parseInstant(text: string): EpochMs | null {
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,3})?)?(?:Z|[+-](\d\d):([0-5]\d))$/.exec(
    text,
  );
  if (!match?.[1] || !isDate(match[1])) return null;
  const [, , hour, minute, second = '0', offsetHour = '0'] = match;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59 || Number(offsetHour) > 14) return null;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : instant(ms);
}
