/**
 * What the hours of a period add up to, read piece by piece: one channel and one part of the period at a time, with a
 * turn of the event loop between, so that neither a year of many meters lies in memory nor anybody waits for it.
 */
import { type Decider, prepare, sameCoefficient } from '../domain/coefficients/decide.ts';
import { prepareUnder } from '../domain/coefficients/methods.ts';
import type { CoefficientClass, CoefficientRules } from '../domain/coefficients/types.ts';
import { weigh } from '../domain/hour.ts';
import type { ChannelSpec } from '../domain/meters.ts';
import { multiply, type Rational, rational, roundHalfAway } from '../domain/rational.ts';
import type { Bucket } from '../domain/report/period.ts';
import { EMPTY_TALLY, joinTallies, type PurchasedTally, type Tally } from '../domain/report/tallies.ts';
import { volumeRatio } from '../domain/thermo/gas.ts';
import { factorOf, type KwhFactor } from '../domain/thermo/kwh-factor.ts';
import { type EpochMs, HOUR_MS, type HourGrid, instant, plus, SLOT_MS } from '../domain/time.ts';
import type { HourRow } from '../store/hour-rows.ts';
import type { Store } from '../store/store.ts';

/** Hours that are fetched one by one at once: ten days of one channel. */
const FETCH_MS = 240 * HOUR_MS;
/** An hour is closed this long after its end. */
const CLOSE_MS = 90_000;

/** Lets others have a turn. */
export type Turn = () => Promise<void>;

export interface TallyDeps {
  readonly store: Pick<Store, 'channels' | 'hours' | 'reports' | 'documents'>;
  readonly grid: HourGrid;
  readonly nowMs: EpochMs;
  readonly turn: Turn;
}

/** kWh × 3.6 MJ. */
const MJ_PER_KWH = rational(36n, 10n);

/** 10⁻⁶ m³ at SATP of gas that was counted under one factor. */
function satpOf(
  factor: KwhFactor | null,
  quantityMicro: bigint | null,
  kwhMicro: bigint | null,
): bigint | null {
  if (quantityMicro === null) return null;
  const gas = [factor?.basis, factor?.live].find((each) => each?.kind === 'gas');
  if (!gas || gas.kind !== 'gas') return quantityMicro;
  const ratio = volumeRatio(gas.at, 'satp', null);
  if (ratio && kwhMicro !== null) {
    const volume: Rational = multiply({ num: kwhMicro, den: 1n }, MJ_PER_KWH);
    return roundHalfAway(
      multiply({ num: volume.num * gas.mjPerM3.den, den: volume.den * gas.mjPerM3.num }, ratio),
    );
  }
  const line = 'line' in gas ? gas.line : null;
  const direct = volumeRatio(gas.counts, 'satp', line);
  return direct ? roundHalfAway(multiply({ num: quantityMicro, den: 1n }, direct)) : quantityMicro;
}

/** The stretches of a bucket in which one factor to kWh holds; the whole of it for what has one of all times. */
function spells(
  spec: ChannelSpec,
  bucket: Bucket,
  grid: HourGrid,
): readonly { fromMs: EpochMs; toMs: EpochMs; factor: KwhFactor | null }[] {
  const cuts = spec.kwhFactors
    .flatMap(({ from }) => (from === null ? [] : [grid.day(from).fromMs]))
    .filter((at) => bucket.fromMs < at && at < bucket.toMs);
  const edges = [bucket.fromMs, ...cuts, bucket.toMs];
  return edges.slice(1).map((toMs, n) => {
    const fromMs = edges[n] ?? bucket.fromMs;
    return { fromMs, toMs, factor: factorOf(spec, fromMs, grid) };
  });
}

/** Whole hours of a span. */
const hoursIn = (fromMs: number, toMs: number): number => Math.max(0, Math.floor((toMs - fromMs) / HOUR_MS));

/**
 * One channel, one tally for each bucket.
 * @param endMs hours from here on are not due: the meter has left the site file; null while it is in it
 */
export async function channelTallies(
  { store, grid, nowMs, turn }: TallyDeps,
  spec: ChannelSpec,
  buckets: readonly Bucket[],
  isCurrent: boolean,
): Promise<readonly Tally[]> {
  const row = store.channels.find(spec.meter, spec.channel);
  const over = Math.floor((nowMs - CLOSE_MS) / SLOT_MS) * SLOT_MS;
  const tallies: Tally[] = [];
  for (const bucket of buckets) {
    const endMs = Math.min(bucket.toMs, row && !isCurrent ? row.nextHourMs : over);
    const sinceMs = row ? grid.hourOf(row.sinceMs) : Number.MAX_SAFE_INTEGER;
    const beganMs = Math.max(bucket.fromMs, Math.min(sinceMs, endMs));
    let whole: Tally = {
      ...EMPTY_TALLY,
      dueHours: hoursIn(beganMs, endMs),
      beforeHours: hoursIn(bucket.fromMs, Math.min(beganMs, Math.max(endMs, bucket.fromMs))),
    };
    if (row && endMs > bucket.fromMs)
      for (const { fromMs, toMs, factor } of spells(spec, bucket, grid)) {
        const { hours: _, ...sums } = store.reports.sums(row.id, fromMs, toMs);
        const satpMicro =
          spec.channel === 'gas-volume' ? satpOf(factor, sums.quantityMicro, sums.energyMicroKwh) : null;
        whole = joinTallies(whole, { ...sums, dueHours: 0, beforeHours: 0, satpMicro });
      }
    tallies.push(whole);
    // A month takes a millisecond.
    if (bucket.toMs - bucket.fromMs > 2 * HOUR_MS) await turn();
  }
  return tallies;
}

export interface Weighers {
  readonly hourly: Decider;
  readonly monthly: Decider;
  readonly chosen: Decider;
}

/** The same documents and rules for both methods and for the chosen one. */
export function weighersOf(store: Pick<Store, 'documents'>, rules: CoefficientRules): Weighers {
  const input = { ...rules, documents: store.documents.inForce(rules.area) };
  return {
    hourly: prepareUnder('hourly', input),
    monthly: prepareUnder('monthly', input),
    chosen: prepare(input),
  };
}

/** A sum that grows hour by hour. */
function emptySum() {
  const byClass: Record<CoefficientClass, bigint> = {
    normal: 0n,
    curtailment: 0n,
    tight: 0n,
    monthly: 0n,
    none: 0n,
  };
  return {
    kwh: null as bigint | null,
    hourlyMj: null as bigint | null,
    monthlyMj: null as bigint | null,
    hourlyLeft: 0n,
    monthlyLeft: 0n,
    unconfirmed: new Set<number>(),
    unconfirmedKwh: 0n,
    /** Purchases with a value, by start of hour. */
    known: new Map<number, number>(),
    byClass,
    demands: new Map<number, { microKw: bigint; channels: number }>(),
    toWeigh: 0,
  };
}
type Sum = ReturnType<typeof emptySum>;

function addDemands(sum: Sum, { startMs, demandMicro }: HourRow): void {
  for (const [half, microKw] of demandMicro.entries()) {
    if (microKw === null) continue;
    const endMs = startMs + (half + 1) * SLOT_MS;
    const known = sum.demands.get(endMs);
    sum.demands.set(endMs, {
      microKw: (known?.microKw ?? 0n) + microKw,
      channels: (known?.channels ?? 0) + 1,
    });
  }
}

function addHour(sum: Sum, hour: HourRow, weighers: Weighers): void {
  addDemands(sum, hour);
  const kwh = hour.energyMicroKwh;
  if (kwh === null) return;
  sum.kwh = (sum.kwh ?? 0n) + kwh;
  sum.known.set(hour.startMs, (sum.known.get(hour.startMs) ?? 0) + 1);
  const hourly = weighers.hourly.coefficientOf(hour.startMs);
  const monthly = weighers.monthly.coefficientOf(hour.startMs);
  sum.byClass[hourly.class] += kwh;
  if (hourly.mjPerKwh) sum.hourlyMj = (sum.hourlyMj ?? 0n) + (weigh(kwh, hourly.mjPerKwh) ?? 0n);
  else sum.hourlyLeft += kwh;
  if (monthly.mjPerKwh) sum.monthlyMj = (sum.monthlyMj ?? 0n) + (weigh(kwh, monthly.mjPerKwh) ?? 0n);
  else sum.monthlyLeft += kwh;
  if (!hourly.confirmed) {
    sum.unconfirmed.add(hour.startMs);
    sum.unconfirmedKwh += kwh;
  }
  if (!sameCoefficient(hour, weighers.chosen.coefficientOf(hour.startMs))) sum.toWeigh += 1;
}

/** @param purchases of the site file, also those that were never read */
function finished(sum: Sum, channels: number, purchases: number): PurchasedTally {
  let maximum: PurchasedTally['maximum'] = null;
  for (const [endMs, demand] of sum.demands) {
    // A half-hour that one of the meters did not measure is no maximum of the site.
    if (demand.channels < channels) continue;
    if (!maximum || demand.microKw > maximum.microKw)
      maximum = { microKw: demand.microKw, atMs: instant(endMs) };
  }
  return {
    energyMicroKwh: sum.kwh,
    hourlyMicroMj: sum.hourlyMj,
    monthlyMicroMj: sum.monthlyMj,
    hourlyUnweighedMicroKwh: sum.hourlyLeft,
    monthlyUnweighedMicroKwh: sum.monthlyLeft,
    unconfirmedHours: sum.unconfirmed.size,
    unconfirmedMicroKwh: sum.unconfirmedKwh,
    completeHours: [...sum.known.values()].filter((count) => count === purchases).length,
    byClass: sum.byClass,
    maximum,
  };
}

/** All electricity bought, one tally for each bucket; and how many stored hours wait to be weighed anew. */
export async function purchasedTallies(
  { store, turn }: TallyDeps,
  specs: readonly ChannelSpec[],
  buckets: readonly Bucket[],
  weighers: Weighers,
): Promise<{ readonly tallies: readonly PurchasedTally[]; readonly hoursToWeigh: number }> {
  const rows = specs.flatMap(({ meter, channel }) => store.channels.find(meter, channel) ?? []);
  const tallies: PurchasedTally[] = [];
  let hoursToWeigh = 0;
  for (const bucket of buckets) {
    const sum = emptySum();
    for (const { id } of rows)
      for (let at = bucket.fromMs; at < bucket.toMs; at = plus(at, FETCH_MS)) {
        const toMs = instant(Math.min(plus(at, FETCH_MS), bucket.toMs));
        for (const hour of store.hours.within(id, at, toMs)) addHour(sum, hour, weighers);
        if (toMs - at > 2 * HOUR_MS) await turn();
      }
    hoursToWeigh += sum.toWeigh;
    tallies.push(finished(sum, rows.length, specs.length));
  }
  return { tallies, hoursToWeigh };
}
