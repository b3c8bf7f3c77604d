/** What a load draws: a whole number (W, or mL/h for gas) that is constant within each 5-minute segment. */
import { hash32 } from './seeded.ts';

export const SEGMENT_MS = 300_000;
export const SEGMENTS_PER_DAY = 288;
export const DAY_MS = 86_400_000;

/** 100 MW: a day's W × ms then stays below 2⁵³, so sums within a day are exact in a double. */
const MAX_RATE = 100_000_000;

export interface Segment {
  /** 5-minute periods since 1970 UTC. */
  readonly index: number;
  readonly startMs: number;
  /** Days since 1970-01-01 by local time. */
  readonly localDay: number;
  /** 0…23 */
  readonly localHour: number;
  /** Saturday or Sunday by local time. */
  readonly weekend: boolean;
}

/**
 * `profile`: a whole number for each local hour of a weekday and of a weekend day (24 each), each segment moved by
 * up to ± jitterPercent.
 * `hours`: exactly these rates, one for each local hour; 24 of them repeat every day, 24 × k repeat every k days,
 * counted from the local day of the plant's start.
 * A function is called with the segment and must return the same whole number each time.
 */
export type Schedule =
  | {
      readonly kind: 'profile';
      readonly weekday: readonly number[];
      readonly weekend: readonly number[];
      readonly jitterPercent: number;
    }
  | { readonly kind: 'hours'; readonly hours: readonly number[] }
  | ((segment: Segment) => number);

export function hourly(hours: readonly number[]): Schedule {
  if (hours.length === 0 || hours.length % 24 !== 0)
    throw new RangeError(`${hours.length} hours are not whole days`);
  return { kind: 'hours', hours };
}

export function segmentAt(index: number, utcOffsetMs: number): Segment {
  const startMs = index * SEGMENT_MS;
  const local = startMs + utcOffsetMs;
  const localDay = Math.floor(local / DAY_MS);
  // 1970-01-01 was a Thursday.
  const weekday = (((localDay + 4) % 7) + 7) % 7;
  const localHour = Math.floor((local - localDay * DAY_MS) / 3_600_000);
  return { index, startMs, localDay, localHour, weekend: weekday === 0 || weekday === 6 };
}

/** The rate of one segment, checked to be a whole number in 0 … {@link MAX_RATE}. */
export function rateOf(
  schedule: Schedule,
  segment: Segment,
  seed: number,
  id: string,
  firstDay: number,
): number {
  const rate = plainRate(schedule, segment, seed, id, firstDay);
  if (!Number.isInteger(rate) || rate < 0 || rate > MAX_RATE)
    throw new RangeError(`${id}: ${rate} is not a whole rate of 0…${MAX_RATE} (segment ${segment.index})`);
  return rate;
}

function plainRate(schedule: Schedule, segment: Segment, seed: number, id: string, firstDay: number): number {
  if (typeof schedule === 'function') return schedule(segment);
  if (schedule.kind === 'hours') {
    const days = schedule.hours.length / 24;
    const day = (((segment.localDay - firstDay) % days) + days) % days;
    return schedule.hours[day * 24 + segment.localHour] ?? Number.NaN;
  }
  const base = (segment.weekend ? schedule.weekend : schedule.weekday)[segment.localHour] ?? Number.NaN;
  const spread = Math.floor((base * schedule.jitterPercent) / 100);
  return base - spread + (hash32(seed, id, segment.index) % (2 * spread + 1));
}
