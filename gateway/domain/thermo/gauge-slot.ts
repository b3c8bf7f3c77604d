/**
 * What a gauge showed in one half-hour, as evidence for the kWh of gas and steam: the sum of value × time, the time it
 * was watched, the least and the greatest value. A value holds from the instant it was read until the next one is read,
 * for at most `holdMs`; nothing is known after that. All integers: whoever has the row has the mean.
 */
import type { GaugeName } from '../quantities.ts';
import { type Rational, rational, roundHalfAway } from '../rational.ts';
import { boundaryAt, type EpochMs, instant, SLOT_MS } from '../time.ts';

/** A gauge of a meter of the site. */
export interface GaugeRef {
  readonly meter: string;
  readonly gauge: GaugeName;
}

/** A gauge from which kWh follow. */
export interface TrackedGauge extends GaugeRef {
  /** A value holds for at most this long after it was read, ms. */
  readonly holdMs: number;
  /** Values outside are those of a transmitter that is out of order: as if nothing had been read. In the gauge's unit. */
  readonly low: Rational;
  readonly high: Rational;
}

export interface GaugeReading extends GaugeRef {
  readonly atMs: EpochMs;
  /** Millionths of the gauge's unit. */
  readonly micro: bigint;
}

export type GaugePoint = Pick<GaugeReading, 'atMs' | 'micro'>;

export interface GaugeSlot {
  /** Σ value × ms, millionths of the gauge's unit × ms. */
  readonly sumMicroMs: bigint;
  /** 1 … 1,800,000 ms. */
  readonly watchedMs: number;
  readonly minMicro: bigint;
  readonly maxMicro: bigint;
}

/** As it is stored: what was counted up to `toMs` is never counted again. */
export interface StoredGaugeSlot extends GaugeSlot {
  readonly toMs: EpochMs;
}

/** Values beyond these many units are none of a pressure in kPa or a temperature in °C: a sum then fits 63 bits. */
const MOST_UNITS = 1_000_000;

export const gaugeKey = ({ meter, gauge }: GaugeRef): string => `${meter}/${gauge}`;

/** A gauge's value in millionths; null for what can be none. */
export function gaugeMicro(value: number): bigint | null {
  return Math.abs(value) <= MOST_UNITS ? BigInt(Math.round(value * 1e6)) : null;
}

/** The mean over the watched time, rounded to millionths by the product's rule. */
export function meanMicro({ sumMicroMs, watchedMs }: GaugeSlot): bigint {
  return roundHalfAway(rational(sumMicroMs, BigInt(watchedMs)));
}

const lesser = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const greater = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/**
 * The evidence of a slot.
 * @param base what is stored of it already, of readings that are not among the points any more; null: nothing
 * @param points by time, from the last one before the slot on
 * @param nowMs the newest value has held until then
 */
export function gaugeSlot(
  slot: number,
  base: StoredGaugeSlot | null,
  points: readonly GaugePoint[],
  holdMs: number,
  nowMs: EpochMs,
): StoredGaugeSlot | null {
  const startMs = base ? base.toMs : boundaryAt(slot);
  const endMs = boundaryAt(slot) + SLOT_MS;
  let sum = base;
  for (const [i, { atMs, micro }] of points.entries()) {
    const heldMs = Math.min(points[i + 1]?.atMs ?? Math.max(nowMs, atMs), atMs + holdMs, endMs);
    const fromMs = Math.max(atMs, startMs);
    if (heldMs <= fromMs) continue;
    const ms = heldMs - fromMs;
    sum = {
      sumMicroMs: (sum?.sumMicroMs ?? 0n) + micro * BigInt(ms),
      watchedMs: (sum?.watchedMs ?? 0) + ms,
      minMicro: sum ? lesser(sum.minMicro, micro) : micro,
      maxMicro: sum ? greater(sum.maxMicro, micro) : micro,
      toMs: instant(heldMs),
    };
  }
  return sum;
}
