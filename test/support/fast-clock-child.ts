/**
 * Loaded before the program (`node --import`): its wall clock begins where the test says and everything that measures
 * time in it, clocks and timers alike, runs `speed` times as fast. {@link fastClock} of fast-clock.ts sets it up.
 */
import { syncBuiltinESMExports } from 'node:module';
import timersPromises from 'node:timers/promises';
import { promisify } from 'node:util';

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
type Job = (...args: unknown[]) => void;
type Timer = (job: Job, ms: number, ...args: unknown[]) => NodeJS.Timeout;
const quicker =
  (timer: Timer) =>
  (job: Job, ms = 0, ...args: unknown[]) =>
    timer(job, ms / speed, ...args);
const quickPromise: typeof promised = (ms = 0, ...rest) => promised(ms / speed, ...rest);

const quickTimeout = Object.assign(quicker(later), { [promisify.custom]: quickPromise });
globalThis.setTimeout = quickTimeout as unknown as typeof setTimeout;
globalThis.setInterval = quicker(again) as unknown as typeof setInterval;
timersPromises.setTimeout = quickPromise;
syncBuiltinESMExports();
