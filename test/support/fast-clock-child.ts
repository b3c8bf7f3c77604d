/**
 * Loaded before the program (`node --import`): its wall clock begins where the test says and everything that measures
 * time in it, clocks and timers alike, runs `speed` times as fast. {@link fastClock} of fast-clock.ts sets it up.
 */
import { syncBuiltinESMExports } from 'node:module';
import timersPromises from 'node:timers/promises';

const { wallMs, showsMs, speed } = JSON.parse(process.env['HAKARU_TEST_CLOCK'] ?? '{}') as {
  readonly wallMs: number;
  readonly showsMs: number;
  readonly speed: number;
};

const monotonicMs = performance.now.bind(performance);
const { setTimeout: later, setInterval: again } = globalThis;
const promised = timersPromises.setTimeout;

performance.now = () => monotonicMs() * speed;
Date.now = () => Math.floor(showsMs + (performance.timeOrigin + monotonicMs() - wallMs) * speed);
globalThis.setTimeout = Object.assign(
  (job: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => later(job, ms / speed, ...args),
  later,
) as typeof setTimeout;
globalThis.setInterval = ((job: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) =>
  again(job, ms / speed, ...args)) as typeof setInterval;
timersPromises.setTimeout = (ms = 0, ...rest) => promised(ms / speed, ...rest);
syncBuiltinESMExports();
