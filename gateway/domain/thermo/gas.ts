/**
 * Gas volumes in named states, which are never mixed: what the meter counts, Nm³ and m³ at SATP. Converted as an ideal
 * gas, p V / T = constant, in exact rationals. Compressibility is left out: of methane about 0.2 % for each 0.1 MPa
 * (second virial coefficient −45 cm³/mol at 15 °C), so the site file takes gauge pressures up to 1 MPa only.
 */
import { divide, multiply, ONE, type Rational, rational, reduced } from '../rational.ts';

/** `metered`: as the line has it; `normal`: 0 °C, 101.325 kPa; `satp`: 25 °C, 100 kPa. */
export type GasState = 'metered' | 'normal' | 'satp';
export const GAS_STATES = ['metered', 'normal', 'satp'] as const satisfies readonly GasState[];

/** The gas in the line at the meter. */
export interface LineState {
  readonly celsius: Rational;
  /** Above the atmosphere. */
  readonly gaugeKpa: Rational;
  readonly atmosphericKpa: Rational;
}

export const ZERO_CELSIUS_K = rational(27_315n, 100n);
export const NORMAL_KPA = rational(101_325n, 1000n);
export const SATP_KPA = rational(100n);
export const SATP_C = rational(25n);

export function add(a: Rational, b: Rational): Rational {
  return reduced({ num: a.num * b.den + b.num * a.den, den: a.den * b.den });
}

export const kelvinOf = (celsius: Rational): Rational => add(celsius, ZERO_CELSIUS_K);

/** kPa per K: what is proportional to the amount of gas in a m³. */
function density(state: GasState, line: LineState | null): Rational | null {
  if (state === 'normal') return divide(NORMAL_KPA, ZERO_CELSIUS_K);
  if (state === 'satp') return divide(SATP_KPA, kelvinOf(SATP_C));
  return line && divide(add(line.gaugeKpa, line.atmosphericKpa), kelvinOf(line.celsius));
}

/** m³ in the state `to` per m³ in the state `from`, exact; null where the line's own state is needed and not known. */
export function volumeRatio(from: GasState, to: GasState, line: LineState | null): Rational | null {
  if (from === to) return ONE;
  const [before, after] = [density(from, line), density(to, line)];
  return before && after && reduced(divide(before, after));
}

/** kWh per m³ as the meter counts it. @param mjPerM3 in the state `at`; null where {@link volumeRatio} is */
export function gasKwhPerM3(
  counts: GasState,
  line: LineState | null,
  mjPerM3: Rational,
  at: GasState,
): Rational | null {
  const ratio = volumeRatio(counts, at, line);
  return ratio && reduced(divide(multiply(ratio, mjPerM3), rational(36n, 10n)));
}
