/** One load of the plant and the sums of what it drew. */
import {
  DAY_MS,
  rateOf,
  type Schedule,
  SEGMENT_MS,
  SEGMENTS_PER_DAY,
  type Segment,
  segmentAt,
} from './schedule.ts';

/** Days whose inner sums are kept per load; older ones are computed again when asked for. */
const MAX_CACHED_DAYS = 64;

export interface Load {
  readonly id: string;
  /** Whole W or mL/h. */
  rateAt(atMs: number): number;
  /** Rate × ms since the first local midnight, exact. */
  sinceMidnight(atMs: number): bigint;
}

export interface LoadOptions {
  readonly id: string;
  readonly schedule: Schedule;
  readonly seed: number;
  /** Local days since 1970-01-01. */
  readonly firstDay: number;
  readonly utcOffsetMs: number;
}

export function createLoad(options: LoadOptions): Load {
  const { id, schedule, seed, firstDay, utcOffsetMs } = options;
  /** dayEnds[n]: what had passed when the nth day since the first began. */
  const dayEnds: bigint[] = [0n];
  const inner = new Map<number, readonly number[]>();

  const rateIn = (segment: Segment): number => rateOf(schedule, segment, seed, id, firstDay);

  /** Sums up to each segment's start within one day; the last entry is the whole day. Below 2⁵³. */
  const innerSums = (day: number): readonly number[] => {
    const known = inner.get(day);
    if (known) return known;
    const first = ((firstDay + day) * DAY_MS - utcOffsetMs) / SEGMENT_MS;
    const sums = [0];
    for (let i = 0, sum = 0; i < SEGMENTS_PER_DAY; i++) {
      sum += rateIn(segmentAt(first + i, utcOffsetMs)) * SEGMENT_MS;
      sums.push(sum);
    }
    for (const oldest of inner.keys()) {
      if (inner.size < MAX_CACHED_DAYS) break;
      inner.delete(oldest);
    }
    inner.set(day, sums);
    return sums;
  };

  const dayEnd = (day: number): bigint => {
    for (let d = dayEnds.length; d <= day; d++)
      dayEnds.push(present(dayEnds[d - 1]) + BigInt(present(innerSums(d - 1)[SEGMENTS_PER_DAY])));
    return present(dayEnds[day]);
  };

  const rateAt = (atMs: number): number => rateIn(segmentAt(Math.floor(atMs / SEGMENT_MS), utcOffsetMs));

  return {
    id,
    rateAt,
    sinceMidnight(atMs) {
      const day = Math.floor((atMs + utcOffsetMs) / DAY_MS) - firstDay;
      const inDay = atMs + utcOffsetMs - (firstDay + day) * DAY_MS;
      const whole = present(innerSums(day)[Math.floor(inDay / SEGMENT_MS)]);
      return dayEnd(day) + BigInt(whole + rateAt(atMs) * (inDay % SEGMENT_MS));
    },
  };
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a sum that must be there is missing');
  return value;
}
