/** Meter types, rule sets and factors: found by folder, read exactly, refused with their place. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type DataFile } from '../../config/data-files.ts';
import { loadFactors, readFactor } from '../../config/factors.ts';
import { loadMeterTypes, METER_TYPES_FOLDER, readMeterType } from '../../config/meter-types.ts';
import { ConfigError } from '../../config/problems.ts';
import { loadRuleSets, readRuleSet } from '../../config/rule-sets.ts';
import type { GridArea as ConfigArea } from '../../config/types.ts';
import { GRID_AREAS, type GridArea } from '../../gateway/domain/coefficients/types.ts';
import { rational } from '../../gateway/domain/rational.ts';
import { known } from './known.ts';

/** Every problem of a text as `line:column reason`. */
function problems(file: DataFile<unknown>): string[] {
  expect(file.value === null).toBe(file.problems.length > 0);
  return file.problems.map(({ line, column, reason }) => `${line}:${column} ${reason}`);
}

const TYPE = `maker: Test
model: One
manual: not seen
source: here
status: unverified
limits: { maxRegisters: 60, responseMs: 200 }
channels:
  energy-import: { address: 0x48, type: u32, scale: 0.048, unit: kWh, ratio: primary }
`;

describe('meter types', () => {
  it('are all the files of the folder, by name', () => {
    const names = readdirSync(METER_TYPES_FOLDER).filter((name) => name.endsWith('.yaml'));
    expect([...loadMeterTypes().keys()]).toEqual(names.map((name) => name.replace('.yaml', '')).sort());
  });

  it('are read exactly: scales from the source text, markers as counts', () => {
    const type = known.meterTypes.get('test-secondary');
    expect(type?.channels['energy-import']).toMatchObject({
      scale: rational(1n, 10_000n),
      wrapsAt: rational(1_000_000n),
      wordOrder: 'lsw',
    });
    expect(type?.invalid).toEqual({ u32: [0xff_ff_ff_ffn], s16: [-32_768n] });
    expect(readMeterType(TYPE, 'x').value?.channels['energy-import']?.scale).toEqual(rational(6n, 125n));
  });

  const broken: readonly (readonly [from: string, to: string, expected: string])[] = [
    ['status: unverified', 'status: tested', '5:9 `tested` is not a value of `status`'],
    ['maker: Test\n', '', '1:1 `maker` is missing'],
    ['maxRegisters: 60', 'maxRegisters: 126', '6:25 `maxRegisters` must be 1…125'],
    ['type: u32', 'type: f32', '8:3 a float register needs `step`'],
    ['unit: kWh', 'unit: kW', '8:66 `kW` is not a unit of energy-import'],
    ['scale: 0.048', 'scale: 1/20', '8:53 `scale` is not written as expected'],
    ['address: 0x48', 'address: 65535', '8:29 a u32 at 65535 would end beyond register 65535'],
    ['limits', 'invalid: { u16: [65536] }\nlimits', '6:18 `65536` is not a value of u16'],
    ['limits', 'parity: none\nlimits', '6:1 `parity` is not known here'],
    ['channels:\n  energy-import', 'pulseInputs:\n  65', '8:3 `65` cannot be an id'],
    ['channels:', 'gauges:', '8:3 `energy-import` is not known here'],
  ];
  it.each(broken)('with %s changed to %s are refused: %s', (from, to, expected) => {
    expect(problems(readMeterType(TYPE.replace(from, to), 'x'))).toEqual([
      expect.stringContaining(expected) as string,
    ]);
  });

  it('are refused when there is nothing to account for', () => {
    expect(problems(readMeterType(TYPE.replace(/channels:[^]*/, ''), 'x'))).toEqual([
      expect.stringContaining('neither channels nor pulse inputs') as string,
    ]);
  });

  it('name the file, the line and the column when one is broken', () => {
    const folder = mkdtempSync(join(tmpdir(), 'hakaru-'));
    writeFileSync(join(folder, 'test-one.yaml'), TYPE.replace('maker', 'makr'));
    try {
      expect(() => loadMeterTypes(folder)).toThrow(ConfigError);
      expect(() => loadMeterTypes(folder)).toThrow(
        /data-file-invalid: The file .*test-one\.yaml has 2 problem\(s\), the first at 1:1: /,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('are missed by name when the folder is gone', () => {
    expect(() => loadMeterTypes('/nowhere')).toThrow(
      'file-missing: The file /nowhere cannot be read: it does not exist.',
    );
  });
});

describe('rule sets', () => {
  const ruleSets = loadRuleSets();

  it('carry the figures of the rules, dated and sourced', () => {
    const fy2023 = ruleSets.get('fy2023');
    expect(fy2023).toMatchObject({
      validFrom: '2023-04-01',
      validTo: null,
      curtailment: { announcedBy: 'days', window: { fromHour: 8, toHour: 16 } },
      tightWindow: { fromHour: 0, toHour: 24 },
      precedence: ['curtailment', 'tight', 'normal'],
    });
    expect(fy2023?.values.normal.mjPerKwh).toEqual(rational(47n, 5n));
    expect(fy2023?.values.curtailment.mjPerKwh).toEqual(rational(18n, 5n));
    expect(fy2023?.values.tight?.mjPerKwh).toEqual(rational(61n, 5n));
    expect(fy2023?.unverified.length).toBeGreaterThan(0);
  });

  it('have no tight factor in the draft of 2022, which names hours', () => {
    expect(ruleSets.get('draft-2022')).toMatchObject({
      values: { tight: null },
      curtailment: { announcedBy: 'hours' },
      validTo: '2023-03-31',
    });
  });

  it('never overlap in time', () => {
    const sorted = [...ruleSets.values()].sort((a, b) => (a.validFrom < b.validFrom ? -1 : 1));
    for (const [index, { validTo }] of sorted.entries()) {
      const next = sorted[index + 1];
      if (next) expect(validTo !== null && validTo < next.validFrom).toBe(true);
    }
  });

  const text = `title: T
source: S
confidence: M
validFrom: "2023-04-01"
validTo: null
values:
  normal: { mjPerKwh: 9.4, source: S, confidence: H }
  curtailment: { mjPerKwh: 3.6, source: S, confidence: H }
  tight: null
curtailment: { announcedBy: hours }
tightWindow: { fromHour: 0, toHour: 24 }
precedence: [curtailment, tight, normal]
unconfirmed: normal
unverified: []
precedenceSource: { source: S, confidence: M }
monthly: { tables: area, least: 3.6, greatest: 12.2, source: S, confidence: H }
`;
  it.each([
    ['least: 3.6', 'least: 13', '16:1 `monthly` is not written as expected'],
    ['tables: area', 'tables: town', '16:20 `town` is not a value of `tables`'],
    ['precedenceSource: { source: S, confidence: M }\n', '', '1:1 `precedenceSource` is missing'],
    ['"2023-04-01"', '"2023-02-30"', '4:12 `validFrom` is not written as expected'],
    ['9.4', '0', '7:23 `mjPerKwh` is not written as expected'],
    [
      '[curtailment, tight, normal]',
      '[normal, curtailment, tight]',
      '12:1 `precedence` is not written as expected',
    ],
    ['fromHour: 0, toHour: 24', 'fromHour: 24, toHour: 0', '11:1 `tightWindow` is not written as expected'],
    ['unconfirmed: normal', 'unconfirmed: tight', '13:14 `tight` is not a value of `unconfirmed`'],
    ['announcedBy: hours', 'announcedBy: minutes', '10:29 `minutes` is not a value of `announcedBy`'],
  ])('with %s changed to %s are refused', (from, to, expected) => {
    expect(readRuleSet(text, 'x').problems).toEqual([]);
    expect(problems(readRuleSet(text.replace(from, to), 'x'))).toEqual([
      expect.stringContaining(expected) as string,
    ]);
  });
});

describe('factors', () => {
  it('hold 12.5 kWh per m³ of 13A: 45 GJ per 1000 m³', () => {
    expect(loadFactors().get('city-gas-13a')).toMatchObject({
      unit: 'm3',
      state: 'metered',
      values: [{ kwhPerUnit: rational(25n, 2n), confidence: 'H', validTo: null }],
    });
  });

  it('are refused per something that no channel counts', () => {
    const text =
      'title: T\nper: 1 kg\nvalues: [{ label: L, gj: 2.6844, validFrom: "2023-04-01", validTo: null, source: S, confidence: M }]\n';
    expect(readFactor(text, 'steam').value).toMatchObject({
      unit: 't',
      state: null,
      values: [{ kwhPerUnit: rational(2_237_000n, 3n) }],
    });
    expect(problems(readFactor(text.replace('1 kg', '1 gallon'), 'x'))).toEqual([
      expect.stringContaining('2:6 `gallon` is not a unit') as string,
    ]);
  });

  const value = (from: string, to: string) =>
    `  - { label: L, gj: 45, validFrom: "${from}", validTo: ${to}, source: S, confidence: M }\n`;
  const gas = (...values: string[]) => `title: T\nper: 1 m3\nstate: satp\nvalues:\n${values.join('')}`;

  it('are refused per m³ of no state', () => {
    const text = gas(value('2023-04-01', 'null')).replace('state: satp\n', '');
    expect(problems(readFactor(text, 'x'))).toEqual(['2:6 `state` is missing']);
  });

  it.each([
    ['overlap', value('2023-04-01', '"2024-04-01"'), value('2024-04-01', 'null')],
    ['follow one without an end', value('2023-04-01', 'null'), value('2024-04-01', 'null')],
    ['end before they begin', value('2023-04-01', '"2024-03-31"'), value('2024-04-01', '"2024-03-01"')],
  ])('are refused where their dates %s', (_, first, second) => {
    expect(problems(readFactor(gas(first, second), 'x'))).toEqual([
      expect.stringContaining('6:36 2024-04-01 does not come after') as string,
    ]);
  });
});

it('knows the same grid areas in the site file and in the rules', () => {
  const areas: readonly ConfigArea[] = GRID_AREAS;
  const back: readonly GridArea[] = areas;
  expect(back).toHaveLength(10);
});
