/**
 * The running period of one demand: what has passed in it, what it will come to, and what must be switched off now for
 * the target to hold. Whatever is not known is null and says why; nothing is ever taken for 0.
 */
import type { Boundary } from '../ledger/boundary.ts';
import { type EpochMs, instant, slotOf } from '../time.ts';
import { DEMAND_METHODS, type DemandMethod, type DemandPlan, energyOf, powerOf } from './plan.ts';
import { type Power, passes, powerNow, stretchMs } from './predict.ts';
import { type Trail, type TrailBreak, trailResolution } from './trail.ts';

/**
 * Why a demand is not known. `clock`: the time is not; `waiting`: a meter was not read yet; `meter-silent`: its newest
 * reading is too old; `period-begins`: no reading of this period has come yet; `gateway-off`: it was ended.
 */
export const DEMAND_REASONS = ['clock', 'waiting', 'meter-silent', 'period-begins', 'gateway-off'] as const;
export type DemandReason = (typeof DEMAND_REASONS)[number];

/**
 * How far a known one can be relied on. `measured`: within the register's resolution; `loose`: a gap around the
 * beginning of the period leaves open what belongs to it; `at-least`: some of it was not counted, the truth is higher.
 */
export const DEMAND_FOOTINGS = ['measured', 'loose', 'at-least'] as const;
export type DemandFooting = (typeof DEMAND_FOOTINGS)[number];

export interface DemandNow {
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  /** The oldest of the newest readings; null before the first. */
  readonly asOfMs: EpochMs | null;
  readonly reason: DemandReason | null;
  /** The meter that the reason is about. */
  readonly meter: string | null;
  readonly footing: DemandFooting;
  readonly because: TrailBreak['why'] | 'gap' | null;
  /** The smallest step that this demand can show, as power over the period; null before the first reading. */
  readonly stepMicro: bigint | null;
  /** One step is more than 2 % of the target: no maximum rests on it. */
  readonly coarse: boolean;
  /** What has passed in this period. */
  readonly energyMicro: bigint | null;
  /** The same over the whole period (現在デマンド), and between what bounds the truth lies. */
  readonly nowMicro: bigint | null;
  readonly nowLowMicro: bigint | null;
  readonly nowHighMicro: bigint | null;
  /** Mean power lately, by the method of the plan. */
  readonly powerMicro: bigint | null;
  /** At the end of the period, by each method. */
  readonly byMethod: Readonly<Record<DemandMethod, bigint | null>>;
  /** By the method of the plan, with the bounds that the register's resolution leaves. */
  readonly predictedMicro: bigint | null;
  readonly predictedLowMicro: bigint | null;
  readonly predictedHighMicro: bigint | null;
  /** To be switched off now so that the target holds (調整電力): 0 where it holds; more than all there is where it can't. */
  readonly shedMicro: bigint | null;
  /** Whether switching off can still keep the target. */
  readonly holdable: boolean | null;
}

/** A register whose count is more than this part of the target says too little: 2 %. */
const COARSE_PART = 50n;
/** A boundary that is known this well, to a part of the target's energy, is as good as measured: 1 %. */
const LOOSE_PART = 100n;

export interface DemandTrail {
  readonly trail: Trail;
  /** A newest reading older than this says nothing about now, ms. */
  readonly freshMs: number;
}

const NOTHING = { 'two-point': null, 'moving-average': null, 'least-squares': null } as const;

interface Start {
  readonly totalMicro: bigint;
  readonly lowMicro: bigint;
  readonly highMicro: bigint;
  readonly loose: boolean;
}

function ofBoundary(boundary: Boundary, targetEnergyMicro: bigint): Start {
  const { totalMicro, lowMicro, highMicro, resolutionMicro } = boundary;
  const bound = highMicro - lowMicro;
  const loose = bound > 2n * resolutionMicro && bound * LOOSE_PART > targetEnergyMicro;
  return { totalMicro, lowMicro, highMicro, loose };
}

/** The channel's total where the period begins; null while no reading says it. */
function startOf(trail: Trail, startMs: EpochMs, targetEnergyMicro: bigint): Start | null {
  const slot = slotOf(startMs);
  const boundary = trail.boundaries.find((one) => one.slot === slot);
  if (boundary) return ofBoundary(boundary, targetEnergyMicro);
  const { era } = trail.state;
  if (era?.no !== 1 || era.opening.atMs < startMs) return null;
  return { totalMicro: 0n, lowMicro: 0n, highMicro: 0n, loose: false };
}

interface Part {
  readonly energyMicro: bigint;
  readonly lowMicro: bigint;
  readonly highMicro: bigint;
  readonly leftMs: number;
  readonly powers: Readonly<Record<DemandMethod, Power | null>>;
  readonly loose: boolean;
  readonly broken: TrailBreak | null;
}

function partOf(plan: DemandPlan, trail: Trail, startMs: EpochMs, endMs: EpochMs): Part | null {
  const start = startOf(trail, startMs, energyOf(plan.targetMicro, plan.periodMs));
  const newest = trail.points.at(-1);
  if (!start || !newest) return null;
  const leftMs = Math.max(0, endMs - newest.atMs);
  const resolution = trailResolution(trail) ?? 0n;
  const power = (method: DemandMethod): Power | null =>
    powerNow(trail.points, method, stretchMs(method, leftMs, resolution, plan.targetMicro));
  return {
    energyMicro: newest.totalMicro - start.totalMicro,
    lowMicro: newest.totalMicro - newest.belowMicro - start.highMicro,
    highMicro: newest.totalMicro + newest.aboveMicro - start.lowMicro,
    leftMs,
    powers: {
      'two-point': power('two-point'),
      'moving-average': power('moving-average'),
      'least-squares': power('least-squares'),
    },
    loose: start.loose,
    broken:
      trail.breaks.findLast(({ toMs, why }) => toMs > startMs || (why === 'began' && toMs === startMs)) ??
      null,
  };
}

const sum = <T>(parts: readonly T[], of: (part: T) => bigint): bigint =>
  parts.reduce((all, part) => all + of(part), 0n);

function sumKnown<T>(parts: readonly T[], of: (part: T) => bigint | null): bigint | null {
  let all = 0n;
  for (const part of parts) {
    const value = of(part);
    if (value === null) return null;
    all += value;
  }
  return all;
}

const HOUR = 3_600_000;

function known(plan: DemandPlan, parts: readonly Part[], endMs: EpochMs, nowMs: EpochMs) {
  const { periodMs, method } = plan;
  const energyMicro = sum(parts, (part) => part.energyMicro);
  const low = sum(parts, (part) => part.lowMicro);
  const high = sum(parts, (part) => part.highMicro);
  const rest = (by: DemandMethod, sign: -1n | 0n | 1n): bigint | null =>
    sumKnown(parts, ({ powers, leftMs }) => {
      const power = powers[by];
      return power && passes(power, leftMs) + sign * passes(power.off, leftMs);
    });
  const at = (energy: bigint, more: bigint | null): bigint | null =>
    more === null ? null : powerOf(energy + more, periodMs);
  const byMethod = Object.fromEntries(
    DEMAND_METHODS.map((by) => [by, at(energyMicro, rest(by, 0n))]),
  ) as Record<DemandMethod, bigint | null>;
  const predictedMicro = byMethod[method];
  const leftMs = Math.max(1, endMs - nowMs);
  const targetEnergy = energyOf(plan.targetMicro, periodMs);
  const over = predictedMicro === null ? null : energyOf(predictedMicro, periodMs) - targetEnergy;
  const shedMicro = over === null ? null : over > 0n ? powerOf(over, leftMs) : 0n;
  const powerMicro = sumKnown(parts, ({ powers }) => powers[method] && passes(powers[method], HOUR));
  const floor = (value: bigint): bigint => (value < 0n ? 0n : value);
  return {
    energyMicro,
    nowMicro: powerOf(energyMicro, periodMs),
    nowLowMicro: powerOf(floor(low), periodMs),
    nowHighMicro: powerOf(high, periodMs),
    powerMicro,
    byMethod,
    predictedMicro,
    predictedLowMicro: at(floor(low), rest(method, -1n)),
    predictedHighMicro: at(high, rest(method, 1n)),
    shedMicro,
    holdable: shedMicro === null || powerMicro === null ? null : shedMicro <= powerMicro,
  };
}

const UNKNOWN = {
  energyMicro: null,
  nowMicro: null,
  nowLowMicro: null,
  nowHighMicro: null,
  powerMicro: null,
  byMethod: NOTHING,
  predictedMicro: null,
  predictedLowMicro: null,
  predictedHighMicro: null,
  shedMicro: null,
  holdable: null,
} as const;

function reasonOf(
  trails: readonly DemandTrail[],
  startMs: EpochMs,
  nowMs: EpochMs,
): { readonly reason: DemandReason; readonly meter: string } | null {
  const say = (reason: DemandReason, { trail }: DemandTrail) => ({ reason, meter: trail.spec.meter });
  const newest = ({ trail }: DemandTrail): number | undefined => trail.points.at(-1)?.atMs;
  const unread = trails.find((one) => newest(one) === undefined);
  if (unread) return say('waiting', unread);
  const silent = trails.find((one) => nowMs - (newest(one) ?? 0) > one.freshMs);
  if (silent) return say('meter-silent', silent);
  const early = trails.find((one) => (newest(one) ?? 0) < startMs);
  return early ? say('period-begins', early) : null;
}

/**
 * @param clockIsKnown false: nothing can be said about a period
 * @param period the one that `nowMs` lies in
 */
export function demandNow(
  plan: DemandPlan,
  trails: readonly DemandTrail[],
  period: { readonly startMs: EpochMs; readonly nowMs: EpochMs; readonly clockIsKnown: boolean },
): DemandNow {
  const { startMs, nowMs } = period;
  const endMs = instant(startMs + plan.periodMs);
  const atMs = trails.map(({ trail }) => trail.points.at(-1)?.atMs);
  const asOf = atMs.every((at) => at !== undefined) ? Math.min(...(atMs as number[])) : null;
  const stepEnergy = sumKnown(trails, ({ trail }) => trailResolution(trail));
  const stepMicro = stepEnergy === null ? null : powerOf(stepEnergy, plan.periodMs);
  const base = {
    startMs,
    endMs,
    asOfMs: asOf === null ? null : instant(asOf),
    stepMicro,
    coarse: stepMicro !== null && stepMicro * COARSE_PART > plan.targetMicro,
    footing: 'measured',
    because: null,
  } as const;
  if (!period.clockIsKnown) return { ...base, ...UNKNOWN, reason: 'clock', meter: null };
  const why = reasonOf(trails, startMs, nowMs);
  if (why) return { ...base, ...UNKNOWN, ...why };
  const parts = trails.map(({ trail }) => partOf(plan, trail, startMs, endMs));
  const missing = parts.findIndex((part) => part === null);
  if (missing >= 0) {
    // A register that is refreshed now and then has shown nothing that is surely of this period.
    const meter = trails[missing]?.trail.spec.meter ?? null;
    return { ...base, ...UNKNOWN, reason: 'period-begins', meter };
  }
  const all = parts as Part[];
  const broken = all.find((part) => part.broken)?.broken ?? null;
  const loose = all.some((part) => part.loose);
  return {
    ...base,
    ...known(plan, all, endMs, nowMs),
    footing: broken ? 'at-least' : loose ? 'loose' : 'measured',
    because: broken?.why ?? (loose ? 'gap' : null),
    reason: null,
    meter: null,
  };
}

/** What an alarm may rest on: never more than is surely so where the beginning of the period is not known well. */
export function alarmValue(now: DemandNow): bigint | null {
  return now.footing === 'loose' ? now.predictedLowMicro : now.predictedMicro;
}

/** One point of the picture of a period: so many ms after it began, and the demand until then (現在デマンド). */
export interface DemandPoint {
  readonly afterMs: number;
  readonly demandMicro: bigint;
}

const PICTURE_POINTS = 30;

function totalAt({ points }: Trail, atMs: number): bigint | null {
  const after = points.findIndex((point) => point.atMs >= atMs);
  const upper = points[after];
  const lower = points[after - 1];
  if (!upper) return null;
  if (!lower || upper.atMs === atMs) return upper.totalMicro;
  const risen = (upper.totalMicro - lower.totalMicro) * BigInt(atMs - lower.atMs);
  return lower.totalMicro + risen / BigInt(upper.atMs - lower.atMs);
}

/** The line from the beginning of the period to now; empty where nothing is known. */
export function pictureOf(plan: DemandPlan, trails: readonly DemandTrail[], now: DemandNow): DemandPoint[] {
  const { startMs, asOfMs, nowMicro } = now;
  if (nowMicro === null || asOfMs === null) return [];
  const start = sumKnown(trails, ({ trail }) => startOf(trail, startMs, 0n)?.totalMicro ?? null);
  const stepMs = plan.periodMs / PICTURE_POINTS;
  const points: DemandPoint[] = [{ afterMs: 0, demandMicro: 0n }];
  for (let afterMs = stepMs; startMs + afterMs < asOfMs; afterMs += stepMs) {
    const energy = sumKnown(trails, ({ trail }) => totalAt(trail, startMs + afterMs));
    if (energy === null || start === null) continue;
    points.push({ afterMs, demandMicro: powerOf(energy - start, plan.periodMs) });
  }
  return [...points, { afterMs: asOfMs - startMs, demandMicro: nowMicro }];
}

/** How long until this energy has passed at the power of now, ms; null when it won't in this period, 0 when it has. */
export function untilCrossedMs(plan: DemandPlan, now: DemandNow, levelMicro: bigint): number | null {
  if (now.energyMicro === null || now.asOfMs === null) return null;
  const missing = energyOf(levelMicro, plan.periodMs) - now.energyMicro;
  if (missing <= 0n) return 0;
  if (now.powerMicro === null || now.powerMicro <= 0n) return null;
  const ms = Number((missing * BigInt(HOUR)) / now.powerMicro);
  return now.asOfMs + ms > now.endMs ? null : ms;
}
