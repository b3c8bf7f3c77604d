/** kWh of a tonne of steam over its feed water: rounded once, then an exact number. */
import { describe, expect, it, test } from 'vitest';
import { rational } from '../../gateway/domain/rational.ts';
import { factorLines } from '../../gateway/domain/thermo/factor-lines.ts';
import { factorOf, STEAM } from './site.ts';

const steam = (conditions: string) => factorOf(`${STEAM}, steam: { ${conditions} }`);

it('of 0.7 MPaG over water of 20 °C is 745.7 kWh/t, kept as 745.655', () => {
  const factor = steam('gaugePressure: 0.7 MPa, feedWater: 20 °C');
  expect(factor.kwhPerUnit).toEqual(rational(149_131n, 200n));
  expect(factorLines(factor, 't', 'en')).toEqual([
    '745.655 kWh/t; without dates; IAPWS-IF97',
    'saturated steam, 0.7 MPa gauge + 101.325 kPa = 0.801325 MPa, 170.48 °C, IAPWS-IF97: h 2768.370125 kJ/kg',
    'feed water 20 °C, IAPWS-IF97: h 84.013058 kJ/kg',
    '(2768.370125 − 84.013058) ÷ 3600 = 0.745655 kWh/kg, rounded once to 6 decimals',
  ]);
});

test.each([
  ['gaugePressure: 700 kPa, feedWater: 20 ℃', 745.655],
  ['gaugePressure: 0.7 MPaG, feedWater: 20 C', 745.655],
  ['gaugePressure: 0.7 MPa, feedWater: 80 °C', 675.938],
  // 105 °C from a deaerator boils at 0.1209 MPa: water of that pressure.
  ['gaugePressure: 1.0 MPa, feedWater: 105 °C', 650.138],
])('%s gives %s kWh/t', (conditions, kwhPerTonne) => {
  const { num, den } = steam(conditions).kwhPerUnit;
  expect(Number(num) / Number(den)).toBe(kwhPerTonne);
});

describe('steam that is not saturated', () => {
  test.each([
    ['wet', 'state: wet, enthalpy: 2600 kJ/kg, feedWater: 20 °C', 2600],
    [
      'superheated',
      'state: superheated, enthalpy: 3.0 MJ/kg, gaugePressure: 0.7 MPa, feedWater: 20 °C',
      3000,
    ],
  ])('%s: by the enthalpy that is given', (state, conditions, kjPerKg) => {
    const factor = steam(conditions);
    expect(factor.basis).toMatchObject({ state, saturationCelsius: null });
    const wanted = Math.round(((kjPerKg - 84.013058) / 3600) * 1e6) / 1e3;
    expect(Number(factor.kwhPerUnit.num) / Number(factor.kwhPerUnit.den)).toBe(wanted);
    expect(factorLines(factor, 't', 'en').join('\n')).toContain(`enthalpy as given: h ${kjPerKg} kJ/kg`);
  });
});

it('of a meter that counts heat is a change of units', () => {
  const heat =
    'line: lan, unit: 1, type: test-pulses, input: 1, pulseWeight: 10 MJ, role: steam, rated: 6 GJ/h';
  expect(factorOf(heat)).toMatchObject({ kwhPerUnit: rational(2500n, 9n), label: null, basis: null });
});

it('counts kg and t alike', () => {
  const tonnes = STEAM.replace('10 kg', '0.01 t');
  const conditions = 'steam: { gaugePressure: 0.7 MPa, feedWater: 20 °C }';
  expect(factorOf(`${tonnes}, ${conditions}`)).toEqual(factorOf(`${STEAM}, ${conditions}`));
});
