/**
 * Time for the demo. First it is stepped through the past by whoever plays it; then it goes live: from the moment of
 * {@link PlayClock.goLive} it runs `speed` times as fast as real time.
 */
import { type Clock, type EpochMs, instant, plus } from '../domain/time.ts';

export interface PlayClock extends Clock {
  /** Moves to an instant of the past; real time that passes meanwhile is added, so that requests take time. */
  stepTo(at: EpochMs): void;
  /** @param speed simulated ms per real ms */
  goLive(at: EpochMs, speed: number): void;
}

export function createPlayClock(startMs: EpochMs): PlayClock {
  let originMs = startMs;
  let realOriginMs = performance.now();
  let rate = 1;
  const setTo = (at: EpochMs, speed: number): void => {
    originMs = at;
    realOriginMs = performance.now();
    rate = speed;
  };
  return {
    now: () => plus(originMs, Math.floor((performance.now() - realOriginMs) * rate)),
    monotonicMs: () => performance.now(),
    trust: () => 'manual',
    stepTo: (at) => setTo(instant(at), 1),
    goLive: setTo,
  };
}
