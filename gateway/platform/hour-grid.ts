import { Temporal } from 'temporal-polyfill';
import { type EpochMs, type HourGrid, instant } from '../domain/time.ts';

/** @param timezone an IANA name that `check` has accepted */
export function hourGrid(timezone: string): HourGrid {
  const offsets = new Map<number, number>();
  // Offsets change at most at whole half-hours, so one look-up a half-hour is enough.
  const offsetMs = (at: EpochMs): number => {
    const key = Math.floor(at / 1_800_000);
    const known = offsets.get(key);
    if (known !== undefined) return known;
    const zoned = Temporal.Instant.fromEpochMilliseconds(key * 1_800_000).toZonedDateTimeISO(timezone);
    const found = zoned.offsetNanoseconds / 1e6;
    if (offsets.size > 10_000) offsets.clear();
    offsets.set(key, found);
    return found;
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
