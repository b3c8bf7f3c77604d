/**
 * A meter whose truth is known at every instant in closed form: energy in whole mJ, piecewise linear, and a register
 * that shows it as a meter does: truncated to its step, stored as an integer or as the nearest float, refreshed now
 * and then, wrapped, and started at another count by a reset or an exchange.
 */
import type { Reading } from '../../../gateway/domain/ledger/register.ts';
import { type RawRegister, type RegisterScale, rawValue } from '../../../gateway/domain/meters.ts';
import { type Rational, rational } from '../../../gateway/domain/rational.ts';
import { instant } from '../../../gateway/domain/time.ts';
import { rawOf } from './ledger.ts';

/** 1 kWh = 3.6 × 10⁹ mJ, so 10⁻⁶ kWh = 3,600 mJ. */
const MILLI_J_PER_KWH = 3_600_000_000n;
export const MILLI_J_PER_MICRO_KWH = 3_600n;

export interface Restart {
  readonly atMs: number;
  /** Counts the register shows then. */
  readonly count: bigint;
}

export interface TruthOptions {
  readonly startMs: number;
  /** W in each segment; the last goes on for ever. */
  readonly ratesW: readonly number[];
  readonly segmentMs: number;
  readonly scale: RegisterScale;
  /** Refreshes happen at phase + n × updateMs. */
  readonly refreshPhaseMs: number;
  readonly firstCount: bigint;
  readonly restarts: readonly Restart[];
}

/** What a register showed, told by the truth and not by the ledger. */
export interface Shown {
  readonly raw: RawRegister;
  /** Which stretch between restarts it belongs to. */
  readonly stretch: number;
  /** The shown value without the wraps since the stretch began, counts. */
  readonly unwrapped: Rational;
}

const floorDiv = (num: bigint, den: bigint): bigint => (num >= 0n ? num / den : -((-num + den - 1n) / den));

export function createTruth(options: TruthOptions) {
  const { startMs, ratesW, segmentMs, scale, restarts } = options;
  const { num, den } = scale.unitsPerCount;

  /** mJ since the start. */
  function energy(atMs: number): bigint {
    let left = atMs - startMs;
    let sum = 0n;
    for (const [i, rate] of ratesW.entries()) {
      const within = i === ratesW.length - 1 ? left : Math.min(left, segmentMs);
      sum += BigInt(rate) * BigInt(within);
      left -= within;
    }
    return sum;
  }

  const stretchOf = (atMs: number): number => restarts.filter((restart) => restart.atMs <= atMs).length;

  /** The register without truncation and wraps, counts. */
  function continuous(stretch: number, atMs: number): Rational {
    const from = restarts[stretch - 1] ?? { atMs: startMs, count: options.firstCount };
    const risen = energy(atMs) - energy(from.atMs);
    const perCount = MILLI_J_PER_KWH * num;
    return rational(from.count * perCount + risen * den, perCount);
  }

  function show(sampledMs: number): Shown {
    const stretch = stretchOf(sampledMs);
    const exact = continuous(stretch, sampledMs);
    const wraps = scale.wrapsAt ? floorDiv(exact.num, exact.den * scale.wrapsAt.num) : 0n;
    const wrapped = wraps === 0n ? 0n : wraps * (scale.wrapsAt as Rational).num;
    const steps = floorDiv(
      (exact.num - wrapped * exact.den) * scale.stepCounts.den,
      exact.den * scale.stepCounts.num,
    );
    const raw = encoded(steps);
    const value = rawValue(raw);
    return { raw, stretch, unwrapped: { num: value.num + wrapped * value.den, den: value.den } };
  }

  function encoded(steps: bigint): RawRegister {
    if (scale.encoding === 'integer') return { count: steps * scale.stepCounts.num, exp2: 0 };
    const double = Number(steps * scale.stepCounts.num) / Number(scale.stepCounts.den);
    return rawOf(scale.encoding === 'float32' ? Math.fround(double) : double);
  }

  /** The instant a meter's answer is as old as: its last refresh, or the request itself. */
  function refreshedMs(sampledMs: number): number {
    if (scale.updateMs === 0) return sampledMs;
    const since = sampledMs - options.refreshPhaseMs;
    return Math.max(startMs, Math.floor(since / scale.updateMs) * scale.updateMs + options.refreshPhaseMs);
  }

  return {
    energy,
    continuous,
    show: (sampledMs: number): Shown => show(refreshedMs(sampledMs)),
    /** One request: written at `sinceMs`, sampled somewhere in between, answered at `atMs`. */
    read(sinceMs: number, sampledMs: number, atMs: number): { reading: Reading; shown: Shown } {
      const shown = show(refreshedMs(sampledMs));
      return { shown, reading: { sinceMs: instant(sinceMs), atMs: instant(atMs), raw: shown.raw } };
    },
  };
}

export type Truth = ReturnType<typeof createTruth>;
