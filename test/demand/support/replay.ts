/** A plant's register, read every few seconds, through the gateway's own trail and prediction. */
import { lookAtAlarm, quietAlarm } from '../../../gateway/domain/demand/levels.ts';
import {
  alarmValue,
  type DemandNow,
  demandNow,
  untilCrossedMs,
} from '../../../gateway/domain/demand/period.ts';
import {
  DEMAND_LEVELS,
  DEMAND_METHODS,
  type DemandLevel,
  type DemandMethod,
  type DemandPlan,
} from '../../../gateway/domain/demand/plan.ts';
import { emptyTrail, follow, type Trail } from '../../../gateway/domain/demand/trail.ts';
import type { ChannelSpec } from '../../../gateway/domain/meters.ts';
import { ONE } from '../../../gateway/domain/rational.ts';
import { instant } from '../../../gateway/domain/time.ts';
import { demandOf, type LoadPlant } from './plants.ts';

/** 2026-11-16, a Monday, 00:00 in Japan. */
export const START_MS = Date.parse('2026-11-16T00:00:00+09:00');
export const PERIOD_S = 1_800;

export function specOf(wattHoursPerCount = 10, updateMs = 0): ChannelSpec {
  return {
    meter: 'main',
    channel: 'energy-import',
    unit: 'kWh',
    role: 'grid-import',
    keptBy: 'meter',
    scale: {
      unitsPerCount: { num: BigInt(wattHoursPerCount), den: 1_000n },
      stepCounts: ONE,
      encoding: 'integer',
      wrapsAt: null,
      updateMs,
    },
    ratedPerHour: { num: 2_000n, den: 1n },
    watchGapMs: 600_000,
    kwhFactors: [],
  };
}

/** @param targetW what a period should stay below */
export function planOf(targetW: number, changes: Partial<DemandPlan> = {}): DemandPlan {
  const kW = (w: number): bigint => BigInt(Math.round(w)) * 1_000n;
  return {
    id: 'grid',
    name: 'grid',
    channels: [{ meter: 'main', channel: 'energy-import' }],
    unit: 'kWh',
    demandUnit: 'kW',
    periodMs: 1_800_000,
    targetMicro: kW(targetW),
    contractMicro: null,
    levelsMicro: { caution: kW(targetW * 0.95), warning: kW(targetW), limit: kW(targetW * 1.1) },
    hysteresisMicro: kW(targetW * 0.02),
    holdMs: 60_000,
    quietMs: 300_000,
    method: 'moving-average',
    month: { kind: 'closing', day: 31 },
    billed: {},
    ...changes,
  };
}

export interface Meter {
  trail: Trail;
  /** The register at that second. */
  read(second: number): void;
}

export function meterOf(plant: LoadPlant, spec: ChannelSpec = specOf()): Meter {
  const perCount = (Number(spec.scale.unitsPerCount.num) / Number(spec.scale.unitsPerCount.den)) * 1_000;
  const meter: Meter = {
    trail: emptyTrail(spec),
    read(second) {
      const shownS = spec.scale.updateMs === 0 ? second : second - (second % (spec.scale.updateMs / 1_000));
      const count = BigInt(Math.floor((plant.wattHours[shownS] ?? 0) / perCount));
      const atMs = instant(START_MS + second * 1_000);
      meter.trail = follow(meter.trail, { sinceMs: instant(atMs - 40), atMs, raw: { count, exp2: 0 } });
    },
  };
  return meter;
}

export function nowOf(plan: DemandPlan, trail: Trail, second: number): DemandNow {
  const startS = second - (second % (plan.periodMs / 1_000));
  return demandNow(plan, [{ trail, freshMs: 60_000 }], {
    startMs: instant(START_MS + startS * 1_000),
    nowMs: instant(START_MS + second * 1_000),
    clockIsKnown: true,
  });
}

/** Mean distance of each method from the truth at a minute of the periods, W; and of `power now × time left`. */
export function errorsAt(
  plant: LoadPlant,
  minutes: readonly number[],
  everyS = 5,
): Map<number, Record<DemandMethod | 'power-now', number>> {
  const plan = planOf(400_000);
  const meter = meterOf(plant);
  const seconds = plant.watts.length;
  const sums = new Map(minutes.map((minute) => [minute, { n: 0, of: new Map<string, number>() }]));
  for (let s = 0; s < seconds; s += everyS) {
    meter.read(s);
    const minute = (s % PERIOD_S) / 60;
    const sum = sums.get(minute);
    const startS = s - (s % PERIOD_S);
    if (!sum || startS === 0 || startS + PERIOD_S > seconds) continue;
    const truthW = ((plant.wattHours[startS + PERIOD_S] ?? 0) - (plant.wattHours[startS] ?? 0)) * 2;
    const passedWh = (plant.wattHours[s] ?? 0) - (plant.wattHours[startS] ?? 0);
    const simple = 2 * (passedWh + ((plant.watts[s - 1] ?? 0) * (PERIOD_S - (s % PERIOD_S))) / 3_600);
    const { byMethod } = nowOf(plan, meter.trail, s);
    const add = (name: string, foundW: number): void =>
      void sum.of.set(name, (sum.of.get(name) ?? 0) + Math.abs(foundW - truthW));
    sum.n += 1;
    add('power-now', simple);
    for (const method of DEMAND_METHODS) add(method, Number((byMethod[method] ?? 0n) / 1_000n));
  }
  return new Map(
    [...sums].map(([minute, { n, of }]) => [
      minute,
      Object.fromEntries([...of].map(([name, total]) => [name, total / n])) as Record<
        DemandMethod | 'power-now',
        number
      >,
    ]),
  );
}

export interface Overload {
  readonly startS: number;
  /** The second in which the target's energy had passed. */
  readonly crossedS: number;
  readonly demandW: number;
  /** The first second at which each level was raised in this period; null: never. */
  readonly raisedS: Readonly<Record<DemandLevel, number | null>>;
}

export interface AlarmRun {
  readonly periods: number;
  readonly overloads: readonly Overload[];
  /** Periods with that level raised that stayed below the target after all. */
  readonly falseAlarms: Readonly<Record<DemandLevel, number>>;
  /** Those of them with a warning that stayed below 95 % of the target. */
  readonly farWarnings: number;
}

/** The second in which so much energy had passed since the period began; null when it never did. */
function crossedAt({ wattHours }: LoadPlant, startS: number, targetW: number): number | null {
  const limit = (wattHours[startS] ?? 0) + (targetW * PERIOD_S) / 3_600;
  for (let s = startS; s <= startS + PERIOD_S; s++) if ((wattHours[s] ?? 0) >= limit) return s;
  return null;
}

/** What the alarms of a plant do, read every few seconds. */
export function alarmRun(
  plant: LoadPlant,
  targetW: number,
  changes: {
    readonly plan?: Partial<DemandPlan>;
    readonly spec?: ChannelSpec;
    readonly everyS?: number;
  } = {},
): AlarmRun {
  const plan = planOf(targetW, changes.plan);
  const meter = meterOf(plant, changes.spec);
  const raised = new Map<number, Record<DemandLevel, number | null>>();
  let state = quietAlarm(instant(START_MS));
  for (let s = 0; s < plant.watts.length; s += changes.everyS ?? 5) {
    meter.read(s);
    const now = nowOf(plan, meter.trail, s);
    const looked = lookAtAlarm(plan, state, {
      atMs: instant(START_MS + s * 1_000),
      periodMs: now.startMs,
      valueMicro: alarmValue(now),
      untilMs: (level) => untilCrossedMs(plan, now, plan.levelsMicro[level]),
    });
    state = looked.state;
    const startS = s - (s % PERIOD_S);
    const of = raised.get(startS) ?? { caution: null, warning: null, limit: null };
    for (const { kind, level } of looked.changes)
      if (kind === 'raised')
        for (const one of DEMAND_LEVELS.slice(0, DEMAND_LEVELS.indexOf(level ?? 'caution') + 1))
          of[one] ??= s;
    raised.set(startS, of);
  }
  const overloads: Overload[] = [];
  const falseAlarms = { caution: 0, warning: 0, limit: 0 };
  let farWarnings = 0;
  const periods = Math.floor(plant.watts.length / PERIOD_S);
  for (let n = 1; n < periods; n++) {
    const startS = n * PERIOD_S;
    const raisedS = raised.get(startS) ?? { caution: null, warning: null, limit: null };
    const crossedS = crossedAt(plant, startS, targetW);
    const demandW = demandOf(plant, startS);
    if (crossedS !== null) overloads.push({ startS, crossedS, demandW, raisedS });
    else {
      for (const level of DEMAND_LEVELS) if (raisedS[level] !== null) falseAlarms[level] += 1;
      if (raisedS.warning !== null && demandW < 0.95 * targetW) farWarnings += 1;
    }
  }
  return { periods: periods - 1, overloads, falseAlarms, farWarnings };
}
