/** The keys `gas` and `steam` of a meter in the site file: how its m³ or t become kWh. */
import * as z from 'zod';
import { REGISTER_GAUGES } from '../gateway/domain/meters.ts';
import { parseDecimal, type Rational, rational, reduced } from '../gateway/domain/rational.ts';
import { GAS_STATES, type GasState } from '../gateway/domain/thermo/gas.ts';
import type { GaugeRef } from '../gateway/domain/thermo/gauge-slot.ts';
import { STEAM_STATES } from '../gateway/domain/thermo/steam.ts';
import { date } from './factors.ts';
import { LIVE_CONDITION, MEASURED_CONDITION, strict } from './fields.ts';

const MAX_TEXT = 40;

const scalar = z.union([z.string(), z.number()], { error: LIVE_CONDITION });

function parsedBy<Value>(parse: (text: string) => Value | null) {
  return (value: string | number, context: z.RefinementCtx): Value => {
    const parsed = String(value).length > MAX_TEXT ? null : parse(String(value));
    if (parsed !== null) return parsed;
    context.addIssue({ code: 'custom', message: 'wrong-form', params: { text: 'wrong-form', values: {} } });
    return z.NEVER;
  };
}

/** A condition of the fluid that is a constant; a block of keys that says where to read it is refused by name. */
function condition<Value>(parse: (text: string) => Value | null) {
  return scalar.transform(parsedBy(parse));
}

/** A condition as it is written: a constant, or where it is read and what stands for it when it is not. */
export type Measured =
  | { readonly constant: Rational }
  | { readonly from: GaugeRef; readonly fallback: Rational | null };

/** A constant, or the gauge of a meter of the site that shows it. */
function measured(parse: (text: string) => Rational | null) {
  const constant = z.union([z.string(), z.number()]).transform(parsedBy(parse));
  const read = strict({
    meter: z.string().describe('Id of the meter that shows it'),
    gauge: z.enum(REGISTER_GAUGES).describe('Its gauge: pressure, pressure-absolute or temperature'),
    fallback: constant.optional().describe('Stands for it in half-hours in which it was not read enough'),
  }).transform(
    ({ meter, gauge, fallback }): Measured => ({ from: { meter, gauge }, fallback: fallback ?? null }),
  );
  return z.union([constant.transform((value): Measured => ({ constant: value })), read], {
    error: MEASURED_CONDITION,
  });
}

const within = (value: Rational, low: bigint, high: bigint): boolean =>
  value.num >= low * value.den && value.num <= high * value.den;

function measure(pattern: RegExp, each: (unit: string) => Rational | undefined, low: bigint, high: bigint) {
  return (text: string): Rational | null => {
    const [, digits = '', unit = ''] = pattern.exec(text) ?? [];
    const value = parseDecimal(digits);
    const scale = value && each(unit);
    if (!value || !scale) return null;
    const result = reduced({ num: value.num * scale.num, den: value.den * scale.den });
    return within(result, low, high) ? result : null;
  };
}

const celsius = (low: bigint, high: bigint) =>
  measure(/^\s*([+-]?\d+(?:\.\d+)?)\s*(°C|℃|C)\s*$/, () => rational(1n), low, high);

const KPA: Readonly<Record<string, Rational>> = {
  Pa: rational(1n, 1000n),
  hPa: rational(1n, 10n),
  kPa: rational(1n),
  MPa: rational(1000n),
};
/** kPa. A `G` for gauge, as nameplates print it, is taken; absolute pressures are not. */
const gaugeKpa = (low: bigint, high: bigint) =>
  measure(/^\s*(\d+(?:\.\d+)?)\s*(Pa|hPa|kPa|MPa)\s*(?:G|\(G\))?\s*$/, (unit) => KPA[unit], low, high);
const atmosphericPressure = condition(
  measure(/^\s*(\d+(?:\.\d+)?)\s*(hPa|kPa)\s*$/, (unit) => KPA[unit], 50n, 110n),
);

const KJ: Readonly<Record<string, Rational>> = { 'kJ/kg': rational(1n), 'MJ/kg': rational(1000n) };
/** kJ/kg; the upper end is above steam of 1000 °C. */
const enthalpy = condition(
  measure(/^\s*(\d+(?:\.\d+)?)\s*(kJ\/kg|MJ\/kg)\s*$/, (unit) => KJ[unit], 1n, 5000n),
);

export interface CalorificValue {
  readonly mjPerM3: Rational;
  /** Null where the text does not say. */
  readonly at: GasState | null;
  /** For people: `45 MJ/Nm³`. */
  readonly text: string;
}

const MJ: Readonly<Record<string, Rational>> = {
  kJ: rational(1n, 1000n),
  MJ: rational(1n),
  kWh: rational(36n, 10n),
};

function parseCalorificValue(text: string): CalorificValue | null {
  const found =
    /^\s*(\d+(?:\.\d+)?)\s*(kJ|MJ|kWh)\/(N?)m[3³](?:\(N\))?\s*(?:\((metered|satp|normal)\)|(metered|satp|normal))?\s*$/i.exec(
      text,
    );
  const value = parseDecimal(found?.[1] ?? '');
  const each = MJ[found?.[2] ?? ''];
  if (!found || !value || !each) return null;
  const mjPerM3 = reduced({ num: value.num * each.num, den: value.den * each.den });
  const named = (found[4] ?? found[5])?.toLowerCase();
  const normal = found[3] === 'N' || text.includes('(N)');
  if ((normal && named !== undefined && named !== 'normal') || !within(mjPerM3, 1n, 200n)) return null;
  const at = normal ? 'normal' : (GAS_STATES.find((state) => state === named) ?? null);
  return { mjPerM3, at, text: text.trim().replaceAll('m3', 'm³') };
}

const gasConditions = {
  temperature: measured(celsius(-50n, 100n)).optional().describe('Of the gas at the meter, e.g. 15 °C'),
  gaugePressure: measured(gaugeKpa(0n, 1_000n))
    .optional()
    .describe('At the meter, above the atmosphere, e.g. 2 kPa'),
  atmosphericPressure: atmosphericPressure.optional().describe('101.325 kPa when left out'),
  calorificValue: condition(parseCalorificValue).optional().describe('E.g. 45 MJ/Nm3, 40 MJ/m3 (satp)'),
};

export const gasSchema = strict({
  counts: z.enum(GAS_STATES).optional().describe('State in which the meter counts; metered when left out'),
  ...gasConditions,
  changes: z.array(strict({ from: date, ...gasConditions })).optional(),
});

const steamConditions = {
  state: z.enum(STEAM_STATES).optional().describe('saturated when left out'),
  gaugePressure: measured(gaugeKpa(0n, 16_400n))
    .optional()
    .describe('Of the steam, above the atmosphere, e.g. 0.7 MPa'),
  feedWater: measured(celsius(0n, 349n)).optional().describe('Temperature of the feed water, e.g. 20 °C'),
  atmosphericPressure: atmosphericPressure.optional().describe('101.325 kPa when left out'),
  enthalpy: enthalpy.optional().describe('Of wet or superheated steam, e.g. 2900 kJ/kg'),
};

export const steamSchema = strict({
  ...steamConditions,
  changes: z.array(strict({ from: date, ...steamConditions })).optional(),
});

export type GasFile = z.output<typeof gasSchema>;
export type SteamFile = z.output<typeof steamSchema>;
