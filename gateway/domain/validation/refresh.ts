/**
 * A register that its meter refreshes more rarely than its type says. It stands while power flows and then shows many
 * steps at once, again and again. What is asked at a half-hour is older than anybody knows then, and its bound too
 * narrow: `measured` may be wrong. Pure. Only a power gauge can tell this from a load that comes in bursts.
 */
import type { EpochMs } from '../time.ts';

/** So many steps must have passed unseen, and have shown at once … */
const HIDDEN_STEPS = 3n;
/** … so often without a break. */
const TIMES = 6;
/** A half-hour may be called `measured` with readings so far apart: what is refreshed more often does no harm, ms. */
const HARMLESS_MS = 18_000;
/** Between two polls further apart nothing is known of the power, ms. */
const BLIND_MS = 180_000;

/** How a register moves. */
export interface Pace {
  readonly registerMicro: bigint;
  /** The poll that showed this first, and the last one. */
  readonly sinceMs: EpochMs;
  readonly atMs: EpochMs;
  readonly perHour: number | null;
  /** What must have passed while it stood, micro-units: an estimate. */
  readonly hiddenMicro: bigint;
  /** How often in a row it has shown at once what had passed while it stood. */
  readonly times: number;
  /** The longest it took from one value to the next in these, ms. */
  readonly refreshMs: number;
}

export interface PaceInput {
  readonly registerMicro: bigint;
  readonly atMs: EpochMs;
  /** Native units per hour by the meter's own gauge; null without one. */
  readonly perHour: number | null;
}

function passedMicro(before: Pace, now: PaceInput): bigint {
  const elapsedMs = now.atMs - before.atMs;
  if (now.perHour === null || before.perHour === null || elapsedMs > BLIND_MS) return 0n;
  // The lesser of both ends: never more than what must have passed.
  return BigInt(Math.floor((Math.min(now.perHour, before.perHour) * 1e6 * elapsedMs) / 3_600_000));
}

/**
 * @param stepMicro one step of the register, micro-units
 * @param updateMs how often the meter is said to refresh it
 * @returns how it moves now; how long it really takes where that was seen often enough, ms; whether the contrary was
 */
export function movesOn(
  before: Pace | null,
  now: PaceInput,
  { stepMicro, updateMs }: { readonly stepMicro: bigint; readonly updateMs: number },
): { readonly pace: Pace; readonly slowMs: number | null; readonly isPrompt: boolean } {
  const fresh = { ...now, sinceMs: now.atMs, hiddenMicro: 0n };
  if (before === null) return { pace: { ...fresh, times: 0, refreshMs: 0 }, slowMs: null, isPrompt: false };
  const riseMicro = now.registerMicro - before.registerMicro;
  if (riseMicro === 0n) {
    const hiddenMicro = before.hiddenMicro + passedMicro(before, now);
    return { pace: { ...before, ...now, hiddenMicro }, slowMs: null, isPrompt: false };
  }
  const gapMs = now.atMs - before.atMs;
  const stoodMs = before.atMs - before.sinceMs;
  const { times, refreshMs } = before;
  // A fall, or a gap, says nothing of how it moves.
  if (riseMicro < 0n || gapMs > BLIND_MS)
    return { pace: { ...fresh, times, refreshMs }, slowMs: null, isPrompt: false };
  const hidden = HIDDEN_STEPS * stepMicro;
  if (before.hiddenMicro >= hidden && riseMicro > hidden && stoodMs > updateMs) {
    const seen = { times: times + 1, refreshMs: Math.max(refreshMs, stoodMs + gapMs) };
    const isSlow = seen.times >= TIMES && seen.refreshMs > Math.max(updateMs, HARMLESS_MS) + gapMs;
    return { pace: { ...fresh, ...seen }, slowMs: isSlow ? seen.refreshMs : null, isPrompt: false };
  }
  // It may rise by a step or two at any time under little load; sooner than it is refreshed it can't rise at all.
  const isPrompt = stoodMs + gapMs < refreshMs / 2;
  if (isPrompt || refreshMs === 0)
    return { pace: { ...fresh, times: 0, refreshMs: 0 }, slowMs: null, isPrompt };
  return { pace: { ...fresh, times, refreshMs }, slowMs: null, isPrompt: false };
}
