/**
 * A boundary (定時積算値) is a channel's total at :00 or :30, interpolated between the accepted readings around it.
 * It keeps that bracket for ever: it is the evidence, and the true total lies within [low, high].
 */

import type { KeptBy } from '../meters.ts';
import { roundHalfAway } from '../rational.ts';
import { boundaryAt, type EpochMs, instant, plus, SLOT_MS } from '../time.ts';
import { type Era, totalMicro } from './era.ts';
import { microOf, type Reading, registerMicro, resolutionMicro, uncertaintyMicro } from './register.ts';

/** A reading with the era that gives it meaning. */
export interface Marked {
  readonly reading: Reading;
  readonly era: Era;
}

/** A boundary that has been passed and waits for a reading that is surely from after it. */
export interface OpenBoundary {
  /** The slot that begins here; the boundary is slot × 30 min after 1970 UTC. */
  readonly slot: number;
  /** The latest accepted reading not later than the boundary. */
  readonly lower: Marked;
  /** The earliest accepted reading not earlier than the boundary; the same one when it lies on it. */
  readonly upper: Marked;
}

export interface Boundary extends OpenBoundary {
  /** The channel's total, micro-units since its opening. */
  readonly totalMicro: bigint;
  /** What the register shows here, micro-units; null where an unresolved step may lie before or after it. */
  readonly registerMicro: bigint | null;
  /**
   * The truth lies within [lowMicro, highMicro], on the same footing as totalMicro. A slow register may show at
   * `upper` what was true before the boundary: high comes from the first reading surely sampled after it.
   */
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

/** Whether nothing unknown passed between the two: one era, or one known rollover. */
function continues(lower: Marked, sure: Marked): boolean {
  if (lower.era.no === sure.era.no) return true;
  return (
    sure.era.no === lower.era.no + 1 && sure.era.cause === 'rollover' && lower.era.scale.wrapsAt !== null
  );
}

function registerAt(total: bigint, lower: Marked, upper: Marked): bigint {
  const { scale } = lower.era;
  const risen = registerMicro(lower.reading.raw, scale) + total - totalMicro(lower.era, lower.reading);
  if (lower.era.no === upper.era.no || scale.wrapsAt === null) return risen;
  const end = microOf(scale.wrapsAt, scale);
  return risen >= end ? risen - end : risen;
}

/** The most the truth can be before a reading that was sampled after it. */
function highestMicro({ reading, era }: Marked): bigint {
  return totalMicro(era, reading) + uncertaintyMicro(reading.raw, era.scale).above;
}

/**
 * Interpolates linearly between the two neighbouring readings, so that totals never fall; rounded by the one rule
 * of the product. Pulses that the gateway counts are not smoothed: the boundary is the count then.
 */
function settled(open: OpenBoundary, highMicro: bigint, known: boolean, keptBy: KeptBy): Boundary {
  const { slot, lower, upper } = open;
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
    registerMicro: known ? registerAt(total, lower, upper) : null,
    lowMicro: from - uncertaintyMicro(lower.reading.raw, lower.era.scale).below,
    highMicro,
    resolutionMicro: resolutionMicro(upper.reading.raw, upper.era.scale),
  };
}

/** @param sure the first accepted reading that was surely sampled at the boundary or after it */
export function closedBy(sure: Marked, open: OpenBoundary, keptBy: KeptBy): Boundary {
  return settled(open, highestMicro(sure), continues(open.lower, sure), keptBy);
}

/** Boundaries passed when `next` follows `last`; `last` is null for the channel's first reading. */
function passedBy(last: Marked | null, next: Marked): OpenBoundary[] {
  const fromMs = last ? plus(last.reading.atMs, 1) : next.reading.atMs;
  return slotsWithin(fromMs, plus(next.reading.atMs, 1)).map((slot) => ({
    slot,
    lower: last && next.reading.atMs > boundaryAt(slot) ? last : next,
    upper: next,
  }));
}

/**
 * Closes boundaries as readings arrive in order: `next` follows `last`, which is null for the channel's first one.
 * @returns boundaries now closed, and those still open
 */
export function closeBoundaries(
  open: readonly OpenBoundary[],
  last: Marked | null,
  next: Marked,
  keptBy: KeptBy,
): { closed: Boundary[]; open: OpenBoundary[] } {
  const all = [...open, ...passedBy(last, next)];
  const isSure = ({ slot }: OpenBoundary) => isAfter(boundaryAt(slot), next);
  return {
    closed: all.filter(isSure).map((boundary) => closedBy(next, boundary, keptBy)),
    open: all.filter((boundary) => !isSure(boundary)),
  };
}

/** An open boundary with a late reading in its bracket; the same one when the reading lies outside. */
export function narrowed<B extends OpenBoundary>(boundary: B, late: Marked): OpenBoundary | B {
  const at = boundaryAt(boundary.slot);
  const { atMs } = late.reading;
  const lower = atMs <= at && atMs > boundary.lower.reading.atMs;
  const upper = atMs >= at && atMs < boundary.upper.reading.atMs;
  if (!lower && !upper) return boundary;
  const { slot } = boundary;
  return { slot, lower: lower ? late : boundary.lower, upper: upper ? late : boundary.upper };
}

/** A closed boundary with a late reading in its evidence, or null when the reading does not tighten it. */
export function tightened(boundary: Boundary, late: Marked, keptBy: KeptBy): Boundary | null {
  const narrow = narrowed(boundary, late);
  // Beyond an unresolved step totals stand on another footing and prove nothing here.
  const proves = isAfter(boundaryAt(boundary.slot), late) && continues(boundary.lower, late);
  const high = proves ? highestMicro(late) : boundary.highMicro;
  const highMicro = high < boundary.highMicro ? high : boundary.highMicro;
  if (narrow === boundary && highMicro === boundary.highMicro) return null;
  return settled(narrow, highMicro, boundary.registerMicro !== null, keptBy);
}

/** How long the bracket is, ms. */
export function bracketMs(boundary: Boundary): number {
  return instant(boundary.upper.reading.atMs) - boundary.lower.reading.atMs;
}
