/** Seeded factories, a day each: no period passes its target without a warning before it does. */
import { describe, expect, it } from 'vitest';
import { loadPlant, PLANT_KINDS, targetOf } from './support/plants.ts';
import { alarmRun, specOf } from './support/replay.ts';

const SEED = 7;

describe('every overload is warned of before the target is crossed', () => {
  it.each(PLANT_KINDS)(`%s (seed ${SEED})`, (kind) => {
    const plant = loadPlant(kind, SEED, 1);
    const { overloads } = alarmRun(plant, targetOf(plant, 0.85), { everyS: 10 });
    expect(overloads.length).toBeGreaterThanOrEqual(5);
    const late = overloads.filter(
      ({ crossedS, raisedS }) => raisedS.warning === null || raisedS.warning >= crossedS,
    );
    expect(late).toEqual([]);
  });

  it('also by a register of whole kWh that is refreshed every ten seconds: cautioned in time', () => {
    const plant = loadPlant('workday', SEED, 1);
    const { overloads } = alarmRun(plant, targetOf(plant, 0.85), { spec: specOf(1_000, 10_000), everyS: 10 });
    expect(overloads.length).toBeGreaterThanOrEqual(5);
    const late = overloads.filter(
      ({ crossedS, raisedS }) => raisedS.caution === null || raisedS.caution >= crossedS,
    );
    expect(late).toEqual([]);
  });

  it('a load that is switched on in the last minutes is warned of at once', () => {
    const quiet = new Float64Array(3_600).fill(100_000);
    const wattHours = new Float64Array(3_601);
    const watts = quiet.map((w, s) => (s >= 3_600 - 150 ? 1_500_000 : w));
    for (let s = 0; s < 3_600; s++) wattHours[s + 1] = (wattHours[s] ?? 0) + (watts[s] ?? 0) / 3_600;
    const { overloads } = alarmRun({ name: 'late', watts, wattHours }, 190_000);
    expect(overloads).toHaveLength(1);
    const [late] = overloads;
    expect(late?.raisedS.warning).not.toBeNull();
    expect(late?.raisedS.warning ?? 0).toBeLessThan(late?.crossedS ?? 0);
  });
});
