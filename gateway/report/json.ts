/** A report as JSON, and the schema of it. Figures are decimals with at most six digits, printed from integers. */
import { z } from 'zod';
import { decimalOrNull } from '../domain/render-json.ts';
import { FACTOR_IDS } from '../domain/report/factors.ts';
import { type Cell, MARKS, type Report, type Row } from '../domain/report/model.ts';
import { periodId } from '../domain/report/period.ts';
import { DIGITS, exactMicro, type FigureUnit, ROUNDING, shownText } from '../domain/report/rounding.ts';
import { PURPOSE } from '../domain/report/words.ts';
import type { HourGrid } from '../domain/time.ts';

export const REPORT_FORMAT = 'hakaru-report/1';

const words = z.object({ ja: z.string(), en: z.string() });
const cell = z.object({
  id: z.string().describe('Address of the cell, for `hakaru explain --report`'),
  unit: z.enum(Object.keys(DIGITS) as [FigureUnit, ...FigureUnit[]]).nullable(),
  exact: z.number().nullable().describe('Before rounding, at most six decimals; null: not known'),
  printed: z.string().nullable().describe('As printed'),
  text: words.nullable().describe('Words in the place of a figure'),
  marks: z.array(z.enum(MARKS)),
});
const row = z.object({ id: z.string(), label: words, cells: z.array(cell) });

export const reportSchema = z.object({
  v: z.literal(1),
  format: z.literal(REPORT_FORMAT),
  report: z.object({
    id: z.string().describe('fy2026, 2026-07 or 2026-07-15'),
    kind: z.enum(['fiscal-year', 'month', 'day']),
    from: z.iso.datetime({ offset: true }),
    to: z.iso.datetime({ offset: true }),
    madeAt: z.iso.datetime({ offset: true }),
    soFar: z.boolean().describe('The period was not over'),
  }),
  site: z.object({ id: z.string(), name: z.string(), timezone: z.string(), gridArea: z.string() }),
  gateway: z.string(),
  otherGateways: z.array(z.string()).describe('Gateways of the site whose meters are not in the report'),
  purpose: words,
  rounding: z.literal(ROUNDING),
  tables: z.array(
    z.object({
      id: z.string(),
      title: words,
      columns: z.array(z.object({ id: z.string(), title: words, unit: z.string() })),
      rows: z.array(row),
      total: row.nullable(),
      notes: z.array(words),
    }),
  ),
  factors: z.array(
    z.object({
      id: z.string().describe(`One of ${FACTOR_IDS.join(', ')}, or a fuel`),
      name: words,
      unit: z.string(),
      printed: z.string(),
      validFrom: z.string().nullable(),
      validTo: z.string().nullable(),
      source: z.string(),
      confidence: z.enum(['H', 'M', 'L', 'MEM']),
      verified: z.boolean(),
    }),
  ),
  notes: z.array(words),
});

function cellJson({ id, figure, text, marks }: Cell) {
  return {
    id,
    unit: figure?.unit ?? null,
    exact: decimalOrNull(figure && exactMicro(figure)),
    printed: figure && shownText(figure),
    text,
    marks,
  };
}

const rowJson = ({ id, label, cells }: Row) => ({ id, label, cells: cells.map(cellJson) });

export function reportJson(report: Report, grid: HourGrid): string {
  const { period, site, gateway, otherGateways, factors, notes } = report;
  return JSON.stringify({
    v: 1,
    format: REPORT_FORMAT,
    report: {
      id: periodId(period),
      kind: period.kind,
      from: grid.iso(report.fromMs),
      to: grid.iso(report.toMs),
      madeAt: grid.iso(report.madeAtMs),
      soFar: report.soFar,
    },
    site,
    gateway,
    otherGateways,
    purpose: PURPOSE,
    rounding: ROUNDING,
    tables: report.tables.map(({ id, title, columns, rows, total, notes: own }) => ({
      id,
      title,
      columns,
      rows: rows.map(rowJson),
      total: total && rowJson(total),
      notes: own,
    })),
    factors: factors.map((use) => ({ ...use, verified: use.confidence === 'H' })),
    notes,
  });
}

/** JSON Schema 2020-12 of {@link reportJson}. */
export function reportJsonSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(reportSchema, { io: 'input', target: 'draft-2020-12' });
  return { $schema, $id: 'urn:hakaru:v1:report', ...rest };
}
