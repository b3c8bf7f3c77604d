/**
 * Whether a site's time zone suits slots of half an hour and buckets of an hour: its offset must be a multiple of 30
 * minutes and daylight saving, where there is any, must step by 60. Looked at week by week over the years 2020–2037.
 */
const FROM_MS = Date.UTC(2020, 0, 1);
const UNTIL_MS = Date.UTC(2038, 0, 1);
const WEEK_MS = 7 * 86_400_000;
const MINUTE_MS = 60_000;

export type ZoneProblem =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'offset'; readonly minutes: number }
  | { readonly kind: 'step'; readonly minutes: number };

function offsetMinutes(format: Intl.DateTimeFormat, at: number): number {
  const parts: Record<string, string> = {};
  for (const { type, value } of format.formatToParts(at)) parts[type] = value;
  const { year, month, day, hour, minute, second } = parts;
  const local = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  return (local - at) / MINUTE_MS;
}

/** Looking through all the weeks takes some 10 ms, and what is found holds for as long as the program runs. */
const looked = new Map<string, ZoneProblem | null>();
/** Zones in use are one or two. */
const MOST_LOOKED = 500;

/** @returns null when hours of this zone can be accounted for */
export function zoneProblem(zone: string): ZoneProblem | null {
  const known = looked.get(zone);
  if (known !== undefined) return known;
  let format: Intl.DateTimeFormat;
  try {
    const fields = {
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    } as const;
    format = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', ...fields });
  } catch {
    // Intl names no reason other than that the zone is not one.
    return { kind: 'unknown' };
  }
  const found = lookThrough(format);
  if (looked.size >= MOST_LOOKED) looked.clear();
  looked.set(zone, found);
  return found;
}

function lookThrough(format: Intl.DateTimeFormat): ZoneProblem | null {
  let before: number | null = null;
  for (let at = FROM_MS; at < UNTIL_MS; at += WEEK_MS) {
    const now = offsetMinutes(format, at);
    if (now % 30 !== 0) return { kind: 'offset', minutes: now };
    const step = before === null ? 0 : Math.abs(now - before);
    if (step !== 0 && step !== 60) return { kind: 'step', minutes: step };
    before = now;
  }
  return null;
}

export function knownZones(): readonly string[] {
  return Intl.supportedValuesOf('timeZone');
}
