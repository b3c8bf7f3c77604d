import { assert as holds, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPlant, FINE_PER_KWH, FINE_PER_ML, type PlantMeter } from '../../simulators/plant.ts';
import { hourly, SEGMENT_MS } from '../../simulators/schedule.ts';

const START = Date.parse('2026-11-20T07:13:21.457+09:00');
const DAYS = 86_400_000;

const profile = (day: number, night: number, jitterPercent: number) => {
  const hours = Array.from({ length: 24 }, (_, hour) => (hour >= 8 && hour < 18 ? day : night));
  return {
    kind: 'profile',
    weekday: hours,
    weekend: hours.map((rate) => Math.floor(rate / 3)),
    jitterPercent,
  } as const;
};
const METERS: readonly PlantMeter[] = [
  { id: 'press', kind: 'electric', schedule: profile(90_000, 2_000, 18) },
  { id: 'furnace', kind: 'electric', schedule: profile(120_001, 10_003, 15) },
  { id: 'main', kind: 'sum', of: ['press', 'furnace'], base: profile(50_000, 20_000, 6) },
  { id: 'gas', kind: 'gas', schedule: profile(25_000_000, 3_000_000, 20) },
];
const plantOf = (seed: number) => createPlant({ seed, startMs: START, meters: METERS });

describe('the plant’s truth', () => {
  it('is the sum of rate × time over the segments, to the last mJ, at any instant', () => {
    const plant = plantOf(11);
    holds(
      property(integer({ min: 0, max: 3 * DAYS }), (elapsedMs) => {
        const until = START + elapsedMs;
        let expected = 0n;
        for (let at = START; at < until; ) {
          const next = Math.min(until, (Math.floor(at / SEGMENT_MS) + 1) * SEGMENT_MS);
          expected += BigInt(plant.rate('furnace', at)) * BigInt(next - at);
          at = next;
        }
        expect(plant.total('furnace', until)).toBe(expected);
      }),
      { numRuns: 60, seed: 11 },
    );
  });

  it('has main = sub-meters + base, in power and in energy', () => {
    const plant = plantOf(12);
    holds(
      property(integer({ min: 0, max: 40 * DAYS }), (elapsedMs) => {
        const at = START + elapsedMs;
        const parts = ['press', 'furnace', 'main:base'];
        expect(plant.total('main', at)).toBe(parts.reduce((sum, id) => sum + plant.total(id, at), 0n));
        expect(plant.rate('main', at)).toBe(parts.reduce((sum, id) => sum + plant.rate(id, at), 0));
      }),
      { numRuns: 100, seed: 12 },
    );
    expect(plant.ids).toEqual(['press', 'furnace', 'main:base', 'gas', 'main']);
  });

  it('can be asked in any order: far ahead first, then back, as another plant of the same seed', () => {
    const forwards = plantOf(13);
    const backwards = plantOf(13);
    const times = Array.from({ length: 50 }, (_, i) => START + i * 9 * DAYS + i * 1_234_567);
    const one = times.map((at) => forwards.total('main', at));
    const two = times.toReversed().map((at) => backwards.total('main', at));
    expect(two.toReversed()).toEqual(one);
    expect(plantOf(14).total('main', START + DAYS)).not.toBe(forwards.total('main', START + DAYS));
  });

  it('begins at zero, and refuses instants before its start and meters it does not have', () => {
    const plant = plantOf(1);
    expect(plant.total('main', START)).toBe(0n);
    expect(() => plant.total('main', START - 1)).toThrow(RangeError);
    expect(() => plant.total('main', START + 0.5)).toThrow(RangeError);
    expect(() => plant.total('nothing', START)).toThrow(RangeError);
    expect(() => plant.pulses('main', START, 1_000)).toThrow('no gas meter');
  });

  it('counts whole pulses of the gas that passed', () => {
    const plant = plantOf(15);
    const at = START + 2 * DAYS + 777;
    const passedMl = plant.total('gas', at) / FINE_PER_ML;
    expect(plant.pulses('gas', at, 100_000)).toBe(passedMl / 100_000n);
    expect(plant.pulses('gas', at, 100_000)).toBeGreaterThan(1_000n);
  });

  it('shows voltages, currents and power factor that give its power', () => {
    const plant = plantOf(16);
    for (let at = START; at < START + DAYS; at += 3_600_000) {
      const now = plant.electrical('main', at);
      expect(now.powerW).toBe(plant.rate('main', at));
      const fromPhases = now.voltagesMilliV.reduce(
        (sum, milliV, i) => sum + (milliV * (now.currentsMilliA[i] ?? 0) * now.powerFactorMilli) / 1e9,
        0,
      );
      expect(Math.abs(fromPhases - now.powerW)).toBeLessThan(0.5);
    }
  });
});

describe('worked days', () => {
  const midnight = Date.parse('2026-11-04T00:00:00+09:00');
  const peak = Array.from({ length: 24 }, (_, hour) => (hour >= 13 && hour < 18 ? 2_000_000 : 500_000));

  it('gives 500 kWh in each of 19 hours and 2,000 kWh in each of five', () => {
    const plant = createPlant({
      seed: 1,
      startMs: midnight,
      meters: [{ id: 'main', kind: 'electric', schedule: hourly(peak) }],
    });
    const kwh = peak.map((_, hour) => {
      const from = midnight + hour * 3_600_000;
      return (plant.total('main', from + 3_600_000) - plant.total('main', from)) / FINE_PER_KWH;
    });
    expect(kwh).toEqual(peak.map((watts) => BigInt(watts / 1000)));
    expect(plant.total('main', midnight + DAYS)).toBe(19_500n * FINE_PER_KWH);
    expect(plant.total('main', midnight + 2 * DAYS)).toBe(39_000n * FINE_PER_KWH);
  });

  it('plays different days one after the other, and functions of the segment', () => {
    const plant = createPlant({
      seed: 1,
      startMs: midnight,
      meters: [
        { id: 'a', kind: 'electric', schedule: hourly([...peak, ...peak.map(() => 0)]) },
        {
          id: 'b',
          kind: 'electric',
          schedule: ({ weekend, localHour }) => (weekend || localHour < 12 ? 0 : 1_000),
        },
      ],
    });
    expect(plant.total('a', midnight + 2 * DAYS)).toBe(19_500n * FINE_PER_KWH);
    // Wednesday to Friday: 12 kWh a day; the weekend nothing.
    expect(plant.total('b', midnight + 5 * DAYS)).toBe(36n * FINE_PER_KWH);
  });

  it('refuses rates that are not whole, and hours that are not whole days', () => {
    expect(() => hourly([1, 2, 3])).toThrow(RangeError);
    const plant = createPlant({
      seed: 1,
      startMs: midnight,
      meters: [{ id: 'a', kind: 'electric', schedule: () => 0.5 }],
    });
    expect(() => plant.total('a', midnight + 1)).toThrow('not a whole rate');
  });
});
