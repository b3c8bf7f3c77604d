/** The turn of the stages, which may wait for a disk, is made between the ticks of the polling. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { runInPauses } from '../../gateway/platform/repeat.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: 0, toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Ticks at whole multiples of a second; polls are under way for so long after each. @returns when the job ran */
async function runFor(seconds: number, busyMs: number, stepMs = 1): Promise<number[]> {
  const ranAt: number[] = [];
  const now = (): number => performance.now();
  const start = now();
  const at = (): number => now() - start;
  const turns = runInPauses({
    everyMs: 1_000,
    busy: () => at() % 1_000 < busyMs,
    msToTick: () => 1_000 - (at() % 1_000),
    job: () => ranAt.push(at()),
  });
  for (let ms = 0; ms < seconds * 1_000; ms += stepMs) {
    await vi.advanceTimersByTimeAsync(stepMs);
    if (Math.round(at() % 1_000) === busyMs) turns.look();
  }
  turns.stop();
  await vi.advanceTimersByTimeAsync(10_000);
  return ranAt;
}

it('follows the last answer of each tick, with the longest pause before it', async () => {
  const ranAt = await runFor(60, 40);
  expect(ranAt.length).toBeGreaterThanOrEqual(57);
  for (const ms of ranAt.slice(1)) {
    expect(ms % 1_000).toBeGreaterThanOrEqual(40);
    expect(ms % 1_000).toBeLessThanOrEqual(900);
  }
});

it('comes between ticks where a silent meter keeps a poll under way all the time', async () => {
  const ranAt = await runFor(60, 1_000);
  expect(ranAt.length).toBeGreaterThanOrEqual(40);
  for (const ms of ranAt) {
    expect(ms % 1_000).toBeGreaterThan(10);
    expect(ms % 1_000).toBeLessThanOrEqual(950);
  }
});

it('comes in the end, even where ticks leave no pause', async () => {
  const ranAt: number[] = [];
  const turns = runInPauses({
    everyMs: 1_000,
    busy: () => true,
    msToTick: () => 5,
    job: () => ranAt.push(performance.now()),
  });
  await vi.advanceTimersByTimeAsync(20_000);
  turns.stop();
  expect(ranAt.length).toBeGreaterThanOrEqual(10);
});

it('does not come after its end', async () => {
  let ran = 0;
  const turns = runInPauses({ everyMs: 10, busy: () => false, msToTick: () => 1_000, job: () => ran++ });
  await vi.advanceTimersByTimeAsync(100);
  const before = ran;
  turns.stop();
  turns.look();
  await vi.advanceTimersByTimeAsync(100);
  expect([before > 0, ran]).toEqual([true, before]);
});
