/** A manager asks what moving work would have made of yesterday, and would make of tomorrow; and is told why not. */
import { array, assert, integer, property } from 'fast-check';
import { expect, test } from 'vitest';
import { type KnownHour, type Move, type WhatIf, whatIf } from '../../gateway/domain/ahead/what-if.ts';
import { CodedError, faultText } from '../../gateway/domain/faults.ts';
import { type EpochMs, HOUR_MS, plus } from '../../gateway/domain/time.ts';
import { announced, at, GRID, kwh } from './world.ts';

const YESTERDAY = '2026-11-24';
const DAY = '2026-11-25';
const TOMORROW = '2026-11-26';
const KNOWN = { fromMs: at(`${YESTERDAY}T00:00`), toMs: at('2026-11-27T00:00') };
const decide = announced({ curtailed: [YESTERDAY, TOMORROW], tight: [TOMORROW] });

/** Measured until 12:00 of the day, but for one hour; 100 kWh in each hour, 20 in each of the night. */
function hourAt(startMs: EpochMs): KnownHour | null {
  if (startMs < KNOWN.fromMs || startMs >= KNOWN.toMs) return null;
  const isMeasured = startMs < at(`${DAY}T12:00`);
  const isMissing = startMs === at(`${DAY}T09:00`);
  const hour = Number(GRID.iso(startMs).slice(11, 13));
  const isUnexpected = startMs >= at(`${TOMORROW}T22:00`);
  return {
    ...decide(startMs),
    startMs,
    endMs: plus(startMs, HOUR_MS),
    basis: isMissing ? 'unknown' : isMeasured ? 'measured' : 'expected',
    microKwh: isMissing || isUnexpected ? null : kwh(hour < 6 ? 20 : 100),
    days: isMeasured ? 0 : isUnexpected ? 2 : 8,
  };
}

const span = (from: string, to: string) => ({ fromMs: at(from), toMs: at(to) });
const move = (amount: number, from: readonly [string, string], to: readonly [string, string]): Move => ({
  microKwh: kwh(amount),
  from: span(...from),
  to: span(...to),
});
const ask = (...moves: Move[]): WhatIf =>
  whatIf({ moves, hourAt, known: KNOWN, grid: GRID, litresPerMj: { num: 258n, den: 10_000n } });
function refusal(...moves: Move[]): string {
  try {
    ask(...moves);
  } catch (error) {
    if (error instanceof CodedError) return `${error.fault.code}: ${faultText(error.fault)}`;
    throw error;
  }
  throw new Error('nobody refused');
}

test('yesterday: 100 kWh from the evening into the curtailed hours would have saved 580 MJ', () => {
  const found = ask(
    move(100, [`${YESTERDAY}T18:00`, `${YESTERDAY}T20:00`], [`${YESTERDAY}T10:00`, `${YESTERDAY}T11:00`]),
  );
  // 200 × 9.4 + 100 × 3.6 = 2,240 MJ; 100 × 9.4 + 200 × 3.6 = 1,660 MJ.
  expect(found).toMatchObject({
    beforeMicroMj: kwh(2_240),
    afterMicroMj: kwh(1_660),
    savedMicroMj: kwh(580),
    savedMicroL: kwh(14.964),
    movedMicroKwh: kwh(100),
    confirmed: true,
  });
  expect(found.hours.map(({ microKwh, afterMicroKwh, basis }) => [microKwh, afterMicroKwh, basis])).toEqual([
    [kwh(100), kwh(200), 'measured'],
    [kwh(100), kwh(50), 'measured'],
    [kwh(100), kwh(50), 'measured'],
  ]);
});

test('tomorrow: out of the tight evening into the curtailed noon saves 8.6 MJ a kWh, by what is expected', () => {
  const found = ask(
    move(30, [`${TOMORROW}T18:00`, `${TOMORROW}T19:00`], [`${TOMORROW}T12:00`, `${TOMORROW}T13:00`]),
  );
  expect(found).toMatchObject({ savedMicroMj: kwh(258), confirmed: true });
  expect(found.hours.every(({ basis }) => basis === 'expected')).toBe(true);
});

test('each hour gives in proportion to what it has', () => {
  const found = ask(
    move(30, [`${YESTERDAY}T05:00`, `${YESTERDAY}T07:00`], [`${YESTERDAY}T10:00`, `${YESTERDAY}T11:00`]),
  );
  // A sixth of it is used from 5 to 6.
  expect(found.hours.map(({ afterMicroKwh }) => afterMicroKwh)).toEqual([kwh(15), kwh(75), kwh(130)]);
});

test('two moves cannot take the same kWh out of one hour', () => {
  const [first, second, to] = ['17:00', '18:00', '10:00'].map((time) => at(`${YESTERDAY}T${time}`));
  const one = (fromMs = KNOWN.fromMs) => ({ fromMs, toMs: plus(fromMs, HOUR_MS) });
  const both = { fromMs: first ?? KNOWN.fromMs, toMs: one(second).toMs };
  const moves = [
    { microKwh: kwh(150), from: both, to: one(to) },
    { microKwh: kwh(60), from: one(second), to: one(to) },
  ];
  expect(() => ask(...moves)).toThrow(CodedError);
  expect(() => ask(...moves.slice(0, 1))).not.toThrow();
  expect(() => ask(...moves.slice(1))).not.toThrow();
});

test('the wrong way costs', () => {
  expect(
    ask(move(10, [`${YESTERDAY}T12:00`, `${YESTERDAY}T13:00`], [`${YESTERDAY}T18:00`, `${YESTERDAY}T19:00`]))
      .savedMicroMj,
  ).toBe(kwh(-58));
});

test('work of today brought forward from a tomorrow whose hours nobody expects yet cannot be taken, but can be added to', () => {
  const noon = [`${DAY}T13:00`, `${DAY}T14:00`] as const;
  const late = [`${TOMORROW}T23:00`, '2026-11-27T00:00'] as const;
  const found = ask(move(10, noon, late));
  // 10 × (9.4 − 12.2): it is known what it costs, not what the hour then has in all.
  expect(found).toMatchObject({ beforeMicroMj: null, afterMicroMj: null, savedMicroMj: kwh(-28) });
  expect(refusal(move(10, late, noon))).toBe(
    'what-if-not-expected: What the hour from 2026-11-26T23:00:00+09:00 will use is not known: 2 days of its type are measured, and 3 are needed. Choose a past hour, or ask again in some days.',
  );
});

test('more than there is, hours that are not known, and hours past the data are refused with a sentence', () => {
  const to = [`${YESTERDAY}T10:00`, `${YESTERDAY}T11:00`] as const;
  const evening = [`${YESTERDAY}T18:00`, `${YESTERDAY}T20:00`] as const;
  expect(refusal(move(200.5, evening, to))).toBe(
    'what-if-too-much: 200.5 kWh cannot be taken from 2026-11-24T18:00 to 2026-11-24T20:00: there are 200 kWh. Move less, or take it from more hours.',
  );
  // Each alone would be there.
  expect(refusal(move(150, evening, to), move(60, [evening[0], `${YESTERDAY}T19:00`], to))).toContain(
    'what-if-too-much',
  );
  expect(refusal(move(1, [`${DAY}T09:00`, `${DAY}T10:00`], to))).toContain('what-if-not-measured');
  expect(refusal(move(1, ['2026-11-23T10:00', '2026-11-23T11:00'], to))).toContain('what-if-past-data');
  expect(refusal(move(1, evening, ['2026-11-27T00:00', '2026-11-27T01:00']))).toContain(
    'this gateway knows the hours from 2026-11-24T00:00:00+09:00 to 2026-11-27T00:00:00+09:00',
  );
});

test('nothing is lost or made on the way: kWh stay what they were, and MJ differ by what is said', () => {
  const hours = integer({ min: 0, max: 32 });
  const length = integer({ min: 1, max: 5 });
  const start = at(`${YESTERDAY}T00:00`);
  const stretch = (hour: number, count: number) => ({
    fromMs: plus(start, hour * HOUR_MS),
    toMs: plus(start, Math.min(33, hour + count) * HOUR_MS),
  });
  const one = array(integer({ min: 1, max: 6_000_000 }), { minLength: 1, maxLength: 4 });
  assert(
    property(one, hours, length, hours, length, (amounts, from, fromLength, to, toLength) => {
      const moves = amounts.map((microKwh) => ({
        microKwh: BigInt(microKwh),
        from: stretch(from, fromLength),
        to: stretch(to, toLength),
      }));
      const found = ask(...moves);
      const sum = (values: readonly (bigint | null)[]) =>
        values.reduce<bigint>((all, value) => all + (value ?? 0n), 0n);
      const before = sum(found.hours.map(({ microKwh }) => microKwh));
      const after = sum(found.hours.map(({ afterMicroKwh }) => afterMicroKwh));
      // Each hour is rounded once.
      expect(Number(after - before)).toBeLessThanOrEqual(found.hours.length);
      expect(Number(before - after)).toBeLessThanOrEqual(found.hours.length);
      const difference = (found.beforeMicroMj ?? 0n) - (found.afterMicroMj ?? 0n) - found.savedMicroMj;
      expect(Math.abs(Number(difference))).toBeLessThanOrEqual(1);
    }),
  );
});
