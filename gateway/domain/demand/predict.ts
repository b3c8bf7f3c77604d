/**
 * The power of the rest of a period, out of what the register showed lately. All methods look back over readings, also
 * over those from before the period began: a boundary is no change of load.
 *
 * - `two-point` (二点法): the rise between the newest reading and the one a short while before it.
 * - `moving-average` (移動平均): the mean power of a stretch that fits the time that is left.
 * - `least-squares` (最小二乗法): the slope of the line through all readings of such a stretch.
 *
 * How long the stretch is was measured (docs/demand.md): much time left asks for a long look back, or every cycle of a
 * compressor would be carried on to the end; little time left for a short one, or a load that was just switched on
 * would be overlooked.
 */
import type { DemandMethod } from './plan.ts';
import type { TrailPoint } from './trail.ts';

/** Micro-units per `ms`: kept as a fraction, so that nothing is rounded before the end. */
export interface Rate {
  readonly micro: bigint;
  readonly ms: bigint;
}

interface Stretch {
  /** Part of the time left, in hundredths. */
  readonly percentOfLeft: number;
  readonly leastMs: number;
  readonly mostMs: number;
}

/** Chosen by `npm run bench demand`. */
export const STRETCHES: Readonly<Record<DemandMethod, Stretch>> = {
  'two-point': { percentOfLeft: 0, leastMs: 120_000, mostMs: 120_000 },
  'moving-average': { percentOfLeft: 60, leastMs: 60_000, mostMs: 1_200_000 },
  'least-squares': { percentOfLeft: 80, leastMs: 60_000, mostMs: 1_500_000 },
};

/** A register's count over the stretch must tell the power to this part of the target, or the stretch is longer. */
const TOLD_PER_TARGET = 20n;
/** … but never longer than this, ms. */
const LONGEST_MS = 3_600_000;

export function stretchMs(
  method: DemandMethod,
  leftMs: number,
  resolutionMicro: bigint,
  targetMicro: bigint,
  stretches: Readonly<Record<DemandMethod, Stretch>> = STRETCHES,
): number {
  const { percentOfLeft, leastMs, mostMs } = stretches[method];
  const fitting = Math.min(mostMs, Math.max(leastMs, Math.floor((leftMs * percentOfLeft) / 100)));
  const told = Number(
    (resolutionMicro * TOLD_PER_TARGET * 3_600_000n) / (targetMicro > 0n ? targetMicro : 1n),
  );
  return Math.min(LONGEST_MS, Math.max(fitting, told));
}

/** The points of the newest segment in the stretch, and the last one before it where there is one. */
function within(points: readonly TrailPoint[], lookBackMs: number): readonly TrailPoint[] {
  const newest = points.at(-1);
  if (!newest) return [];
  let first = points.length - 1;
  while (first > 0) {
    const before = points[first - 1] as TrailPoint;
    if (before.segment !== newest.segment) break;
    first -= 1;
    if (newest.atMs - before.atMs >= lookBackMs) break;
  }
  return points.slice(first);
}

/** The slope of the line with the least squares of its distances: Σ(t−t̄)(e−ē) ÷ Σ(t−t̄)², in whole numbers. */
function regression(points: readonly TrailPoint[]): Rate | null {
  const origin = points[0];
  if (!origin) return null;
  const n = BigInt(points.length);
  let t = 0n;
  let e = 0n;
  let tt = 0n;
  let te = 0n;
  for (const { atMs, totalMicro } of points) {
    const x = BigInt(atMs - origin.atMs);
    const y = totalMicro - origin.totalMicro;
    t += x;
    e += y;
    tt += x * x;
    te += x * y;
  }
  const ms = n * tt - t * t;
  return ms > 0n ? { micro: n * te - t * e, ms } : null;
}

export interface Power extends Rate {
  /** How far the register's resolution lets the rate be off, to either side. */
  readonly off: Rate;
}

/** @returns null while there are not two readings since something unknown passed */
export function powerNow(
  points: readonly TrailPoint[],
  method: DemandMethod,
  lookBackMs: number,
): Power | null {
  const used = within(points, lookBackMs);
  const [first, last] = [used[0], used.at(-1)];
  if (!first || !last || last.atMs <= first.atMs) return null;
  const span = BigInt(last.atMs - first.atMs);
  const chord: Rate = { micro: last.totalMicro - first.totalMicro, ms: span };
  const rate = method === 'least-squares' ? regression(used) : chord;
  if (!rate) return null;
  const off: Rate = { micro: last.aboveMicro + first.belowMicro, ms: span };
  return { ...rate, off };
}

/** What passes at this rate in so long, micro-units, cut off. */
export function passes({ micro, ms }: Rate, duringMs: number): bigint {
  return (micro * BigInt(Math.max(0, duringMs))) / ms;
}
