/**
 * Where the figures of reports are rounded, and nowhere else. The one rule, {@link ROUNDING}: as with a dial, running
 * totals since the beginning of the fiscal year are rounded, halves away from zero (四捨五入), and what is printed for an
 * hour, a day or a month is the difference of two of them. So hours add up to their day, days to their month and months
 * to their year, in one report and from one report to another, and the year's figure is its exact value, rounded once.
 * A printed part is less than one unit of its last digit from its exact value. A sum over unlike things (sources,
 * fuels) is the sum of what is printed for them. Exact values go along beside the printed ones and are never made from
 * them.
 */
import { type Rational, rational, reduced, roundHalfAway, toMicro } from '../rational.ts';

export const ROUNDING = 'differences-of-rounded-running-totals';

/** Digits after the point as printed. */
export const DIGITS = {
  kWh: 1,
  kW: 1,
  m3: 1,
  GJ: 3,
  kL: 3,
  t: 3,
  '1000 kWh': 3,
  '1000 m3': 3,
  'MJ/kWh': 4,
  't-CO2': 3,
  't-CO2/kWh': 6,
  h: 0,
  days: 0,
  '%': 1,
  output: 3,
  // Intensities have digits that mean something instead: see `significant`.
  intensity: 0,
  times: 3,
} as const satisfies Readonly<Record<string, number>>;

export type FigureUnit = keyof typeof DIGITS;

/** Digits of an intensity that are printed, the first that is not zero counted as one. */
const SIGNIFICANT = 5;

/** A number with its unit, exact and as printed. */
export interface Figure {
  readonly unit: FigureUnit;
  /** null: not known; never 0 instead. */
  readonly exact: Rational | null;
  /** Whole units of the last printed digit; null where `exact` is. */
  readonly shown: bigint | null;
  /** Digits after the point of `shown`. */
  readonly digits: number;
}

export const ZERO = rational(0n);

export function plusExact(a: Rational, b: Rational): Rational {
  if (a.den === b.den) return { num: a.num + b.num, den: a.den };
  return reduced({ num: a.num * b.den + b.num * a.den, den: a.den * b.den });
}

/** A part: rounded once by the rule. */
export function part(exact: Rational | null, unit: FigureUnit): Figure {
  const digits = unit === 'intensity' && exact ? digitsOfIntensity(exact) : DIGITS[unit];
  const shown = exact && roundHalfAway({ num: exact.num * 10n ** BigInt(digits), den: exact.den });
  return { unit, exact, shown, digits };
}

/** What is printed for a stretch: the rounded running total at its end less that at its beginning. */
export function stretch(before: Rational | null, exact: Rational | null, unit: FigureUnit): Figure {
  const digits = DIGITS[unit];
  if (exact === null) return { unit, exact, shown: null, digits };
  const at = (value: Rational): bigint =>
    roundHalfAway({ num: value.num * 10n ** BigInt(digits), den: value.den });
  const from = before ?? ZERO;
  return { unit, exact, shown: at(plusExact(from, exact)) - at(from), digits };
}

/** A total: what the printed parts add up to; parts that are not known add nothing. Null where none is known. */
export function total(parts: readonly Figure[], unit: FigureUnit): Figure {
  const known = parts.filter((each) => each.exact !== null && each.shown !== null);
  const digits = DIGITS[unit];
  if (known.length === 0) return { unit, exact: null, shown: null, digits };
  return {
    unit,
    exact: known.reduce((sum, each) => plusExact(sum, each.exact ?? ZERO), ZERO),
    shown: known.reduce((sum, each) => sum + (each.shown ?? 0n), 0n),
    digits,
  };
}

function digitsOfIntensity({ num, den }: Rational): number {
  const magnitude = num < 0n ? -num : num;
  if (magnitude === 0n) return 0;
  let digits = 0;
  // The first digit of value × 10^digits stands at 10^(SIGNIFICANT − 1).
  while (digits < 12 && magnitude * 10n ** BigInt(digits) < den * 10n ** BigInt(SIGNIFICANT - 1)) digits += 1;
  return digits;
}

/** "12345.6", with no separators of thousands. */
export function shownText({ shown, digits }: Figure): string | null {
  if (shown === null) return null;
  const text = (shown < 0n ? -shown : shown).toString().padStart(digits + 1, '0');
  const sign = shown < 0n ? '-' : '';
  return digits === 0 ? `${sign}${text}` : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** 10⁻⁶ of the unit, by the product's rule: what CSV and JSON carry beside the printed figure. */
export function exactMicro({ exact }: Figure): bigint | null {
  return exact && toMicro(exact);
}

/**
 * A year-on-year percentage as official examples print it: truncated to one decimal (97/99 → 97.9), not rounded.
 * @returns tenths of a percent; null where the earlier value is not above zero
 */
export function truncatedTenths(now: Rational, before: Rational): bigint | null {
  if (before.num <= 0n || now.num < 0n) return null;
  return (now.num * before.den * 1000n) / (now.den * before.num);
}

/** Whole part of the fourth root. @param value not below zero */
function fourthRoot(value: bigint): bigint {
  let [low, high] = [0n, 1n];
  while (high ** 4n <= value) high *= 2n;
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if (middle ** 4n <= value) low = middle;
    else high = middle;
  }
  return low;
}

/**
 * The five-year mean change: the geometric mean of the last four printed year-on-year percentages, truncated to one
 * decimal like them. @param ratios four, in tenths of a percent. @returns tenths of a percent
 */
export function fiveYearMeanTenths(ratios: readonly [bigint, bigint, bigint, bigint]): bigint {
  return fourthRoot(ratios[0] * ratios[1] * ratios[2] * ratios[3]);
}

/** A figure in percent from tenths of it: printed as it is. */
export function percentOfTenths(tenths: bigint | null): Figure {
  return part(tenths === null ? null : rational(tenths, 10n), '%');
}
