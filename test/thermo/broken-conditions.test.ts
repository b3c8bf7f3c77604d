/**
 * Mistakes in the keys that turn gas and steam into kWh. `▶` marks where the problem must be shown; it is taken out
 * before the file is read.
 */
import { describe, expect, it, test } from 'vitest';
import { GAS, problemsOf, STEAM, siteText } from './site.ts';

type Case = readonly [fields: string, reason: string, advice: string];

/** @param others further meters of the site */
function expectProblem([fields, reason, advice]: Case, others = ''): void {
  const before = siteText(fields).split('▶')[0]?.split('\n') ?? [];
  const found = problemsOf(fields.replace('▶', ''), 'en', others);
  expect(found.map((each) => each.reason)).toHaveLength(1);
  expect(found[0]?.reason).toContain(reason);
  expect(found[0]?.advice).toContain(advice);
  if (fields.includes('▶'))
    expect(`${found[0]?.line}:${found[0]?.column}`).toBe(
      `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`,
    );
  const [ja] = problemsOf(fields.replace('▶', ''), 'ja', others);
  expect(`${ja?.reason}${ja?.advice}`).toMatch(/[\u3040-\u9fff]/);
  const all = `${found[0]?.reason}${found[0]?.advice}${ja?.reason}${ja?.advice}`;
  expect(all.replace(/did you mean `\w+`\?/, '')).not.toMatch(/\?|undefined/);
}

const titled = (cases: readonly Case[]) =>
  cases.map((one) => [`${one[0].replace(GAS, '…').replace(STEAM, '…')}: ${one[1]}`, one] as const);

const gas = (conditions: string) => `${GAS}, gas: { ${conditions} }`;
const steam = (conditions: string) => `${STEAM}, steam: { ${conditions} }`;

const FORM_CASES: readonly Case[] = [
  [gas('counts: ▶Nm3, calorificValue: 45 MJ/Nm3'), '`Nm3` is not a value of `counts`', 'mean `normal`'],
  [gas('▶count: normal, calorificValue: 45 MJ/Nm3'), '`count` is not known here', 'mean `counts`'],
  [gas('temperature: ▶15, gaugePressure: 2 kPa, calorificValue: 45 MJ/Nm3'), '`temperature` is not', '15 °C'],
  [gas('temperature: ▶150 °C, gaugePressure: 2 kPa, calorificValue: 45 MJ/Nm3'), '`temperature`', '−50 to'],
  [gas('temperature: 5 °C, gaugePressure: ▶2 bar, calorificValue: 45 MJ/Nm3'), '`gaugePressure`', '2 kPa'],
  [gas('temperature: 5 °C, gaugePressure: ▶0.1 MPaA, calorificValue: 45 MJ/Nm3'), '`gaugePressure`', '2 kPa'],
  [gas('counts: normal, calorificValue: ▶45 GJ/t'), '`calorificValue` is not', '45 MJ/Nm3'],
  [gas('counts: normal, calorificValue: ▶0.045 MJ/Nm3'), '`calorificValue` is not', '1 to 200 MJ'],
  [gas('counts: normal, calorificValue: ▶45 MJ/m3'), '`45 MJ/m³` does not say in which state', '`MJ/Nm3`'],
  [
    gas('counts: normal, calorificValue: 45 MJ/Nm3, changes: [{ from: ▶2027-02-30 }]'),
    '`from`',
    '2023-04-01',
  ],
  [
    gas('counts: normal, calorificValue: 45 MJ/Nm3, changes: [▶{ calorificValue: 44 MJ/Nm3 }]'),
    '`from` is missing',
    '`from: 2027-04-01`',
  ],
  [steam('gaugePressure: ▶17 MPa, feedWater: 20 °C'), '`gaugePressure` is not', '0 to 16.4 MPa'],
  [
    steam('state: ▶dry, gaugePressure: 0.7 MPa, feedWater: 20 °C'),
    '`dry` is not a value',
    'mean `saturated`',
  ],
  [steam('state: wet, enthalpy: ▶2600, feedWater: 20 °C'), '`enthalpy` is not', '2900 kJ/kg'],
];

const read = (keys: string) => `calorificValue: 45 MJ/Nm3, gaugePressure: 2 kPa, temperature: ${keys}`;
const LIVE_CASES: readonly Case[] = [
  [gas(read('{ meter: ▶lin, gauge: temperature }')), 'there is no meter `lin`', 'write one of: m'],
  [gas(read('{ meter: m, gauge: ▶temperature }')), '`m` shows no `temperature`', 'write a constant'],
  [
    gas(read('{ meter: m, gauge: ▶pressure }')),
    '`pressure` is in kPa, which is no unit of `temperature`',
    '`temperature`',
  ],
  [gas(read('{ meter: m, gauge: ▶temprature }')), '`temprature` is not a value', 'mean `temperature`'],
  [gas(read('{ meter: m, gauge: ▶温度 }')), '`温度` is not a value', 'mean `temperature`'],
  [gas(read('{ meter: m }')), '`gauge` is missing', '`gauge: pressure`'],
  [gas(read('{ ▶metre: m, meter: m, gauge: temperature }')), '`metre`', '`meter`'],
  [
    gas(read('{ meter: m, gauge: temperature, fallback: ▶15 }')),
    '`fallback` is not',
    '`temperature: 15 °C` (−50 to 100 °C',
  ],
  [
    gas(read('[15 °C]').replace('temperature: [', '▶temperature: [')),
    '`temperature` cannot be a list',
    '15 °C',
  ],
  [
    gas('calorificValue: 45 MJ/Nm3, temperature: 15 °C, ▶atmosphericPressure: { meter: m, gauge: pressure }'),
    '`atmosphericPressure` cannot be read from a meter',
    '`changes`',
  ],
  [
    steam('gaugePressure: 0.7 MPa, feedWater: { meter: ▶tank, gauge: temperature }'),
    'no meter `tank`',
    'write one of: m',
  ],
];

/** A flow computer beside the meter; it shows a pressure, both ways, and a temperature. */
const COMPUTER = `
  flow:
    { line: lan, unit: 9, type: generic, role: gas, rated: 60 m3/h, map: { channels: { gas-volume: { address: 0, type: u32, unit: m3, ratio: primary } }, gauges: {
      pressure: { address: 10, type: f32, unit: kPa }, pressure-absolute: { address: 12, type: f32, unit: bar }, temperature: { address: 14, type: f32, unit: °C } } } }`;
const P = '{ meter: flow, gauge: pressure }';
const T = '{ meter: flow, gauge: temperature }';

const USE_CASES: readonly Case[] = [
  [
    `${GAS}, energyFactor: city-gas-13a, gas: { temperature: 15 °C, ▶gaugePressure: ${P} }`,
    '`gaugePressure` does not enter the kWh here',
    'write a constant',
  ],
  [
    steam(`state: wet, enthalpy: 2600 kJ/kg, ▶gaugePressure: ${P}, feedWater: 20 °C`),
    '`gaugePressure` does not enter the kWh here',
    'leave it out',
  ],
  [gas(`calorificValue: 45 MJ/Nm3, gaugePressure: ${P}`), '`temperature` is missing', '15 °C'],
  [
    `${STEAM}, ▶steam: { gaugePressure: { meter: flow, gauge: pressure, fallback: 0 kPa }, feedWater: 120 °C }`,
    'cannot be true together',
    'colder than the steam',
  ],
  [
    steam(`enthalpy: ▶2700 kJ/kg, gaugePressure: ${P}, feedWater: 20 °C`),
    'follows from its pressure',
    'remove',
  ],
];

const GAS_CASES: readonly Case[] = [
  [`${GAS}, ▶gas: { counts: normal }`, 'not what one of them holds', '`calorificValue: 45 MJ/Nm3`'],
  [`${GAS}, ▶gas: { calorificValue: 45 MJ/Nm3 }`, 'counts m³ as metered, the calorific value', 'temperature'],
  [`${GAS}, ▶gas: { temperature: 15 °C, calorificValue: 45 MJ/Nm3 }`, '`gaugePressure` is missing', '2 kPa'],
  [`${GAS}, energyFactor: ▶natural-gas`, 'is per m³ as satp', '`gas: { counts: satp }`'],
  [
    `${GAS}, energyFactor: city-gas-13a, ▶gas: { counts: normal }`,
    'per m³ as metered',
    '`temperature: 15 °C`',
  ],
  [
    `${GAS}, energyFactor: city-gas-13a, gas: { calorificValue: ▶45 MJ/m3 metered }`,
    'from `energyFactor` and from `calorificValue`',
    'keep one',
  ],
  [
    gas('counts: normal, calorificValue: 45 MJ/Nm3, changes: [{ from: 2027-04-01 }, { from: ▶2027-04-01 }]'),
    '2027-04-01 does not come after',
    'in the order',
  ],
  [
    `${GAS}, energyFactor: dated, gas: { changes: [▶{ from: 2025-05-01 }, { from: 2026-02-01 }] }`,
    'dated has no value for any of these dates',
    'another factor',
  ],
  [`${STEAM}, ▶gas: { counts: normal, calorificValue: 45 MJ/Nm3 }`, '`gas` tells of gas-volume', 'remove'],
  [`${GAS}, ▶steam: { gaugePressure: 1 MPa, feedWater: 20 °C }`, '`steam` tells of steam-mass', 'remove'],
  [
    'line: lan, unit: 1, type: test-pulses, input: 1, pulseWeight: 10 L, role: water, rated: 6 m3/h, energyFactor: ▶city-gas-13a',
    'is one of gas, but `m` counts water-volume',
    'remove',
  ],
];

const STEAM_CASES: readonly Case[] = [
  [`${STEAM}, ▶steam: { gaugePressure: 0.7 MPa }`, '`feedWater` is missing', '`feedWater: 20 °C`'],
  [`${STEAM}, ▶steam: { feedWater: 20 °C }`, '`gaugePressure` is missing', '`gaugePressure: 0.7 MPa`'],
  [
    steam('state: ▶wet, gaugePressure: 0.7 MPa, feedWater: 20 °C'),
    'enthalpy of wet steam does not follow',
    '`state: saturated`',
  ],
  [
    steam('state: ▶superheated, gaugePressure: 0.7 MPa, feedWater: 20 °C'),
    'enthalpy of superheated steam does not follow',
    '`enthalpy: 2900 kJ/kg`',
  ],
  [
    steam('gaugePressure: 0.7 MPa, enthalpy: ▶2800 kJ/kg, feedWater: 20 °C'),
    'saturated steam follows from its pressure',
    'remove `enthalpy`',
  ],
  [
    steam('state: wet, gaugePressure: 0.7 MPa, enthalpy: ▶2800 kJ/kg, feedWater: 20 °C'),
    '2800 kJ/kg is no enthalpy of wet steam (170.48 °C)',
    'correct',
  ],
  [
    steam('state: superheated, gaugePressure: 0.7 MPa, enthalpy: ▶2700 kJ/kg, feedWater: 20 °C'),
    '2700 kJ/kg is no enthalpy of superheated steam',
    'correct',
  ],
  [
    steam('state: wet, enthalpy: ▶300 kJ/kg, feedWater: 80 °C'),
    '300 kJ/kg is no enthalpy of wet steam (80 °C)',
    'correct',
  ],
  [
    steam('gaugePressure: 0.1 MPa, feedWater: ▶130 °C'),
    'feed water of 130 °C is not colder than the steam of 120.42 °C',
    'before the boiler',
  ],
  [
    steam('gaugePressure: 0 kPa, feedWater: ▶99.98 °C'),
    '99.98 °C is not colder than the steam of 99.97 °C',
    'before the boiler',
  ],
];

describe('one condition', () => {
  it.each(titled(FORM_CASES))('%s', (_, one) => expectProblem(one));
});

describe('a condition that a meter shows', () => {
  it.each(titled(LIVE_CASES))('%s', (_, one) => expectProblem(one));
  it.each(titled(USE_CASES))('%s', (_, [fields, ...rest]) => expectProblem([fields, ...rest], COMPUTER));

  it('is taken where its meter shows it in the unit of the key', () => {
    const fine = [
      gas(`calorificValue: 45 MJ/Nm3, temperature: ${T}, gaugePressure: ${P}`),
      gas(`calorificValue: 45 MJ/Nm3, temperature: ${T}, gaugePressure: 2 kPa`),
      steam('gaugePressure: { meter: flow, gauge: pressure-absolute, fallback: 0.7 MPa }, feedWater: 20 °C'),
      steam(`state: superheated, enthalpy: 2900 kJ/kg, feedWater: ${T}`),
      steam(`gaugePressure: 0.7 MPa, feedWater: 20 °C, changes: [{ from: 2027-04-01, gaugePressure: ${P} }]`),
    ];
    for (const fields of fine) expect(problemsOf(fields, 'en', COMPUTER)).toEqual([]);
  });
});

describe('gas', () => {
  it.each(titled(GAS_CASES))('%s', (_, one) => expectProblem(one));
});

describe('steam', () => {
  it.each(titled(STEAM_CASES))('%s', (_, one) => expectProblem(one));
});

test('the whole of what the fields take lies within the formulas', () => {
  for (const pressure of ['0 kPa', '16.4 MPa'])
    for (const atmosphere of ['50 kPa', '110 kPa'])
      for (const feed of ['0 °C', '81 °C'])
        expect(
          problemsOf(
            steam(`gaugePressure: ${pressure}, atmosphericPressure: ${atmosphere}, feedWater: ${feed}`),
          ),
        ).toEqual([]);
  expect(problemsOf(steam('gaugePressure: 16.4 MPa, feedWater: 349 °C'))).toEqual([]);
});

test('wet steam without an enthalpy is refused, never taken for saturated', () => {
  const found = problemsOf(steam('state: wet, gaugePressure: 0.7 MPa, feedWater: 20 °C'));
  expect(found.map(({ path }) => path)).toEqual(['meters.m.steam.state']);
});
