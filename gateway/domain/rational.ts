/**
 * Exact rationals over BigInt. Registers, ratios and factors are kept in this form so that no float ever
 * adds up. Denominators are always positive; values are not reduced unless {@link reduced} is called.
 */
export interface Rational {
  readonly num: bigint;
  readonly den: bigint;
}

export const ONE: Rational = { num: 1n, den: 1n };

export function rational(num: bigint, den = 1n): Rational {
  if (den === 0n) throw new RangeError('a rational with denominator 0');
  return den < 0n ? { num: -num, den: -den } : { num, den };
}

export function multiply(a: Rational, b: Rational): Rational {
  return { num: a.num * b.num, den: a.den * b.den };
}

export function divide(a: Rational, b: Rational): Rational {
  return rational(a.num * b.den, a.den * b.num);
}

/** Lowest terms, so that equal values print and store alike. */
export function reduced(value: Rational): Rational {
  let a = value.num < 0n ? -value.num : value.num;
  let b = value.den;
  while (b !== 0n) [a, b] = [b, a % b];
  return a <= 1n ? value : { num: value.num / a, den: value.den / a };
}

/**
 * The one rounding rule of the product: to the nearest integer, halves away from zero (JIS Z 8401 rule B,
 * 四捨五入). Every place that rounds calls this and says so.
 */
export function roundHalfAway(value: Rational): bigint {
  const { num, den } = value;
  const magnitude = num < 0n ? -num : num;
  const rounded = (2n * magnitude + den) / (2n * den);
  return num < 0n ? -rounded : rounded;
}

/** A value in whole micro-units (10⁻⁶), by the product's rule: for publishing and showing coefficients. */
export function toMicro({ num, den }: Rational): bigint {
  return roundHalfAway({ num: num * 1_000_000n, den });
}

/**
 * Reads a decimal number as written ("0.048", "-12", "1e-3") without passing through a float.
 * @returns null when the text is not a decimal number
 */
export function parseDecimal(text: string): Rational | null {
  const match = /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text.trim());
  if (!match) return null;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const digits = BigInt(whole + fraction) * (sign === '-' ? -1n : 1n);
  const shift = Number(exponent) - fraction.length;
  return reduced(
    shift >= 0
      ? { num: digits * 10n ** BigInt(shift), den: 1n }
      : { num: digits, den: 10n ** BigInt(-shift) },
  );
}

/** "200/5" or "2.5": a ratio as an installer writes it. Null when it is neither, or not above zero. */
export function parseRatio(text: string): Rational | null {
  const parts = text.split('/');
  if (parts.length > 2) return null;
  const num = parseDecimal(parts[0] ?? '');
  const den = parts.length === 2 ? parseDecimal(parts[1] ?? '') : ONE;
  if (!num || !den || num.num <= 0n || den.num <= 0n) return null;
  return reduced(divide(num, den));
}

const ZERO = '0'.charCodeAt(0);

/** Prints micro-units (10⁻⁶ of a unit) as a decimal with at most 6 digits and no trailing zeros: 1500000n → "1.5". */
export function formatMicro(micro: bigint): string {
  const sign = micro < 0n ? '-' : '';
  const magnitude = micro < 0n ? -micro : micro;
  // Whole numbers below 2^53 are exact as doubles, and a multiple of 10⁶ divides exactly: several times faster.
  const small = Number(magnitude);
  const safe = Number.isSafeInteger(small);
  const millionths = safe ? small % 1e6 : Number(magnitude % 1_000_000n);
  const whole = safe ? (small - millionths) / 1e6 : magnitude / 1_000_000n;
  if (millionths === 0) return `${sign}${whole}`;
  const digits = String(millionths).padStart(6, '0');
  let end = 6;
  while (digits.charCodeAt(end - 1) === ZERO) end -= 1;
  return `${sign}${whole}.${digits.slice(0, end)}`;
}

/** "12/5", or "12" for a whole number: one text for one value, read back by {@link parseFraction}. */
export function formatFraction(value: Rational): string {
  const { num, den } = reduced(value);
  return den === 1n ? `${num}` : `${num}/${den}`;
}

/** Reads what {@link formatFraction} wrote. @throws RangeError on anything else: such text is a bug, not input */
export function parseFraction(text: string): Rational {
  const match = /^(-?\d+)(?:\/(\d+))?$/.exec(text);
  if (!match?.[1]) throw new RangeError(`not a fraction: ${text}`);
  return rational(BigInt(match[1]), match[2] === undefined ? 1n : BigInt(match[2]));
}
