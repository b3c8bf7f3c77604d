/**
 * Generated cases: a meter with a known truth, polled with gaps, with transients and restarts of its register, and a
 * delivery that shuffles, doubles and batches what was read. Every transient and restart is one that nobody could
 * take for use: it lies further away than the rating allows in the whole case.
 */
import fc from 'fast-check';
import type { Reading } from '../../../gateway/domain/ledger/register.ts';
import type { ChannelSpec, RegisterScale } from '../../../gateway/domain/meters.ts';
import { rational } from '../../../gateway/domain/rational.ts';
import { at, HOUR, MINUTE, specWith } from './ledger.ts';
import { createTruth, type Restart, type Shown, type Truth } from './truth.ts';

const BASE = at('2026-06-30T23:00:00+09:00');

export interface Observed {
  readonly reading: Reading;
  /** Null for a transient. */
  readonly shown: Shown | null;
}

export interface Case {
  readonly spec: ChannelSpec;
  readonly truth: Truth;
  readonly startMs: number;
  readonly endMs: number;
  /** In the order they were read. */
  readonly observed: readonly Observed[];
}

/** Readings that a delivery may bring together by letting others wait. */
const TOGETHER = 14;

type TransientKind = 'zero' | 'huge' | 'flip';

export interface Shape {
  readonly scale: readonly [bigint, bigint];
  readonly encoding: RegisterScale['encoding'];
  readonly floatStep: readonly [bigint, bigint];
  readonly updateMs: number;
  readonly refreshPhaseMs: number;
  readonly startOffsetMs: number;
  readonly ratesW: readonly number[];
  readonly segmentMs: number;
  readonly ratedTimes: number;
  readonly first: 'zero' | 'middle' | 'near-wrap' | 'no-wrap';
  readonly toWrapPermille: number;
  readonly watchGapMs: number;
  readonly phases: readonly {
    readonly polls: number;
    readonly intervalMs: number;
    readonly tookMs: number;
    readonly sampledPermille: number;
    readonly gapMs: number;
  }[];
  readonly transients: readonly { readonly place: number; readonly kind: TransientKind }[];
  readonly restarts: readonly { readonly place: number; readonly level: number }[];
}

const offset = fc.oneof(fc.constant(0), fc.constant(30 * MINUTE), fc.integer({ min: 0, max: 2 * HOUR }));

const calm = {
  scale: fc.constantFrom<readonly [bigint, bigint]>(
    [1n, 1000n],
    [1n, 100n],
    [1n, 10n],
    [1n, 1n],
    [6n, 125n],
    [40n, 3n],
    [1n, 700n],
  ),
  encoding: fc.constantFrom<RegisterScale['encoding'][]>('integer', 'integer', 'float32', 'float64'),
  floatStep: fc.constantFrom<readonly [bigint, bigint]>([1n, 100n], [1n, 1000n], [1n, 1n]),
  updateMs: fc.constantFrom(0, 0, 0, 1_000, 60_000, 15 * MINUTE, HOUR),
  refreshPhaseMs: fc.integer({ min: 0, max: HOUR }),
  startOffsetMs: offset,
  ratesW: fc.array(
    fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 500_000 }), fc.integer({ min: 0, max: 50 })),
    {
      minLength: 1,
      maxLength: 12,
    },
  ),
  segmentMs: fc.constantFrom(MINUTE, 7 * MINUTE, 30 * MINUTE, 2 * HOUR),
  ratedTimes: fc.integer({ min: 1, max: 3 }),
  first: fc.constantFrom<Shape['first'][]>('zero', 'middle', 'near-wrap', 'near-wrap', 'no-wrap'),
  toWrapPermille: fc.integer({ min: 0, max: 1000 }),
  watchGapMs: fc.constantFrom(MINUTE, 10 * MINUTE),
  phases: fc.array(
    fc.record({
      polls: fc.integer({ min: 1, max: 14 }),
      intervalMs: fc.constantFrom(1_000, 10_000, 60_000, 7 * MINUTE, 30 * MINUTE),
      tookMs: fc.integer({ min: 0, max: 900 }),
      sampledPermille: fc.integer({ min: 0, max: 1000 }),
      gapMs: fc.oneof(
        fc.constant(0),
        fc.integer({ min: 0, max: 20 * MINUTE }),
        fc.integer({ min: 0, max: 5 * HOUR }),
      ),
    }),
    { minLength: 1, maxLength: 6 },
  ),
};

/** A register that only rises and wraps, read honestly. */
export const calmShape: fc.Arbitrary<Shape> = fc.record({
  ...calm,
  transients: fc.constant([]),
  restarts: fc.constant([]),
});

/** All that can happen. */
export const wildShape: fc.Arbitrary<Shape> = fc.record({
  ...calm,
  transients: fc.array(
    fc.record({
      place: fc.nat(10_000),
      kind: fc.constantFrom<TransientKind[]>('zero', 'huge', 'flip'),
    }),
    { maxLength: 8 },
  ),
  restarts: fc.array(fc.record({ place: fc.nat(10_000), level: fc.nat(5) }), { maxLength: 2 }),
});

interface Poll {
  readonly sinceMs: number;
  readonly sampledMs: number;
  readonly atMs: number;
}

function polls(shape: Shape, startMs: number): Poll[] {
  const list: Poll[] = [];
  let nextMs = startMs + 1_000;
  for (const { polls: count, intervalMs, tookMs, sampledPermille, gapMs } of shape.phases) {
    for (let i = 0; i < count; i++) {
      const sampledMs = nextMs - tookMs + Math.floor((tookMs * sampledPermille) / 1000);
      list.push({ sinceMs: nextMs - tookMs, sampledMs, atMs: nextMs });
      nextMs += intervalMs;
    }
    nextMs += gapMs;
  }
  return list;
}

/** The most counts anything plausible can move within the case. */
function windowCounts(shape: Shape, spanMs: number, ratedW: number): bigint {
  const milliJ = BigInt(ratedW) * BigInt(spanMs + shape.updateMs + 2_000);
  return (milliJ * shape.scale[1]) / (3_600_000_000n * shape.scale[0]) + 16n;
}

function chooseWrap(window: bigint): bigint {
  const ends = [10_000n, 65_536n, 1_000_000n, 100_000_000n, 1n << 32n, 10n ** 10n, 10n ** 12n];
  return ends.find((end) => end >= 64n * window) ?? 10n ** 14n;
}

/** Counts that nobody could take for use after one of these starts, nor for a rollover. */
function farFrom(starts: readonly bigint[], wrap: bigint, window: bigint): (count: bigint) => boolean {
  return (count) =>
    starts.every((start) => {
      const ahead = (((count - start) % wrap) + wrap) % wrap;
      return ahead > 3n * window && ahead < wrap - 3n * window;
    });
}

/** Where a restarted register may begin. */
function restartCount(level: number, wrap: bigint, far: (count: bigint) => boolean): bigint {
  const levels = [0n, wrap / 2n, wrap / 4n, (3n * wrap) / 4n, (2n * wrap) / 5n, wrap / 10n];
  const count = [...levels.slice(level), ...levels.slice(0, level)].find(far);
  if (count === undefined) throw new Error('no level is far enough');
  return count;
}

/** A wrong count that is far from all that the register can rightly show before and after it. */
function transientCount(
  kind: TransientKind,
  shown: bigint,
  far: (count: bigint) => boolean,
  window: bigint,
): bigint {
  const bit = BigInt((4n * window).toString(2).length);
  const tries = { zero: 0n, flip: shown ^ (1n << bit), huge: shown + 8n * window };
  if (far(tries[kind])) return tries[kind];
  for (let count = shown + 8n * window; ; count += 4n * window) if (far(count)) return count;
}

/**
 * Never three in a row, in whatever order they come: the third could make them agree. Never the first: a channel opens with what it shows then,
 * and nothing is known yet that could contradict it.
 */
function places(shape: Shape, count: number): Map<number, TransientKind> {
  const chosen = new Map<number, TransientKind>();
  for (const { place, kind } of shape.transients) {
    const i = place % count;
    const near = [...chosen.keys()].filter((other) => Math.abs(other - i) < TOGETHER).length;
    if (i > 0 && near <= 1) chosen.set(i, kind);
  }
  return chosen;
}

export function caseOf(shape: Shape): Case {
  const startMs = BASE + shape.startOffsetMs - 1_000;
  const asked = polls(shape, startMs);
  const endMs = (asked.at(-1) as Poll).atMs;
  const maxW = Math.max(...shape.ratesW, 1);
  const ratedW = maxW * shape.ratedTimes;
  const window = windowCounts(shape, endMs - startMs, ratedW);
  const wrap = chooseWrap(window);
  const toWrap = (window * BigInt(shape.toWrapPermille)) / 1000n;
  const firstCount = { zero: 0n, middle: wrap / 3n, 'near-wrap': wrap - 1n - toWrap, 'no-wrap': wrap / 5n }[
    shape.first
  ];
  const scale: RegisterScale = {
    unitsPerCount: rational(...shape.scale),
    stepCounts: shape.encoding === 'integer' ? rational(1n) : rational(...shape.floatStep),
    encoding: shape.encoding,
    wrapsAt: shape.first === 'no-wrap' ? null : rational(wrap),
    updateMs: shape.updateMs,
  };
  const options = {
    startMs,
    ratesW: shape.ratesW,
    segmentMs: shape.segmentMs,
    scale,
    refreshPhaseMs: shape.refreshPhaseMs,
    firstCount,
  };
  const restarts: Restart[] = [];
  const placed = [...shape.restarts].map(({ place, level }) => ({ index: place % asked.length, level }));
  placed.sort((a, b) => a.index - b.index);
  for (const { index, level } of placed) {
    const atMs = (asked[index] as Poll).sampledMs;
    if (atMs <= (restarts.at(-1)?.atMs ?? startMs)) continue;
    const starts = [firstCount, ...restarts.map(({ count }) => count)];
    restarts.push({ atMs, count: restartCount(level, wrap, farFrom(starts, wrap, window)) });
  }
  const truth = createTruth({ ...options, restarts });
  const far = farFrom([firstCount, ...restarts.map(({ count }) => count)], wrap, window);
  const transients = places(shape, asked.length);
  const observed = asked.map(({ sinceMs, sampledMs, atMs }, i): Observed => {
    const { reading, shown } = truth.read(sinceMs, sampledMs, atMs);
    const kind = transients.get(i);
    if (!kind) return { reading, shown };
    const value =
      shown.raw.exp2 >= 0
        ? shown.raw.count << BigInt(shown.raw.exp2)
        : shown.raw.count >> BigInt(-shown.raw.exp2);
    return {
      reading: { ...reading, raw: { count: transientCount(kind, value, far, window), exp2: 0 } },
      shown: null,
    };
  });
  const spec = specWith({
    scale,
    watchGapMs: shape.watchGapMs,
    ratedPerHour: rational(BigInt(ratedW), 1000n),
  });
  return { spec, truth, startMs, endMs, observed };
}

export interface Delivery {
  /** How many later readings overtake each reading, over and over. */
  readonly delays: readonly number[];
  readonly doubled: readonly number[];
  readonly batches: readonly number[];
  /** After each batch: what happens to the process. */
  readonly between: readonly ('nothing' | 'close' | 'restart' | 'crash')[];
}

export const anyDelivery: fc.Arbitrary<Delivery> = fc.record({
  delays: fc.array(fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(9) }), {
    minLength: 1,
    maxLength: 12,
  }),
  doubled: fc.array(fc.nat(200), { maxLength: 4 }),
  batches: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 }),
  between: fc.array(fc.constantFrom<Delivery['between'][number][]>('nothing', 'close', 'restart', 'crash'), {
    minLength: 1,
    maxLength: 7,
  }),
});

/** @param keepFirst the channel opens with its earliest reading: nothing overtakes that one */
export function ordered(readings: readonly Reading[], delivery: Delivery, keepFirst = false): Reading[] {
  const keyed = readings.map((each, i) => {
    const delay = keepFirst && i === 0 ? -1 : (delivery.delays[i % delivery.delays.length] as number);
    return { each, key: i + delay };
  });
  keyed.sort((a, b) => a.key - b.key);
  const list = keyed.map(({ each }) => each);
  for (const place of delivery.doubled) list.push(list[place % list.length] as Reading);
  return list;
}

export function inBatches(readings: readonly Reading[], sizes: readonly number[]): Reading[][] {
  const batches: Reading[][] = [];
  for (let from = 0, i = 0; from < readings.length; i++) {
    const size = sizes[i % sizes.length] as number;
    batches.push(readings.slice(from, from + size));
    from += size;
  }
  return batches;
}
