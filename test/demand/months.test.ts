/** Months of a contract, and the largest demand of each: measured periods only, and how many were not. */
import { expect, test } from 'vitest';
import {
  contractBasis,
  contractMonths,
  type HourDemands,
  largestDemand,
} from '../../gateway/domain/demand/maxima.ts';
import { HOUR_MS, instant } from '../../gateway/domain/time.ts';

const span = (date: string, rule: { kind: 'metering' | 'closing'; day: number }): string[] =>
  contractMonths(date, rule, 3).map(({ from, to }) => `${from} ${to}`);

test('calendar months where the metering day is the first', () => {
  expect(span('2026-03-01', { kind: 'metering', day: 1 })).toEqual([
    '2026-03-01 2026-04-01',
    '2026-02-01 2026-03-01',
    '2026-01-01 2026-02-01',
  ]);
  expect(span('2026-02-28', { kind: 'metering', day: 1 })[0]).toBe('2026-02-01 2026-03-01');
});

test('the month begins at 0:00 of the metering day, and ends with the closing day', () => {
  expect(span('2026-03-14', { kind: 'metering', day: 15 })[0]).toBe('2026-02-15 2026-03-15');
  expect(span('2026-03-15', { kind: 'metering', day: 15 })[0]).toBe('2026-03-15 2026-04-15');
  expect(span('2026-03-15', { kind: 'closing', day: 15 })[0]).toBe('2026-02-16 2026-03-16');
  expect(span('2026-03-16', { kind: 'closing', day: 15 })[0]).toBe('2026-03-16 2026-04-16');
});

test('the last day of a short month stands for a day that it has not', () => {
  expect(span('2026-03-31', { kind: 'closing', day: 31 })).toEqual([
    '2026-03-01 2026-04-01',
    '2026-02-01 2026-03-01',
    '2026-01-01 2026-02-01',
  ]);
  expect(span('2026-03-01', { kind: 'metering', day: 30 })[0]).toBe('2026-02-28 2026-03-30');
  expect(span('2028-02-29', { kind: 'metering', day: 30 })[0]).toBe('2028-02-29 2028-03-30');
  expect(span('2026-12-31', { kind: 'closing', day: 30 })[0]).toBe('2026-12-31 2027-01-31');
});

test('twelve months follow each other without a hole, whatever the day', () => {
  for (const kind of ['metering', 'closing'] as const)
    for (let day = 1; day <= 31; day++)
      for (const date of ['2026-03-01', '2026-02-28', '2028-02-29', '2026-12-31', '2027-01-01']) {
        const months = contractMonths(date, { kind, day });
        expect(months).toHaveLength(12);
        expect(months[0]!.from <= date && date < months[0]!.to).toBe(true);
        for (const [n, month] of months.entries()) if (n > 0) expect(month.to).toBe(months[n - 1]!.from);
      }
});

test('every month has a name of its own, by which its bill is entered: that of its first day, or of the day it should have had', () => {
  const names = (date: string, day: number): string[] =>
    contractMonths(date, { kind: 'closing', day }, 3).map(({ name, from }) => `${name} ${from}`);
  for (const day of [28, 29, 30])
    expect(names('2026-04-01', day)).toEqual([
      `2026-03 2026-03-${day + 1}`,
      '2026-02 2026-03-01',
      `2026-01 2026-01-${day + 1}`,
    ]);
  expect(names('2026-04-01', 31)).toEqual(['2026-04 2026-04-01', '2026-03 2026-03-01', '2026-02 2026-02-01']);
  expect(names('2026-04-01', 20)).toEqual(['2026-03 2026-03-21', '2026-02 2026-02-21', '2026-01 2026-01-21']);
  for (const kind of ['metering', 'closing'] as const)
    for (let day = 1; day <= 31; day++) {
      const months = contractMonths('2028-05-31', { kind, day }, 60);
      expect(new Set(months.map(({ name }) => name)).size).toBe(60);
    }
});

const kW = (value: number | null): bigint | null => (value === null ? null : BigInt(value) * 1_000_000n);
const hour = (n: number, a: number | null, b: number | null): HourDemands => ({
  startMs: instant(n * HOUR_MS),
  demandMicro: [kW(a), kW(b)],
});
const ALL = { fromMs: instant(0), toMs: instant(100 * HOUR_MS) };

test('what was not measured is left out and counted, never taken for 0', () => {
  const found = largestDemand([[hour(0, 100, 120), hour(1, null, 90), hour(2, null, null)]], ALL, 1_800_000);
  expect(found).toEqual({ maximumMicro: kW(120), atMs: 1_800_000, measured: 3, leftOut: 3 });
  expect(largestDemand([[hour(0, null, null)]], ALL, 1_800_000)).toMatchObject({
    maximumMicro: null,
    leftOut: 2,
  });
});

test('several meters add up, half-hour by half-hour; where one is not known the sum is not', () => {
  const found = largestDemand(
    [
      [hour(0, 100, 50), hour(1, 300, 10)],
      [hour(0, 20, 80), hour(1, null, 10)],
    ],
    ALL,
    1_800_000,
  );
  expect(found).toEqual({ maximumMicro: kW(130), atMs: 1_800_000, measured: 3, leftOut: 1 });
});

test('a period of an hour is the mean of its halves', () => {
  const found = largestDemand([[hour(0, 100, 50), hour(1, 300, null), hour(2, 60, 100)]], ALL, HOUR_MS);
  expect(found).toEqual({ maximumMicro: kW(80), atMs: 2 * HOUR_MS, measured: 2, leftOut: 1 });
});

test('contract power is the largest of all months that know one', () => {
  const [first, second, third] = contractMonths('2026-11-22', { kind: 'metering', day: 1 }, 3);
  const month = (of: typeof first, maximumMicro: bigint | null) => ({
    ...of!,
    maximumMicro,
    atMs: null,
    measured: 0,
    leftOut: 0,
    isBilled: true,
  });
  const months = [month(first, kW(380)), month(second, null), month(third, kW(410))];
  expect(contractBasis(months)?.name).toBe('2026-09');
  expect(contractBasis([month(first, null)])).toBeNull();
});
