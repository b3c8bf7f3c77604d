/**
 * Energy of steam over its feed water, kWh per t. The enthalpies come from the IAPWS-IF97 as millionths of kJ/kg, and
 * the factor is rounded once, to millionths of kWh/kg: from there on it is an exact number like any other.
 */
import { divide, multiply, type Rational, rational, reduced, roundHalfAway } from '../rational.ts';
import { add, kelvinOf } from './gas.ts';
import { liquidEnthalpy, saturationPressureMpa, saturationTemperatureK, steamEnthalpy } from './if97.ts';

export type SteamState = 'saturated' | 'wet' | 'superheated';
export const STEAM_STATES = ['saturated', 'wet', 'superheated'] as const satisfies readonly SteamState[];

const MILLION = 1_000_000n;
const KPA_PER_MPA = rational(1000n);

const numberOf = ({ num, den }: Rational): number => Number(num) / Number(den);
/** A double to millionths, as a rational. */
const micro = (value: number): Rational => rational(BigInt(Math.round(value * 1e6)), MILLION);

const subtract = (a: Rational, b: Rational): Rational => add(a, { num: -b.num, den: b.den });

export interface Saturation {
  /** To a hundredth. */
  readonly celsius: Rational;
  readonly steamKjPerKg: Rational;
  readonly waterKjPerKg: Rational;
}

export function absoluteMpa(gaugeMpa: Rational, atmosphericKpa: Rational): Rational {
  return add(gaugeMpa, divide(atmosphericKpa, KPA_PER_MPA));
}

/** Both ends of boiling at a gauge pressure. @throws CodedError steam-out-of-range */
export function saturationAt(gaugeMpa: Rational, atmosphericKpa: Rational): Saturation {
  const mpa = numberOf(absoluteMpa(gaugeMpa, atmosphericKpa));
  const kelvin = saturationTemperatureK(mpa);
  return {
    celsius: rational(BigInt(Math.round((kelvin - 273.15) * 100)), 100n),
    steamKjPerKg: micro(steamEnthalpy(kelvin, mpa)),
    waterKjPerKg: micro(liquidEnthalpy(kelvin, mpa)),
  };
}

/**
 * Enthalpy of feed water: at the pressure of the atmosphere, or, where it would boil there, at that of boiling.
 * @returns kJ/kg to millionths @throws CodedError steam-out-of-range
 */
export function feedEnthalpy(celsius: Rational, atmosphericKpa: Rational): Rational {
  const kelvin = numberOf(kelvinOf(celsius));
  const mpa = Math.max(numberOf(atmosphericKpa) / 1000, saturationPressureMpa(kelvin));
  return micro(liquidEnthalpy(kelvin, mpa));
}

/** (h − h_feed) ÷ 3600 kWh/kg, rounded half away to millionths, as kWh per t. */
export function steamKwhPerTonne(steamKjPerKg: Rational, feedKjPerKg: Rational): Rational {
  const perKg = divide(subtract(steamKjPerKg, feedKjPerKg), rational(3600n));
  const rounded = roundHalfAway({ num: perKg.num * MILLION, den: perKg.den });
  return reduced(multiply(rational(rounded, MILLION), rational(1000n)));
}

/** −1, 0 or 1 as a is below, at or above b. */
export function compare(a: Rational, b: Rational): number {
  const difference = a.num * b.den - b.num * a.den;
  return difference < 0n ? -1 : Number(difference > 0n);
}
