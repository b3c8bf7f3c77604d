/**
 * kWh per m³ of gas or t of steam where its pressure or a temperature is read by a meter: each half-hour has a factor
 * of its own, from the mean of each gauge over that half-hour (gauge-slot.ts). It is rounded once, to 6 decimals of
 * kWh/m³ or kWh/kg, and is an exact number from there on. Pure: rows in, factor out, so anybody can make it again.
 *
 * A mean counts when the gauge was watched for half of the time and never showed what the gas or steam cannot have.
 * Else the fall-back of the site file stands for it; without one the half-hour has no factor. Means that cannot be true
 * together (feed water hotter than the steam) are replaced by the fall-backs, all of them.
 */
import { CodedError } from '../faults.ts';
import type { Quality } from '../quality.ts';
import { formatFraction, type Rational, rational, reduced, roundHalfAway } from '../rational.ts';
import { SLOT_MS } from '../time.ts';
import type { FactorBasis, GasBasis, SteamBasis } from './factor-basis.ts';
import { add, type GasState, gasKwhPerM3, type LineState } from './gas.ts';
import { type GaugeRef, type GaugeSlot, gaugeKey, meanMicro } from './gauge-slot.ts';
import { compare, feedEnthalpy, type SteamState, saturationAt, steamKwhPerTonne } from './steam.ts';

/** Below this much of a half-hour the mean of a gauge says too little, ms. */
export const ENOUGH_MS = SLOT_MS / 2;
/** From this much on nothing need be said about it, ms. */
export const WELL_MS = (SLOT_MS / 10) * 9;

export type ConditionName = 'temperature' | 'gaugePressure' | 'feedWater';

/** Read by a meter. °C, or kPa above the atmosphere. */
export interface GaugeCondition {
  readonly from: GaugeRef;
  /** Stands for the mean where there is none; null: nothing does. */
  readonly fallback: Rational | null;
  /** What the fluid can have; a half-hour in which the gauge showed anything else does not count. */
  readonly low: Rational;
  readonly high: Rational;
}

/** A constant, or where it is read. */
export type Condition = { readonly constant: Rational } | GaugeCondition;

export interface LiveGas {
  readonly kind: 'gas';
  readonly counts: GasState;
  readonly mjPerM3: Rational;
  readonly at: GasState;
  readonly atmosphericKpa: Rational;
  readonly temperature: Condition;
  readonly gaugePressure: Condition;
}

export interface LiveSteam {
  readonly kind: 'steam';
  readonly state: SteamState;
  /** Of wet and superheated steam, kJ/kg; null for saturated steam, which has that of its pressure. */
  readonly enthalpy: Rational | null;
  readonly atmosphericKpa: Rational;
  readonly gaugePressure: Condition | null;
  readonly feedWater: Condition;
}

export type LiveRecipe = LiveGas | LiveSteam;

/** What stands in the place of a condition in one half-hour. */
export type Used = 'mean' | 'fallback' | 'none';
/** Why it is not the mean; `impossible`: not together with the others. */
export type Unused = 'unwatched' | 'out-of-range' | 'impossible';

export interface SlotCondition {
  readonly name: ConditionName;
  readonly from: GaugeRef;
  readonly evidence: GaugeSlot | null;
  readonly used: Used;
  readonly why: Unused | null;
  /** What entered the factor; null for `none`. */
  readonly value: Rational | null;
}

export interface SlotFactor {
  readonly conditions: readonly SlotCondition[];
  /** Null where something is not known. */
  readonly kwhPerUnit: Rational | null;
  readonly basis: FactorBasis | null;
  /** How good kWh by it can be at best. */
  readonly quality: Quality;
}

const MILLION = 1_000_000n;

export const isRead = (condition: Condition): condition is GaugeCondition => 'from' in condition;

/** The conditions by name, those that are read and constants. */
export function conditionsOf(recipe: LiveRecipe): readonly (readonly [ConditionName, Condition])[] {
  if (recipe.kind === 'gas')
    return [
      ['temperature', recipe.temperature],
      ['gaugePressure', recipe.gaugePressure],
    ];
  const { gaugePressure, feedWater } = recipe;
  return [
    ...(gaugePressure ? [['gaugePressure', gaugePressure] as const] : []),
    ['feedWater', feedWater] as const,
  ];
}

/** The gauges that a factor follows from. */
export function gaugesOf(recipe: LiveRecipe): readonly (GaugeCondition & { readonly name: ConditionName })[] {
  return conditionsOf(recipe).flatMap(([name, condition]) =>
    isRead(condition) ? [{ name, ...condition }] : [],
  );
}

/** Everything that decides the factor, as one text for one recipe. */
export function recipeText(recipe: LiveRecipe): string {
  const conditions = conditionsOf(recipe).map(([name, condition]) => {
    if (!isRead(condition)) return `${name} ${formatFraction(condition.constant)}`;
    const { from, fallback, low, high } = condition;
    const instead = fallback ? ` else ${formatFraction(fallback)}` : '';
    return `${name} ${gaugeKey(from)} [${formatFraction(low)}, ${formatFraction(high)}]${instead}`;
  });
  const { kind, atmosphericKpa } = recipe;
  const what =
    kind === 'gas'
      ? `${recipe.counts}, ${formatFraction(recipe.mjPerM3)} MJ/m3 ${recipe.at}`
      : [recipe.state, ...(recipe.enthalpy ? [formatFraction(recipe.enthalpy)] : [])].join(' ');
  return [`${kind} ${what}`, ...conditions, `atmosphere ${formatFraction(atmosphericKpa)}`].join(', ');
}

/** A value of the gauge as the condition means it: above the atmosphere, where the gauge shows the absolute pressure. */
export function asCondition(micro: bigint, { gauge }: GaugeRef, { atmosphericKpa }: LiveRecipe): Rational {
  const value = rational(micro, MILLION);
  if (gauge !== 'pressure-absolute') return reduced(value);
  return add(value, { num: -atmosphericKpa.num, den: atmosphericKpa.den });
}

/** The other way round. */
export function asGauge(value: Rational, { gauge }: GaugeRef, { atmosphericKpa }: LiveRecipe): Rational {
  return gauge === 'pressure-absolute' ? add(value, atmosphericKpa) : value;
}

function judged(
  name: ConditionName,
  { from, fallback, low, high }: GaugeCondition,
  evidence: GaugeSlot | null,
  recipe: LiveRecipe,
): SlotCondition {
  const instead = (why: Unused): SlotCondition => ({
    name,
    from,
    evidence,
    used: fallback ? 'fallback' : 'none',
    why,
    value: fallback,
  });
  if (!evidence || evidence.watchedMs < ENOUGH_MS) return instead('unwatched');
  const of = (micro: bigint) => asCondition(micro, from, recipe);
  if (compare(of(evidence.minMicro), low) < 0 || compare(of(evidence.maxMicro), high) > 0)
    return instead('out-of-range');
  return { name, from, evidence, used: 'mean', why: null, value: of(meanMicro(evidence)) };
}

/** By name, what each condition is taken for. */
type Values = Readonly<Partial<Record<ConditionName, Rational>>>;
type Made = Pick<SlotFactor, 'kwhPerUnit' | 'basis'>;

function gasMade({ counts, mjPerM3, at, atmosphericKpa }: LiveGas, values: Values): Made | null {
  const { temperature, gaugePressure } = values;
  if (!temperature || !gaugePressure) return null;
  const absolute = add(gaugePressure, atmosphericKpa);
  if (absolute.num <= 0n) return null;
  const line: LineState = { celsius: temperature, gaugeKpa: gaugePressure, atmosphericKpa };
  const exact = gasKwhPerM3(counts, line, mjPerM3, at);
  if (!exact) return null;
  const rounded = roundHalfAway({ num: exact.num * MILLION, den: exact.den });
  const basis: GasBasis = { kind: 'gas', counts, line, mjPerM3, at };
  return { kwhPerUnit: reduced(rational(rounded, MILLION)), basis };
}

function steamMade({ state, enthalpy, atmosphericKpa }: LiveSteam, values: Values): Made | null {
  const { gaugePressure, feedWater } = values;
  if (!feedWater || (!enthalpy && !gaugePressure)) return null;
  const gaugeMpa = gaugePressure ? reduced({ num: gaugePressure.num, den: gaugePressure.den * 1000n }) : null;
  const saturation = gaugeMpa && !enthalpy ? saturationAt(gaugeMpa, atmosphericKpa) : null;
  const steamKjPerKg = enthalpy ?? saturation?.steamKjPerKg;
  if (!steamKjPerKg || (saturation && compare(feedWater, saturation.celsius) >= 0)) return null;
  const feedKjPerKg = feedEnthalpy(feedWater, atmosphericKpa);
  if (compare(steamKjPerKg, feedKjPerKg) <= 0) return null;
  const basis: SteamBasis = {
    kind: 'steam',
    state,
    gaugeMpa,
    atmosphericKpa,
    saturationCelsius: saturation?.celsius ?? null,
    steamKjPerKg,
    feedCelsius: feedWater,
    feedKjPerKg,
  };
  return { kwhPerUnit: steamKwhPerTonne(steamKjPerKg, feedKjPerKg), basis };
}

/** Null where a value is missing, or no gas or steam can be so. */
function made(recipe: LiveRecipe, conditions: readonly SlotCondition[]): Made | null {
  const read = new Map(conditions.map(({ name, value }) => [name, value]));
  const values: Values = Object.fromEntries(
    conditionsOf(recipe).flatMap(([name, condition]) => {
      const value = isRead(condition) ? (read.get(name) ?? null) : condition.constant;
      return value ? [[name, value]] : [];
    }),
  );
  try {
    return recipe.kind === 'gas' ? gasMade(recipe, values) : steamMade(recipe, values);
  } catch (error) {
    if (error instanceof CodedError && error.fault.code === 'steam-out-of-range') return null;
    throw error;
  }
}

function qualityOf(conditions: readonly SlotCondition[]): Quality {
  if (conditions.some(({ used }) => used !== 'mean')) return 'estimated';
  return conditions.every(({ evidence }) => (evidence?.watchedMs ?? 0) >= WELL_MS)
    ? 'measured'
    : 'interpolated';
}

/** @param evidenceOf what is stored of a gauge in the half-hour */
export function slotFactor(
  recipe: LiveRecipe,
  evidenceOf: (gauge: GaugeRef) => GaugeSlot | null,
): SlotFactor {
  const gauges = gaugesOf(recipe);
  const conditions = gauges.map((each) => judged(each.name, each, evidenceOf(each.from), recipe));
  const known = conditions.every(({ used }) => used !== 'none');
  const first = known ? made(recipe, conditions) : null;
  if (first) return { conditions, ...first, quality: qualityOf(conditions) };
  if (!known) return { conditions, kwhPerUnit: null, basis: null, quality: 'estimated' };
  const instead = conditions.map((each, i): SlotCondition => {
    const fallback = gauges[i]?.fallback ?? null;
    const used = fallback ? 'fallback' : 'none';
    return { ...each, used, why: each.why ?? 'impossible', value: fallback };
  });
  const second = made(recipe, instead);
  return { conditions: instead, kwhPerUnit: null, basis: null, ...second, quality: 'estimated' };
}

/** What the fall-backs make of it, for showing; null unless there is one for each gauge. */
export function fallbackFactor(recipe: LiveRecipe): SlotFactor | null {
  const found = slotFactor(recipe, () => null);
  return found.kwhPerUnit ? found : null;
}
