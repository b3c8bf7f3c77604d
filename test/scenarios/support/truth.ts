/**
 * A meter whose true consumption is known at every instant: whole mJ, piecewise linear (for gas and water read "mJ" as
 * 1 / 3.6 × 10⁹ of a unit). Its register shows it as meters do: cut to its step, as an integer or the nearest float,
 * refreshed now and then, wrapped at its width, frozen, reset, exchanged, or counting with another CT ratio.
 */
import type { RawRegister, RegisterScale } from '../../../gateway/domain/meters.ts';
import { type Rational, rational } from '../../../gateway/domain/rational.ts';
import { rawOf } from '../../ledger/support/ledger.ts';

/** 1 kWh = 3.6 × 10⁹ mJ, so 10⁻⁶ kWh = 3,600 mJ. */
export const MILLI_J_PER_UNIT = 3_600_000_000n;
export const MILLI_J_PER_MICRO = 3_600n;

export interface LoadSegment {
  readonly fromMs: number;
  /** W; so many mJ a ms. */
  readonly watts: number;
}

/** The register begins anew at a count (reset, exchange), or goes on with another ratio (`count` null). */
export interface RegisterTurn {
  readonly atMs: number;
  readonly count: bigint | null;
  readonly unitsPerCount: Rational;
}

export interface MeterNature {
  readonly startMs: number;
  /** By time; the first begins at `startMs`, the last goes on for ever. */
  readonly load: readonly LoadSegment[];
  readonly stepCounts: Rational;
  readonly encoding: RegisterScale['encoding'];
  /** Counts at which the register starts again at 0. */
  readonly width: bigint;
  /** How often it really refreshes, ms; 0 at once. */
  readonly refreshMs: number;
  readonly phaseMs: number;
  /** By time; the first is the register as it was at `startMs`. */
  readonly turns: readonly RegisterTurn[];
  /** The register shows what it showed at the beginning. */
  readonly freezes: readonly { readonly fromMs: number; readonly toMs: number }[];
}

export interface Shown {
  readonly raw: RawRegister;
  /** Which turn of the register it belongs to. */
  readonly turn: number;
  /** How often it had wrapped since that turn. */
  readonly wraps: bigint;
}

const floorDiv = (num: bigint, den: bigint): bigint => (num >= 0n ? num / den : -((-num + den - 1n) / den));

interface Turn extends RegisterTurn {
  readonly count: bigint;
}

export function createMeterTruth(nature: MeterNature) {
  const { load, stepCounts, encoding, width } = nature;
  const atStart: bigint[] = [0n];
  for (let i = 1; i < load.length; i++) {
    const [before, segment] = [load[i - 1] as LoadSegment, load[i] as LoadSegment];
    atStart.push((atStart[i - 1] as bigint) + BigInt(before.watts) * BigInt(segment.fromMs - before.fromMs));
  }

  /** mJ used since the start. */
  function energy(atMs: number): bigint {
    let [low, high] = [0, load.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((load[middle] as LoadSegment).fromMs <= atMs) low = middle;
      else high = middle - 1;
    }
    const { fromMs, watts } = load[low] as LoadSegment;
    return (atStart[low] as bigint) + BigInt(watts) * BigInt(Math.max(atMs, nature.startMs) - fromMs);
  }

  function continuous(turn: Turn, atMs: number): Rational {
    const perCount = MILLI_J_PER_UNIT * turn.unitsPerCount.num;
    const risen = (energy(atMs) - energy(turn.atMs)) * turn.unitsPerCount.den;
    return rational(turn.count * perCount + risen, perCount);
  }

  const turns: Turn[] = [];
  for (const turn of nature.turns) {
    const before = turns.at(-1);
    const at = before && continuous(before, turn.atMs);
    turns.push({ ...turn, count: turn.count ?? (at ? floorDiv(at.num, at.den) : 0n) });
  }

  function encoded(steps: bigint): RawRegister {
    if (encoding === 'integer') return { count: steps * stepCounts.num, exp2: 0 };
    const double = Number(steps * stepCounts.num) / Number(stepCounts.den);
    return rawOf(encoding === 'float32' ? Math.fround(double) : double);
  }

  /** The instant that an answer sampled at `atMs` is as old as. */
  function refreshedMs(atMs: number): number {
    const frozen = nature.freezes.find(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs);
    const asked = frozen?.fromMs ?? atMs;
    if (nature.refreshMs === 0) return asked;
    const { refreshMs, phaseMs } = nature;
    return Math.max(
      nature.startMs,
      Math.floor((asked - nature.startMs - phaseMs) / refreshMs) * refreshMs + phaseMs + nature.startMs,
    );
  }

  return {
    energy,
    nature,
    /** What the register showed last before a turn, and what it showed first after it. */
    aroundTurn(index: number): {
      readonly final: RawRegister;
      readonly start: RawRegister;
      /** How often it had wrapped before it. */
      readonly wraps: bigint;
    } {
      const [before, turn] = [turns[index - 1] as Turn, turns[index] as Turn];
      const end = continuous(before, turn.atMs);
      const shown = ({ num, den }: Rational): RawRegister => {
        const counts = num - floorDiv(num, den * width) * width * den;
        return encoded(floorDiv(counts * stepCounts.den, den * stepCounts.num));
      };
      return {
        final: shown(end),
        wraps: floorDiv(end.num, end.den * width),
        start: shown(rational(turn.count % width)),
      };
    },
    /** What a request sampled at that instant brings. */
    show(sampledMs: number): Shown {
      const atMs = refreshedMs(sampledMs);
      const index = turns.findLastIndex((turn) => turn.atMs <= atMs);
      const exact = continuous(turns[Math.max(0, index)] as Turn, atMs);
      const wraps = floorDiv(exact.num, exact.den * width);
      const steps = floorDiv(
        (exact.num - wraps * width * exact.den) * stepCounts.den,
        exact.den * stepCounts.num,
      );
      return { raw: encoded(steps), turn: Math.max(0, index), wraps };
    },
  };
}

export type MeterTruth = ReturnType<typeof createMeterTruth>;
