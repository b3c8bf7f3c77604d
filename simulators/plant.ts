/**
 * The factory's truth. Every load has a rate that is constant within 5-minute segments, so what passed up to any
 * instant is an exact integer: W × ms = mJ for electricity, mL/h × ms for gas, g/h × ms for steam. Nothing is stepped
 * or sampled: any instant is computed directly, days that are over are remembered as one sum each.
 */
import { createLoad, type Load } from './load.ts';
import { DAY_MS, type Schedule, SEGMENT_MS } from './schedule.ts';
import { hashBetween } from './seeded.ts';

/** 1 kWh in mJ, and 1 L in mL/h × ms: both happen to be the same number. */
export const FINE_PER_KWH = 3_600_000_000n;
export const FINE_PER_ML = 3_600_000n;

const JST_OFFSET_MS = 9 * 3_600_000;

/**
 * `electric`, `gas` and `steam` follow their own schedule. `sum` is an electric meter that sees the named loads
 * and, beside them, a base load of its own that no sub-meter sees (it is known as `{id}:base`).
 */
export type PlantMeter =
  | { readonly id: string; readonly kind: 'electric' | 'gas' | 'steam'; readonly schedule: Schedule }
  | { readonly id: string; readonly kind: 'sum'; readonly of: readonly string[]; readonly base: Schedule };

export interface PlantOptions {
  readonly seed: number;
  readonly startMs: number;
  readonly meters: readonly PlantMeter[];
  /** Local time of the schedules; JST when left out. */
  readonly utcOffsetMs?: number;
  /** Phase to neutral, mV; 254 V (a 440 V factory net) when left out. */
  readonly nominalMilliV?: number;
}

/** Balanced three-phase values; power = Σ voltage × current × power factor to within the rounding of the current. */
export interface ElectricalInstant {
  readonly powerW: number;
  readonly voltagesMilliV: readonly [number, number, number];
  readonly currentsMilliA: readonly [number, number, number];
  /** In thousandths, 850…980. */
  readonly powerFactorMilli: number;
  readonly frequencyMilliHz: number;
}

export interface Plant {
  readonly seed: number;
  readonly startMs: number;
  /** All ids, base loads included. */
  readonly ids: readonly string[];
  /** W, mL/h for gas, g/h for steam. Whole. */
  rate(id: string, atMs: number): number;
  /**
   * What passed since startMs, exact: mJ for electricity, mL/h × ms for gas (÷ {@link FINE_PER_ML} is mL), g/h × ms
   * for steam.
   * @throws RangeError before startMs, for an unknown id, or when atMs is no whole number
   */
  total(id: string, atMs: number): bigint;
  /** Whole pulses of this weight since startMs. Gas only. */
  pulses(id: string, atMs: number, weightMl: number): bigint;
  electrical(id: string, atMs: number): ElectricalInstant;
}

export function createPlant(options: PlantOptions): Plant {
  const { seed, startMs } = options;
  const nominalMilliV = options.nominalMilliV ?? 254_000;
  const parts = loadsByMeter(options);
  const kinds = new Map(options.meters.map(({ id, kind }) => [id, kind]));

  const loadsOf = (id: string): readonly Load[] => {
    const loads = parts.get(id);
    if (!loads) throw new RangeError(`no meter ${id} in this plant`);
    return loads;
  };
  const total = (id: string, atMs: number): bigint => {
    if (!Number.isSafeInteger(atMs) || atMs < startMs)
      throw new RangeError(`${id}: ${atMs} is not an instant at or after the plant's start ${startMs}`);
    let sum = 0n;
    for (const load of loadsOf(id)) sum += load.sinceMidnight(atMs) - load.sinceMidnight(startMs);
    return sum;
  };
  const rate = (id: string, atMs: number): number =>
    loadsOf(id).reduce((sum, load) => sum + load.rateAt(atMs), 0);

  return {
    seed,
    startMs,
    ids: [...parts.keys()],
    rate,
    total,
    pulses(id, atMs, weightMl) {
      if (kinds.get(id) !== 'gas') throw new RangeError(`${id} is no gas meter`);
      if (!Number.isSafeInteger(weightMl) || weightMl <= 0)
        throw new RangeError(`pulse weight ${weightMl} mL`);
      return total(id, atMs) / (BigInt(weightMl) * FINE_PER_ML);
    },
    electrical(id, atMs) {
      const kind = kinds.get(id);
      if (kind === 'gas' || kind === 'steam') throw new RangeError(`${id} is a ${kind} meter`);
      const segment = Math.floor(atMs / SEGMENT_MS);
      return electricalInstant(seed, id, segment, rate(id, atMs), nominalMilliV);
    },
  };
}

/** For each meter the loads it sees; base loads stand for themselves too. */
function loadsByMeter(options: PlantOptions): ReadonlyMap<string, readonly Load[]> {
  const utcOffsetMs = options.utcOffsetMs ?? JST_OFFSET_MS;
  const firstDay = Math.floor((options.startMs + utcOffsetMs) / DAY_MS);
  const loads = new Map<string, Load>();
  for (const meter of options.meters) {
    const id = meter.kind === 'sum' ? `${meter.id}:base` : meter.id;
    const schedule = meter.kind === 'sum' ? meter.base : meter.schedule;
    if (loads.has(id)) throw new RangeError(`two meters named ${meter.id}`);
    loads.set(id, createLoad({ id, schedule, seed: options.seed, firstDay, utcOffsetMs }));
  }
  const parts = new Map<string, readonly Load[]>([...loads].map(([id, load]) => [id, [load]]));
  for (const meter of options.meters) {
    if (meter.kind !== 'sum') continue;
    if (loads.has(meter.id)) throw new RangeError(`two meters named ${meter.id}`);
    const seen = [...meter.of, `${meter.id}:base`].map((id) => {
      const load = loads.get(id);
      if (!load) throw new RangeError(`${meter.id} sums ${id}, which is no load of its own`);
      return load;
    });
    parts.set(meter.id, seen);
  }
  return parts;
}

function electricalInstant(
  seed: number,
  id: string,
  segment: number,
  powerW: number,
  nominalMilliV: number,
): ElectricalInstant {
  const powerFactorMilli = hashBetween(seed, `${id} pf`, segment, 850, 980);
  const spread = Math.floor(nominalMilliV / 100);
  const voltage = (phase: number): number =>
    nominalMilliV + hashBetween(seed, `net voltage ${phase}`, segment, -spread, spread);
  const voltagesMilliV = [voltage(1), voltage(2), voltage(3)] as const;
  // A third of the power in each phase: I = P / (3 × V × pf), here in mA from W, mV and thousandths.
  const current = (milliV: number): number => Math.round((powerW * 1e9) / (3 * milliV * powerFactorMilli));
  return {
    powerW,
    voltagesMilliV,
    currentsMilliA: [current(voltagesMilliV[0]), current(voltagesMilliV[1]), current(voltagesMilliV[2])],
    powerFactorMilli,
    // Western Japan is a 60 Hz net.
    frequencyMilliHz: hashBetween(seed, 'net frequency', segment, 59_950, 60_050),
  };
}
