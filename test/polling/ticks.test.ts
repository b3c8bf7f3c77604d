/** Meters are asked on ticks of the wall clock, in small groups; nothing drifts, nothing piles up. */
import { describe, expect, it } from 'vitest';
import type { MeterPoll } from '../../gateway/domain/ports.ts';
import { instant } from '../../gateway/domain/time.ts';
import { createPoller, GROUP_METERS, groupDelayMs } from '../../gateway/stages/poll.ts';

const T0 = 1_800_000_000_000;

interface Asked {
  readonly meter: string;
  readonly atMs: number;
}

/** A poller on a clock that a test moves; every meter answers when told to. */
function bench(meters: number, intervalMs: number) {
  const asked: Asked[] = [];
  const open = new Map<string, (poll: MeterPoll) => void>();
  let nowMs = T0;
  const drivers = Array.from({ length: meters }, (_, n) => ({
    meter: `m${n}`,
    poll: () => {
      asked.push({ meter: `m${n}`, atMs: nowMs });
      return new Promise<MeterPoll>((resolve) => open.set(`m${n}`, resolve));
    },
  }));
  const poller = createPoller(
    drivers.map((driver) => ({ driver, intervalMs })),
    () => undefined,
  );
  return {
    asked,
    poller,
    pollAt: (ms: number): number => {
      nowMs = ms;
      return poller.pollDue(instant(ms));
    },
    answer: async (): Promise<void> => {
      for (const [meter, resolve] of open)
        resolve({ meter, atMs: instant(nowMs), registers: [], gauges: [], fault: null });
      open.clear();
      await poller.idle();
    },
  };
}

describe('two hundred meters each second', () => {
  it('are all asked at the start, then in groups, each at the same moments for ever', async () => {
    const { asked, pollAt, answer } = bench(200, 1_000);
    let dueMs = pollAt(T0 + 345);
    await answer();
    expect(asked).toHaveLength(200);
    asked.length = 0;
    // Each wake-up comes up to 3 ms late, as timers do.
    for (let wake = 0; dueMs < T0 + 600_000; wake++) {
      dueMs = pollAt(dueMs + (wake % 4));
      await answer();
    }
    const groups = Math.ceil(200 / GROUP_METERS);
    expect(groups).toBe(7);
    expect(asked.length).toBeGreaterThanOrEqual(599 * 200);
    for (const { meter, atMs } of asked) {
      const group = Math.floor(Number(meter.slice(1)) / GROUP_METERS);
      const lateMs = (atMs - groupDelayMs(group, groups, 1_000)) % 1_000;
      if (lateMs > 3) throw new Error(`${meter} is asked ${lateMs} ms late at ${atMs}`);
    }
    expect(Math.max(...asked.slice(0, 200).map(({ atMs }) => atMs % 1_000))).toBeLessThanOrEqual(123);
  });

  it('that do not answer are not asked again while a poll is under way', async () => {
    const { asked, poller, pollAt, answer } = bench(40, 1_000);
    pollAt(T0);
    for (let second = 1; second <= 5; second++) pollAt(T0 + second * 1_000 + 30);
    expect(asked).toHaveLength(40);
    expect(poller.busy()).toBe(true);
    await answer();
    expect(poller.busy()).toBe(false);
    pollAt(T0 + 6_030);
    expect(asked).toHaveLength(80);
  });
});

describe('the clock', () => {
  it('that is set back does not stop the polling', async () => {
    const { asked, pollAt, answer } = bench(1, 5_000);
    pollAt(T0);
    await answer();
    expect(pollAt(T0 - 3_600_000)).toBe(T0 - 3_600_000 + 5_000);
    expect(asked).toHaveLength(2);
  });
});

describe('many groups', () => {
  it('never fill more than half of their interval', () => {
    const delays = Array.from({ length: 100 }, (_, n) => groupDelayMs(n, 100, 200));
    expect(Math.max(...delays)).toBeLessThan(100);
    expect(delays.every((delay, n) => n === 0 || delay > (delays[n - 1] ?? 0))).toBe(true);
  });

  it('tells when the last answer of a tick is there', async () => {
    const { poller, pollAt, answer } = bench(64, 1_000);
    let idle = 0;
    pollAt(T0);
    void poller.idle().then(() => idle++);
    await Promise.resolve();
    expect(idle).toBe(0);
    await answer();
    expect(idle).toBe(1);
  });
});
