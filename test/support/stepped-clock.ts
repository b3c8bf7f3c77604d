import { type Clock, type EpochMs, instant } from '../../gateway/domain/time.ts';

/** Time that stands still until it is moved: a request takes no time, so a reading can lie exactly on a boundary. */
export interface SteppedClock extends Clock {
  stepTo(ms: number): void;
}

export function createSteppedClock(startMs: number): SteppedClock {
  let nowMs: EpochMs = instant(startMs);
  return {
    now: () => nowMs,
    monotonicMs: () => performance.now(),
    trust: () => 'manual',
    stepTo(ms) {
      nowMs = instant(ms);
    },
  };
}
