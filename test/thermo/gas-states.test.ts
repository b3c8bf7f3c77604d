/** Metered m³, Nm³ and m³ at SATP are three things. What a meter counts and what a calorific value is of must meet exactly. */
import { describe, expect, it, test } from 'vitest';
import { multiply, rational, reduced } from '../../gateway/domain/rational.ts';
import { factorLines, volumeLines } from '../../gateway/domain/thermo/factor-lines.ts';
import { GAS_STATES, volumeRatio } from '../../gateway/domain/thermo/gas.ts';
import { isFixed } from '../../gateway/domain/thermo/kwh-factor.ts';
import { factorOf, GAS, specOf } from './site.ts';

const LINE = {
  celsius: rational(15n),
  gaugeKpa: rational(2n),
  atmosphericKpa: rational(101_325n, 1000n),
};

describe('a m³ of the line', () => {
  it('of 15 °C and 2 kPa is 0.9667 Nm³: (101.325 + 2) ÷ 101.325 × 273.15 ÷ 288.15, exact', () => {
    const ratio = volumeRatio('metered', 'normal', LINE);
    expect(ratio).toEqual(reduced(rational(103_325n * 27_315n, 101_325n * 28_815n)));
    expect((Number(ratio?.num) / Number(ratio?.den)).toFixed(4)).toBe('0.9667');
  });

  it('goes to any state and back without losing anything', () => {
    for (const from of GAS_STATES)
      for (const to of GAS_STATES) {
        const [there, back] = [volumeRatio(from, to, LINE), volumeRatio(to, from, LINE)];
        if (!there || !back) throw new Error('no ratio');
        expect(reduced(multiply(there, back))).toEqual(rational(1n));
      }
  });

  it('cannot leave its state while that is not known; the named states can become each other', () => {
    expect(volumeRatio('metered', 'normal', null)).toBeNull();
    expect(volumeRatio('satp', 'metered', null)).toBeNull();
    expect(volumeRatio('normal', 'satp', null)).toEqual(
      reduced(rational(101_325n * 29_815n, 100_000n * 27_315n)),
    );
  });
});

describe('kWh of a m³', () => {
  it('by the law: the metered volume as it is, 45 GJ per 1000 m³', () => {
    expect(factorOf(`${GAS}, energyFactor: city-gas-13a`)).toMatchObject({
      from: '2023-04-01',
      to: null,
      kwhPerUnit: rational(25n, 2n),
      basis: { counts: 'metered', at: 'metered', line: null },
    });
  });

  it('by the law is the same whatever the line has, as long as the meter counts the metered volume', () => {
    const fields = `${GAS}, energyFactor: city-gas-13a, gas: { temperature: 30 °C, gaugePressure: 0.2 MPa }`;
    expect(factorOf(fields).kwhPerUnit).toEqual(rational(25n, 2n));
  });

  it('by the law of a meter that counts Nm³ goes back to the metered volume', () => {
    const fields = `${GAS}, energyFactor: city-gas-13a, gas: { counts: normal, temperature: 15 °C, gaugePressure: 2 kPa }`;
    const back = reduced(rational(101_325n * 28_815n, 103_325n * 27_315n));
    expect(factorOf(fields).kwhPerUnit).toEqual(reduced(multiply(rational(25n, 2n), back)));
  });

  it('by the physics: 45 MJ/Nm³ × 0.9667 ÷ 3.6', () => {
    const fields = `${GAS}, gas: { temperature: 15 °C, gaugePressure: 2 kPa, calorificValue: 45 MJ/Nm3 }`;
    const factor = factorOf(fields);
    expect(factor).toMatchObject({ from: null, to: null, label: '45 MJ/Nm³' });
    expect(factor.kwhPerUnit).toEqual(reduced(rational(25n * 103_325n * 27_315n, 2n * 101_325n * 28_815n)));
  });

  test.each([
    ['counts: normal, calorificValue: 45 MJ/Nm3', rational(25n, 2n)],
    ['counts: normal, calorificValue: 12.5 kWh/Nm³', rational(25n, 2n)],
    ['counts: normal, calorificValue: 45000 kJ/m3(N)', rational(25n, 2n)],
    ['counts: satp, calorificValue: 36 MJ/m3 (satp)', rational(10n)],
    ['calorificValue: 36 MJ/m3 metered', rational(10n)],
  ])('needs no line where both are of one state: %s', (conditions, kwhPerUnit) => {
    expect(factorOf(`${GAS}, gas: { ${conditions} }`).kwhPerUnit).toEqual(kwhPerUnit);
  });

  it('takes the atmosphere of a site on a mountain, and a cold line', () => {
    const fields = `${GAS}, gas: { temperature: -5.5 °C, gaugePressure: 98.07 kPaG, atmosphericPressure: 900 hPa, calorificValue: 36 MJ/Nm3 }`;
    expect(factorOf(fields).kwhPerUnit).toEqual(
      reduced(rational(10n * 188_070n * 27_315n, 101_325n * 26_765n)),
    );
  });

  it('of a natural gas line is by SATP, where the metered volume is taken for that', () => {
    const fields = `${GAS}, energyFactor: natural-gas, gas: { counts: satp }`;
    expect(factorOf(fields).kwhPerUnit).toEqual(rational(32n, 3n));
  });

  it('is not known without a factor, and each channel of a meter has its own', () => {
    expect(specOf(GAS).kwhFactors).toEqual([]);
  });
});

describe('is told', () => {
  const { kwhFactors } = specOf(
    `${GAS}, gas: { temperature: 15 °C, gaugePressure: 2 kPa, calorificValue: 45 MJ/Nm3 }`,
  );
  const factor = kwhFactors.find(isFixed);
  if (factor?.basis?.kind !== 'gas') throw new Error('no basis');
  const { basis } = factor;

  it('with state, temperature, pressure, calorific value and working', () => {
    expect(factorLines(factor, 'm3', 'en')).toEqual([
      '62718275/5190542 ≈ 12.083184 kWh/m3; without dates; 45 MJ/Nm³',
      'the meter counts m³ as metered (15 °C, 2 kPa gauge, atmosphere 101.325 kPa)',
      '(2 + 101.325) ÷ 101.325 × 273.15 ÷ (15 + 273.15) = 2508731/2595271 ≈ 0.966655 Nm³/m³',
      '2508731/2595271 ≈ 0.966655 × 45 MJ/Nm³ ÷ 3.6 = 62718275/5190542 ≈ 12.083184 kWh/m³',
    ]);
  });

  it('in three volumes with their names', () => {
    expect(volumeLines(basis, 1_000_000_000n, 'en')).toEqual([
      '1000 m³ as metered (15 °C, 2 kPa gauge, atmosphere 101.325 kPa)',
      '966.654735 Nm³ normal (0 °C, 101.325 kPa)',
      '1069.10806 m³(SATP) SATP (25 °C, 100 kPa)',
    ]);
  });
});
