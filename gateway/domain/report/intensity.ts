/** Ordinary and optimization intensity (原単位) against production, year-on-year and over five years (第3表, 第4表). */
import { monthOf } from '../coefficients/jst.ts';
import { divide, multiply, parseDecimal, parseFraction, type Rational } from '../rational.ts';
import { type Context, marksOf, type PastYear } from './context.ts';
import { dateOfPeriod } from './energy.ts';
import {
  type Cell,
  type Column,
  cellAt,
  figureCell,
  joinMarks,
  type Mark,
  NO_MARKS,
  plain,
  type Ref,
  type Row,
  type Table,
  type Trail,
} from './model.ts';
import { fiscalYearOfPeriod, monthsIn } from './period.ts';
import {
  type Figure,
  fiveYearMeanTenths,
  part,
  percentOfTenths,
  plusExact,
  truncatedTenths,
  ZERO,
} from './rounding.ts';
import { type ChannelTallies, wholeOf } from './tallies.ts';

/** Production of the period, with what it was made of. */
export interface Production {
  readonly exact: Rational | null;
  readonly marks: readonly Mark[];
  readonly of: readonly Ref[];
}

/** The channel that counts production; null where it is entered. */
function counterOf({ settings: { production }, channels }: Context): ChannelTallies | null {
  const found = channels.find(
    ({ meter, channel }) => meter === production?.meter && channel === production.channel,
  );
  return found ?? null;
}

function countedProduction(context: Context, counter: ChannelTallies): Production {
  const { buckets, settings } = context;
  const whole = wholeOf(counter.buckets);
  const [first, last] = [buckets[0], buckets.at(-1)];
  const { quantityMicro } = whole;
  if (!first || !last || quantityMicro === null) return { exact: null, marks: ['missing'], of: [] };
  const { meter, channel } = counter;
  const hours = { meter, channel, fromMs: first.fromMs, toMs: last.toMs, column: 'quantity' } as const;
  const times = parseFraction(settings.production?.times ?? '1');
  const exact = multiply({ num: quantityMicro, den: 1_000_000n }, times);
  return { exact, marks: marksOf(whole), of: [{ hours }] };
}

/** What was entered counts in months of which a counter saw nothing. */
export function productionOf(context: Context): Production {
  const counter = counterOf(context);
  const counted = counter && countedProduction(context, counter);
  if (context.period.kind === 'day') return counted ?? { exact: null, marks: NO_MARKS, of: [] };
  const seen = new Set(
    context.buckets.flatMap(({ date }, n) =>
      counter?.buckets[n]?.quantityMicro == null ? [] : [monthOf(date)],
    ),
  );
  const months = new Set(monthsIn(context.period).filter((month) => !seen.has(month)));
  const of: Ref[] = [];
  let sum: Rational | null = null;
  for (const { no, entry } of context.entries) {
    if (entry.kind !== 'production' || !months.has(entry.month)) continue;
    const amount = parseDecimal(entry.amount);
    if (!amount) continue;
    sum = plusExact(sum ?? ZERO, amount);
    of.push({ entry: no, text: `${entry.month}: ${entry.amount}` });
  }
  if (!counted) return { exact: sum, marks: sum ? ['entered'] : NO_MARKS, of };
  if (!sum) return counted;
  return {
    exact: counted.exact ? plusExact(counted.exact, sum) : sum,
    marks: joinMarks(counted.exact ? counted.marks : NO_MARKS, ['entered']),
    of: [...counted.of, ...of],
  };
}

/** Energy under the method in the place of the ordinary figure of electricity, GJ or kL of crude oil. */
export function optimized(
  energy: Table,
  purchased: Table | undefined,
  method: 'hourly' | 'monthly',
  column: 'gj' | 'kl' | 'intensity-gj',
): Cell | null {
  const unit = column === 'kl' ? 'kl' : 'gj';
  const whole = cellAt(energy, 'total', column);
  const ordinary = cellAt(purchased, 'total', `ordinary-${unit}`);
  const weighed = cellAt(purchased, 'total', `${method}-${unit}`);
  if (!whole?.figure?.exact || !ordinary?.figure?.exact || !weighed?.figure?.exact) return null;
  if (weighed.marks.includes('unknown')) return null;
  const [a, b, c] = [whole.figure, ordinary.figure, weighed.figure];
  if (!a.exact || !b.exact || !c.exact) return null;
  const exact = plusExact(plusExact(a.exact, { num: -b.exact.num, den: b.exact.den }), c.exact);
  const shown = (a.shown ?? 0n) - (b.shown ?? 0n) + (c.shown ?? 0n);
  const figure: Figure = { unit: a.unit, digits: a.digits, exact, shown };
  const of = [whole, ordinary, weighed].map(({ id }) => ({ cell: id }));
  return figureCell('', figure, { formula: '{0} − {1} + {2}', of }, joinMarks(whole.marks, weighed.marks));
}

export interface Intensities {
  readonly ordinary: Cell;
  readonly optimization: Cell;
}

/** kL of crude oil per unit of production. */
export function intensities(context: Context, energy: Table, purchased: Table | undefined): Intensities {
  const year = fiscalYearOfPeriod(context.period);
  const production = productionOf(context);
  const used = context.use(context.factors.factors['crude-oil'], dateOfPeriod(context));
  const of = (id: string, gj: Cell | null, own: Trail | null): Cell => {
    const exact = gj?.figure?.exact ?? null;
    const value =
      exact && used && production.exact && production.exact.num > 0n
        ? divide(multiply(exact, used.value), production.exact)
        : null;
    const before = own ?? { formula: '{0}', of: gj ? [{ cell: gj.id }] : [] };
    const count = before.of.length;
    const trail = value &&
      used && {
        formula: `(${before.formula}) × {${count}} ÷ {${count + 1}}`,
        of: [...before.of, used.ref, { cell: `intensity.${year}.production` }],
      };
    return figureCell(
      id,
      part(value, 'intensity'),
      trail,
      joinMarks(gj?.marks ?? NO_MARKS, production.marks),
    );
  };
  const ordinary = cellAt(energy, 'total', 'intensity-gj');
  const weighed = optimized(energy, purchased, context.method, 'intensity-gj');
  return {
    ordinary: of(`intensity.${year}.ordinary`, ordinary, null),
    // Nothing bought: both are the same energy.
    optimization: purchased
      ? of(`intensity.${year}.optimization`, weighed, weighed?.trail ?? null)
      : of(`intensity.${year}.optimization`, ordinary, null),
  };
}

const COLUMNS: readonly Column[] = [
  { id: 'production', title: { ja: '生産量等', en: 'Production' }, unit: '' },
  { id: 'ordinary', title: { ja: 'エネルギー消費原単位', en: 'Ordinary intensity' }, unit: '' },
  { id: 'ordinary-change', title: { ja: '対前年度比', en: 'Year on year' }, unit: '%' },
  { id: 'optimization', title: { ja: '電気需要最適化評価原単位', en: 'Optimization intensity' }, unit: '' },
  { id: 'optimization-change', title: { ja: '対前年度比', en: 'Year on year' }, unit: '%' },
];

interface YearLine {
  readonly year: number;
  readonly production: Cell;
  readonly ordinary: Cell;
  readonly optimization: Cell;
}

function pastLine(past: PastYear): YearLine {
  const cell = (column: string, exact: Rational | null): Cell => {
    const id = `intensity.${past.fiscalYear}.${column}`;
    const entered = past.from === 'entered';
    const of: Ref[] =
      past.entry === null
        ? [{ said: plain(`hakaru report --fiscal-year ${past.fiscalYear}`) }]
        : [{ entry: past.entry, text: String(past.fiscalYear) }];
    return figureCell(
      id,
      part(exact, 'intensity'),
      exact && { formula: '{0}', of },
      entered && exact ? ['entered'] : NO_MARKS,
    );
  };
  return {
    year: past.fiscalYear,
    production: figureCell(`intensity.${past.fiscalYear}.production`, part(null, 'output'), null),
    ordinary: cell('ordinary', past.ordinary),
    optimization: cell('optimization', past.optimization),
  };
}

/** The truncated percentages of a column, the oldest first; null where a year is not known. */
export function changesOf(lines: readonly (Rational | null)[]): readonly (bigint | null)[] {
  return lines.map((now, n) => {
    const before = n > 0 ? (lines[n - 1] ?? null) : null;
    return now && before ? truncatedTenths(now, before) : null;
  });
}

/** Of the last four changes; null unless all four are known. */
export function meanOfChanges(changes: readonly (bigint | null)[]): bigint | null {
  const [a, b, c, d] = changes.slice(-4);
  if (a == null || b == null || c == null || d == null) return null;
  return fiveYearMeanTenths([a, b, c, d]);
}

function changeCell(id: string, tenths: bigint | null, now: Cell, before: Cell | undefined): Cell {
  const of = before && tenths !== null ? [{ cell: now.id }, { cell: before.id }] : [];
  const trail = of.length > 0 ? { formula: '⌊{0} ÷ {1} × 1000⌋ ÷ 10', of } : null;
  return figureCell(
    id,
    percentOfTenths(tenths),
    trail,
    trail ? joinMarks(now.marks, before?.marks ?? []) : [],
  );
}

function linesOf(context: Context, now: Intensities): YearLine[] {
  const year = fiscalYearOfPeriod(context.period);
  const production = productionOf(context);
  const current: YearLine = {
    year,
    production: figureCell(
      `intensity.${year}.production`,
      part(production.exact, 'output'),
      production.of.length > 0 ? { formula: 'Σ', of: production.of } : null,
      production.marks,
    ),
    ...now,
  };
  return [...context.history.map(pastLine), current];
}

/** Null where the site file names no production. */
export function intensityTable(context: Context, now: Intensities): Table | null {
  const { production } = context.settings;
  if (!production || context.period.kind === 'day') return null;
  const lines = linesOf(context, now);
  const ordinary = changesOf(lines.map((line) => line.ordinary.figure?.exact ?? null));
  const optimization = changesOf(lines.map((line) => line.optimization.figure?.exact ?? null));
  const rows = lines.map((line, n): Row => {
    const before = lines[n - 1];
    const id = (column: string) => `intensity.${line.year}.${column}`;
    const label =
      context.period.kind === 'month'
        ? plain(context.period.month)
        : { ja: `${line.year}年度`, en: `FY ${line.year}` };
    return {
      id: String(line.year),
      label,
      cells: [
        line.production,
        line.ordinary,
        changeCell(id('ordinary-change'), ordinary[n] ?? null, line.ordinary, before?.ordinary),
        line.optimization,
        changeCell(
          id('optimization-change'),
          optimization[n] ?? null,
          line.optimization,
          before?.optimization,
        ),
      ],
    };
  });
  const unit = `kL/${production.unit}`;
  const units = [production.unit, unit, '%', unit, '%'];
  return {
    id: 'intensity',
    title: { ja: `原単位 (${production.name})`, en: `Intensities (${production.name})` },
    columns: COLUMNS.map((column, n) => ({ ...column, unit: units[n] ?? '' })),
    rows,
    total: context.period.kind === 'fiscal-year' ? meanRow(ordinary, optimization, rows) : null,
    notes: [
      {
        ja: '対前年度比は小数第 2 位以下切捨て。5 年度間平均は直近 4 つの対前年度比の相乗平均 (同じく切捨て)。',
        en: 'Year-on-year percentages are truncated to one decimal. The five-year mean is the geometric mean of the last four of them, truncated alike.',
      },
    ],
  };
}

function meanRow(
  ordinary: readonly (bigint | null)[],
  optimization: readonly (bigint | null)[],
  rows: readonly Row[],
): Row {
  const cell = (column: string, tenths: bigint | null): Cell => {
    const changes = rows.slice(-4).map((row) => `intensity.${row.id}.${column}`);
    const of = changes.map((id) => ({ cell: id }));
    const trail = tenths === null ? null : { formula: '⌊({0} × {1} × {2} × {3})^(1/4)⌋', of };
    const parts = rows.flatMap((row) => row.cells.filter(({ id }) => changes.includes(id)));
    const marks = trail ? joinMarks(...parts.map(({ marks: own }) => own)) : NO_MARKS;
    return figureCell(`intensity.total.${column}`, percentOfTenths(tenths), trail, marks);
  };
  const empty = (column: string): Cell => ({
    id: `intensity.total.${column}`,
    figure: null,
    text: plain(''),
    marks: NO_MARKS,
    trail: null,
  });
  return {
    id: 'total',
    label: { ja: '5年度間平均', en: 'Five-year mean' },
    cells: [
      empty('production'),
      empty('ordinary'),
      cell('ordinary-change', meanOfChanges(ordinary)),
      empty('optimization'),
      cell('optimization-change', meanOfChanges(optimization)),
    ],
  };
}
