/**
 * A report as data: tables of cells. HTML, CSV and JSON are three ways of printing it. Each cell has an address that
 * stays the same from report to report, and a trail that says what it was made of.
 */
import type { EpochMs } from '../time.ts';
import type { FactorConfidence, Words } from './factors.ts';
import type { ReportPeriod } from './period.ts';
import { type Figure, type FigureUnit, part, plusExact, stretch, total, ZERO } from './rounding.ts';

/** What must be known before a figure is used. */
export type Mark = 'missing' | 'estimated' | 'unconfirmed' | 'unverified' | 'entered' | 'unknown';
export const MARKS = [
  'missing',
  'estimated',
  'unconfirmed',
  'unverified',
  'entered',
  'unknown',
] as const satisfies readonly Mark[];

/** A factor as it was used. */
export interface FactorUse {
  readonly id: string;
  readonly name: Words;
  readonly unit: string;
  readonly printed: string;
  readonly validFrom: string | null;
  readonly validTo: string | null;
  readonly source: string;
  readonly confidence: FactorConfidence;
}

/** Which sum of hours a figure is. */
export type HoursColumn = 'quantity' | 'kwh' | 'mj-hourly' | 'mj-monthly' | 'estimated-kwh';

/** One thing a figure was made of. */
export type Ref =
  | { readonly cell: string }
  | { readonly factor: FactorUse }
  | { readonly entry: number; readonly text: string }
  | {
      readonly hours: {
        readonly meter: string;
        readonly channel: string;
        readonly fromMs: EpochMs;
        readonly toMs: EpochMs;
        readonly column: HoursColumn;
      };
    }
  | { readonly said: Words };

export interface Trail {
  /** `{0} × {1} ÷ 1000`: the places of `of`, in order. */
  readonly formula: string;
  readonly of: readonly Ref[];
}

export interface Cell {
  /** `purchased.2026-07.kwh`: table, row, column. */
  readonly id: string;
  readonly figure: Figure | null;
  /** Words in the place of a figure. */
  readonly text: Words | null;
  readonly marks: readonly Mark[];
  readonly trail: Trail | null;
}

export interface Column {
  readonly id: string;
  readonly title: Words;
  /** Printed below the title; empty where the cells carry their own. */
  readonly unit: string;
}

export interface Row {
  readonly id: string;
  readonly label: Words;
  readonly cells: readonly Cell[];
}

export interface Table {
  readonly id: string;
  readonly title: Words;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  readonly total: Row | null;
  readonly notes: readonly Words[];
}

export interface Report {
  readonly period: ReportPeriod;
  readonly site: {
    readonly id: string;
    readonly name: string;
    readonly timezone: string;
    readonly gridArea: string;
  };
  readonly gateway: string;
  readonly otherGateways: readonly string[];
  readonly version: string;
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  readonly madeAtMs: EpochMs;
  /** The period was not over when it was made. */
  readonly soFar: boolean;
  readonly tables: readonly Table[];
  readonly factors: readonly FactorUse[];
  readonly notes: readonly Words[];
}

/** The same word in both languages: names, dates. */
export const plain = (text: string): Words => ({ ja: text, en: text });

export const NO_MARKS: readonly Mark[] = [];

export function figureCell(
  id: string,
  figure: Figure,
  trail: Trail | null,
  marks: readonly Mark[] = NO_MARKS,
): Cell {
  return { id, figure, text: null, marks, trail };
}

export function textCell(
  id: string,
  text: Words,
  trail: Trail | null = null,
  marks: readonly Mark[] = NO_MARKS,
): Cell {
  return { id, figure: null, text, marks, trail };
}

/** A cell that says nothing. */
export const emptyCell = (id: string): Cell => textCell(id, plain(''));

/** Each mark once, in the order of {@link MARKS}. */
export function joinMarks(...lists: readonly (readonly Mark[])[]): readonly Mark[] {
  const all = new Set(lists.flat());
  return all.size === 0 ? NO_MARKS : MARKS.filter((mark) => all.has(mark));
}

/**
 * Prints a column of times as differences of running totals; see rounding.ts. @param before the stretch from the
 * beginning of the fiscal year to the first row, made like the rows
 */
export function settled(
  rows: readonly Row[],
  before: Row,
  columns: readonly Column[],
  summed: ReadonlySet<string>,
): readonly Row[] {
  const running = columns.map((_, index) => before.cells[index]?.figure?.exact ?? ZERO);
  return rows.map((row) => ({
    ...row,
    cells: row.cells.map((cell, index) => {
      const { figure } = cell;
      if (!figure?.exact || !summed.has(columns[index]?.id ?? '')) return cell;
      const from = running[index] ?? ZERO;
      running[index] = plusExact(from, figure.exact);
      return { ...cell, figure: stretch(from, figure.exact, figure.unit) };
    }),
  }));
}

/** A total row: the printed cells of the named columns added up; other columns stay empty. */
export function totalRow(
  tableId: string,
  columns: readonly Column[],
  rows: readonly Row[],
  summed: ReadonlySet<string>,
): Row {
  const cells = columns.map((column, index) => {
    const id = `${tableId}.total.${column.id}`;
    const parts = rows.flatMap((row) => row.cells[index] ?? []);
    const first = parts.find(({ figure }) => figure !== null)?.figure;
    if (!summed.has(column.id) || !first) return emptyCell(id);
    const figures = parts.flatMap(({ figure }) => figure ?? []);
    const known = parts.filter(({ figure }) => figure !== null && figure.exact !== null);
    const trail = { formula: 'Σ', of: known.map((cell) => ({ cell: cell.id })) };
    return figureCell(id, total(figures, first.unit), trail, joinMarks(...parts.map(({ marks }) => marks)));
  });
  return { id: 'total', label: { ja: '計', en: 'Total' }, cells };
}

export function cellAt(table: Table | undefined, row: string, column: string): Cell | null {
  const index = table?.columns.findIndex(({ id }) => id === column) ?? -1;
  const found = row === 'total' ? table?.total : table?.rows.find(({ id }) => id === row);
  return found?.cells[index] ?? null;
}

/** Every cell, in the order of printing. */
export function* cellsOf(
  report: Report,
): Generator<{ readonly table: Table; readonly row: Row; readonly column: Column; readonly cell: Cell }> {
  for (const table of report.tables)
    for (const row of table.total ? [...table.rows, table.total] : table.rows)
      for (const [index, cell] of row.cells.entries()) {
        const column = table.columns[index];
        if (column) yield { table, row, column, cell };
      }
}

/** Printed parts of a number kept as whole micro-units. */
export function microPart(micro: bigint | null, unit: FigureUnit): Figure {
  return part(micro === null ? null : { num: micro, den: 1_000_000n }, unit);
}
