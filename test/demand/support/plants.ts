/**
 * Seeded factories for the prediction of demand: power by the second, and the register that a meter shows of it. Each
 * kind of load is hard in its own way. A seed replays a plant.
 */
import { randomStream } from '../../../simulators/seeded.ts';

export interface LoadPlant {
  readonly name: string;
  /** Energy since the start at each whole second, Wh. */
  readonly wattHours: Float64Array;
  /** Power in each second, W. */
  readonly watts: Float64Array;
}

export const DAY_S = 86_400;

type Random = () => number;
const between = (random: Random, low: number, high: number): number => low + (high - low) * random();

/** Power that moves slowly about its mean: ± 3 %. */
function steady(seconds: number, random: Random): Float64Array {
  const watts = new Float64Array(seconds);
  let drift = 0;
  for (let s = 0; s < seconds; s++) {
    drift = 0.999 * drift + (random() - 0.5) * 0.004;
    watts[s] = 300_000 * (1 + drift) + between(random, -2_000, 2_000);
  }
  return watts;
}

/** So many machines that run for a while and stand for a while. */
function machines(
  seconds: number,
  random: Random,
  each: readonly { readonly w: number; readonly onS: [number, number]; readonly offS: [number, number] }[],
): Float64Array {
  const watts = new Float64Array(seconds);
  for (const { w, onS, offS } of each) {
    let at = Math.floor(between(random, 0, offS[1]));
    while (at < seconds) {
      const end = Math.min(seconds, at + Math.floor(between(random, ...onS)));
      const drawn = w * between(random, 0.9, 1.1);
      for (; at < end; at++) watts[at] = (watts[at] ?? 0) + drawn;
      at += Math.floor(between(random, ...offS));
    }
  }
  return watts;
}

const plus = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, s) => value + (b[s] ?? 0));

/** Large machines on and off at any time: nothing of the past tells the next step. */
const steps = (seconds: number, random: Random): Float64Array =>
  plus(
    steady(seconds, random).map((w) => w / 3),
    machines(
      seconds,
      random,
      [80_000, 60_000, 45_000, 30_000].map((w) => ({ w, onS: [600, 5_400], offS: [600, 3_600] })),
    ),
  );

/** Batch ovens: full power while they heat up, then a thermostat of a minute or two. */
function ovens(seconds: number, random: Random): Float64Array {
  const watts = steady(seconds, random).map((w) => w / 4);
  for (let oven = 0; oven < 3; oven++) {
    let at = Math.floor(between(random, 0, 5_400));
    while (at < seconds) {
      const heated = at + Math.floor(between(random, 900, 1_800));
      const end = heated + Math.floor(between(random, 1_800, 3_600));
      const cycle = Math.floor(between(random, 80, 180));
      for (; at < end && at < seconds; at++) {
        const isOn = at < heated || (at - heated) % cycle < cycle * 0.4;
        if (isOn) watts[at] = (watts[at] ?? 0) + 90_000;
      }
      at += Math.floor(between(random, 1_200, 3_000));
    }
  }
  return watts;
}

/** Compressors that load and unload every few minutes, each at its own pace. */
const compressors = (seconds: number, random: Random): Float64Array =>
  plus(
    steady(seconds, random).map((w) => w / 5),
    machines(seconds, random, [
      { w: 75_000, onS: [150, 260], offS: [120, 200] },
      { w: 75_000, onS: [260, 420], offS: [180, 320] },
      { w: 55_000, onS: [400, 620], offS: [240, 400] },
    ]),
  );

/** Presses: strokes of some seconds, five times the mean. */
const presses = (seconds: number, random: Random): Float64Array =>
  plus(
    steady(seconds, random).map((w) => w / 4),
    machines(seconds, random, [
      { w: 220_000, onS: [4, 9], offS: [18, 30] },
      { w: 160_000, onS: [3, 6], offS: [20, 45] },
    ]),
  );

/** A working day with breaks, and some of everything in it. */
function workday(seconds: number, random: Random): Float64Array {
  const parts = [steps, ovens, compressors, presses].map((kind) => kind(seconds, random));
  return new Float64Array(seconds).map((_, s) => {
    const hour = (s % DAY_S) / 3_600;
    const share = hour < 7.5 || hour > 19 ? 0.15 : hour > 12 && hour < 13 ? 0.4 : 1;
    return share * parts.reduce((sum, part) => sum + (part[s] ?? 0), 0) * 0.4;
  });
}

const KINDS = { steady, steps, ovens, compressors, presses, workday } as const;
export type PlantKind = keyof typeof KINDS;
export const PLANT_KINDS = Object.keys(KINDS) as PlantKind[];

export function loadPlant(kind: PlantKind, seed: number, days: number): LoadPlant {
  const seconds = days * DAY_S;
  const random = randomStream(seed * 31 + PLANT_KINDS.indexOf(kind));
  const watts = KINDS[kind](seconds, random);
  const wattHours = new Float64Array(seconds + 1);
  for (let s = 0; s < seconds; s++)
    wattHours[s + 1] = (wattHours[s] ?? 0) + Math.max(0, watts[s] ?? 0) / 3_600;
  return { name: kind, watts, wattHours };
}

/** Demand of a period, W. */
export function demandOf({ wattHours }: LoadPlant, startS: number, periodS = 1_800): number {
  return (((wattHours[startS + periodS] ?? 0) - (wattHours[startS] ?? 0)) * 3_600) / periodS;
}

/** The demand that so large a part of the periods stays below: a target that is passed now and then. */
export function targetOf(plant: LoadPlant, part: number): number {
  const periods = Math.floor((plant.wattHours.length - 1) / 1_800);
  const sorted = Array.from({ length: periods }, (_, n) => demandOf(plant, n * 1_800)).sort((a, b) => a - b);
  return sorted[Math.min(periods - 1, Math.floor(periods * part))] ?? 0;
}
