/** Conditions that are read by a meter: how a half-hour gets its factor, and which gauges are kept for it. */
import type { GaugeName } from '../gateway/domain/meters.ts';
import { type Rational, rational } from '../gateway/domain/rational.ts';
import type { GasState } from '../gateway/domain/thermo/gas.ts';
import { gaugeKey, type TrackedGauge } from '../gateway/domain/thermo/gauge-slot.ts';
import type { KwhFactor } from '../gateway/domain/thermo/kwh-factor.ts';
import {
  asGauge,
  type Condition,
  type ConditionName,
  fallbackFactor,
  gaugesOf,
  type LiveRecipe,
} from '../gateway/domain/thermo/live-factor.ts';
import { compare, type SteamState } from '../gateway/domain/thermo/steam.ts';
import type { Measured } from './factors-fields.ts';
import type { Dates, ReportBelow } from './factors-spells.ts';
import type { Path } from './places.ts';
import type { SiteConfig } from './types.ts';

/** A value holds for three polls after it was read, or this long, ms: one poll may fail and nothing is lost. */
const LEAST_HOLD_MS = 60_000;
const HELD_POLLS = 3;

/** The gauges that can show a condition. */
export const CONDITION_GAUGES: Readonly<Record<ConditionName, readonly GaugeName[]>> = {
  temperature: ['temperature'],
  gaugePressure: ['pressure', 'pressure-absolute'],
  feedWater: ['temperature'],
};

export const isReadBy = (measured: Measured | undefined): boolean =>
  measured !== undefined && 'from' in measured;

/** The constant of a condition; null where it is read or not written. */
export const constantOf = (measured: Measured | undefined): Rational | null =>
  measured && 'constant' in measured ? measured.constant : null;

/**
 * What a gauge may show: what the site file takes for a constant, and some vacuum, which a plant that is off has and a
 * transmitter without pressure shows by its zero error.
 */
const RANGES = {
  gas: { temperature: [-50n, 100n], gaugePressure: [-50n, 1_000n], feedWater: [0n, 0n] },
  steam: { temperature: [0n, 0n], gaugePressure: [-100n, 16_400n], feedWater: [0n, 349n] },
} as const;

function conditionOf(kind: LiveRecipe['kind'], name: ConditionName, measured: Measured): Condition {
  if ('constant' in measured) return measured;
  const [low, high] = RANGES[kind][name];
  return { ...measured, low: rational(low), high: rational(high) };
}

interface Heat extends Dates {
  readonly mjPerM3: Rational;
  readonly at: GasState;
  readonly label: string;
}

function factorBy(live: LiveRecipe, { from, to }: Dates, label: string): KwhFactor {
  return { from, to, kwhPerUnit: null, label, basis: null, live };
}

/** Whether every gauge has a fall-back, and they make no gas or steam. */
function isOdd(live: LiveRecipe): boolean {
  return gaugesOf(live).every(({ fallback }) => fallback) && fallbackFactor(live) === null;
}

/** @param path of the block or of one of its changes */
export function liveGas(
  heat: Heat,
  conditions: {
    readonly counts: GasState;
    readonly temperature: Measured;
    readonly gaugePressure: Measured;
    readonly atmosphericKpa: Rational;
  },
  path: Path,
  report: ReportBelow,
): KwhFactor | null {
  const { counts, temperature, gaugePressure, atmosphericKpa } = conditions;
  const { mjPerM3, at, label } = heat;
  if (at === counts || (at !== 'metered' && counts !== 'metered')) {
    const field = isReadBy(temperature) ? 'temperature' : 'gaugePressure';
    report([...path, field], 'live-unused', { field, why: `${counts}, ${label}` });
    return null;
  }
  const live: LiveRecipe = {
    kind: 'gas',
    counts,
    mjPerM3,
    at,
    atmosphericKpa,
    temperature: conditionOf('gas', 'temperature', temperature),
    gaugePressure: conditionOf('gas', 'gaugePressure', gaugePressure),
  };
  if (isOdd(live)) {
    report(path, 'live-fallback-odd');
    return null;
  }
  return factorBy(live, heat, label);
}

export function liveSteam(
  dates: Dates,
  conditions: {
    readonly state: SteamState;
    /** Of wet and superheated steam. */
    readonly enthalpy: Rational | null;
    readonly gaugePressure: Measured | undefined;
    readonly feedWater: Measured;
    readonly atmosphericKpa: Rational;
  },
  label: string,
  path: Path,
  report: ReportBelow,
): KwhFactor | null {
  const { state, enthalpy, gaugePressure, feedWater, atmosphericKpa } = conditions;
  const live: LiveRecipe = {
    kind: 'steam',
    state,
    enthalpy,
    atmosphericKpa,
    gaugePressure: gaugePressure && !enthalpy ? conditionOf('steam', 'gaugePressure', gaugePressure) : null,
    feedWater: conditionOf('steam', 'feedWater', feedWater),
  };
  if (isOdd(live)) {
    report(path, 'live-fallback-odd');
    return null;
  }
  return factorBy(live, dates, label);
}

/** The gauges from which kWh of the site follow, each once. */
export function trackedGauges({ meters }: Pick<SiteConfig, 'meters'>): TrackedGauge[] {
  const intervals = new Map(meters.map(({ id, intervalMs }) => [id, intervalMs]));
  const found = new Map<string, TrackedGauge>();
  const recipes = meters.flatMap(({ kwhFactors }) =>
    Object.values(kwhFactors).flatMap((factors) => factors.flatMap(({ live }) => (live ? [live] : []))),
  );
  for (const recipe of recipes) {
    for (const { from, low, high } of gaugesOf(recipe)) {
      const intervalMs = intervals.get(from.meter);
      if (intervalMs === undefined) continue;
      const [least, most] = [asGauge(low, from, recipe), asGauge(high, from, recipe)];
      const known = found.get(gaugeKey(from));
      found.set(gaugeKey(from), {
        ...from,
        holdMs: Math.max(LEAST_HOLD_MS, HELD_POLLS * intervalMs),
        low: known && compare(known.low, least) < 0 ? known.low : least,
        high: known && compare(known.high, most) > 0 ? known.high : most,
      });
    }
  }
  return [...found.values()];
}
