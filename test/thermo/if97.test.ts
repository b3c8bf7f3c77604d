/** Water and steam against the verification tables of IAPWS R7-97(2012) and a steam table for boiler pressures. */
import { describe, expect, it, test } from 'vitest';
import { CodedError } from '../../gateway/domain/faults.ts';
import {
  liquidEnthalpy,
  saturationPressureMpa,
  saturationTemperatureK,
  steamEnthalpy,
} from '../../gateway/domain/thermo/if97.ts';

/** As printed: nine digits. */
const nineDigits = (value: number): string => value.toExponential(8);

describe('the verification tables of the release', () => {
  test.each([
    [300, 0.353658941e-2],
    [500, 0.263889776e1],
    [600, 0.123443146e2],
  ])('table 35: saturation pressure at %s K', (kelvin, mpa) => {
    expect(nineDigits(saturationPressureMpa(kelvin))).toBe(nineDigits(mpa));
  });

  test.each([
    [0.1, 0.372755919e3],
    [1, 0.453035632e3],
    [10, 0.584149488e3],
  ])('table 36: saturation temperature at %s MPa', (mpa, kelvin) => {
    expect(nineDigits(saturationTemperatureK(mpa))).toBe(nineDigits(kelvin));
  });

  test.each([
    [300, 3, 0.115331273e3],
    [300, 80, 0.184142828e3],
    [500, 3, 0.975542239e3],
  ])('table 5: enthalpy of water at %s K and %s MPa', (kelvin, mpa, kjPerKg) => {
    expect(nineDigits(liquidEnthalpy(kelvin, mpa))).toBe(nineDigits(kjPerKg));
  });

  test.each([
    [300, 0.0035, 0.254991145e4],
    [700, 0.0035, 0.333568375e4],
    [700, 30, 0.263149474e4],
  ])('table 15: enthalpy of steam at %s K and %s MPa', (kelvin, mpa, kjPerKg) => {
    expect(nineDigits(steamEnthalpy(kelvin, mpa))).toBe(nineDigits(kjPerKg));
  });
});

const within = (value: number, wanted: number): boolean => Math.abs(value / wanted - 1) < 1e-4;

test.each([
  [0.1, 2706.5, 120.42],
  [0.3, 2738.2, 143.73],
  [0.5, 2756.2, 158.92],
  [0.7, 2768.4, 170.48],
  [0.8, 2773.1, 175.42],
  [1.0, 2780.7, 184.12],
  [1.5, 2792.9, 201.42],
])('a boiler of %s MPaG gives steam of %s kJ/kg at %s °C, to 0.01 %%', (gauge, kjPerKg, celsius) => {
  const mpa = gauge + 0.101325;
  const kelvin = saturationTemperatureK(mpa);
  expect(within(steamEnthalpy(kelvin, mpa), kjPerKg)).toBe(true);
  expect(within(kelvin - 273.15, celsius)).toBe(true);
});

test.each([
  [15, 63.08],
  [20, 84.01],
  [60, 251.22],
  [80, 334.99],
])('feed water of %s °C holds %s kJ/kg, to 0.01 %%', (celsius, kjPerKg) => {
  expect(within(liquidEnthalpy(celsius + 273.15, 0.101325), kjPerKg)).toBe(true);
});

it('goes along the saturation line both ways', () => {
  for (let kelvin = 274; kelvin <= 623; kelvin += 7)
    expect(Math.abs(saturationTemperatureK(saturationPressureMpa(kelvin)) - kelvin)).toBeLessThan(1e-5);
});

describe('outside of the regions nothing is made up', () => {
  const refused = (work: () => number): string => {
    try {
      return String(work());
    } catch (error) {
      return error instanceof CodedError ? error.fault.code : String(error);
    }
  };
  test.each([
    ['colder than 0 °C', () => saturationPressureMpa(273.1)],
    ['above 623.15 K', () => saturationPressureMpa(624)],
    ['a vacuum below the triple point', () => saturationTemperatureK(0.0006)],
    ['above 16.529 MPa', () => saturationTemperatureK(17)],
    ['water that boils', () => liquidEnthalpy(400, 0.1)],
    ['water under 101 MPa', () => liquidEnthalpy(400, 101)],
    ['steam that condenses', () => steamEnthalpy(400, 1)],
    ['steam above 800 °C', () => steamEnthalpy(1_100, 1)],
    ['steam beyond the boundary to region 3', () => steamEnthalpy(650, 25)],
    ['no number', () => saturationTemperatureK(Number.NaN)],
  ])('%s', (_, work) => {
    expect(refused(work)).toBe('steam-out-of-range');
  });
});
