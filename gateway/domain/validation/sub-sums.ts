/** Sub-meters against the meter they hang on: what they show together can't be more. Pure. */
import type { Quality } from '../quality.ts';

export interface HourOf {
  readonly quality: Quality;
  readonly quantityMicro: bigint | null;
  /** The smallest change that its register can show, micro-units. */
  readonly resolutionMicro: bigint;
}

/** Meters of class 1 with CTs of class 1 may differ by so much: 1/50 of the hour. */
const ACCURACY = 50n;

export type SumVerdict =
  | { readonly kind: 'fits' | 'exceeds'; readonly sumMicro: bigint; readonly ownMicro: bigint }
  | { readonly kind: 'unknown' };

function isSure({ quality, quantityMicro }: HourOf): boolean {
  return quantityMicro !== null && (quality === 'measured' || quality === 'interpolated');
}

/** One hour. What is guessed or missing in any of them says nothing. */
export function judgeSum(own: HourOf, below: readonly HourOf[]): SumVerdict {
  if (below.length === 0 || !isSure(own) || !below.every(isSure)) return { kind: 'unknown' };
  const ownMicro = own.quantityMicro ?? 0n;
  const sumMicro = below.reduce((sum, { quantityMicro }) => sum + (quantityMicro ?? 0n), 0n);
  // Two boundaries of each meter, one step each.
  const resolution = [own, ...below].reduce((sum, each) => sum + 2n * each.resolutionMicro, 0n);
  const exceeds = sumMicro > ownMicro + resolution + ownMicro / ACCURACY;
  return { kind: exceeds ? 'exceeds' : 'fits', sumMicro, ownMicro };
}
