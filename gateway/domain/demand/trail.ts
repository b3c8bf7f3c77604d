/**
 * What one register showed lately, accepted by the same rules as the ledger's: a transient is never believed, a
 * rollover is no fall, and what passed across a reset is not known. It is a copy in memory; after a restart it is
 * made again from rows (stages/demand-trails.ts), so that a period goes on where it was.
 */
import { accept, type ChannelState, changeScale, EMPTY_CHANNEL, type Verdict } from '../ledger/accept.ts';
import { type Boundary, closeBoundaries, type Marked, type OpenBoundary } from '../ledger/boundary.ts';
import { type Era, totalMicro } from '../ledger/era.ts';
import { isCountable, type Reading, resolutionMicro, uncertaintyMicro } from '../ledger/register.ts';
import { unwatchedBetween } from '../ledger/watch.ts';
import type { ChannelSpec, RegisterScale } from '../meters.ts';
import type { EpochMs } from '../time.ts';

/** Points kept of the last hour and a half, at most about one in 5 s: a period of 60 minutes and a look back. */
const POINT_SPACING_MS = 5_000;
const KEPT_MS = 5_400_000;
/** Newest closed boundaries: both ends of the last three hours. */
const KEPT_BOUNDARIES = 6;
const KEPT_BREAKS = 8;

/** The channel's total when a reading was taken; the truth lies in [total − below, total + above]. Micro-units. */
export interface TrailPoint {
  readonly atMs: EpochMs;
  readonly totalMicro: bigint;
  readonly belowMicro: bigint;
  readonly aboveMicro: bigint;
  /** Rises whenever something unknown passed: points of two segments say nothing about the power between them. */
  readonly segment: number;
}

/** A stretch in which an unknown quantity passed. */
export interface TrailBreak {
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  /** `register-changed`: reset or exchange; `unwatched`: pulses that nobody counted; `began`: nothing was read before. */
  readonly why: 'register-changed' | 'unwatched' | 'began';
}

export interface Trail {
  readonly spec: ChannelSpec;
  readonly state: ChannelState;
  readonly last: Marked | null;
  readonly open: readonly OpenBoundary[];
  readonly boundaries: readonly Boundary[];
  readonly points: readonly TrailPoint[];
  readonly breaks: readonly TrailBreak[];
}

export function emptyTrail(spec: ChannelSpec): Trail {
  return { spec, state: EMPTY_CHANNEL, last: null, open: [], boundaries: [], points: [], breaks: [] };
}

function sameScale(a: RegisterScale, b: RegisterScale): boolean {
  return (
    a.unitsPerCount.num * b.unitsPerCount.den === b.unitsPerCount.num * a.unitsPerCount.den &&
    a.encoding === b.encoding &&
    a.updateMs === b.updateMs &&
    a.wrapsAt?.num === b.wrapsAt?.num &&
    a.wrapsAt?.den === b.wrapsAt?.den &&
    a.stepCounts.num * b.stepCounts.den === b.stepCounts.num * a.stepCounts.den
  );
}

/** A reading as a point of the trail. @param segment how many breaks lie before it */
export function pointOf(era: Era, reading: Reading, segment: number): TrailPoint {
  const { below, above } = uncertaintyMicro(reading.raw, era.scale);
  return {
    atMs: reading.atMs,
    totalMicro: totalMicro(era, reading),
    belowMicro: below,
    aboveMicro: above,
    segment,
  };
}

/** The newest point is always kept; of those before it one in {@link POINT_SPACING_MS}. */
function withPoint(points: readonly TrailPoint[], point: TrailPoint): readonly TrailPoint[] {
  const [before, last] = points.slice(-2);
  const isDense =
    before !== undefined &&
    last !== undefined &&
    last.segment === point.segment &&
    before.segment === last.segment &&
    last.atMs - before.atMs < POINT_SPACING_MS;
  const kept = isDense ? points.slice(0, -1) : points;
  const first = kept.findIndex(({ atMs }) => atMs > point.atMs - KEPT_MS);
  return first < 0 ? [point] : [...(first === 0 ? kept : kept.slice(first)), point];
}

function breakOf(verdict: Verdict & { readonly kind: 'era-opened' }): TrailBreak | null {
  const { era, after } = verdict;
  const toMs = era.opening.atMs;
  if (!after) return { fromMs: toMs, toMs, why: 'began' };
  return era.stepMicro === null ? { fromMs: after.atMs, toMs, why: 'register-changed' } : null;
}

function afterBreak(trail: Trail, broken: TrailBreak | null): Trail {
  return broken ? { ...trail, breaks: [...trail.breaks, broken].slice(-KEPT_BREAKS) } : trail;
}

function taken(trail: Trail, verdict: Verdict & { readonly kind: 'accepted' }): Trail {
  const { reading, era } = verdict;
  const { spec, last } = trail;
  const next: Marked = { reading, era };
  const { closed, open } = closeBoundaries(trail.open, last, next, spec.keptBy);
  const gap =
    last && spec.keptBy === 'gateway' ? unwatchedBetween(last.reading, reading, spec.watchGapMs) : null;
  const now = afterBreak(trail, gap && { ...gap, why: 'unwatched' });
  const newest = now.points.at(-1);
  const broke = now.breaks.some(({ toMs }) => newest !== undefined && toMs > newest.atMs);
  const segment = (newest?.segment ?? 0) + (broke ? 1 : 0);
  return {
    ...now,
    last: next,
    open,
    boundaries: closed.length === 0 ? now.boundaries : [...now.boundaries, ...closed].slice(-KEPT_BOUNDARIES),
    points: withPoint(now.points, pointOf(era, reading, segment)),
  };
}

/** The trail after one more reading. One that is not later than the last accepted one changes nothing. */
export function follow(trail: Trail, reading: Reading): Trail {
  const { spec, state } = trail;
  if (!isCountable(reading.raw, spec.scale)) return trail;
  if (state.last && reading.atMs <= state.last.atMs) return trail;
  if (state.pending.some(({ atMs }) => atMs === reading.atMs)) return trail;
  const rescaled = state.era !== null && !sameScale(state.era.scale, spec.scale);
  const judged = (rescaled ? changeScale : accept)(state, reading, spec);
  let next: Trail = { ...trail, state: judged.state };
  for (const verdict of judged.verdicts) {
    if (verdict.kind === 'era-opened') next = afterBreak(next, breakOf(verdict));
    else if (verdict.kind === 'accepted') next = taken(next, verdict);
  }
  return next;
}

/** The smallest change that the register can show just now, micro-units; null before the first reading. */
export function trailResolution({ last }: Trail): bigint | null {
  return last && resolutionMicro(last.reading.raw, last.era.scale);
}
