/** Crude-oil equivalent (原油換算): what people in Japan compare savings by. */
import { type Rational, roundHalfAway } from '../rational.ts';

/**
 * 10⁻⁶ L, rounded once by the product's rule.
 * @param litresPerMj kL per GJ, the factor `crude-oil` of config/report-factors
 */
export function crudeOilMicroL(energyMicroMj: bigint, litresPerMj: Rational): bigint {
  return roundHalfAway({ num: energyMicroMj * litresPerMj.num, den: litresPerMj.den });
}
