/**
 * Water and steam by the IAPWS Industrial Formulation 1997 (release R7-97(2012)): the saturation line both ways,
 * enthalpy of liquid water (region 1) and of steam (region 2). Only additions, products, quotients and square roots of
 * doubles, which IEEE 754 fixes to the last bit: every machine gives the same figure.
 */
import { CodedError, fault } from '../faults.ts';
import { REGION_1, REGION_2, REGION_2_IDEAL, REGION_4 } from './if97-tables.ts';

/** Specific gas constant of water, kJ/(kg K): equation 1 of the release. */
const R = 0.461526;
/** Ends of the saturation line that region 1 and 2 reach: the triple point side, and 623.15 K. */
const LOWEST_K = 273.15;
const HIGHEST_SATURATED_K = 623.15;
const LOWEST_SATURATION_MPA = 0.000_611_213;
const HIGHEST_SATURATION_MPA = 16.529_164;
const HIGHEST_STEAM_K = 1_073.15;
const HIGHEST_MPA = 100;

function power(base: number, exponent: number): number {
  let result = 1;
  let square = base;
  for (let left = Math.abs(exponent); left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result *= square;
    square *= square;
  }
  return exponent < 0 ? 1 / result : result;
}

function guard(quantity: string, value: number, low: number, high: number): void {
  if (value >= low && value <= high) return;
  throw new CodedError(fault('steam-out-of-range', { quantity, value, low, high }));
}

/**
 * Saturation pressure, equation 30. @param kelvin 273.15 … 623.15 @returns MPa, absolute
 * @throws CodedError steam-out-of-range
 */
export function saturationPressureMpa(kelvin: number): number {
  guard('T (K)', kelvin, LOWEST_K, HIGHEST_SATURATED_K);
  const [n1, n2, n3, n4, n5, n6, n7, n8, n9, n10] = REGION_4;
  const theta = kelvin + n9 / (kelvin - n10);
  const a = theta * theta + n1 * theta + n2;
  const b = n3 * theta * theta + n4 * theta + n5;
  const c = n6 * theta * theta + n7 * theta + n8;
  return power((2 * c) / (-b + Math.sqrt(b * b - 4 * a * c)), 4);
}

/**
 * Saturation temperature, equation 31. @param mpa absolute, 0.000611213 … 16.529164 @returns K
 * @throws CodedError steam-out-of-range
 */
export function saturationTemperatureK(mpa: number): number {
  guard('p (MPa)', mpa, LOWEST_SATURATION_MPA, HIGHEST_SATURATION_MPA);
  const [n1, n2, n3, n4, n5, n6, n7, n8, n9, n10] = REGION_4;
  const beta = Math.sqrt(Math.sqrt(mpa));
  const e = beta * beta + n3 * beta + n6;
  const f = n1 * beta * beta + n4 * beta + n7;
  const g = n2 * beta * beta + n5 * beta + n8;
  const d = (2 * g) / (-f - Math.sqrt(f * f - 4 * e * g));
  const sum = n10 + d;
  return (sum - Math.sqrt(sum * sum - 4 * (n9 + n10 * d))) / 2;
}

/**
 * Enthalpy of liquid water, region 1. @param kelvin 273.15 … 623.15 @param mpa absolute, saturation … 100
 * @returns kJ/kg @throws CodedError steam-out-of-range
 */
export function liquidEnthalpy(kelvin: number, mpa: number): number {
  // A millionth of slack: on the saturation line itself the pressure comes from the temperature and back.
  guard('p (MPa)', mpa, saturationPressureMpa(kelvin) * (1 - 1e-6), HIGHEST_MPA);
  const pi = 7.1 - mpa / 16.53;
  const tau = 1_386 / kelvin - 1.222;
  const slope = REGION_1.reduce((sum, [i, j, n]) => sum + n * power(pi, i) * j * power(tau, j - 1), 0);
  return R * 1_386 * slope;
}

/**
 * Enthalpy of steam, region 2. @param kelvin 273.15 … 1073.15 @param mpa absolute; below 623.15 K at most saturation
 * @returns kJ/kg @throws CodedError steam-out-of-range
 */
export function steamEnthalpy(kelvin: number, mpa: number): number {
  guard('T (K)', kelvin, LOWEST_K, HIGHEST_STEAM_K);
  guard('p (MPa)', mpa, 0, highestSteamMpa(kelvin));
  const tau = 540 / kelvin;
  const ideal = REGION_2_IDEAL.reduce((sum, [j, n]) => sum + n * j * power(tau, j - 1), 0);
  const residual = REGION_2.reduce(
    (sum, [i, j, n]) => sum + n * power(mpa, i) * j * power(tau - 0.5, j - 1),
    0,
  );
  return R * 540 * (ideal + residual);
}

/** Where region 2 ends: the saturation line, then the boundary to region 3 (equation 5), then 100 MPa. */
function highestSteamMpa(kelvin: number): number {
  if (kelvin <= HIGHEST_SATURATED_K) return saturationPressureMpa(kelvin) * (1 + 1e-6);
  if (kelvin > 863.15) return HIGHEST_MPA;
  return 348.05185628969 - 1.1671859879975 * kelvin + 1.0192970039326e-3 * kelvin * kelvin;
}
