/**
 * Register words to exact values. Integers and decimals are counts; floats are taken apart into mantissa and exponent,
 * with an odd mantissa, so that equal values are equal whatever their encoding. Pure.
 */
import type { ByteOrder, Coding, RegisterMap, RegisterType, WordOrder } from '../../config/types.ts';
import type { RawRegister } from '../../gateway/domain/meters.ts';
import { parseDecimal, type Rational } from '../../gateway/domain/rational.ts';

const WORDS: Readonly<Record<RegisterType, number>> = {
  u16: 1,
  s16: 1,
  u32: 2,
  s32: 2,
  u48: 3,
  s48: 3,
  u64: 4,
  s64: 4,
  f32: 2,
  f64: 4,
  bcd16: 1,
  bcd32: 2,
  bcd48: 3,
  bcd64: 4,
  dec3x2: 2,
  dec4x2: 2,
  dec4x3: 3,
  dec4x4: 4,
  ascii4: 2,
  ascii6: 3,
  ascii8: 4,
  ascii10: 5,
  ascii12: 6,
  ascii14: 7,
  ascii16: 8,
};

/** Counts are kept as signed 64-bit integers. */
export const MAX_COUNT = 2n ** 63n - 1n;

type InvalidMarkers = Readonly<Partial<Record<RegisterType, readonly bigint[]>>>;

/** Registers one value of this type takes. */
export function wordsOf(type: RegisterType): number {
  return WORDS[type];
}

function inOrder(words: readonly number[], order: WordOrder, bytes: ByteOrder = 'msb'): readonly number[] {
  const ordered = order === 'msw' ? words : words.toReversed();
  return bytes === 'msb' ? ordered : ordered.map((word) => ((word & 0xff) << 8) | (word >> 8));
}

/** The bits of a value as one unsigned integer. */
export function bitsOf(words: readonly number[], order: WordOrder, bytes: ByteOrder = 'msb'): bigint {
  return inOrder(words, order, bytes).reduce((bits, word) => (bits << 16n) | BigInt(word), 0n);
}

/**
 * @param words exactly as many as the type takes, as they stand on the wire
 * @param invalid the meter type's markers; one may be written as the count or as the bare bits
 * @returns null for NaN, an infinity, a marker, a digit that is none, or a count of 2^63 and above
 */
export function decodeRegister(
  words: readonly number[],
  { type, wordOrder, byteOrder = 'msb', decimals = 0 }: Coding,
  invalid: InvalidMarkers = {},
): RawRegister | null {
  if (words.length !== WORDS[type]) throw new RangeError(`${type} from ${words.length} words`);
  const bits = bitsOf(words, wordOrder, byteOrder);
  const isMarked = (count: bigint): boolean =>
    invalid[type]?.some((marker) => marker === count || marker === bits) ?? false;
  if (type === 'f32' || type === 'f64') {
    if (isMarked(bits)) return null;
    return type === 'f32' ? decodeFloat(bits, 8, 23) : decodeFloat(bits, 11, 52);
  }
  const count = countOf(type, bits, inOrder(words, wordOrder, byteOrder), decimals);
  if (count === null || isMarked(count)) return null;
  return count > MAX_COUNT || count < -MAX_COUNT - 1n ? null : { count, exp2: 0 };
}

function countOf(
  type: Exclude<RegisterType, 'f32' | 'f64'>,
  bits: bigint,
  words: readonly number[],
  decimals: number,
): bigint | null {
  if (type.startsWith('bcd')) {
    const digits = bits.toString(16);
    return /^\d+$/.test(digits) ? BigInt(digits) : null;
  }
  if (type.startsWith('dec')) {
    const base = type.startsWith('dec3') ? 1_000 : 10_000;
    if (words.some((word) => word >= base)) return null;
    return words.reduce((count, word) => count * BigInt(base) + BigInt(word), 0n);
  }
  if (type.startsWith('ascii')) return countOfText(words, decimals);
  return type.startsWith('s') ? BigInt.asIntN(words.length * 16, bits) : bits;
}

/** Text before or after the number may be spaces; after it also NUL. */
function countOfText(words: readonly number[], decimals: number): bigint | null {
  const text = words.map((word) => String.fromCharCode(word >> 8, word & 0xff)).join('');
  const written = /^ *([+-]?\d+(?:\.\d+)?)[ \0]*$/.exec(text)?.[1];
  const value = written === undefined ? null : parseDecimal(written);
  if (!value) return null;
  const counts = value.num * 10n ** BigInt(decimals);
  return counts % value.den === 0n ? counts / value.den : null;
}

/** IEEE 754 binary: sign, exponent, mantissa. */
function decodeFloat(bits: bigint, exponentBits: number, mantissaBits: number): RawRegister | null {
  const exponentMask = (1n << BigInt(exponentBits)) - 1n;
  const exponent = Number((bits >> BigInt(mantissaBits)) & exponentMask);
  if (exponent === Number(exponentMask)) return null;
  const fraction = bits & ((1n << BigInt(mantissaBits)) - 1n);
  const bias = 2 ** (exponentBits - 1) - 1;
  // Subnormal numbers have no hidden bit and the exponent of the smallest normal one.
  const mantissa = exponent === 0 ? fraction : fraction | (1n << BigInt(mantissaBits));
  const exp2 = Math.max(exponent, 1) - bias - mantissaBits;
  const isNegative = bits >> BigInt(exponentBits + mantissaBits) === 1n;
  return withOddMantissa(isNegative ? -mantissa : mantissa, exp2);
}

function withOddMantissa(mantissa: bigint, exp2: number): RawRegister {
  if (mantissa === 0n) return { count: 0n, exp2: 0 };
  let count = mantissa;
  let shift = 0;
  while ((count & 1n) === 0n) {
    count >>= 1n;
    shift++;
  }
  return { count, exp2: exp2 + shift };
}

/** Bits of a float64's mantissa: a sum of float64 that needs more is rounded as the meter itself would. */
const FLOAT64_BITS = 53;

/**
 * A sum of registers, each times a whole number. Integers are added exactly; float64 exactly as long as the sum fits
 * 53 bits, else to the nearest float64 (half a last bit, which the ledger allows for). A sum of rising registers rises.
 * @returns null when it does not fit a count
 */
export function sumOf(
  parts: readonly { readonly raw: RawRegister; readonly times: bigint }[],
): RawRegister | null {
  const isFloat = parts.some(({ raw }) => raw.exp2 !== 0);
  const least = Math.min(...parts.map(({ raw }) => raw.exp2));
  const total = parts.reduce(
    (sum, { raw, times }) => sum + ((raw.count * times) << BigInt(raw.exp2 - least)),
    0n,
  );
  if (!isFloat) return total > MAX_COUNT || total < -MAX_COUNT - 1n ? null : { count: total, exp2: 0 };
  const magnitude = total < 0n ? -total : total;
  const excess = Math.max(magnitude.toString(2).length - FLOAT64_BITS, 0);
  const half = excess > 0 ? 1n << BigInt(excess - 1) : 0n;
  const rounded = (magnitude + half) >> BigInt(excess);
  return withOddMantissa(total < 0n ? -rounded : rounded, least + excess);
}

/** Exponents beyond these are no setting of any meter but a misread word. */
const MOST_TENS = 12;

/** What a multiplier register says: an exact power of ten; null when it says none. */
export function powerOfTen(raw: RawRegister, as: 'exponent' | 'factor'): Rational | null {
  if (raw.exp2 !== 0) return null;
  if (as === 'factor') {
    const digits = String(raw.count);
    return /^10*$/.test(digits) && digits.length <= MOST_TENS + 1 ? { num: raw.count, den: 1n } : null;
  }
  const tens = Number(raw.count);
  if (Math.abs(tens) > MOST_TENS) return null;
  const power = 10n ** BigInt(Math.abs(tens));
  return tens < 0 ? { num: 1n, den: power } : { num: power, den: 1n };
}

/** Gauges leave the gateway with at most 6 digits after the point. */
const GAUGE_STEPS = 1e6;

/** A gauge for display: the register times its scale, as a double, rounded to 6 digits after the point. */
export function gaugeValue(raw: RawRegister, scale: RegisterMap['scale']): number {
  const value = (Number(raw.count) * 2 ** raw.exp2 * Number(scale.num)) / Number(scale.den);
  return Math.round(value * GAUGE_STEPS) / GAUGE_STEPS;
}
