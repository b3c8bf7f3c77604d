/** Factors of reports: dated, sourced data of config/report-factors, joined from all its files. */
import { join } from 'node:path';
import * as z from 'zod';
import { isDate } from '../gateway/domain/coefficients/jst.ts';
import { CodedError, fault, type Language } from '../gateway/domain/faults.ts';
import { parseRatio, type Rational } from '../gateway/domain/rational.ts';
import {
  type DatedValue,
  FACTOR_IDS,
  type Fuel,
  type ReportFactor,
  type ReportFactors,
  valueOn,
} from '../gateway/domain/report/factors.ts';
import { type DataFile, loadFolder, readDataText } from './data-files.ts';
import { exactText, id, strict } from './fields.ts';

export const REPORT_FACTORS_FOLDER = join(import.meta.dirname, 'report-factors');

const words = z.string().trim().min(1).max(500);
const date = z
  .string()
  .refine(isDate, { error: 'date', params: { text: 'wrong-form', values: { hint: '`2023-04-01`' } } });
const values = z
  .array(
    strict({
      /** A decimal, or a fraction such as 44/12; kept as written. */
      value: exactText,
      validFrom: date.nullable(),
      validTo: date.nullable(),
      confidence: z.enum(['H', 'M', 'L', 'MEM']),
      source: words,
    }),
  )
  .min(1);
const names = strict({ ja: words, en: words });

export const reportFactorsSchema = strict({
  factors: z.record(id, strict({ name: names, unit: words, values })).optional(),
  fuels: z
    .record(
      id,
      strict({
        name: names,
        unit: z.enum(['kL', 't', '1000 m3']),
        nonFossil: z.boolean().optional(),
        gj: values,
        carbon: values.optional(),
        co2: values.optional(),
      }),
    )
    .optional(),
});

interface Part {
  readonly factors: readonly ReportFactor[];
  readonly fuels: readonly Fuel[];
}

/** Reads the text of one file. */
export function readReportFactors(source: string, _id: string, language: Language = 'en'): DataFile<Part> {
  return readDataText(
    source,
    reportFactorsSchema,
    (file, report) => {
      const dated = (list: z.output<typeof values>, path: readonly (string | number)[]): DatedValue[] => {
        let before = '';
        return list.flatMap((each, n) => {
          const value = parseRatio(each.value);
          const from = each.validFrom ?? '';
          if (n > 0 && from <= before) report([...path, n, 'validFrom'], 'change-order', { from });
          before = each.validTo ?? '9999';
          if (!value) report([...path, n, 'value'], 'wrong-form', { found: each.value, hint: '`8.64`' });
          return value ? [{ ...each, value, printed: each.value }] : [];
        });
      };
      const fuels = Object.entries(file.fuels ?? {}).map(
        ([fuel, { name, unit, nonFossil, gj, carbon, co2 }]): Fuel => {
          const at = ['fuels', fuel];
          const made = (
            kind: string,
            per: string,
            list: z.output<typeof values> | undefined,
          ): ReportFactor | null =>
            list ? { id: `${fuel}/${kind}`, name, unit: per, values: dated(list, [...at, kind]) } : null;
          return {
            id: fuel,
            name,
            unit,
            nonFossil: nonFossil ?? false,
            gj: { id: `${fuel}/gj`, name, unit: `GJ/${unit}`, values: dated(gj, [...at, 'gj']) },
            carbon: made('carbon', 'tC/GJ', carbon),
            co2: made('co2', `t-CO2/${unit}`, co2),
          };
        },
      );
      const factors = Object.entries(file.factors ?? {}).map(
        ([factor, each]): ReportFactor => ({
          id: factor,
          name: each.name,
          unit: each.unit,
          values: dated(each.values, ['factors', factor, 'values']),
        }),
      );
      return { factors, fuels };
    },
    language,
  );
}

/**
 * All factors and fuels.
 * @throws ConfigError `data-file-invalid`; CodedError `file-missing` where a factor that reports need is in no file
 */
export function loadReportFactors(folder = REPORT_FACTORS_FOLDER): ReportFactors {
  const parts = [...loadFolder(folder, readReportFactors).values()];
  const known = new Map(parts.flatMap(({ factors }) => factors).map((factor) => [factor.id, factor]));
  const named = FACTOR_IDS.map((factor) => {
    const found = known.get(factor);
    if (!found) throw new CodedError(fault('file-missing', { path: folder, reason: factor }));
    return [factor, found] as const;
  });
  return {
    factors: Object.fromEntries(named) as unknown as ReportFactors['factors'],
    fuels: new Map(parts.flatMap(({ fuels }) => fuels).map((fuel) => [fuel.id, fuel])),
  };
}

/**
 * Litres of crude oil per MJ (原油換算; kL per GJ) on a date. Read when it is first asked: a start need not wait.
 * @throws as {@link loadReportFactors}
 */
export function crudeOilByDate(): (date: string) => Rational {
  let factor: ReportFactor | null = null;
  return (on) => {
    factor ??= loadReportFactors().factors['crude-oil'];
    const held = valueOn(factor, on);
    if (!held) throw new CodedError(fault('file-missing', { path: REPORT_FACTORS_FOLDER, reason: on }));
    return held.value;
  };
}

/** The ids of all fuels, for `check`. */
export function fuelIds(): readonly string[] {
  return [...loadReportFactors().fuels.keys()];
}
