/** Coefficients as tables print them: rounded, and how far that reaches. */
import { type Rational, rational } from '../rational.ts';

/**
 * How far a figure that was reckoned with a printed coefficient may be off: half of the last digit it prints, times
 * the use. Two decimals: ± 0.005 MJ/kWh × use. Published monthly tables are compared so, never for equality.
 */
export function printedBoundMicroMj(useMicroKwh: bigint, decimals: number): Rational {
  const use = useMicroKwh < 0n ? -useMicroKwh : useMicroKwh;
  return rational(use, 2n * 10n ** BigInt(decimals));
}

/** Whether two energies are the same as far as a printed coefficient can tell. All in micro-units. */
export function agreesAsPrinted(
  aMicroMj: bigint,
  bMicroMj: bigint,
  useMicroKwh: bigint,
  decimals = 2,
): boolean {
  const apart = aMicroMj < bMicroMj ? bMicroMj - aMicroMj : aMicroMj - bMicroMj;
  const bound = printedBoundMicroMj(useMicroKwh, decimals);
  return apart * bound.den <= bound.num;
}

/** Digits after the point of a decimal as printed. */
export function decimalsOf(printed: string): number {
  return printed.split('.')[1]?.length ?? 0;
}
