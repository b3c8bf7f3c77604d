/** Electricity bought from the grid, weighed by the two methods side by side (特定第2表1-2), and what its hours are like. */
import { divide, multiply, type Rational, rational } from '../rational.ts';
import { HOUR_MS, plus } from '../time.ts';
import { type Context, marksOf } from './context.ts';
import {
  type Cell,
  type Column,
  figureCell,
  joinMarks,
  type Mark,
  microPart,
  plain,
  type Ref,
  type Row,
  settled,
  type Table,
  textCell,
  totalRow,
} from './model.ts';
import type { Bucket } from './period.ts';
import { part, stretch } from './rounding.ts';
import { type ChannelTallies, type PurchasedTally, type Tally, wholeOf } from './tallies.ts';
import { bucketLabel } from './words.ts';

const THOUSAND = rational(1000n);
const micro = (value: bigint | null): Rational | null =>
  value === null ? null : rational(value, 1_000_000n);

const COLUMNS: readonly Column[] = [
  { id: 'kwh', title: { ja: '買電量', en: 'Purchased' }, unit: 'kWh' },
  { id: 'ordinary-gj', title: { ja: '通常', en: 'Ordinary' }, unit: 'GJ' },
  { id: 'ordinary-kl', title: { ja: '通常', en: 'Ordinary' }, unit: 'kL' },
  { id: 'hourly-gj', title: { ja: '時間帯別', en: 'Hourly method' }, unit: 'GJ' },
  { id: 'hourly-kl', title: { ja: '時間帯別', en: 'Hourly method' }, unit: 'kL' },
  { id: 'mean', title: { ja: '平均係数', en: 'Mean' }, unit: 'MJ/kWh' },
  { id: 'monthly-gj', title: { ja: '月別', en: 'Monthly method' }, unit: 'GJ' },
  { id: 'monthly-kl', title: { ja: '月別', en: 'Monthly method' }, unit: 'kL' },
];
const SUMMED: ReadonlySet<string> = new Set(COLUMNS.map(({ id }) => id).filter((id) => id !== 'mean'));

const HOUR_COLUMNS: readonly Column[] = [
  { id: 'curtailment', title: { ja: '出力制御時', en: 'In curtailment' }, unit: 'kWh' },
  { id: 'tight', title: { ja: '需給逼迫時', en: 'In tight supply' }, unit: 'kWh' },
  { id: 'unconfirmed-kwh', title: { ja: '係数未確定', en: 'Not confirmed' }, unit: 'kWh' },
  { id: 'unconfirmed-hours', title: { ja: '係数未確定', en: 'Not confirmed' }, unit: 'h' },
  { id: 'estimated', title: { ja: '推定', en: 'Estimated' }, unit: 'kWh' },
  { id: 'missing', title: { ja: '欠測', en: 'Missing' }, unit: 'h' },
  { id: 'maximum', title: { ja: '最大需要電力', en: 'Maximum demand' }, unit: 'kW' },
  { id: 'maximum-at', title: { ja: '発生時刻', en: 'at (end)' }, unit: '' },
];
const HOURS_SUMMED: ReadonlySet<string> = new Set(HOUR_COLUMNS.map(({ id }) => id).slice(0, 6));

/** Channels of bought electricity in one bucket, as what their hours add up to. */
const purchases = ({ channels }: Context): readonly ChannelTallies[] =>
  channels.filter(({ counted }) => counted.kind === 'purchased');

function hoursRefs(
  context: Context,
  bucket: Bucket,
  column: 'kwh' | 'mj-hourly' | 'mj-monthly' | 'estimated-kwh',
): Ref[] {
  const { fromMs, toMs } = bucket;
  return purchases(context).map(({ meter, channel }) => ({
    hours: { meter, channel, fromMs, toMs, column },
  }));
}

const plusSigns = (count: number): string =>
  Array.from({ length: count }, (_, n) => `{${n}}`).join(' + ') || '0';

/** GJ → kL of crude oil. @param earlier GJ from the beginning of the fiscal year to the period */
export function crudeOil(
  context: Context,
  id: string,
  from: Cell,
  date: string,
  earlier: Rational | null = null,
): Cell {
  const used = context.use(context.factors.factors['crude-oil'], date);
  const gj = from.figure?.exact ?? null;
  const klOf = (value: Rational | null): Rational | null => value && used && multiply(value, used.value);
  const figure = stretch(klOf(earlier), klOf(gj), 'kL');
  return figureCell(
    id,
    figure,
    used && { formula: '{0} × {1}', of: [{ cell: from.id }, used.ref] },
    from.marks,
  );
}

function weighed(
  context: Context,
  bucket: Bucket,
  tally: PurchasedTally,
  method: 'hourly' | 'monthly',
  marks: readonly Mark[],
): Cell {
  const mj = method === 'hourly' ? tally.hourlyMicroMj : tally.monthlyMicroMj;
  const left = method === 'hourly' ? tally.hourlyUnweighedMicroKwh : tally.monthlyUnweighedMicroKwh;
  const exact = micro(mj);
  const refs = hoursRefs(context, bucket, method === 'hourly' ? 'mj-hourly' : 'mj-monthly');
  const open = method === 'hourly' && tally.unconfirmedHours > 0 ? (['unconfirmed'] as const) : [];
  return figureCell(
    `purchased.${bucket.id}.${method}-gj`,
    part(exact && divide(exact, THOUSAND), 'GJ'),
    { formula: `(${plusSigns(refs.length)}) ÷ 1000`, of: refs },
    joinMarks(marks, open, left > 0n && mj !== null ? ['unknown'] : []),
  );
}

function rowOf(context: Context, bucket: Bucket, tally: PurchasedTally, own: Tally): Row {
  const id = (column: string) => `purchased.${bucket.id}.${column}`;
  const marks = marksOf(own);
  const refs = hoursRefs(context, bucket, 'kwh');
  const kwh = figureCell(
    id('kwh'),
    microPart(tally.energyMicroKwh, 'kWh'),
    { formula: plusSigns(refs.length), of: refs },
    marks,
  );
  const used = context.use(context.factors.factors['electricity-ordinary'], bucket.date);
  const exact = kwh.figure?.exact ?? null;
  const ordinary = figureCell(
    id('ordinary-gj'),
    part(exact && used && divide(multiply(exact, used.value), THOUSAND), 'GJ'),
    used && { formula: '{0} × {1} ÷ 1000', of: [{ cell: kwh.id }, used.ref] },
    joinMarks(marks, used?.marks ?? []),
  );
  const hourly = weighed(context, bucket, tally, 'hourly', marks);
  const monthly = weighed(context, bucket, tally, 'monthly', marks);
  const weighedKwh =
    tally.energyMicroKwh === null ? null : tally.energyMicroKwh - tally.hourlyUnweighedMicroKwh;
  const mean = tally.hourlyMicroMj === null || !weighedKwh ? null : rational(tally.hourlyMicroMj, weighedKwh);
  return {
    id: bucket.id,
    label: bucketLabel(bucket.id),
    cells: [
      kwh,
      ordinary,
      crudeOil(context, id('ordinary-kl'), ordinary, bucket.date),
      hourly,
      crudeOil(context, id('hourly-kl'), hourly, bucket.date),
      figureCell(
        id('mean'),
        part(mean, 'MJ/kWh'),
        mean && { formula: '{0} × 1000 ÷ {1}', of: [{ cell: hourly.id }, { cell: kwh.id }] },
      ),
      monthly,
      crudeOil(context, id('monthly-kl'), monthly, bucket.date),
    ],
  };
}

/** What all bought electricity of each bucket says of its hours. */
function ownTallies(context: Context): readonly Tally[] {
  const channels = purchases(context);
  return context.buckets.map((_, n) => wholeOf(channels.flatMap(({ buckets }) => buckets[n] ?? [])));
}

const ownBefore = (context: Context): Tally => wholeOf(purchases(context).map(({ before }) => before));

function meanOfTotal(context: Context, row: Row): Row {
  const tallies = context.purchased ?? [];
  const mj = tallies.reduce((sum, { hourlyMicroMj }) => sum + (hourlyMicroMj ?? 0n), 0n);
  const kwh = tallies.reduce(
    (sum, tally) => sum + (tally.energyMicroKwh ?? 0n) - tally.hourlyUnweighedMicroKwh,
    0n,
  );
  if (kwh <= 0n || !tallies.some(({ hourlyMicroMj }) => hourlyMicroMj !== null)) return row;
  const of = [{ cell: 'purchased.total.hourly-gj' }, { cell: 'purchased.total.kwh' }];
  const cell = figureCell('purchased.total.mean', part(rational(mj, kwh), 'MJ/kWh'), {
    formula: '{0} × 1000 ÷ {1}',
    of,
  });
  return { ...row, cells: row.cells.map((each) => (each.id === cell.id ? cell : each)) };
}

/** A total that lacks months which a method could not weigh says so; where none could be weighed it is a dash. */
function lackingOfTotal(context: Context, row: Row): Row {
  const tallies = context.purchased ?? [];
  const lacks = {
    hourly: tallies.some(({ hourlyUnweighedMicroKwh }) => hourlyUnweighedMicroKwh > 0n),
    monthly: tallies.some(({ monthlyUnweighedMicroKwh }) => monthlyUnweighedMicroKwh > 0n),
  };
  const cells = row.cells.map((cell) => {
    const method = cell.id.startsWith('purchased.total.hourly-') ? 'hourly' : 'monthly';
    const isWeighed = cell.id.startsWith(`purchased.total.${method}-`);
    if (!isWeighed || !lacks[method] || !cell.figure?.exact) return cell;
    return { ...cell, marks: joinMarks(cell.marks, ['unknown']) };
  });
  return { ...row, cells };
}

/** Null where nothing is bought from the grid. */
export function purchasedTable(context: Context): Table | null {
  const { purchased, buckets } = context;
  if (!purchased) return null;
  const own = ownTallies(context);
  const parts = buckets.flatMap((bucket, n) => {
    const [tally, mine] = [purchased[n], own[n]];
    return tally && mine ? [rowOf(context, bucket, tally, mine)] : [];
  });
  const { purchasedBefore } = context;
  const before = purchasedBefore && rowOf(context, context.before, purchasedBefore, ownBefore(context));
  const rows = before ? settled(parts, before, COLUMNS, SUMMED) : parts;
  const noTable = purchased.some(({ monthlyUnweighedMicroKwh }) => monthlyUnweighedMicroKwh > 0n);
  const notes = noTable
    ? [
        {
          ja: '月別: 係数表 (エリア別月別電気需要最適化係数) のない月は計算しません。',
          en: 'Monthly method: months without a table of the area are not calculated.',
        },
      ]
    : [];
  const chosen =
    context.method === 'hourly' ? { ja: '時間帯別', en: 'hourly' } : { ja: '月別', en: 'monthly' };
  return {
    id: 'purchased',
    title: {
      ja: `買電量と電気需要最適化係数による換算 (選択: ${chosen.ja})`,
      en: `Purchased electricity, weighed by both methods (chosen: ${chosen.en})`,
    },
    columns: COLUMNS,
    rows,
    total: lackingOfTotal(context, meanOfTotal(context, totalRow('purchased', COLUMNS, rows, SUMMED))),
    notes,
  };
}

/** Hours of the site that are over; each of them once, however many meters it has. */
function hoursOver(context: Context, n: number | 'before'): number {
  const tallies = purchases(context).map(({ buckets, before }) => (n === 'before' ? before : buckets[n]));
  return Math.max(0, ...tallies.map((tally) => (tally ? tally.dueHours + tally.beforeHours : 0)));
}

function hoursRow(
  context: Context,
  bucket: Bucket,
  tally: PurchasedTally,
  own: { readonly whole: Tally; readonly over: number },
): Row {
  const { whole, over } = own;
  const id = (column: string) => `hours.${bucket.id}.${column}`;
  const known = tally.energyMicroKwh !== null;
  const kwh = (column: string, value: bigint): Cell =>
    figureCell(id(column), microPart(known ? value : null, 'kWh'), {
      formula: '{0}',
      of: [{ cell: `purchased.${bucket.id}.kwh` }],
    });
  const hours = (column: string, value: number): Cell =>
    figureCell(id(column), part(over === 0 ? null : rational(BigInt(value)), 'h'), null);
  const refs = hoursRefs(context, bucket, 'estimated-kwh');
  return {
    id: bucket.id,
    label: bucketLabel(bucket.id),
    cells: [
      kwh('curtailment', tally.byClass.curtailment),
      kwh('tight', tally.byClass.tight),
      kwh('unconfirmed-kwh', tally.unconfirmedMicroKwh),
      hours('unconfirmed-hours', tally.unconfirmedHours),
      figureCell(id('estimated'), microPart(known ? whole.estimatedMicroKwh : null, 'kWh'), {
        formula: plusSigns(refs.length),
        of: refs,
      }),
      hours('missing', Math.max(0, over - tally.completeHours)),
      maximumCell(context, id('maximum'), tally.maximum),
      textCell(id('maximum-at'), plain(timeOf(context, tally))),
    ],
  };
}

/** It leads to the hour in which it lies, of all purchases together. */
function maximumCell(context: Context, id: string, maximum: PurchasedTally['maximum']): Cell {
  const figure = microPart(maximum?.microKw ?? null, 'kW');
  if (!maximum) return figureCell(id, figure, null);
  const fromMs = context.grid.hourOf(plus(maximum.atMs, -1));
  const of = purchases(context).map(
    ({ meter, channel }): Ref => ({
      hours: { meter, channel, fromMs, toMs: plus(fromMs, HOUR_MS), column: 'kwh' },
    }),
  );
  return figureCell(id, figure, { formula: `max 30 min (${plusSigns(of.length)})`, of });
}

function timeOf({ grid, period }: Context, { maximum }: PurchasedTally): string {
  if (!maximum) return '';
  const iso = grid.iso(maximum.atMs);
  return period.kind === 'day'
    ? iso.slice(11, 16)
    : `${iso.slice(5, 10).replace('-', '/')} ${iso.slice(11, 16)}`;
}

/** The largest demand of the whole period stands in the total row: it is no sum. */
function maximumOfTotal(context: Context, row: Row): Row {
  const tallies = context.purchased ?? [];
  const best = tallies.reduce<PurchasedTally | null>(
    (most, each) => (each.maximum && each.maximum.microKw > (most?.maximum?.microKw ?? -1n) ? each : most),
    null,
  );
  if (!best?.maximum) return row;
  const cells = row.cells.map((cell) => {
    if (cell.id === 'hours.total.maximum') return maximumCell(context, cell.id, best.maximum);
    return cell.id === 'hours.total.maximum-at' ? textCell(cell.id, plain(timeOf(context, best))) : cell;
  });
  return { ...row, cells };
}

export function hoursTable(context: Context): Table | null {
  const { purchased, buckets } = context;
  if (!purchased) return null;
  const own = ownTallies(context);
  const parts = buckets.flatMap((bucket, n) => {
    const [tally, mine] = [purchased[n], own[n]];
    return tally && mine
      ? [hoursRow(context, bucket, tally, { whole: mine, over: hoursOver(context, n) })]
      : [];
  });
  const { purchasedBefore } = context;
  const earlier = { whole: ownBefore(context), over: hoursOver(context, 'before') };
  const before = purchasedBefore && hoursRow(context, context.before, purchasedBefore, earlier);
  const rows = before ? settled(parts, before, HOUR_COLUMNS, HOURS_SUMMED) : parts;
  return {
    id: 'hours',
    title: {
      ja: '買電の内訳、確からしさ、最大需要電力',
      en: 'What the purchased hours were, and how sure they are',
    },
    columns: HOUR_COLUMNS,
    rows,
    total: maximumOfTotal(context, totalRow('hours', HOUR_COLUMNS, rows, HOURS_SUMMED)),
    notes: [],
  };
}
