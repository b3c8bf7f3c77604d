/**
 * Energy factors of fuels and heat by dated, sourced data: each is one file of config/factors, with one value for each
 * spell of dates.
 */
import { join } from 'node:path';
import * as z from 'zod';
import { isDate } from '../gateway/domain/coefficients/jst.ts';
import type { Confidence } from '../gateway/domain/coefficients/types.ts';
import type { Language } from '../gateway/domain/faults.ts';
import type { ChannelUnit } from '../gateway/domain/meters.ts';
import { divide, multiply, type Rational, reduced } from '../gateway/domain/rational.ts';
import { GAS_STATES, type GasState } from '../gateway/domain/thermo/gas.ts';
import { type DataFile, type Lookup, loadFolder, openFolder, readDataText } from './data-files.ts';
import { AMOUNT_UNITS, GJ_PER_KWH } from './exact.ts';
import { positive, quantity, strict } from './fields.ts';

export const FACTORS_FOLDER = join(import.meta.dirname, 'factors');

/** What one native unit of a channel holds in a spell of dates. */
export interface FactorValue {
  /** E.g. `city-gas-13a (45 GJ/1000 m³, 省エネ法)`. */
  readonly label: string;
  readonly kwhPerUnit: Rational;
  readonly source: string;
  readonly confidence: Confidence;
  /** Both included; null while in force. */
  readonly validFrom: string;
  readonly validTo: string | null;
}

export interface EnergyFactor {
  readonly id: string;
  readonly unit: ChannelUnit;
  /** The state in which a m³ of gas is taken; null for what is no gas. */
  readonly state: GasState | null;
  /** In the order of their dates, without overlap; there may be holes. */
  readonly values: readonly FactorValue[];
}

const words = z.string().trim().min(1).max(2000);
export const date = z
  .string()
  .refine(isDate, { error: 'date', params: { text: 'wrong-form', values: { hint: '`2023-04-01`' } } });

export const factorSchema = strict({
  title: words,
  /** This much of the carrier … */
  per: quantity,
  /** … in this state, if it is a gas … */
  state: z.enum(GAS_STATES).optional(),
  values: z
    .array(
      strict({
        /** … holds so many GJ. */
        gj: positive,
        label: words,
        validFrom: date,
        validTo: date.nullable(),
        source: words,
        confidence: z.enum(['H', 'M', 'L']),
      }),
    )
    .min(1),
  notes: words.optional(),
});

const CARRIER_UNITS = ['m3', 't', 'GJ'] as const satisfies readonly ChannelUnit[];

/** Reads the text of one factor file. */
export function readFactor(source: string, id: string, language: Language = 'en'): DataFile<EnergyFactor> {
  return readDataText(
    source,
    factorSchema,
    (file, report) => {
      const unit = CARRIER_UNITS.find((candidate) => AMOUNT_UNITS[candidate][file.per.unit]);
      const each = unit && AMOUNT_UNITS[unit][file.per.unit];
      if (!unit || !each)
        report(['per'], 'map-unit', { found: file.per.unit, channel: 'per', known: 'm3, L, t, kg, GJ, MJ' });
      if (unit === 'm3' && !file.state)
        report(['per'], 'missing', { field: 'state', hint: '`state: metered`' });
      const amount = each ? multiply(file.per.value, each) : file.per.value;
      for (const [i, { validFrom, validTo }] of file.values.entries()) {
        const before = file.values[i - 1];
        const late = before && (before.validTo === null || before.validTo >= validFrom);
        if (late || (validTo !== null && validTo < validFrom))
          report(['values', i, 'validFrom'], 'change-order', { from: validFrom });
      }
      return {
        id,
        unit: unit ?? 'm3',
        state: file.state ?? null,
        values: file.values.map(({ gj, label, source: from, confidence, validFrom, validTo }) => ({
          label: `${id} (${label})`,
          kwhPerUnit: reduced(divide(divide(gj, GJ_PER_KWH), amount)),
          source: from,
          confidence,
          validFrom,
          validTo,
        })),
      };
    },
    language,
  );
}

/**
 * All energy factors by id (the file name without `.yaml`).
 * @throws ConfigError `data-file-invalid`
 */
export function loadFactors(folder = FACTORS_FOLDER): ReadonlyMap<string, EnergyFactor> {
  return loadFolder(folder, readFactor);
}

/** All energy factors by id; each is read when it is asked for. */
export function openFactors(): Lookup<EnergyFactor> {
  return openFolder(FACTORS_FOLDER, readFactor);
}
