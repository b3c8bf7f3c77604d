/**
 * How far ahead hours are confirmed. Announcements come the day before, so tomorrow may be open all day long; from an
 * hour of the evening on it must not be: then the last announcement has ended and nobody has said so.
 */
import type { Decider } from '../coefficients/decide.ts';
import { dateOf, jstDay, jstHourStart } from '../coefficients/jst.ts';
import { type EpochMs, HOUR_MS, instant } from '../time.ts';

/** Days that are looked at: announcements come days ahead, plans for a month. */
const LONGEST_DAYS = 400;

/**
 * `confirmed`: today, and tomorrow as far as it must be. `stale`: hours are unconfirmed that should not be. `none`:
 * nothing ever confirmed an hour of late, so nothing has ended either.
 */
export interface Cover {
  readonly state: 'confirmed' | 'stale' | 'none';
  /** From this instant on hours are unconfirmed: JST midnight. Null with `none`. */
  readonly endsMs: EpochMs | null;
  /** The last JST date that is confirmed; null with `none`. */
  readonly lastDate: string | null;
}

const NONE: Cover = { state: 'none', endsMs: null, lastDate: null };

function isConfirmed(decider: Pick<Decider, 'coefficientOf'>, day: number): boolean {
  return decider.coefficientOf(jstHourStart(dateOf(day), 0)).confirmed;
}

/** @param tomorrowByMinute JST clock time from which on tomorrow must be confirmed, minutes after midnight */
export function coverOf(
  decider: Pick<Decider, 'coefficientOf'>,
  nowMs: EpochMs,
  tomorrowByMinute: number,
): Cover {
  const today = jstDay(nowMs);
  let last: number | null = null;
  if (isConfirmed(decider, today)) {
    last = today;
    while (last - today < LONGEST_DAYS && isConfirmed(decider, last + 1)) last += 1;
  } else {
    for (let day = today - 1; today - day <= LONGEST_DAYS && last === null; day -= 1)
      if (isConfirmed(decider, day)) last = day;
  }
  if (last === null) return NONE;
  const midnightMs = jstHourStart(dateOf(today), 0);
  const evening = nowMs - midnightMs >= tomorrowByMinute * 60_000;
  const due = evening ? today + 1 : today;
  const endsMs = jstHourStart(dateOf(last + 1), 0);
  return { state: last >= due ? 'confirmed' : 'stale', endsMs, lastDate: dateOf(last) };
}

/** When {@link coverOf} may say something else although no document came. */
export function nextLookMs(nowMs: EpochMs, tomorrowByMinute: number): EpochMs {
  const midnightMs = jstHourStart(dateOf(jstDay(nowMs)), 0);
  const eveningMs = midnightMs + tomorrowByMinute * 60_000;
  return instant(nowMs < eveningMs ? eveningMs : midnightMs + 24 * HOUR_MS);
}
