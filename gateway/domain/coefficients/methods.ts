/**
 * The two methods side by side: what given hours weigh under one of them, whichever the site has chosen, without
 * storing anything. The sums are those of the messages: each hour is rounded once, then added.
 */
import { weigh } from '../hour.ts';
import type { EpochMs } from '../time.ts';
import { EVERY_YEAR } from './choices.ts';
import { type Decider, type DecidingInput, prepare } from './decide.ts';
import type { Coefficient, CoefficientClass, Method } from './types.ts';

/** One hour of electricity bought from the grid. */
export interface HourEnergy {
  readonly startMs: EpochMs;
  /** 10⁻⁶ kWh; null while it is missing. */
  readonly energyMicroKwh: bigint | null;
}

export interface WeighedHour extends HourEnergy {
  readonly coefficient: Coefficient;
  /** 10⁻⁶ MJ, rounded by the product's rule; null where energy or coefficient is not known. */
  readonly energyMicroMj: bigint | null;
}

/** Energy of some hours, by what is known of their coefficient. All of it in micro-units. */
export interface WeighedTotal {
  readonly method: Method;
  /** Of the hours that have a coefficient, confirmed or not. */
  readonly energyMicroMj: bigint;
  readonly weighedMicroKwh: bigint;
  /** Part of `weighedMicroKwh`: no document speaks for these hours yet. */
  readonly unconfirmedMicroKwh: bigint;
  /** Beside `weighedMicroKwh`: no coefficient is known for these hours (a table that is not published, no rules). */
  readonly unweighedMicroKwh: bigint;
  /** Hours by what they counted as; those without energy are left out. */
  readonly hours: Readonly<Record<CoefficientClass, number>>;
  readonly unconfirmedHours: number;
}

/** Decides as if the site had chosen this method for every year. */
export function prepareUnder(method: Method, input: DecidingInput): Decider {
  return prepare({ ...input, methods: [{ fiscalYear: EVERY_YEAR, method }] });
}

/** Each hour under a named method. Nothing is stored. @param hours any that were bought from the grid, in any order */
export function* weighEachUnder(
  method: Method,
  input: DecidingInput,
  hours: Iterable<HourEnergy>,
): Generator<WeighedHour> {
  const decider = prepareUnder(method, input);
  for (const { startMs, energyMicroKwh } of hours) {
    const coefficient = decider.coefficientOf(startMs);
    const { mjPerKwh } = coefficient;
    const energyMicroMj = mjPerKwh === null ? null : weigh(energyMicroKwh, mjPerKwh);
    yield { startMs, energyMicroKwh, coefficient, energyMicroMj };
  }
}

/** Adds up hours that {@link weighEachUnder} gave, or a part of them. */
export function totalOf(method: Method, hours: Iterable<WeighedHour>): WeighedTotal {
  const counts: Record<CoefficientClass, number> = {
    normal: 0,
    curtailment: 0,
    tight: 0,
    monthly: 0,
    none: 0,
  };
  let [mj, weighed, unconfirmed, unweighed] = [0n, 0n, 0n, 0n];
  let unconfirmedHours = 0;
  for (const { energyMicroKwh, energyMicroMj, coefficient } of hours) {
    if (energyMicroKwh === null) continue;
    counts[coefficient.class] += 1;
    if (energyMicroMj === null) unweighed += energyMicroKwh;
    else {
      mj += energyMicroMj;
      weighed += energyMicroKwh;
      if (!coefficient.confirmed) {
        unconfirmed += energyMicroKwh;
        unconfirmedHours += 1;
      }
    }
  }
  return {
    method,
    energyMicroMj: mj,
    weighedMicroKwh: weighed,
    unconfirmedMicroKwh: unconfirmed,
    unweighedMicroKwh: unweighed,
    hours: counts,
    unconfirmedHours,
  };
}

/** What hours weigh together under a named method. */
export function weighUnder(method: Method, input: DecidingInput, hours: Iterable<HourEnergy>): WeighedTotal {
  return totalOf(method, weighEachUnder(method, input, hours));
}
