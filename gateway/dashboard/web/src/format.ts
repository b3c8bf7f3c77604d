/** Numbers, times and dates as people read them. Site times are cut out of the ISO text: it carries the site's offset. */
import type { Language, Texts } from './texts.ts';

const formats = new Map<string, Intl.NumberFormat>();

/** Fixed digits, so that columns of figures stand under each other; "—" for what is not known. */
export function number(value: number | null | undefined, digits: number, language: Language): string {
  if (value === null || value === undefined) return '—';
  const key = `${language}${digits}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(language, {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
    formats.set(key, format);
  }
  return format.format(value);
}

/** Enough digits to compare: 3 significant ones below 100, none above 1,000. */
export function digitsFor(value: number | null): number {
  const size = Math.abs(value ?? 0);
  return size >= 1000 ? 0 : size >= 10 || size === 0 ? 1 : 2;
}

export function quantity(value: number | null, language: Language): string {
  return number(value, digitsFor(value), language);
}

/** A coefficient keeps the digits it has, at least one: 9.4, 12.2, 9.0. */
export function coefficient(value: number | null, language: Language): string {
  if (value === null) return '—';
  return value.toLocaleString(language, { minimumFractionDigits: 1, maximumFractionDigits: 6 });
}

/** A relative change with its sign, in per cent; the real minus sign. */
export function percentChange(value: number, language: Language): string {
  const sign = value < 0 ? '−' : value > 0 ? '+' : '±';
  return `${sign}${number(Math.abs(value) * 100, 1, language)} %`;
}

export function signed(value: number, language: Language): string {
  return `${value < 0 ? '−' : value > 0 ? '+' : '±'}${number(Math.abs(value), 0, language)}`;
}

export const unitText = (unit: string): string => unit.replace('m3', 'm³');

export const clockTime = (iso: string): string => iso.slice(11, 16);
export const clockSeconds = (iso: string): string => iso.slice(11, 19);

/** "13:00–14:00" */
export const hourSpan = (start: string, end: string): string => {
  const to = clockTime(end);
  return `${clockTime(start)}–${to === '00:00' ? '24:00' : to}`;
};

/** A site-local date for people, e.g. 2026年11月21日(土). */
export function longDate(date: string, language: Language): string {
  const at = new Date(`${date}T00:00:00Z`);
  const options: Intl.DateTimeFormatOptions =
    language === 'ja'
      ? { year: 'numeric', month: 'long', day: 'numeric', weekday: 'short', timeZone: 'UTC' }
      : { year: 'numeric', month: 'short', day: 'numeric', weekday: 'short', timeZone: 'UTC' };
  return at.toLocaleDateString(language === 'ja' ? 'ja-JP' : 'en-GB', options);
}

/** Time alone when it is of the day the gateway has, with the date otherwise. */
export function moment(iso: string, today: string): string {
  return iso.startsWith(today) ? clockSeconds(iso) : `${iso.slice(0, 10)} ${clockTime(iso)}`;
}

export function ago(ms: number, texts: Texts): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 3) return texts.ago.now;
  if (seconds < 90) return texts.ago.s(seconds);
  if (seconds < 5400) return texts.ago.min(Math.round(seconds / 60));
  if (seconds < 172_800) return texts.ago.h(Math.round(seconds / 3600));
  return texts.ago.d(Math.round(seconds / 86_400));
}

/** "2026-11-21" moved by whole days. */
export function shiftDate(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}
