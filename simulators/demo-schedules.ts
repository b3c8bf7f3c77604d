/** Day profiles of the demo factory. */
import type { Schedule } from './schedule.ts';

/** Loads a schedule can be given for: `base` is what main sees beside its sub-meters. */
export type DemoLoad = 'press' | 'compressor' | 'furnace' | 'base' | 'gas';

function hours(count: number, value: number): number[] {
  return Array.from({ length: count }, () => value);
}

/** Whole W (gas: mL/h) for the hours 0…23. */
function day(night: number, morning: number, noon: number, afternoon: number, evening: number): number[] {
  return [
    ...hours(7, night),
    ...hours(1, Math.round((night + morning) / 2)),
    ...hours(4, morning),
    ...hours(1, noon),
    ...hours(5, afternoon),
    ...hours(3, evening),
    ...hours(3, night),
  ];
}

function profile(weekday: readonly number[], weekend: readonly number[], jitterPercent: number): Schedule {
  return { kind: 'profile', weekday, weekend, jitterPercent };
}

/** By day 150–400 kW at the grid, about 45 kW at night; each load stays below its meter's rating. */
export const DEMO_SCHEDULES: Readonly<Record<DemoLoad, Schedule>> = {
  press: profile(day(2_000, 95_000, 30_000, 105_000, 35_000), day(2_000, 20_000, 8_000, 12_000, 2_000), 18),
  compressor: profile(
    day(9_000, 48_000, 30_000, 52_000, 26_000),
    day(9_000, 15_000, 12_000, 12_000, 9_000),
    12,
  ),
  furnace: profile(
    day(12_000, 90_000, 85_000, 110_000, 60_000),
    day(10_000, 40_000, 40_000, 30_000, 10_000),
    15,
  ),
  base: profile(day(22_000, 48_000, 44_000, 52_000, 38_000), day(20_000, 26_000, 26_000, 26_000, 22_000), 6),
  gas: profile(
    day(3_000_000, 24_000_000, 14_000_000, 27_000_000, 9_000_000),
    day(2_000_000, 8_000_000, 6_000_000, 6_000_000, 2_000_000),
    20,
  ),
};
