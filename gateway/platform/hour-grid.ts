import { Temporal } from 'temporal-polyfill';
import { type EpochMs, type HourGrid, instant } from '../domain/time.ts';

const DAY_MS = 86_400_000;
/** Days whose offset is remembered: some decades. */
const MAX_DAYS = 10_000;

/** @param timezone an IANA name that `check` has accepted */
export function hourGrid(timezone: string): HourGrid {
  const days = new Map<number, readonly [first: number, last: number]>();
  const askedMs = (ms: number): number =>
    Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timezone).offsetNanoseconds / 1e6;
  // Two look-ups a day are enough on all days but those on which summer time begins or ends.
  const offsetMs = (at: EpochMs): number => {
    const day = Math.floor(at / DAY_MS);
    let known = days.get(day);
    if (known === undefined) {
      if (days.size > MAX_DAYS) days.clear();
      known = [askedMs(day * DAY_MS), askedMs((day + 1) * DAY_MS - 1)];
      days.set(day, known);
    }
    return known[0] === known[1] ? known[0] : askedMs(at);
  };
  const local = (at: EpochMs) => Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timezone);
  return {
    hourOf(at) {
      const offset = offsetMs(at);
      return instant(Math.floor((at + offset) / 3_600_000) * 3_600_000 - offset);
    },
    iso: (at) =>
      local(at).toString({ timeZoneName: 'never', smallestUnit: at % 1000 === 0 ? 'second' : 'millisecond' }),
    dateOf: (at) => local(at).toPlainDate().toString(),
    day(date) {
      const start = Temporal.PlainDate.from(date).toZonedDateTime({ timeZone: timezone });
      return {
        fromMs: instant(start.epochMilliseconds),
        toMs: instant(start.add({ days: 1 }).epochMilliseconds),
      };
    },
  };
}
