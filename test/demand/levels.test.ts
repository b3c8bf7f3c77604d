/** Alarms rise when they should, fall when they may, and say nothing of what is not known. */
import { expect, test } from 'vitest';
import { type AlarmState, lookAtAlarm, quietAlarm } from '../../gateway/domain/demand/levels.ts';
import type { DemandLevel } from '../../gateway/domain/demand/plan.ts';
import { instant } from '../../gateway/domain/time.ts';
import { planOf } from './support/replay.ts';

const PLAN = planOf(100_000);
const PERIOD_MS = 1_800_000;

function watcher() {
  let state: AlarmState = quietAlarm(instant(0));
  const said: string[] = [];
  return {
    said,
    /** @param kW predicted; null: not known */
    look(second: number, kW: number | null, untilS: number | null = null) {
      const atMs = second * 1_000;
      const looked = lookAtAlarm(PLAN, state, {
        atMs: instant(atMs),
        periodMs: instant(atMs - (atMs % PERIOD_MS)),
        valueMicro: kW === null ? null : BigInt(Math.round(kW * 1_000)) * 1_000n,
        untilMs: () => (untilS === null ? null : untilS * 1_000),
      });
      state = looked.state;
      for (const { kind, level, isNew } of looked.changes)
        said.push(`${second} ${kind} ${level}${isNew ? ' new' : ''}`);
    },
    level: (): DemandLevel | null => state.level,
  };
}

test('a level must be passed for a minute, and one look below it begins anew', () => {
  const alarm = watcher();
  for (let s = 600; s < 655; s += 5) alarm.look(s, 101);
  alarm.look(655, 94);
  for (let s = 660; s < 720; s += 5) alarm.look(s, 101);
  expect(alarm.said).toEqual([]);
  alarm.look(720, 101);
  expect(alarm.said).toEqual(['720 raised warning new']);
});

test('it rises by steps and straight to the highest', () => {
  const alarm = watcher();
  for (let s = 600; s <= 660; s += 5) alarm.look(s, 96);
  for (let s = 665; s <= 725; s += 5) alarm.look(s, 115);
  expect(alarm.said).toEqual(['660 raised caution new', '725 raised limit new']);
});

test('near its level it neither falls nor rises again: hysteresis and time', () => {
  const alarm = watcher();
  for (let s = 600; s <= 660; s += 5) alarm.look(s, 100.5);
  for (let s = 665; s <= 900; s += 5) alarm.look(s, s % 10 === 0 ? 100.5 : 98.5);
  expect(alarm.said).toEqual(['660 raised warning new']);
  for (let s = 905; s <= 965; s += 5) alarm.look(s, 96);
  expect(alarm.said.slice(1)).toEqual(['965 eased caution']);
  for (let s = 970; s <= 1_030; s += 5) alarm.look(s, 80);
  expect(alarm.said.slice(2)).toEqual(['1030 over null']);
  // The same again in this period is no news.
  for (let s = 1_035; s <= 1_095; s += 5) alarm.look(s, 101);
  expect(alarm.said.slice(3)).toEqual(['1095 raised warning']);
});

test('a little below its level it stays, however long', () => {
  const alarm = watcher();
  for (let s = 600; s <= 660; s += 5) alarm.look(s, 100.5);
  for (let s = 665; s <= 1_500; s += 5) alarm.look(s, 98.5);
  expect(alarm.said).toEqual(['660 raised warning new']);
});

test('in the first minutes of a period only what is urgent counts', () => {
  const alarm = watcher();
  for (let s = 0; s < 295; s += 5) alarm.look(s, 120);
  expect(alarm.said).toEqual([]);
  alarm.look(295, 120, 60);
  expect(alarm.said).toEqual(['295 raised limit new']);
});

test('what is not known raises nothing and ends nothing', () => {
  const alarm = watcher();
  for (let s = 600; s < 655; s += 5) alarm.look(s, 101);
  alarm.look(655, null);
  for (let s = 660; s < 700; s += 5) alarm.look(s, 101);
  expect(alarm.said).toEqual([]);
  for (let s = 700; s <= 760; s += 5) alarm.look(s, 101);
  for (let s = 765; s <= 1_795; s += 5) alarm.look(s, null);
  expect(alarm.level()).toBe('warning');
});

test('it is over with its period, and the next one begins at nothing', () => {
  const alarm = watcher();
  for (let s = 1_000; s <= 1_060; s += 5) alarm.look(s, 103);
  alarm.look(1_800, null);
  expect(alarm.said).toEqual(['1060 raised warning new', '1800 over null']);
  for (let s = 2_100; s <= 2_160; s += 5) alarm.look(s, 103);
  expect(alarm.said.at(-1)).toBe('2160 raised warning new');
});

test('what was crossed stays crossed until the period is over', () => {
  const alarm = watcher();
  alarm.look(1_500, 101, 0);
  for (let s = 1_505; s < 1_790; s += 5) alarm.look(s, 80, 0);
  expect(alarm.said).toEqual(['1500 raised warning new']);
});
