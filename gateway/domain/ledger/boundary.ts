/**
 * A boundary (定時積算値) is a channel's total at :00 or :30, interpolated between the accepted readings around it.
 * It keeps that bracket for ever: it is the evidence, and the true total lies within [low, high].
 */
import { roundHalfAway } from '../rational.ts';
import type { KeptBy } from '../meters.ts';
import { boundaryAt, type EpochMs, instant, SLOT_MS } from '../time.ts';
import { type Era, totalMicro } from './era.ts';
import { microOf, type Reading, registerMicro, resolutionMicro, uncertaintyMicro } from './register.ts';

/** A reading with the era that gives it meaning. */
export interface Marked {
  readonly reading: Reading;
  readonly era: Era;
}

export interface Boundary {
  /** The slot that begins here; the boundary is slot × 30 min after 1970 UTC. */
  readonly slot: number;
  /** The latest accepted reading not later than the boundary. */
  readonly lower: Marked;
  /** The earliest accepted reading that was surely sampled at the boundary or after it. */
  readonly upper: Marked;
  /** The channel's total, micro-units since its opening. */
  readonly totalMicro: bigint;
  /** What the register shows here, micro-units; null where the bracket spans an unresolved step. */
  readonly registerMicro: bigint | null;
  /** The truth lies within [lowMicro, highMicro], on the same footing as totalMicro. */
  readonly lowMicro: bigint;
  readonly highMicro: bigint;
  /** The smallest change the register can show here, micro-units. */
  readonly resolutionMicro: bigint;
}

/** Whether a reading is sure to show the register at or after the boundary, however old its answer may be. */
export function isAfter(boundaryMs: EpochMs, { reading, era }: Marked): boolean {
  return reading.sinceMs - era.scale.updateMs >= boundaryMs;
}

/** Slots whose boundary lies in [from, to). */
export function slotsWithin(from: EpochMs, to: EpochMs): number[] {
  const first = Math.ceil(from / SLOT_MS);
  const slots: number[] = [];
  for (let slot = first; slot * SLOT_MS < to; slot++) slots.push(slot);
  return slots;
}

function registerAt(total: bigint, lower: Marked, upper: Marked): bigint | null {
  const risen = registerMicro(lower.reading.raw, lower.era.scale) + total - totalMicro(lower.era, lower.reading);
  if (lower.era.no === upper.era.no) return risen;
  const { wrapsAt } = lower.era.scale;
  if (upper.era.no !== lower.era.no + 1 || upper.era.cause !== 'rollover' || wrapsAt === null) return null;
  const end = microOf(wrapsAt, lower.era.scale);
  return risen >= end ? risen - end : risen;
}

/**
 * Interpolates linearly between the two readings; rounded by the one rule of the product. Pulses that the gateway
 * counts are not smoothed: the boundary is the count then.
 */
export function boundaryBetween(slot: number, lower: Marked, upper: Marked, keptBy: KeptBy): Boundary {
  const at = boundaryAt(slot);
  const from = totalMicro(lower.era, lower.reading);
  const to = totalMicro(upper.era, upper.reading);
  const spanMs = upper.reading.atMs - lower.reading.atMs;
  const elapsedMs = at - lower.reading.atMs;
  const risen =
    keptBy === 'gateway' || spanMs === 0
      ? 0n
      : roundHalfAway({ num: (to - from) * BigInt(elapsedMs), den: BigInt(spanMs) });
  const total = from + risen;
  return {
    slot,
    lower,
    upper,
    totalMicro: total,
    registerMicro: registerAt(total, lower, upper),
    lowMicro: from - uncertaintyMicro(lower.reading.raw, lower.era.scale).below,
    highMicro: to + uncertaintyMicro(upper.reading.raw, upper.era.scale).above,
    resolutionMicro: resolutionMicro(upper.reading.raw, upper.era.scale),
  };
}

/**
 * Closes boundaries as readings arrive in order. `open` are boundaries passed but not yet closed, each with its
 * lower reading; `next` follows `last`.
 * @returns boundaries now closed, and those still open
 */
export function closeBoundaries(
  open: readonly { readonly slot: number; readonly lower: Marked }[],
  last: Marked,
  next: Marked,
  keptBy: KeptBy,
): { closed: Boundary[]; open: { slot: number; lower: Marked }[] } {
  const passed = slotsWithin(last.reading.atMs, next.reading.atMs).map((slot) => ({ slot, lower: last }));
  const closed: Boundary[] = [];
  const still: { slot: number; lower: Marked }[] = [];
  for (const candidate of [...open, ...passed]) {
    if (isAfter(boundaryAt(candidate.slot), next)) {
      closed.push(boundaryBetween(candidate.slot, candidate.lower, next, keptBy));
    } else {
      still.push(candidate);
    }
  }
  return { closed, open: still };
}

/** The same boundary with a late reading in its bracket, or null when the reading does not tighten it. */
export function tightened(boundary: Boundary, late: Marked, keptBy: KeptBy): Boundary | null {
  const at = boundaryAt(boundary.slot);
  const { atMs } = late.reading;
  if (atMs <= at && atMs > boundary.lower.reading.atMs) return boundaryBetween(boundary.slot, late, boundary.upper, keptBy);
  if (isAfter(at, late) && atMs < boundary.upper.reading.atMs) {
    return boundaryBetween(boundary.slot, boundary.lower, late, keptBy);
  }
  return null;
}

/** How long the bracket is, ms. */
export function bracketMs(boundary: Boundary): number {
  return instant(boundary.upper.reading.atMs) - boundary.lower.reading.atMs;
}
