/**
 * Register words to exact values. Integers are counts; floats are taken apart into mantissa and exponent, with an odd
 * mantissa, so that equal values are equal whatever their encoding. Pure.
 */
import type { RegisterMap, RegisterType, WordOrder } from '../../config/types.ts';
import type { RawRegister } from '../../gateway/domain/meters.ts';

const WORDS: Readonly<Record<RegisterType, number>> = {
  u16: 1,
  s16: 1,
  u32: 2,
  s32: 2,
  f32: 2,
  u64: 4,
  s64: 4,
  f64: 4,
};

/** Counts are kept as signed 64-bit integers. */
const MAX_COUNT = 2n ** 63n - 1n;

type InvalidMarkers = Readonly<Partial<Record<RegisterType, readonly bigint[]>>>;

/** Registers one value of this type takes. */
export function wordsOf(type: RegisterType): number {
  return WORDS[type];
}

/** The bits of a value as one unsigned integer. Bytes in a word are always big-endian. */
export function bitsOf(words: readonly number[], order: WordOrder): bigint {
  const ordered = order === 'msw' ? words : words.toReversed();
  return ordered.reduce((bits, word) => (bits << 16n) | BigInt(word), 0n);
}

/**
 * @param words exactly as many as the type takes, as they stand on the wire
 * @param invalid the meter type's markers; one may be written as the count or as the bare bits
 * @returns null for NaN, an infinity, a marker, or a count of 2^63 and above
 */
export function decodeRegister(
  words: readonly number[],
  type: RegisterType,
  order: WordOrder,
  invalid: InvalidMarkers = {},
): RawRegister | null {
  if (words.length !== WORDS[type]) throw new RangeError(`${type} from ${words.length} words`);
  const bits = bitsOf(words, order);
  const size = words.length * 16;
  const count = type.startsWith('s') ? BigInt.asIntN(size, bits) : bits;
  if (invalid[type]?.some((marker) => marker === count || marker === bits)) return null;
  if (type === 'f32') return decodeFloat(bits, 8, 23);
  if (type === 'f64') return decodeFloat(bits, 11, 52);
  return count > MAX_COUNT ? null : { count, exp2: 0 };
}

/** IEEE 754 binary: sign, exponent, mantissa. */
function decodeFloat(bits: bigint, exponentBits: number, mantissaBits: number): RawRegister | null {
  const exponentMask = (1n << BigInt(exponentBits)) - 1n;
  const exponent = Number((bits >> BigInt(mantissaBits)) & exponentMask);
  if (exponent === Number(exponentMask)) return null;
  const fraction = bits & ((1n << BigInt(mantissaBits)) - 1n);
  const bias = 2 ** (exponentBits - 1) - 1;
  // Subnormal numbers have no hidden bit and the exponent of the smallest normal one.
  let mantissa = exponent === 0 ? fraction : fraction | (1n << BigInt(mantissaBits));
  let exp2 = Math.max(exponent, 1) - bias - mantissaBits;
  if (mantissa === 0n) return { count: 0n, exp2: 0 };
  while ((mantissa & 1n) === 0n) {
    mantissa >>= 1n;
    exp2++;
  }
  return { count: bits >> BigInt(exponentBits + mantissaBits) === 1n ? -mantissa : mantissa, exp2 };
}

/** Gauges leave the gateway with at most 6 digits after the point. */
const GAUGE_STEPS = 1e6;

/** A gauge for display: the register times its scale, as a double, rounded to 6 digits after the point. */
export function gaugeValue(raw: RawRegister, scale: RegisterMap['scale']): number {
  const value = (Number(raw.count) * 2 ** raw.exp2 * Number(scale.num)) / Number(scale.den);
  return Math.round(value * GAUGE_STEPS) / GAUGE_STEPS;
}
