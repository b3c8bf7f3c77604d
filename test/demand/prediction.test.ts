/** What the methods predict, and which is best: the default is not chosen by taste. */
import { expect, test } from 'vitest';
import { DEMAND_METHODS } from '../../gateway/domain/demand/plan.ts';
import { STRETCHES, stretchMs } from '../../gateway/domain/demand/predict.ts';
import { loadPlant, PLANT_KINDS } from './support/plants.ts';
import { errorsAt, meterOf, nowOf, planOf, specOf } from './support/replay.ts';

/** 360 kW throughout: 0.1 kWh a second. */
const even = (seconds: number) => ({
  name: 'even',
  watts: new Float64Array(seconds).fill(360_000),
  wattHours: new Float64Array(seconds + 1).map((_, s) => s * 100),
});

test('an even load is predicted exactly by every method, at every moment', () => {
  const meter = meterOf(even(7_200));
  const plan = planOf(400_000);
  for (let s = 0; s < 5_400; s += 5) {
    meter.read(s);
    // A reading of the very boundary may have been sampled before it.
    if (s < 1_860 || s % 1_800 === 0) continue;
    const now = nowOf(plan, meter.trail, s);
    for (const method of DEMAND_METHODS) expect(now.byMethod[method]).toBe(360_000_000n);
    expect(now.nowMicro).toBe(BigInt((s % 1_800) * 200_000));
    expect(now.powerMicro).toBe(360_000_000n);
    expect(now.shedMicro).toBe(0n);
  }
});

test('what must be switched off keeps the target to the last watt', () => {
  const meter = meterOf(even(7_200));
  const plan = planOf(300_000);
  for (let s = 0; s <= 2_700; s += 5) meter.read(s);
  const now = nowOf(plan, meter.trail, 2_700);
  // Half of the period at 360 kW; the other half must be at 240 kW.
  expect(now.shedMicro).toBe(120_000_000n);
  expect(now.holdable).toBe(true);
  expect(now.predictedMicro).toBe(360_000_000n);
});

test('after the target is crossed nothing can hold it', () => {
  const meter = meterOf(even(7_200));
  for (let s = 0; s <= 3_300; s += 5) meter.read(s);
  expect(nowOf(planOf(200_000), meter.trail, 3_300).holdable).toBe(false);
});

test('a coarse register says how coarse it is, and looks further back', () => {
  const meter = meterOf(even(7_200), specOf(5_000));
  const plan = planOf(400_000);
  for (let s = 0; s <= 2_400; s += 5) meter.read(s);
  const now = nowOf(plan, meter.trail, 2_400);
  expect(now.stepMicro).toBe(10_000_000n);
  expect(now.coarse).toBe(true);
  expect(now.predictedLowMicro ?? 0n).toBeLessThanOrEqual(360_000_000n);
  expect(now.predictedHighMicro ?? 0n).toBeGreaterThanOrEqual(360_000_000n);
  expect(stretchMs('two-point', 600_000, 5_000_000n, plan.targetMicro)).toBeGreaterThan(
    STRETCHES['two-point'].mostMs,
  );
});

test('the default beats power now × time left at minutes 10 and 20 over all plants, and no method beats it by much', () => {
  const sums = new Map<string, number>();
  for (const kind of PLANT_KINDS) {
    const plant = loadPlant(kind, 3, 1);
    for (const [minute, errors] of errorsAt(plant, [10, 20], 15))
      for (const [name, error] of Object.entries(errors))
        sums.set(`${name}/${minute}`, (sums.get(`${name}/${minute}`) ?? 0) + error);
  }
  const at = (name: string, minute: number): number => sums.get(`${name}/${minute}`) ?? Number.NaN;
  for (const minute of [10, 20]) {
    expect(at('moving-average', minute)).toBeLessThan(0.7 * at('power-now', minute));
    for (const method of DEMAND_METHODS)
      expect(at('moving-average', minute)).toBeLessThan(1.1 * at(method, minute));
  }
});
