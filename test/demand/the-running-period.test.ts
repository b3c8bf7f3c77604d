/** The running period through restarts, silence, exchanges and clocks: known, or null with its reason. */
import { expect, test } from 'vitest';
import type { DemandRead } from '../../gateway/domain/demand/report.ts';
import { fault } from '../../gateway/domain/faults.ts';
import { HOUR_MS } from '../../gateway/domain/time.ts';
import { planOf } from './support/replay.ts';
import { type World, worldOf } from './support/world.ts';

const MINUTE_S = 60;

function readOf(world: World): DemandRead {
  const [read] = world.watch.read();
  if (!read) throw new Error('nothing is watched');
  return read;
}

test('a restart in the middle of a period loses nothing', () => {
  const world = worldOf(planOf(400_000));
  world.live(45 * MINUTE_S);
  const before = readOf(world).now;
  expect(before.footing).toBe('measured');
  expect(before.nowMicro).toBe(180_000_000n);
  world.restart();
  world.watch.look();
  const after = readOf(world).now;
  expect(after).toMatchObject({ reason: null, footing: 'measured', nowMicro: before.nowMicro });
  expect(after.predictedMicro).toBe(before.predictedMicro);
});

test('a restart that took ten minutes: the register says what passed', () => {
  const world = worldOf(planOf(400_000));
  world.live(35 * MINUTE_S);
  world.watts = 180_000;
  world.live(600, { silent: true });
  world.restart();
  world.live(5);
  const { now } = readOf(world);
  // 5 min at 360 kW, 10 min and 5 s at 180 kW, cut to whole counts.
  expect(Number(now.energyMicro) / 1e6).toBeCloseTo(30 + 30.25, 1);
  expect(now).toMatchObject({ reason: null, footing: 'measured' });
});

test('silence is no zero: nothing is known, and it says of which meter', () => {
  const world = worldOf(planOf(400_000));
  world.live(40 * MINUTE_S);
  world.live(61, { silent: true });
  expect(readOf(world).now).toMatchObject({
    reason: 'meter-silent',
    meter: 'main',
    nowMicro: null,
    predictedMicro: null,
    shedMicro: null,
  });
  world.live(5);
  expect(readOf(world).now).toMatchObject({ reason: null, footing: 'measured' });
});

test('silence over a boundary: what belongs to the period is loose, and no alarm rests on a guess', () => {
  const world = worldOf(planOf(330_000));
  world.live(45 * MINUTE_S);
  const before = world.events().filter(({ kind }) => kind === 'demand-alarm').length;
  // One for each period so far: both come to 360 kW.
  expect(before).toBe(2);
  // Twenty minutes at 360 kW, and from then on little: the period may hold much of it, or nothing.
  world.live(20 * MINUTE_S, { silent: true });
  world.watts = 280_000;
  world.live(15 * MINUTE_S);
  const { now } = readOf(world);
  expect(now).toMatchObject({ footing: 'loose', because: 'gap', reason: null });
  expect(now.nowLowMicro ?? 0n).toBeLessThan(now.nowMicro ?? 0n);
  expect(now.nowHighMicro ?? 0n).toBeGreaterThan(now.nowMicro ?? 0n);
  expect(world.events().filter(({ kind }) => kind === 'demand-alarm')).toHaveLength(before);
});

test('the period in which a channel begins holds at least what was seen', () => {
  const world = worldOf(planOf(400_000));
  world.live(10 * MINUTE_S);
  expect(readOf(world).now).toMatchObject({ footing: 'at-least', because: 'began', reason: null });
  world.live(25 * MINUTE_S);
  expect(readOf(world).now).toMatchObject({ footing: 'measured', because: null });
});

test('an exchange in the middle: what passed is at least what both registers say, and no jump becomes demand', () => {
  const world = worldOf(planOf(400_000));
  world.live(40 * MINUTE_S);
  const before = readOf(world).now.energyMicro ?? 0n;
  world.zero = 24_500n;
  world.live(60);
  const { now } = readOf(world);
  expect(now).toMatchObject({
    footing: 'at-least',
    because: 'register-changed',
    reason: null,
    powerMicro: 360_000_000n,
  });
  const risen = Number((now.energyMicro ?? 0n) - before) / 1e6;
  expect(risen).toBeGreaterThan(4);
  expect(risen).toBeLessThan(6.01);
});

test('one transient is never believed', () => {
  const world = worldOf(planOf(400_000));
  world.live(40 * MINUTE_S);
  world.zero = 20_000n;
  world.live(5);
  world.zero = 0n;
  world.live(10);
  expect(readOf(world).now).toMatchObject({ footing: 'measured', predictedMicro: 360_000_000n });
});

test('while the time is not known nothing is said of a period', () => {
  const world = worldOf(planOf(100_000));
  world.live(5 * MINUTE_S);
  world.health = { state: 'untrusted', sinceMs: 1, fault: fault('clock-untrusted', { now: 'x' }) };
  const { length } = world.events();
  world.live(25 * MINUTE_S);
  expect(readOf(world).now).toMatchObject({ reason: 'clock', meter: null, nowMicro: null });
  expect(world.events()).toHaveLength(length);
});

test('the first seconds of a period wait for a reading of it', () => {
  const world = worldOf(planOf(400_000));
  world.live(30 * MINUTE_S + 2);
  expect(readOf(world).now.reason).toBe('period-begins');
  world.live(5);
  expect(readOf(world).now).toMatchObject({ reason: null, footing: 'measured' });
});

test('a period of an hour runs over the half', () => {
  const world = worldOf(planOf(400_000, { periodMs: HOUR_MS }));
  world.live(90 * MINUTE_S);
  const { now, picture } = readOf(world);
  expect(now).toMatchObject({ nowMicro: 180_000_000n, predictedMicro: 360_000_000n });
  expect(picture.at(-1)).toEqual({ afterMs: 30 * MINUTE_S * 1_000, demandMicro: 180_000_000n });
  expect(picture[15]).toEqual({ afterMs: 30 * MINUTE_S * 1_000, demandMicro: 180_000_000n });
});

test('an alarm survives a restart and is told once; with its period it is over', () => {
  const world = worldOf(planOf(330_000));
  world.watts = 100_000;
  world.live(30 * MINUTE_S);
  world.watts = 360_000;
  world.live(12 * MINUTE_S);
  const raised = () => world.events().filter(({ kind }) => kind === 'demand-alarm');
  expect(raised().map(({ detail }) => detail['level'])).toEqual(['caution', 'warning']);
  expect(world.watch.highest()).toBe('warning');
  world.restart();
  world.live(10);
  expect(world.watch.highest()).toBe('warning');
  world.watts = 100_000;
  world.live(19 * MINUTE_S);
  expect(raised()).toHaveLength(2);
  const [last] = world
    .events()
    .filter(({ kind }) => kind === 'demand-over')
    .slice(-1);
  expect(last?.detail).toMatchObject({ level: null, demand: 'grid', target: 330 });
  expect(raised()[1]?.text).toMatch(
    /^Demand warning: grid 00:30–01:00 will come to 3\d\d\.?\d* kW; target 330 kW, so far \d+\.?\d* kW\. Switching off \d+\.?\d* kW from now on keeps the target\.$/,
  );
});

test('who was told of a level is not told again in its period, also after a restart', () => {
  const ways = [{ way: 'mail', level: 'warning', onlyNew: true }] as const;
  const world = worldOf(planOf(330_000), { ways });
  const raised = () =>
    world.events().flatMap(({ kind, detail }) => (kind === 'demand-alarm' ? [detail['level']] : []));
  world.watts = 100_000;
  world.live(30 * MINUTE_S);
  world.watts = 360_000;
  world.live(12 * MINUTE_S);
  world.watts = 50_000;
  world.live(4 * MINUTE_S);
  expect(world.watch.highest()).toBeNull();
  world.restart();
  world.watts = 410_000;
  world.live(12 * MINUTE_S);
  expect(raised()).toEqual(['caution', 'warning', 'caution', 'warning']);
  expect(world.store.notices.waiting('mail', 10)).toHaveLength(1);
});

test('the month knows its largest measured period and how many were not measured', () => {
  const world = worldOf(planOf(500_000, { billed: { '2026-10': 450_000_000n, '2026-11': 400_000_000n } }));
  world.live(60 * MINUTE_S);
  world.watts = 420_000;
  world.live(30 * MINUTE_S);
  world.watts = 300_000;
  world.live(30 * MINUTE_S);
  world.live(40 * MINUTE_S, { silent: true });
  world.live(85 * MINUTE_S);
  world.closeHours();
  const { months } = readOf(world);
  const [november, october] = months;
  // Left out: the one in which it began, the two that the silence touches, and the one before it, whose end nobody saw.
  expect(november).toMatchObject({ name: '2026-11', measured: 4, leftOut: 4, isBilled: false });
  expect(Number(november?.maximumMicro) / 1e6).toBeCloseTo(420, 0);
  expect(new Date(Number(november?.atMs)).toISOString()).toBe('2026-11-15T16:00:00.000Z');
  expect(october).toMatchObject({ maximumMicro: 450_000_000n, isBilled: true, atMs: null });
});
