/** Energy factors of fuels and heat by dated, sourced data: each is one file of config/factors. */
import { join } from 'node:path';
import * as z from 'zod';
import { isDate } from '../gateway/domain/coefficients/jst.ts';
import type { Confidence } from '../gateway/domain/coefficients/types.ts';
import type { Language } from '../gateway/domain/faults.ts';
import type { ChannelUnit } from '../gateway/domain/meters.ts';
import { divide, multiply, type Rational, reduced } from '../gateway/domain/rational.ts';
import { type DataFile, type Lookup, loadFolder, openFolder, readDataText } from './data-files.ts';
import { AMOUNT_UNITS, GJ_PER_KWH } from './exact.ts';
import { positive, quantity, strict } from './fields.ts';

export const FACTORS_FOLDER = join(import.meta.dirname, 'factors');

/** What one native unit of a channel holds, as kWh, in a stretch of dates. */
export interface EnergyFactor {
  readonly id: string;
  /** For `MeterConfig.kwhFactor`, e.g. `city-gas-13a (45 GJ/1000 m³, 省エネ法)`. */
  readonly label: string;
  readonly unit: ChannelUnit;
  readonly kwhPerUnit: Rational;
  readonly source: string;
  readonly confidence: Confidence;
  /** Both included; null while in force. */
  readonly validFrom: string;
  readonly validTo: string | null;
}

const words = z.string().trim().min(1).max(2000);
const date = z
  .string()
  .refine(isDate, { error: 'date', params: { text: 'wrong-form', values: { hint: '`2023-04-01`' } } });

export const factorSchema = strict({
  title: words,
  label: words,
  /** This much of the carrier … */
  per: quantity,
  /** … holds so many GJ. */
  gj: positive,
  validFrom: date,
  validTo: date.nullable(),
  source: words,
  confidence: z.enum(['H', 'M', 'L']),
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
      const amount = each ? multiply(file.per.value, each) : file.per.value;
      return {
        id,
        label: `${id} (${file.label})`,
        unit: unit ?? 'm3',
        kwhPerUnit: reduced(divide(divide(file.gj, GJ_PER_KWH), amount)),
        source: file.source,
        confidence: file.confidence,
        validFrom: file.validFrom,
        validTo: file.validTo,
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
