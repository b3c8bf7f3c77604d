/** Day profiles of the demo factory. */
import type { Schedule } from './schedule.ts';

/** Loads a schedule can be given for: `base` is what main sees beside its sub-meters. */
export type DemoLoad = 'press' | 'compressor' | 'furnace' | 'base' | 'gas' | 'heat-gas' | 'steam' | HallLoad;

/** What stands in the halls, each with a meter of its own. */
export const HALL_LOADS = [
  'lathe',
  'milling',
  'welding',
  'paint',
  'dryer',
  'pump',
  'hvac',
  'lighting',
  'office',
  'chiller',
  'molding',
] as const;
export type HallLoad = (typeof HALL_LOADS)[number];

function hours(count: number, value: number): number[] {
  return Array.from({ length: count }, () => value);
}

/** Whole W (gas: mL/h, steam: g/h) for the hours 0…23. */
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
  lathe: profile(day(300, 6_000, 2_000, 6_500, 2_500), day(300, 1_500, 800, 1_000, 300), 15),
  milling: profile(day(300, 5_000, 1_500, 5_500, 2_000), day(300, 1_000, 500, 800, 300), 15),
  welding: profile(day(150, 3_000, 500, 3_500, 800), day(150, 600, 200, 400, 150), 25),
  paint: profile(day(500, 4_500, 3_000, 4_500, 1_500), day(500, 1_200, 1_000, 900, 500), 12),
  dryer: profile(day(250, 3_000, 2_500, 3_200, 1_500), day(250, 900, 800, 700, 250), 10),
  pump: profile(day(2_500, 4_000, 4_000, 4_000, 3_500), day(2_500, 2_800, 2_800, 2_800, 2_500), 5),
  hvac: profile(day(2_500, 6_000, 6_500, 7_000, 4_000), day(2_000, 2_500, 3_000, 3_000, 2_000), 10),
  lighting: profile(day(600, 3_500, 3_000, 3_500, 2_500), day(500, 800, 800, 800, 500), 3),
  office: profile(day(200, 1_200, 800, 1_200, 500), day(150, 250, 250, 250, 150), 10),
  chiller: profile(day(3_000, 6_000, 6_000, 6_500, 4_500), day(3_000, 3_500, 3_800, 3_800, 3_000), 10),
  molding: profile(day(3_000, 8_000, 7_000, 8_500, 6_000), day(3_000, 3_500, 3_500, 3_500, 3_000), 12),
  base: profile(day(9_000, 12_000, 12_000, 12_000, 10_000), day(8_000, 9_000, 9_000, 9_000, 8_000), 6),
  gas: profile(
    day(3_000_000, 24_000_000, 14_000_000, 27_000_000, 9_000_000),
    day(2_000_000, 8_000_000, 6_000_000, 6_000_000, 2_000_000),
    20,
  ),
  'heat-gas': profile(
    day(6_000_000, 30_000_000, 28_000_000, 36_000_000, 18_000_000),
    day(4_000_000, 12_000_000, 12_000_000, 10_000_000, 4_000_000),
    12,
  ),
  steam: profile(
    day(42_000, 340_000, 200_000, 380_000, 130_000),
    day(28_000, 110_000, 85_000, 85_000, 28_000),
    20,
  ),
};
