/**
 * The everyday reading: it rises a little from the one before, within one slot, and nothing else is to be said of
 * it. Nearly all readings are of this kind, so this rule is cheap; whatever it does not take goes to accept.ts,
 * which judges exactly. It takes nothing that accept.ts would not: its limit is rated × elapsed, without the two
 * counts that are allowed there.
 */
import type { RegisterScale } from '../meters.ts';
import type { Rational } from '../rational.ts';
import { slotOf } from '../time.ts';
import { UNSEEN_MS } from './era.ts';
import { LARGEST_COUNT, LARGEST_MICRO, type Reading, registerMicro } from './register.ts';

/** What the rule needs of a channel, computed once. */
export interface Pace {
  readonly scale: RegisterScale;
  /** Whole micro-units a count; null where they are not whole. */
  readonly microPerCount: bigint | null;
  /** A rise of r micro-units in t ms is within the rating when r × riseFactor ≤ t × timeFactor. */
  readonly riseFactor: bigint;
  readonly timeFactor: bigint;
  /** Longer than this without a reading is an unwatched span, ms. */
  readonly watchGapMs: number;
}

export interface Rules {
  readonly scale: RegisterScale;
  readonly ratedPerHour: Rational;
  readonly watchGapMs: number;
}

export function paceOf({ scale, ratedPerHour, watchGapMs }: Rules): Pace {
  const { num, den } = scale.unitsPerCount;
  const micro = num * 1_000_000n;
  return {
    scale,
    microPerCount: micro % den === 0n ? micro / den : null,
    // rated × t / 3,600,000 ms × 1,000,000 micro-units, without its common factors.
    riseFactor: ratedPerHour.den * 36n,
    timeFactor: ratedPerHour.num * 10n,
    // After a longer gap the register may have gone round unseen.
    watchGapMs: Math.min(watchGapMs, UNSEEN_MS),
  };
}

/** What the register shows, micro-units: registerMicro, by one multiplication where that is exact. */
export function paceMicro({ raw }: Reading, { scale, microPerCount }: Pace): bigint {
  return microPerCount !== null && raw.exp2 === 0 ? raw.count * microPerCount : registerMicro(raw, scale);
}

/**
 * @param lastMicro what `last` showed, micro-units
 * @returns what `next` shows, micro-units; null when accept.ts must judge
 */
export function steadyMicro(last: Reading, lastMicro: bigint, next: Reading, pace: Pace): bigint | null {
  if (next.atMs <= last.atMs || next.atMs - last.atMs > pace.watchGapMs) return null;
  if (slotOf(last.atMs) !== slotOf(next.atMs)) return null;
  const micro = paceMicro(next, pace);
  if (micro > LARGEST_MICRO || next.raw.count > LARGEST_COUNT) return null;
  const rise = micro - lastMicro;
  if (rise === 0n) return micro;
  if (rise < 0n) return null;
  const elapsedMs = BigInt(next.atMs - last.sinceMs + pace.scale.updateMs);
  return rise * pace.riseFactor <= elapsedMs * pace.timeFactor ? micro : null;
}
