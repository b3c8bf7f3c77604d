/** Puts the tables of a report together. Pure: what the ledger and people said comes in, tables come out. */

import { co2Table } from './carbon.ts';
import { type Context, contextOf, type ReportInput } from './context.ts';
import { energyTable, enteredFuels } from './energy.ts';
import type { Words } from './factors.ts';
import { type Intensities, intensities, intensityTable, optimized } from './intensity.ts';
import { coverageTable, meterTables } from './meters.ts';
import {
  type Cell,
  type Column,
  cellAt,
  figureCell,
  plain,
  type Report,
  type Row,
  type Table,
  textCell,
  totalRow,
} from './model.ts';
import { nonFossilTable } from './non-fossil.ts';
import { monthsIn } from './period.ts';
import { hoursTable, purchasedTable } from './purchased.ts';
import { responseTable } from './responses.ts';
import { type FigureUnit, part } from './rounding.ts';
import { bucketLabel } from './words.ts';

const SUMMARY: readonly Column[] = [
  { id: 'gj', title: { ja: '熱量', en: 'Energy' }, unit: 'GJ' },
  { id: 'kl', title: { ja: '原油換算', en: 'Crude oil' }, unit: 'kL' },
  { id: 'intensity', title: { ja: '原単位', en: 'Intensity' }, unit: '' },
];

interface Parts {
  readonly purchased: Table | undefined;
  readonly energy: Table;
  readonly now: Intensities;
  /** Null where no intensity is printed. */
  readonly intensity: Table | null;
}

function methodRow(
  context: Context,
  { purchased, energy, now, intensity: table }: Parts,
  method: 'hourly' | 'monthly',
): Row {
  const chosen = context.method === method;
  const id = (column: string) => `summary.${method}.${column}`;
  const cell = (column: 'gj' | 'kl', unit: FigureUnit): Cell => {
    const found = purchased ? optimized(energy, purchased, method, column) : cellAt(energy, 'total', column);
    return found ? { ...found, id: id(column) } : figureCell(id(column), part(null, unit), null, ['unknown']);
  };
  const star = chosen ? { ja: ' (選択)', en: ' (chosen)' } : plain('');
  const name = method === 'hourly' ? { ja: '時間帯別', en: 'hourly' } : { ja: '月別', en: 'monthly' };
  const own = chosen && table ? now.optimization : null;
  const intensity = intensityCell(id('intensity'), own);
  return {
    id: method,
    label: { ja: `電気需要最適化・${name.ja}${star.ja}`, en: `Optimized, ${name.en} method${star.en}` },
    cells: [cell('gj', 'GJ'), cell('kl', 'kL'), intensity],
  };
}

/** What the table of intensities prints; empty where there is none. */
function intensityCell(id: string, from: Cell | null): Cell {
  if (!from?.figure) return textCell(id, plain(''));
  return figureCell(id, from.figure, { formula: '{0}', of: [{ cell: from.id }] }, from.marks);
}

function summaryTable(context: Context, parts: Parts): Table {
  const { energy, now, intensity } = parts;
  const ordinary = cellAt(energy, 'total', 'gj');
  const kl = cellAt(energy, 'total', 'kl');
  const unit = context.settings.production?.unit;
  const cell = (column: string, from: Cell | null): Cell =>
    from?.figure
      ? figureCell(
          `summary.ordinary.${column}`,
          from.figure,
          { formula: '{0}', of: [{ cell: from.id }] },
          from.marks,
        )
      : figureCell(`summary.ordinary.${column}`, part(null, 'GJ'), null);
  const rows: Row[] = [
    {
      id: 'ordinary',
      label: { ja: 'エネルギー使用量 (通常)', en: 'Energy used (ordinary)' },
      cells: [
        cell('gj', ordinary),
        cell('kl', kl),
        intensityCell('summary.ordinary.intensity', intensity ? now.ordinary : null),
      ],
    },
    methodRow(context, parts, 'hourly'),
    methodRow(context, parts, 'monthly'),
  ];
  return {
    id: 'summary',
    title: { ja: '総括', en: 'Summary' },
    columns: SUMMARY.map((column) =>
      column.id === 'intensity' ? { ...column, unit: unit ? `kL/${unit}` : '' } : column,
    ),
    rows,
    total: null,
    notes: [],
  };
}

/** Fuels without a meter, month by month. */
function fuelsTable(context: Context): Table | null {
  const fuels = enteredFuels(context);
  if (fuels.length === 0) return null;
  const columns = fuels.map(
    ({ fuel }): Column => ({ id: fuel.id, title: fuel.name, unit: fuel.unit.replace('m3', 'm³') }),
  );
  const rows = monthsIn(context.period).map((month): Row => {
    const cells = fuels.map(({ fuel, months }) => {
      const found = months.find((each) => each.month === month);
      const id = `fuels.${month}.${fuel.id}`;
      if (!found) return figureCell(id, part(null, fuel.unit), null);
      const of = [{ entry: found.entry, text: month }];
      return figureCell(id, part(found.amount, fuel.unit), { formula: '{0}', of }, ['entered']);
    });
    return { id: month, label: bucketLabel(month), cells };
  });
  return {
    id: 'fuels',
    title: { ja: '計器のない燃料 (入力)', en: 'Fuels without a meter (entered)' },
    columns,
    rows,
    total: totalRow('fuels', columns, rows, new Set(columns.map(({ id }) => id))),
    notes: [],
  };
}

function notesOf(context: Context): Words[] {
  const { gateway, settings, hoursToWeigh, channels, buckets, nowMs } = context;
  const others = settings.otherGateways;
  const notes: Words[] = [
    others.length > 0
      ? {
          ja: `この報告はこのゲートウェイ (${gateway}) の計器だけのものです。同じ事業所の ${others.join('、')} の計器は含みません。`,
          en: `This report covers the meters of this gateway (${gateway}) only. Those of ${others.join(', ')} at the same site are not in it.`,
        }
      : {
          ja: `この報告はこのゲートウェイ (${gateway}) の計器によるものです。`,
          en: `This report covers the meters of this gateway (${gateway}).`,
        },
    {
      ja: '端数処理: 年度初めからの累計を四捨五入し、その差を印字します。時・日・月の和は必ず計と一致します。CSV と JSON は丸める前の値も持ちます。',
      en: 'Rounding: running totals since 1 April are rounded, halves away from zero, and their differences printed, so that hours, days and months always add up. CSV and JSON carry the values before rounding, too.',
    },
  ];
  if (hoursToWeigh > 0)
    notes.push({
      ja: `係数の見直しを待つ時間が ${hoursToWeigh} 時間あります。この報告は見直し後の係数で計算しています。`,
      en: `${hoursToWeigh} stored hours still wait to be weighed anew; this report counts them with the coefficients in force.`,
    });
  const began = channels.filter(({ sinceMs }) => sinceMs === null || sinceMs > (buckets[0]?.fromMs ?? 0));
  if (began.length > 0)
    notes.push({
      ja: `期間の途中から計測した計器があります (${began.map(({ name }) => name).join('、')})。それより前の量は含みません。`,
      en: `Some meters were first read within the period (${began.map(({ name }) => name).join(', ')}); what passed before is not included.`,
    });
  if ((buckets.at(-1)?.toMs ?? 0) > nowMs)
    notes.push({
      ja: '期間は終わっていません。作成時刻までの値です。',
      en: 'The period is not over: figures up to the time of making.',
    });
  return notes;
}

export function buildReport(input: ReportInput): {
  readonly report: Report;
  readonly intensities: Intensities;
} {
  const context = contextOf(input);
  const purchased = purchasedTable(context) ?? undefined;
  const meters = meterTables(context);
  const energy = energyTable(context, purchased, meters);
  const now = intensities(context, energy, purchased);
  const intensity = intensityTable(context, now);
  const summary = summaryTable(context, { purchased, energy, now, intensity });
  const tables = [
    summary,
    purchased,
    hoursTable(context),
    energy,
    fuelsTable(context),
    intensity,
    nonFossilTable(context, purchased, energy),
    co2Table(context, purchased, energy),
    responseTable(context),
    ...meters,
    coverageTable(context),
  ].filter((table) => table !== null && table !== undefined);
  const { buckets, nowMs } = input;
  const report: Report = {
    period: input.period,
    site: input.site,
    gateway: input.gateway,
    otherGateways: input.settings.otherGateways,
    version: input.version,
    fromMs: buckets[0]?.fromMs ?? nowMs,
    toMs: buckets.at(-1)?.toMs ?? nowMs,
    madeAtMs: nowMs,
    soFar: (buckets.at(-1)?.toMs ?? 0) > nowMs,
    tables,
    factors: [...context.book.values()],
    notes: notesOf(context),
  };
  return { report, intensities: now };
}
