/** How long to wait before the next connection. Pure: the caller gives the lifetimes and the random numbers. */

export interface BackOffTiming {
  /** Wait after the first failure; doubles with each further one. */
  readonly firstMs: number;
  readonly maxMs: number;
  /** A connection that lived this long clears the count of failures. */
  readonly stableMs: number;
  /** Wait after the second take-over of our client id in a row; doubles with each further one. */
  readonly takenFirstMs: number;
  readonly takenMaxMs: number;
}

export const DEFAULT_BACK_OFF: BackOffTiming = {
  firstMs: 500,
  maxMs: 30_000,
  stableMs: 10_000,
  takenFirstMs: 30_000,
  takenMaxMs: 600_000,
};

export interface BackOff {
  /** A connection or an attempt is over. `taken`: another client took our id. Returns the wait, ms. */
  ended(end: { readonly livedMs: number; readonly taken: boolean }): number;
}

/** `random` gives 0 ≤ x < 1; the wait is between half and all of the bound, so that many gateways do not come back at once. */
export function createBackOff(timing: BackOffTiming, random: () => number): BackOff {
  let failures = 0;
  let takeOvers = 0;
  let lastWaitMs = 0;
  return {
    ended({ livedMs, taken }) {
      if (livedMs >= timing.stableMs) failures = 0;
      // Two clients that wait equally long meet again after that wait: only a longer life proves the id to be ours.
      if (livedMs >= timing.stableMs && livedMs > 2 * lastWaitMs) takeOvers = 0;
      if (taken) takeOvers += 1;
      failures += 1;
      const bound =
        takeOvers >= 2
          ? doubled(timing.takenFirstMs, takeOvers - 2, timing.takenMaxMs)
          : doubled(timing.firstMs, failures - 1, timing.maxMs);
      lastWaitMs = bound / 2 + (bound / 2) * random();
      return lastWaitMs;
    },
  };
}

function doubled(firstMs: number, times: number, maxMs: number): number {
  return Math.min(firstMs * 2 ** Math.min(times, 30), maxMs);
}
