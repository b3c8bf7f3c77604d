/** Site-local dates and times from instants, by the platform's own zone data. */
import { type EpochMs, HOUR_MS, instant } from '../domain/time.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * HOUR_MS;
const formats = new Map<string, Intl.DateTimeFormat>();

function partsOf(at: EpochMs, timezone: string): Record<string, string> {
  let format = formats.get(timezone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-u-ca-gregory', {
      timeZone: timezone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    formats.set(timezone, format);
  }
  return Object.fromEntries(format.formatToParts(at).map((part) => [part.type, part.value]));
}

/** Offsets change at most at whole half-hours (`check` refuses other zones): one look-up a half-hour is enough. */
const OFFSET_HOLDS_MS = HOUR_MS / 2;
/** Half-hours remembered of a zone: a year of hours, both ends. */
const MAX_OFFSETS = 20_000;
const offsets = new Map<string, Map<number, number>>();

/** How far the zone is ahead of UTC at that instant, ms. */
function offsetMs(at: EpochMs, timezone: string): number {
  let known = offsets.get(timezone);
  if (!known) offsets.set(timezone, (known = new Map()));
  const key = Math.floor(at / OFFSET_HOLDS_MS);
  const offset = known.get(key);
  if (offset !== undefined) return offset;
  if (known.size >= MAX_OFFSETS) known.clear();
  const found = lookedUpOffsetMs(at, timezone);
  known.set(key, found);
  return found;
}

function lookedUpOffsetMs(at: EpochMs, timezone: string): number {
  const { year, month, day, hour, minute, second } = partsOf(at, timezone);
  const local = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  return local - Math.floor(at / 1000) * 1000;
}

/** The start of the site-local hour an instant falls in. */
export function localHour(at: EpochMs, timezone: string): EpochMs {
  const offset = offsetMs(at, timezone);
  return instant(Math.floor((at + offset) / HOUR_MS) * HOUR_MS - offset);
}

/** "2026-11-21": the date the site's calendar shows. */
export function localDate(at: EpochMs, timezone: string): string {
  return new Date(at + offsetMs(at, timezone)).toISOString().slice(0, 10);
}

const two = (value: number): string => String(value).padStart(2, '0');

/** "2026-11-21T13:00:00+09:00"; milliseconds only where there are any. */
export function localIso(at: EpochMs, timezone: string): string {
  const offset = offsetMs(at, timezone);
  const minutes = Math.abs(offset) / MINUTE_MS;
  const text = new Date(at + offset)
    .toISOString()
    .slice(0, 23)
    .replace(/\.000$/, '');
  return `${text}${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** Whether "2026-02-30" and the like are days of the calendar. */
export function isDate(date: string): boolean {
  const at = Date.parse(`${date}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(date) && !Number.isNaN(at) && new Date(at).toISOString().startsWith(date);
}

/** The instant at which a site-local date begins. The date must be one ({@link isDate}). */
export function startOfDate(date: string, timezone: string): EpochMs {
  const utc = Date.parse(`${date}T00:00:00Z`);
  // The offset that holds at midnight is not known before midnight is: two rounds settle any zone.
  const guess = utc - offsetMs(instant(utc), timezone);
  return instant(utc - offsetMs(instant(guess), timezone));
}

/** The neighbour of a date, `days` away. */
export function shiftDate(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

export interface SiteDay {
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  /** Where its hours begin: 24, or 23 and 25 on the days the clocks change. */
  readonly hourStarts: readonly EpochMs[];
}

export function siteDay(date: string, timezone: string): SiteDay {
  const startMs = startOfDate(date, timezone);
  const endMs = startOfDate(shiftDate(date, 1), timezone);
  const hourStarts: EpochMs[] = [];
  for (let at = startMs; at < endMs; at = instant(at + HOUR_MS)) hourStarts.push(at);
  return { startMs, endMs, hourStarts };
}
