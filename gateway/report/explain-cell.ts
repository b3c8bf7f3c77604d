/**
 * From a cell of a report down to the registers: its formula, the cells, factors and entries in it, and of sums over
 * hours the months, days or hours, each with the command that goes one step further; of an hour that is
 * `hakaru explain METER HOUR`.
 */
import type { CoefficientClass } from '../domain/coefficients/types.ts';
import { CodedError, fault, type Language } from '../domain/faults.ts';
import { isWeighed, weigh } from '../domain/hour.ts';
import type { ChannelSpec } from '../domain/meters.ts';
import { formatMicro, toMicro } from '../domain/rational.ts';
import { channelId } from '../domain/report/context.ts';
import { isVerified, type Words } from '../domain/report/factors.ts';
import {
  type Cell,
  type Column,
  cellsOf,
  type HoursColumn,
  type Ref,
  type Row,
  type Table,
} from '../domain/report/model.ts';
import { bucketsOf, periodId, type ReportPeriod } from '../domain/report/period.ts';
import { exactMicro, shownText } from '../domain/report/rounding.ts';
import { MARK_WORDS, UNIT_WORDS } from '../domain/report/words.ts';
import type { EpochMs, HourGrid } from '../domain/time.ts';
import { rulesOf } from '../stages/site-facts.ts';
import { type Weighers, weighersOf } from './read-tallies.ts';
import type { MadeReport, ReportKnowledge } from './reporter.ts';

/** Where a line leads on. */
export type Onward =
  | { readonly report: string; readonly cell: string }
  | { readonly meter: string; readonly channel: string; readonly hour: string };

export interface ExplainedLine {
  readonly text: string;
  /** 0, 1, 2: how far it is set in. */
  readonly depth: number;
  readonly onward: Onward | null;
}

export interface ExplainedCell {
  readonly report: string;
  readonly cell: string;
  readonly title: string;
  readonly lines: readonly ExplainedLine[];
}

const WORDS = {
  printed: { ja: '印字', en: 'printed' },
  exact: { ja: '丸める前', en: 'before rounding' },
  unknown: { ja: '不明 (値なし)', en: 'not known' },
  marks: { ja: '注記', en: 'marks' },
  formula: { ja: '式', en: 'formula' },
  factor: { ja: '係数', en: 'factor' },
  source: { ja: '出典', en: 'source' },
  unsure: { ja: '未検証', en: 'not verified' },
  valid: { ja: '適用', en: 'valid' },
  entry: { ja: '入力', en: 'entry' },
  by: { ja: '入力者', en: 'by' },
  ended: {
    ja: 'この欄は他の欄や時間値から計算していません。',
    en: 'This cell was not made from other cells or hours.',
  },
} as const satisfies Readonly<Record<string, Words>>;

const COLUMN_WORDS: Readonly<Record<HoursColumn, Words>> = {
  quantity: { ja: '計量値', en: 'quantity' },
  kwh: { ja: 'kWh', en: 'kWh' },
  'mj-hourly': { ja: 'kWh × 時間帯別の係数 (MJ)', en: 'kWh × coefficient of the hour (MJ)' },
  'mj-monthly': { ja: 'kWh × 月別の係数 (MJ)', en: 'kWh × coefficient of the month (MJ)' },
  'estimated-kwh': { ja: 'うち推定 kWh', en: 'of it estimated kWh' },
};

const CLASS_WORDS: Readonly<Record<CoefficientClass, Words>> = {
  normal: { ja: '通常', en: 'normal' },
  curtailment: { ja: '出力制御', en: 'curtailment' },
  tight: { ja: '需給逼迫', en: 'tight' },
  monthly: { ja: '月別', en: 'monthly' },
  none: { ja: '係数なし', en: 'no coefficient' },
};

interface Explaining {
  readonly made: MadeReport;
  /** Made at the first question: most cells ask for none. */
  readonly weighers: () => Weighers;
  readonly language: Language;
}

const say = (word: Words, { language }: Explaining): string => word[language];

function figureText(cell: Cell, context: Explaining): string {
  if (cell.text) return cell.text[context.language];
  const shown = cell.figure && shownText(cell.figure);
  if (!cell.figure || shown === null) return say(WORDS.unknown, context);
  const unit = UNIT_WORDS[cell.figure.unit][context.language];
  const micro = exactMicro(cell.figure);
  const exact = micro === null ? '' : ` (${say(WORDS.exact, context)} ${formatMicro(micro)})`;
  return `${shown}${unit === '' ? '' : ` ${unit}`}${exact}`;
}

/** The cell one step down that shows the same sum for a shorter time. */
function onwardCell(column: HoursColumn, spec: ChannelSpec, period: ReportPeriod): Onward {
  const id = channelId(spec);
  const cells: Readonly<Record<HoursColumn, string>> = {
    quantity: `meters.total.${id}`,
    // kWh of gas and heat stand in no column of their own.
    kwh: isWeighed(spec.role, spec.channel) ? 'purchased.total.kwh' : `energy.${id}.gj`,
    'mj-hourly': 'purchased.total.hourly-gj',
    'mj-monthly': 'purchased.total.monthly-gj',
    'estimated-kwh': 'hours.total.estimated',
  };
  return { report: periodId(period), cell: cells[column] };
}

type Hours = Extract<Ref, { readonly hours: unknown }>['hours'];

/** What the hours of a stretch add up to in one column, 10⁻⁶ of its unit; null: nothing known. */
function sumOf(hours: Hours, channelRow: number, context: Explaining): bigint | null {
  const { store } = context.made;
  const sums = store.reports.sums(channelRow, hours.fromMs, hours.toMs);
  if (hours.column === 'quantity') return sums.quantityMicro;
  if (hours.column === 'kwh') return sums.energyMicroKwh;
  if (hours.column === 'estimated-kwh') return sums.estimatedMicroKwh;
  let mj: bigint | null = null;
  const decider = deciderOf(hours.column, context);
  for (const hour of store.hours.within(channelRow, hours.fromMs, hours.toMs)) {
    const { mjPerKwh } = decider.coefficientOf(hour.startMs);
    const own = mjPerKwh && weigh(hour.energyMicroKwh, mjPerKwh);
    if (own !== null) mj = (mj ?? 0n) + own;
  }
  return mj;
}

function deciderOf(column: HoursColumn, { weighers }: Explaining) {
  return column === 'mj-monthly' ? weighers().monthly : weighers().hourly;
}

/** The parts of a stretch: months of a year, days of a month; null for a day, whose parts are hours. */
function partsOf({ fromMs, toMs }: Hours, grid: HourGrid): readonly ReportPeriod[] | null {
  const [from, to] = [grid.dateOf(fromMs), grid.dateOf((toMs - 1) as EpochMs)];
  if (from === to) return null;
  const month = from.slice(0, 7);
  if (month === to.slice(0, 7)) {
    const days = bucketsOf({ kind: 'month', month }, grid);
    return days
      .filter((day) => fromMs <= day.fromMs && day.toMs <= toMs)
      .map(({ id }) => ({ kind: 'day', date: id }));
  }
  const months: ReportPeriod[] = [];
  for (let at = fromMs; at < toMs; ) {
    const name = grid.dateOf(at).slice(0, 7);
    months.push({ kind: 'month', month: name });
    const days = bucketsOf({ kind: 'month', month: name }, grid);
    at = days.at(-1)?.toMs ?? toMs;
  }
  return months;
}

function hourLines(
  hours: Hours,
  channelRow: number,
  spec: ChannelSpec,
  context: Explaining,
): ExplainedLine[] {
  const { store, grid } = context.made;
  const decider = deciderOf(hours.column, context);
  const weighed = hours.column === 'mj-hourly' || hours.column === 'mj-monthly';
  return store.hours.within(channelRow, hours.fromMs, hours.toMs).map((hour): ExplainedLine => {
    const iso = grid.iso(hour.startMs);
    const quantity = hour.quantityMicro === null ? '–' : formatMicro(hour.quantityMicro);
    const kwh = hour.energyMicroKwh === null ? '–' : formatMicro(hour.energyMicroKwh);
    const head = `${iso.slice(0, 16).replace('T', ' ')}  ${hour.quality}`;
    const onward: Onward = { meter: spec.meter, channel: spec.channel, hour: iso };
    if (!weighed) {
      const text = hours.column === 'quantity' ? `${quantity} ${spec.unit}` : `${kwh} kWh`;
      return { text: `${head}  ${text}`, depth: 2, onward };
    }
    const { mjPerKwh, class: name, document, documentRevision } = decider.coefficientOf(hour.startMs);
    const own = mjPerKwh && weigh(hour.energyMicroKwh, mjPerKwh);
    const factor = mjPerKwh ? formatMicro(toMicro(mjPerKwh)) : '–';
    const paper =
      document === null
        ? say(MARK_WORDS['unconfirmed'] ?? WORDS.unsure, context)
        : `${document} r${documentRevision}`;
    const mj = own === null ? '–' : formatMicro(own);
    return {
      text: `${head}  ${kwh} kWh × ${factor} (${say(CLASS_WORDS[name], context)}, ${paper}) = ${mj} MJ`,
      depth: 2,
      onward,
    };
  });
}

function hoursLines(hours: Hours, place: string, context: Explaining): ExplainedLine[] {
  const { facts, store, grid } = context.made;
  const spec = facts.specs.find(({ meter, channel }) => meter === hours.meter && channel === hours.channel);
  const row = store.channels.find(hours.meter, hours.channel);
  const span = `${grid.iso(hours.fromMs).slice(0, 16).replace('T', ' ')} – ${grid.iso(hours.toMs).slice(0, 16).replace('T', ' ')}`;
  const name = `${place}${hours.meter}/${hours.channel}  ${say(COLUMN_WORDS[hours.column], context)}  ${span}`;
  if (!spec || !row) return [{ text: name, depth: 1, onward: null }];
  const total = sumOf(hours, row.id, context);
  const head: ExplainedLine = {
    text: `${name}  = ${total === null ? '–' : formatMicro(total)}`,
    depth: 1,
    onward: null,
  };
  const parts = partsOf(hours, grid);
  if (parts === null) return [head, ...hourLines(hours, row.id, spec, context)];
  return [
    head,
    ...parts.flatMap((period): ExplainedLine[] => {
      const buckets = bucketsOf(period, grid);
      const [first, last] = [buckets[0], buckets.at(-1)];
      if (!first || !last) return [];
      const value = sumOf({ ...hours, fromMs: first.fromMs, toMs: last.toMs }, row.id, context);
      if (value === null) return [];
      const onward = onwardCell(hours.column, spec, period);
      return [{ text: `${periodId(period)}  ${formatMicro(value)}`, depth: 2, onward }];
    }),
  ];
}

function refLines(ref: Ref, index: number, context: Explaining): ExplainedLine[] {
  const place = `{${index}} `;
  const { made } = context;
  if ('hours' in ref) return hoursLines(ref.hours, place, context);
  if ('said' in ref) return [{ text: `${place}${ref.said[context.language]}`, depth: 1, onward: null }];
  if ('cell' in ref) {
    const found = findCell(made, ref.cell);
    const text = found ? figureText(found.cell, context) : '';
    const onward = { report: periodId(made.report.period), cell: ref.cell };
    return [{ text: `${place}${ref.cell}  ${text}`, depth: 1, onward: found ? onward : null }];
  }
  if ('factor' in ref) {
    const { name, printed, unit, validFrom, validTo, source, confidence } = ref.factor;
    const sure = isVerified(ref.factor) ? '' : `  (${say(WORDS.unsure, context)}: ${confidence})`;
    const dates =
      validFrom === null && validTo === null
        ? ''
        : `  ${say(WORDS.valid, context)} ${validFrom ?? ''}–${validTo ?? ''}`;
    return [
      {
        text: `${place}${say(WORDS.factor, context)} ${name[context.language]} ${printed} ${unit === '1' ? '' : unit}${dates}${sure}`,
        depth: 1,
        onward: null,
      },
      { text: `${say(WORDS.source, context)}: ${source}`, depth: 2, onward: null },
    ];
  }
  const entry = made.entry(ref.entry);
  const said = entry
    ? `  ${say(WORDS.by, context)} ${entry.by}, ${made.grid.iso(entry.saidAtMs as EpochMs)}, ${entry.source}`
    : '';
  const what = entry ? JSON.stringify(entry.entry) : ref.text;
  return [
    { text: `${place}${say(WORDS.entry, context)} ${ref.entry}${said}`, depth: 1, onward: null },
    { text: what, depth: 2, onward: null },
  ];
}

interface Found {
  readonly table: Table;
  readonly row: Row;
  readonly column: Column;
  readonly cell: Cell;
}

function findCell(made: MadeReport, id: string): Found | null {
  for (const found of cellsOf(made.report)) if (found.cell.id === id) return found;
  return null;
}

/** @throws CodedError report-cell-unknown */
export function explainCell(
  made: MadeReport,
  id: string,
  knowledge: Pick<ReportKnowledge, 'ruleSets'>,
  language: Language,
): ExplainedCell {
  let prepared: Weighers | null = null;
  const weighers = (): Weighers =>
    (prepared ??= weighersOf(made.store, rulesOf(made.facts, knowledge.ruleSets)));
  const context: Explaining = { made, weighers, language };
  const report = periodId(made.report.period);
  const found = findCell(made, id);
  if (!found) {
    const example = [...cellsOf(made.report)].find(({ cell }) => cell.figure)?.cell.id ?? '';
    throw new CodedError(fault('report-cell-unknown', { cell: id.slice(0, 100), report, example }));
  }
  const { table, row, column, cell } = found;
  const lines: ExplainedLine[] = [{ text: figureText(cell, context), depth: 0, onward: null }];
  if (cell.marks.length > 0)
    lines.push({
      text: `${say(WORDS.marks, context)}: ${cell.marks.map((mark) => MARK_WORDS[mark]?.[language] ?? mark).join(', ')}`,
      depth: 0,
      onward: null,
    });
  if (cell.trail) {
    lines.push({ text: `${say(WORDS.formula, context)}: ${cell.trail.formula}`, depth: 0, onward: null });
    for (const [index, ref] of cell.trail.of.entries()) lines.push(...refLines(ref, index, context));
  } else lines.push({ text: say(WORDS.ended, context), depth: 0, onward: null });
  const title = `${table.title[language]} / ${row.label[language]} / ${column.title[language]}`;
  return { report, cell: id, title, lines };
}

/** What is typed to go one step further. */
export function commandOf(onward: Onward): string {
  if ('report' in onward) return `hakaru explain --report ${onward.report} ${onward.cell}`;
  return `hakaru explain ${onward.meter} ${onward.hour}${onward.channel === 'energy-export' ? ' --channel energy-export' : ''}`;
}

/** As a terminal shows it. */
export function explainedText({ report, cell, title, lines }: ExplainedCell): string {
  const body = lines.map(({ text, depth, onward }) => {
    const line = `${'  '.repeat(depth)}${text}`;
    return onward ? `${line}\n${'  '.repeat(depth + 1)}→ ${commandOf(onward)}` : line;
  });
  return [`${report}  ${cell}`, title, '', ...body].join('\n');
}
