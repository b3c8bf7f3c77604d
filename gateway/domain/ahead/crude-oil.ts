/** Crude-oil equivalent (原油換算): what people in Japan compare savings by. */
import { type Rational, roundHalfAway } from '../rational.ts';

/**
 * kL per GJ, so also L per MJ. 省エネ法施行規則 (enforcement regulation of the energy conservation act), confidence H;
 * unchanged by the revision in force since 2023-04-01.
 */
export const CRUDE_OIL_L_PER_MJ: Rational = { num: 258n, den: 10_000n };

/** 10⁻⁶ L, rounded once by the product's rule. */
export function crudeOilMicroL(energyMicroMj: bigint): bigint {
  const { num, den } = CRUDE_OIL_L_PER_MJ;
  return roundHalfAway({ num: energyMicroMj * num, den });
}
