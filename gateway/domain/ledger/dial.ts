/**
 * Reconciling pulses that the gateway counts with the meter's dial (指針値). Between two dial readings the dial says
 * what passed and the counter says what was seen. What was not seen is spread over the spans nobody watched; where
 * there is no such span, or more was counted than passed, the difference is an adjustment, reported apart.
 * Invariant: Σ slots + adjustments = dial difference, to the last digit.
 */
import type { EpochMs } from '../time.ts';
import { overlapMs, type Span } from './spans.ts';

export interface DialReading {
  readonly atMs: EpochMs;
  /** What the dial shows, micro-units of the channel. */
  readonly dialMicro: bigint;
  /** What the gateway had counted by then (fills not included), micro-units. */
  readonly countedMicro: bigint;
}

/** Energy given to one unwatched span; it lies evenly in it. */
export interface Fill extends Span {
  readonly micro: bigint;
}

export interface Reconciliation {
  readonly fills: readonly Fill[];
  /** Dial difference − counted − fills; 0 when all of it found a span. */
  readonly adjustmentMicro: bigint;
}

/** Cuts the spans to the time between the two dials and spreads the unseen part by duration. */
export function reconcile(
  before: DialReading,
  after: DialReading,
  unwatched: readonly Span[],
): Reconciliation {
  const unseen = after.dialMicro - before.dialMicro - (after.countedMicro - before.countedMicro);
  const between: Span = { fromMs: before.atMs, toMs: after.atMs };
  const spans = unwatched.filter((span) => overlapMs(span, between) > 0);
  if (unseen <= 0n || spans.length === 0) return { fills: [], adjustmentMicro: unseen };
  const lengths = spans.map((span) => BigInt(overlapMs(span, between)));
  const total = lengths.reduce((sum, length) => sum + length, 0n);
  let passed = 0n;
  let given = 0n;
  const fills = spans.map((span, i): Fill => {
    passed += lengths[i] as bigint;
    const upTo = (unseen * passed) / total;
    const micro = upTo - given;
    given = upTo;
    const fromMs = span.fromMs > between.fromMs ? span.fromMs : between.fromMs;
    const toMs = span.toMs < between.toMs ? span.toMs : between.toMs;
    return { fromMs, toMs, micro };
  });
  return { fills, adjustmentMicro: 0n };
}

/** The part of a fill that lies before an instant; differences of it telescope, so slots sum to the fill exactly. */
function filledBefore(fill: Fill, atMs: number): bigint {
  if (atMs <= fill.fromMs) return 0n;
  if (atMs >= fill.toMs) return fill.micro;
  return (fill.micro * BigInt(atMs - fill.fromMs)) / BigInt(fill.toMs - fill.fromMs);
}

/** What the fills give to a stretch of time, micro-units. */
export function filledWithin(fills: readonly Fill[], span: Span): bigint {
  return fills.reduce(
    (sum, fill) => sum + filledBefore(fill, span.toMs) - filledBefore(fill, span.fromMs),
    0n,
  );
}
