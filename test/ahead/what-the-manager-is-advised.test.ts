/**
 * A facility manager reads what to do about tomorrow: sentences whose figures can be worked out by hand from
 * 9.4, 3.6 and 12.2 MJ/kWh, and nothing where nothing is sure.
 */
import { assert, constantFrom, integer, property, record, subarray } from 'fast-check';
import { expect, test } from 'vitest';
import { type Advice, adviceFor } from '../../gateway/domain/ahead/advice.ts';
import { adviceText } from '../../gateway/domain/ahead/words.ts';
import { announced, dayLoad, EVENING_LOAD, GRID, planAt } from './world.ts';

const TODAY = '2026-11-25';
const TOMORROW = '2026-11-26';
const NOW = `${TODAY}T14:23`;
const words = (advice: readonly Advice[], language: 'en' | 'ja' = 'en'): string[] =>
  advice.map((one) => adviceText(one, language, GRID));

test('100 kWh moved from the evening into the curtailed hours of tomorrow save 580 MJ', () => {
  const { advice } = planAt(NOW, { curtailed: [TOMORROW] });
  // 100 kWh × (9.4 − 3.6) MJ/kWh; 580 MJ × 0.0258 L/MJ = 14.964 L.
  expect(advice).toMatchObject([
    { kind: 'move', movedMicroKwh: 100_000_000n, savedMicroMj: 580_000_000n, savedMicroL: 14_964_000n },
  ]);
  expect(words(advice)).toEqual([
    'Tomorrow 08–16 is curtailment of renewables (3.6 MJ/kWh): 100 kWh moved there from 18–20 (normal, 9.4) saves 580 MJ, 15 L of crude oil. 600 kWh are expected in 18–20 (median of the last 8 workdays).',
  ]);
  expect(words(advice, 'ja')).toEqual([
    '明日 08–16 時は再エネ出力抑制（3.6 MJ/kWh）です。18–20 時（通常 9.4）から 100 kWh を移すと 580 MJ（原油換算 15 L）減ります。18–20 時の見込みは 600 kWh（最近の稼働日 8 日の中央値）です。',
  ]);
});

test('no more is moved than is expected in the hours it is taken from', () => {
  const small = EVENING_LOAD.map((value) => value / 20);
  const { advice } = planAt(NOW, { curtailed: [TOMORROW] }, [dayLoad(small), dayLoad(small), dayLoad(small)]);
  // 15 + 15 kWh are there: ten are moved, 10 × 5.8 MJ.
  expect(advice).toMatchObject([
    { movedMicroKwh: 10_000_000n, savedMicroMj: 58_000_000n, atMostMicroKwh: 30_000_000n, days: 3 },
  ]);
});

test('a tight day: work goes to the hours of the other day that weigh less', () => {
  const { advice } = planAt(NOW, { tight: [TOMORROW] });
  // 100 kWh × (12.2 − 9.4) MJ/kWh.
  expect(advice).toMatchObject([
    {
      kind: 'move',
      to: { day: 'today', class: 'normal' },
      from: { day: 'tomorrow', class: 'tight' },
      savedMicroMj: 280_000_000n,
    },
  ]);
  expect(words(advice)).toEqual([
    'Tomorrow 18–20 is tight supply (12.2 MJ/kWh): 100 kWh moved from there to today 14–24 (normal, 9.4) saves 280 MJ, 7.2 L of crude oil. 600 kWh are expected in 18–20 (median of the last 8 workdays).',
  ]);
  expect(words(advice, 'ja')).toEqual([
    '明日 18–20 時は需給ひっ迫（12.2 MJ/kWh）です。今日 14–24 時（通常 9.4）へ 100 kWh を移すと 280 MJ（原油換算 7.2 L）減ります。18–20 時の見込みは 600 kWh（最近の稼働日 8 日の中央値）です。',
  ]);
});

test('a day both curtailed and tight saves 860 MJ for 100 kWh, and says that the order is not verified', () => {
  const { advice } = planAt(NOW, { tight: [TOMORROW], curtailed: [TOMORROW] });
  expect(advice).toMatchObject([
    { kind: 'move', savedMicroMj: 860_000_000n },
    { kind: 'both', day: 'tomorrow' },
  ]);
  expect(words(advice)[1]).toBe(
    'Tomorrow has both curtailment and tight supply. Which of them decides in the curtailed hours is not verified by a source.',
  );
});

test('two tight days leave nowhere to go: what each kWh not used saves', () => {
  const { advice } = planAt(NOW, { tight: [TODAY, TOMORROW] });
  expect(advice.map((one) => one.kind)).toEqual(['avoid', 'avoid']);
  expect(words(advice)[1]).toBe(
    'Tomorrow 00–24 is tight supply (12.2 MJ/kWh): each kWh that is not used saves 12.2 MJ. No confirmed hour weighs less, so there is none to move it to.',
  );
});

test('with fewer than three days of the type it says what a kWh saves, and that the amount is not known', () => {
  const { advice } = planAt(NOW, { curtailed: [TOMORROW] }, [dayLoad(EVENING_LOAD), dayLoad(EVENING_LOAD)]);
  expect(words(advice)).toEqual([
    'Tomorrow 08–16 is curtailment of renewables (3.6 MJ/kWh): each kWh moved there from normal hours of tomorrow (9.4) saves 5.8 MJ. How much there is to move is not known yet: 2 of the 3 workdays needed are measured.',
  ]);
});

test('what nobody has announced is no reason to move anything', () => {
  const { advice } = planAt(NOW, { silent: [TOMORROW] });
  expect(words(advice)).toEqual([
    'Nothing is announced for tomorrow yet: 9.4 MJ/kWh is assumed and may change.',
  ]);
  expect(words(advice, 'ja')).toEqual(['明日の発表はまだありません（未確定、仮に 9.4 MJ/kWh）。']);
});

test('two ordinary days that are sure: nothing is said', () => {
  expect(planAt(NOW, {}).advice).toEqual([]);
});

test('today is over for hours that have passed: the rest of the window is named, and work is taken from what is to come', () => {
  const { advice } = planAt(NOW, { curtailed: [TODAY] });
  expect(words(advice)[0]).toContain(
    'Today 14–16 is curtailment of renewables (3.6 MJ/kWh): 100 kWh moved there from 18–20',
  );
  expect(planAt(`${TODAY}T16:00`, { curtailed: [TODAY] }).advice).toEqual([]);
});

test('nothing is taken out of the hour that is under way', () => {
  const load = EVENING_LOAD.map((kWh, hour) => (hour === 7 ? 900 : kWh));
  const days = Array.from({ length: 8 }, () => dayLoad(load));
  expect(words(planAt(`${TODAY}T06:50`, { curtailed: [TODAY] }, days).advice)[0]).toContain('from 07–08');
  expect(words(planAt(`${TODAY}T07:10`, { curtailed: [TODAY] }, days).advice)[0]).toContain('from 18–20');
});

test('whatever is announced and used: both sides are confirmed, the amount is there, and it saves', () => {
  const days = subarray([TODAY, TOMORROW]);
  const says = record({ curtailed: days, tight: days, silent: days });
  const loads = integer({ min: 0, max: 5 }).chain((count) =>
    record({ count: constantFrom(count), base: integer({ min: 0, max: 3_000 }) }),
  );
  assert(
    property(says, loads, integer({ min: 0, max: 23 }), (said, { count, base }, hour) => {
      const now = `${TODAY}T${String(hour).padStart(2, '0')}:10`;
      const load = dayLoad(Array.from({ length: 24 }, (_, n) => (base * ((n * 7) % 5)) / 100));
      const plan = planAt(
        now,
        said,
        Array.from({ length: count }, () => load),
      );
      const decide = announced(said);
      for (const advice of plan.advice) {
        if (advice.kind !== 'move') continue;
        const { to, from, movedMicroKwh, atMostMicroKwh, savedMicroMj } = advice;
        const hours = [...plan.today.hours, ...plan.tomorrow.hours];
        const within = hours.filter((one) => one.startMs >= from.fromMs && one.endMs <= from.toMs);
        const there = within.reduce((sum, one) => sum + (one.expectedMicroKwh ?? 0n), 0n);
        expect(there).toBe(atMostMicroKwh);
        expect(movedMicroKwh <= there && movedMicroKwh > 0n).toBe(true);
        expect(savedMicroMj > 0n).toBe(true);
        expect(from.fromMs > plan.nowMs && to.toMs > plan.nowMs).toBe(true);
        for (const ms of [from.fromMs, to.fromMs]) expect(decide(ms).confirmed).toBe(true);
      }
      if (count < 3) expect(plan.advice.some((one) => one.kind === 'move')).toBe(false);
    }),
  );
  expect(
    adviceFor({
      hours: [],
      types: { today: 'workday', tomorrow: 'workday' },
      litresPerMj: { num: 1n, den: 1n },
    }),
  ).toEqual([]);
});
