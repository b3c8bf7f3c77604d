/**
 * drivers → readings. Asks each meter at its interval on common ticks (due times are multiples of the interval, so
 * that meters of one interval are asked together and nothing drifts) and hands what comes back to the caller. A
 * meter whose last poll is still under way is not asked again: a slow wire costs freshness, never memory.
 */
import type { MeterDriver, MeterPoll } from '../domain/ports.ts';
import type { EpochMs } from '../domain/time.ts';

export interface PolledMeter {
  readonly driver: MeterDriver;
  readonly intervalMs: number;
}

export interface Poller {
  /** Asks every meter once, now. Resolves when all have answered or failed. */
  pollAll(): Promise<void>;
  /** Asks the meters that are due and not under way. @returns when the next meter is due */
  pollDue(nowMs: EpochMs): number;
  /** Resolves when no poll is under way. */
  idle(): Promise<void>;
}

export function createPoller(meters: readonly PolledMeter[], onPoll: (poll: MeterPoll) => void): Poller {
  const underWay = new Map<string, Promise<void>>();
  const nextDue = new Map<string, number>();

  function ask(driver: MeterDriver): Promise<void> {
    const known = underWay.get(driver.meter);
    if (known) return known;
    const asked = driver
      .poll()
      .then(onPoll)
      .finally(() => underWay.delete(driver.meter));
    underWay.set(driver.meter, asked);
    return asked;
  }

  return {
    async pollAll() {
      await Promise.all(meters.map(({ driver }) => ask(driver)));
    },
    pollDue(nowMs) {
      let next = Number.POSITIVE_INFINITY;
      for (const { driver, intervalMs } of meters) {
        let due = nextDue.get(driver.meter) ?? nowMs;
        // A clock that was set back must not stop the polling until it has caught up.
        if (due - nowMs > intervalMs) due = nowMs;
        if (due <= nowMs) {
          // A poll that throws is a bug: it ends the process through the unhandled rejection.
          void ask(driver);
          due = (Math.floor(nowMs / intervalMs) + 1) * intervalMs;
        }
        nextDue.set(driver.meter, due);
        next = Math.min(next, due);
      }
      return next;
    },
    async idle() {
      await Promise.all(underWay.values());
    },
  };
}
