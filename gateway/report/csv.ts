/**
 * A report as CSV: its tables one below the other with the figures as printed, then every cell with its address, its
 * value before rounding and its marks. UTF-8 with a byte order mark, as Excel wants it, or Shift_JIS.
 */
import { stringify } from 'csv-stringify/sync';
import iconv from 'iconv-lite';
import type { Language } from '../domain/faults.ts';
import { formatMicro } from '../domain/rational.ts';
import { type Cell, cellsOf, type Report, type Row, type Table } from '../domain/report/model.ts';
import { exactMicro, shownText } from '../domain/report/rounding.ts';
import { MARK_WORDS, PURPOSE, UNIT_WORDS } from '../domain/report/words.ts';
import type { HourGrid } from '../domain/time.ts';
import { headOf, titleOf } from './titles.ts';

export type ReportEncoding = 'utf-8' | 'shift_jis';

const printed = (cell: Cell, language: Language): string =>
  cell.text ? cell.text[language] : ((cell.figure && shownText(cell.figure)) ?? '');

const exact = ({ figure }: Cell): string => {
  const micro = figure && exactMicro(figure);
  return micro === null ? '' : formatMicro(micro);
};

/** A cell that a spreadsheet would take for a formula is text. */
const safe = (text: string): string => (/^[=+@\t\r]|^-(?!\d)/.test(text) ? `'${text}` : text);

function tableLines(table: Table, report: Report, language: Language): string[][] {
  const title = (column: Table['columns'][number]): string =>
    column.unit === '' ? column.title[language] : `${column.title[language]} (${column.unit})`;
  const line = (row: Row): string[] => [
    row.label[language],
    ...row.cells.map((cell) => printed(cell, language)),
  ];
  return [
    [table.title[language]],
    [headOf(table, report)[language], ...table.columns.map(title)],
    ...table.rows.map(line),
    ...(table.total ? [line(table.total)] : []),
    [],
  ];
}

const WORDS = {
  made: { ja: '作成日時', en: 'Made at' },
  gateway: { ja: 'ゲートウェイ', en: 'Gateway' },
  cells: { ja: '各欄の丸める前の値', en: 'Every cell before rounding' },
  heads: {
    ja: ['欄の番地', '単位', '印字', '丸める前 (小数 6 桁)', '注記'],
    en: ['cell', 'unit', 'printed', 'before rounding (6 decimals)', 'marks'],
  },
  factors: { ja: '使用した係数', en: 'Factors used' },
  unsure: { ja: '未検証', en: 'not verified' },
} as const;

/** The whole text, without a byte order mark; lines end with CR LF. */
export function reportCsv(report: Report, language: Language, grid: HourGrid): string {
  const lines: string[][] = [
    [titleOf(report.period, language), report.site.name],
    [WORDS.gateway[language], `${report.site.id}/${report.gateway}`],
    [WORDS.made[language], grid.iso(report.madeAtMs)],
    [PURPOSE[language]],
    ...report.notes.map((note) => [note[language]]),
    [],
    ...report.tables.flatMap((table) => tableLines(table, report, language)),
    [WORDS.factors[language]],
    ...report.factors.map(({ name, printed: value, unit, confidence, source }) => [
      name[language],
      value,
      unit,
      confidence === 'H' ? '' : `${WORDS.unsure[language]} (${confidence})`,
      source,
    ]),
    [],
    [WORDS.cells[language]],
    [...WORDS.heads[language]],
  ];
  for (const { cell } of cellsOf(report)) {
    if (!cell.figure) continue;
    const marks = cell.marks.map((mark) => MARK_WORDS[mark]?.[language] ?? mark).join(' ');
    lines.push([
      cell.id,
      UNIT_WORDS[cell.figure.unit][language],
      printed(cell, language),
      exact(cell),
      marks,
    ]);
  }
  const cells = lines.map((line) => line.map(safe));
  return stringify(cells, { record_delimiter: 'windows' });
}

/** Near enough in Shift_JIS, which lacks the left ones. */
const NEAR: Readonly<Record<string, string>> = {
  '³': '3',
  '²': '2',
  '₂': '2',
  '–': '-',
  '−': '-',
  '—': '-',
  '·': '・',
  ' ': ' ',
  '≈': '≒',
};
/** Stands for what cannot be written at all (下駄記号). */
const NOTHING = '〓';

export interface EncodedText {
  readonly bytes: Uint8Array;
  /** Characters that the encoding cannot hold, each once; they are {@link NOTHING} in the bytes. */
  readonly replaced: readonly string[];
}

export function encodeText(text: string, encoding: ReportEncoding): EncodedText {
  if (encoding === 'utf-8') return { bytes: Buffer.from(`\uFEFF${text}`, 'utf8'), replaced: [] };
  const replaced = new Set<string>();
  const known = new Map<string, string>();
  const held = (sign: string): string => {
    const found = known.get(sign);
    if (found !== undefined) return found;
    const near = NEAR[sign] ?? sign;
    const fits = iconv.decode(iconv.encode(near, 'shift_jis'), 'shift_jis') === near;
    if (!fits) replaced.add(sign);
    known.set(sign, fits ? near : NOTHING);
    return fits ? near : NOTHING;
  };
  const written = Array.from(text, held).join('');
  return { bytes: iconv.encode(written, 'shift_jis'), replaced: [...replaced] };
}
