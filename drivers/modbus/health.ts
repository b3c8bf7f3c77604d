/**
 * A meter that is switched off must cost the others little. States: answering; missing (some polls failed); resting
 * (nothing for RESTING_AFTER_MS **and** RESTING_AFTER_POLLS polls): then it is asked once, without a retry, at
 * growing intervals, until it answers. Each meter has its own; nothing is shared. Times are monotonic ms.
 */

export const RESTING_AFTER_MS = 3_000;
const RESTING_AFTER_POLLS = 2;
export const FIRST_PROBE_MS = 5_000;
export const PROBE_LIMIT_MS = 60_000;

export interface MeterHealth {
  /** `ask`: as usual. `probe`: one attempt, no retry. `rest`: not now. */
  advice(nowMs: number): 'ask' | 'probe' | 'rest';
  answered(): void;
  /** Nothing usable came. True when the meter begins to rest with this. */
  missed(nowMs: number): boolean;
  /** The wire came back: a resting meter is probed at the next poll. */
  wake(): void;
  isResting(): boolean;
}

export function createHealth(): MeterHealth {
  let missedPolls = 0;
  let firstMissMs = 0;
  let probeDelayMs: number | null = null;
  let nextProbeMs = 0;
  return {
    advice(nowMs) {
      if (probeDelayMs !== null) return nowMs >= nextProbeMs ? 'probe' : 'rest';
      return missedPolls > 0 ? 'probe' : 'ask';
    },
    answered() {
      missedPolls = 0;
      probeDelayMs = null;
    },
    missed(nowMs) {
      if (missedPolls++ === 0) firstMissMs = nowMs;
      if (probeDelayMs !== null) {
        probeDelayMs = Math.min(probeDelayMs * 2, PROBE_LIMIT_MS);
        nextProbeMs = nowMs + probeDelayMs;
        return false;
      }
      if (missedPolls < RESTING_AFTER_POLLS || nowMs - firstMissMs < RESTING_AFTER_MS) return false;
      probeDelayMs = FIRST_PROBE_MS;
      nextProbeMs = nowMs + probeDelayMs;
      return true;
    },
    wake() {
      nextProbeMs = 0;
    },
    isResting: () => probeDelayMs !== null,
  };
}
