/**
 * Registers in micro-units. All accounting happens in whole micro-units of the channel's native unit (10⁻⁶ kWh,
 * 10⁻⁶ m³): a register value is rounded once, here, and everything after it is integer addition, so that
 * published differences equal published registers to the last digit.
 */

import { type RawRegister, type RegisterScale, rawValue } from '../meters.ts';
import { multiply, type Rational, roundHalfAway } from '../rational.ts';
import type { EpochMs } from '../time.ts';

const MICRO = 1_000_000n;
/** The ledger counts in 64-bit integers; no factory has a register of 10¹² units. */
export const LARGEST_MICRO = 10n ** 18n;
export const LARGEST_COUNT = 2n ** 63n - 1n;

/** A register value at an instant. The meter sampled it between `sinceMs` and `atMs`. */
export interface Reading {
  readonly sinceMs: EpochMs;
  readonly atMs: EpochMs;
  readonly raw: RawRegister;
  /**
   * Only of pulses that the gateway counts: the watch without a break that this reading is of, and since when it
   * watched. Not stored: a watch ends with the process.
   */
  readonly watched?: { readonly id: string; readonly sinceMs: EpochMs };
}

export function microOf(counts: Rational, scale: RegisterScale): bigint {
  const units = multiply(counts, scale.unitsPerCount);
  return roundHalfAway({ num: units.num * MICRO, den: units.den });
}

/** What the register shows, in micro-units. */
export function registerMicro(raw: RawRegister, scale: RegisterScale): bigint {
  return microOf(rawValue(raw), scale);
}

/** Whether the ledger can hold this value at all: a 64-bit count that is no more than 10¹² units either way. */
export function isCountable(raw: RawRegister, scale: RegisterScale): boolean {
  const within = (value: bigint, limit: bigint) => -limit <= value && value <= limit;
  return within(raw.count, LARGEST_COUNT) && within(registerMicro(raw, scale), LARGEST_MICRO);
}

function ceilMicro(counts: Rational, scale: RegisterScale): bigint {
  const units = multiply(counts, scale.unitsPerCount);
  return (units.num * MICRO + units.den - 1n) / units.den;
}

/** Distance between neighbouring floats at this value, in counts. */
function ulp(raw: RawRegister, encoding: RegisterScale['encoding']): Rational {
  if (encoding === 'integer' || raw.count === 0n) return { num: 0n, den: 1n };
  const magnitude = raw.count < 0n ? -raw.count : raw.count;
  const mantissaBits = encoding === 'float32' ? 23 : 52;
  const exponent = magnitude.toString(2).length - 1 + raw.exp2 - mantissaBits;
  return rawValue({ count: 1n, exp2: exponent });
}

/**
 * The smallest change that can be seen at this value: one count, or one float ULP where that is larger
 * (0.125 kWh at 2^20 kWh in float32). Micro-units, rounded up.
 */
export function resolutionMicro(raw: RawRegister, scale: RegisterScale): bigint {
  const step = ceilMicro(scale.stepCounts, scale);
  const float = ceilMicro(ulp(raw, scale.encoding), scale);
  return step > float ? step : float;
}

/**
 * Where the true total lies when the register shows this: [shown − half a ULP, shown + one step + half a ULP].
 * An integer register truncates, so it is [shown, shown + one count]. Micro-units beside the shown value; one
 * micro-unit is added to either side of a register whose scale does not fit micro-units exactly.
 */
export function uncertaintyMicro(
  raw: RawRegister,
  scale: RegisterScale,
): { readonly below: bigint; readonly above: bigint } {
  const half = (ceilMicro(ulp(raw, scale.encoding), scale) + 1n) / 2n;
  const rounding = MICRO % scale.unitsPerCount.den === 0n && scale.encoding === 'integer' ? 0n : 1n;
  return { below: half + rounding, above: ceilMicro(scale.stepCounts, scale) + half + rounding };
}

function riseAtRating(
  from: Reading,
  to: Reading,
  scale: RegisterScale,
  ratedPerHour: Rational,
  extraMs: bigint,
): bigint {
  const elapsedMs = BigInt(to.atMs - from.sinceMs + scale.updateMs) + extraMs;
  return (ratedPerHour.num * elapsedMs * MICRO) / (ratedPerHour.den * 3_600_000n);
}

/**
 * The most the register can rise between two readings: rated power × elapsed + 2 counts. The elapsed time takes
 * in the request and the meter's own refresh, so that a slow answer is never called impossible.
 */
export function largestRiseMicro(
  from: Reading,
  to: Reading,
  scale: RegisterScale,
  ratedPerHour: Rational,
): bigint {
  return riseAtRating(from, to, scale, ratedPerHour, 0n) + 2n * resolutionMicro(to.raw, scale);
}

/** An overload, or a rating that was written too low, is believed up to so many times the rating. */
const OVERLOAD_TIMES = 3n;
/** A meter may refresh its register this much more rarely than its type says, ms. */
const UNDECLARED_REFRESH_MS = 60_000n;

/**
 * The most that three readings which agree with each other may have risen without anything having happened to the
 * register: an overload, or a meter that refreshes more rarely than declared and then shows several polls at once.
 */
export function agreedRiseMicro(
  from: Reading,
  to: Reading,
  scale: RegisterScale,
  ratedPerHour: Rational,
): bigint {
  const rise = riseAtRating(from, to, scale, ratedPerHour, UNDECLARED_REFRESH_MS);
  return OVERLOAD_TIMES * rise + 2n * resolutionMicro(to.raw, scale);
}
