/** What a person most likely meant. */
import { expect, it } from 'vitest';
import { parseCount, parseDurationMs, parseQuantity } from '../../config/exact.ts';
import { nearest } from '../../config/nearest.ts';
import { zoneProblem } from '../../config/zones.ts';

it.each([
  ['kyusyu', ['tokyo', 'kyushu'], 'kyushu'],
  ['nmae', ['line', 'name'], 'name'],
  ['TEST-PRIMARY', ['test-primary'], 'test-primary'],
  ['temp', ['temperature', 'term'], 'temperature'],
  ['gas', ['grid-import', 'sub'], null],
  ['', ['a'], 'a'],
])('%s among %s is %s', (word, known, expected) => {
  expect(nearest(word, known)).toBe(expected);
});

it('reads quantities with their unit, and nothing below or at zero', () => {
  expect(parseQuantity('600 kW')).toEqual({ value: { num: 600n, den: 1n }, unit: 'kW' });
  expect(parseQuantity('1.5e3 m³/h')).toEqual({ value: { num: 1500n, den: 1n }, unit: 'm3/h' });
  expect(parseQuantity('50000 pulses/kWh')?.unit).toBe('pulse/kWh');
  expect(parseQuantity('100ℓ')?.unit).toBe('L');
  expect([
    parseQuantity('0 kW'),
    parseQuantity('-5 kW'),
    parseQuantity('kW'),
    parseQuantity('1,5 kW'),
    parseQuantity('9'.repeat(41)),
  ]).toEqual([null, null, null, null, null]);
});

it('reads durations as whole milliseconds', () => {
  expect(['5 s', '500 ms', '0.5 s', '2min', '1 h'].map(parseDurationMs)).toEqual([
    5_000, 500, 500, 120_000, 3_600_000,
  ]);
  expect(['5', '5 sec', '0.0001 s', '25 h', '-1 s'].map(parseDurationMs)).toEqual([
    null,
    null,
    null,
    null,
    null,
  ]);
});

it('reads markers as counts of their type', () => {
  expect(parseCount('0xFFFFFFFFFFFFFFFF', 64, false)).toBe(0xffff_ffff_ffff_ffffn);
  expect(parseCount('0x8000', 16, true)).toBe(-32_768n);
  expect(parseCount('-32768', 16, true)).toBe(-32_768n);
  expect([
    parseCount('0x10000', 16, true),
    parseCount('65536', 16, false),
    parseCount('-1', 16, false),
    parseCount('1.5', 16, true),
  ]).toEqual([null, null, null, null]);
});

it('knows zones whose hours can be accounted for', () => {
  expect(['Asia/Tokyo', 'Europe/Berlin', 'Australia/Adelaide', 'Asia/Kolkata'].map(zoneProblem)).toEqual([
    null,
    null,
    null,
    null,
  ]);
  expect(['Asia/Kathmandu', 'Australia/Lord_Howe', 'Nowhere'].map((zone) => zoneProblem(zone)?.kind)).toEqual(
    ['offset', 'step', 'unknown'],
  );
});
