/** Energy by kind: native units, GJ, crude oil, and what the intensity counts of it. */
import { divide, multiply, parseDecimal, type Rational, rational } from '../rational.ts';
import { type Context, channelId, type FactorUsed } from './context.ts';
import { type Fuel, valueOn } from './factors.ts';
import {
  type Cell,
  type Column,
  cellAt,
  figureCell,
  joinMarks,
  type Mark,
  microPart,
  plain,
  type Ref,
  type Row,
  type Table,
  textCell,
  totalRow,
} from './model.ts';
import { fiscalYearOfPeriod, monthsIn, monthsOf } from './period.ts';
import { crudeOil } from './purchased.ts';
import { type Figure, type FigureUnit, part, plusExact, stretch, ZERO } from './rounding.ts';
import { type ChannelTallies, type Tally, wholeOf } from './tallies.ts';
import { UNIT_WORDS } from './words.ts';

const COLUMNS: readonly Column[] = [
  { id: 'amount', title: { ja: '使用量', en: 'Amount' }, unit: '' },
  { id: 'unit', title: { ja: '単位', en: 'Unit' }, unit: '' },
  { id: 'gj', title: { ja: '熱量', en: 'Energy' }, unit: 'GJ' },
  { id: 'kl', title: { ja: '原油換算', en: 'Crude oil' }, unit: 'kL' },
  { id: 'intensity-gj', title: { ja: '原単位算入分', en: 'For the intensity' }, unit: 'GJ' },
];
const SUMMED: ReadonlySet<string> = new Set(['gj', 'kl', 'intensity-gj']);

const GJ_PER_KWH = rational(36n, 10_000n);
const THOUSAND = rational(1000n);

/** One kind of energy before it is a row. */
interface Source {
  readonly id: string;
  readonly label: Row['label'];
  readonly amount: Cell;
  readonly unit: FigureUnit;
  readonly gj: Cell;
  /** GJ from the beginning of the fiscal year to the period; null: none. */
  readonly earlierGj: Rational | null;
  readonly nonFossilFuel: boolean;
}

const cellId = (row: string, column: string): string => `energy.${row}.${column}`;

/** What the meters' tables print below the channel's column: the same figure here. */
function metered(channel: ChannelTallies, meters: readonly Table[], marks: readonly Mark[]): Cell {
  const id = channelId(channel);
  const found = meters.map((table) => cellAt(table, 'total', id)).find((cell) => cell !== null);
  const figure = found?.figure ?? microPart(null, channel.unit);
  const trail = found ? { formula: '{0}', of: [{ cell: found.id }] } : null;
  return figureCell(cellId(id, 'amount'), figure, trail, joinMarks(found?.marks ?? [], marks));
}

function hoursRefs(context: Context, channel: ChannelTallies, column: 'kwh'): Ref {
  const [first, last] = [context.buckets[0], context.buckets.at(-1)];
  if (!first || !last) throw new RangeError('a report without buckets');
  const { meter, channel: name } = channel;
  return { hours: { meter, channel: name, fromMs: first.fromMs, toMs: last.toMs, column } };
}

/** The date whose factors hold for the whole period: its first. */
export const dateOfPeriod = ({ buckets }: Context): string => buckets[0]?.date ?? '';

function electricity(context: Context, purchased: Table | undefined): Source | null {
  const [kwh, gj] = [cellAt(purchased, 'total', 'kwh'), cellAt(purchased, 'total', 'ordinary-gj')];
  if (!kwh?.figure || !gj?.figure) return null;
  const used = context.use(context.factors.factors['electricity-ordinary'], dateOfPeriod(context));
  const earlier = context.purchasedBefore?.energyMicroKwh ?? null;
  return {
    id: 'electricity',
    label: { ja: '買電', en: 'Purchased electricity' },
    amount: figureCell(
      cellId('electricity', 'amount'),
      kwh.figure,
      { formula: '{0}', of: [{ cell: kwh.id }] },
      kwh.marks,
    ),
    unit: 'kWh',
    gj: figureCell(
      cellId('electricity', 'gj'),
      gj.figure,
      { formula: '{0}', of: [{ cell: gj.id }] },
      gj.marks,
    ),
    earlierGj:
      earlier === null || !used
        ? null
        : divide(multiply(rational(earlier, 1_000_000n), used.value), THOUSAND),
    nonFossilFuel: false,
  };
}

function ownPv(context: Context, channel: ChannelTallies, meters: readonly Table[]): Source {
  const used = context.use(context.factors.factors['electricity-own'], dateOfPeriod(context));
  const amount = metered(channel, meters, []);
  const id = channelId(channel);
  return times({ id, label: plain(channel.name), amount, unit: 'kWh' }, channel.before, used);
}

function times(
  { id, label, amount, unit }: Pick<Source, 'id' | 'label' | 'amount' | 'unit'>,
  before: Tally,
  used: FactorUsed | null,
): Source {
  const gjOf = (kwh: Rational | null): Rational | null =>
    kwh && used && divide(multiply(kwh, used.value), THOUSAND);
  const earlier = before.energyMicroKwh === null ? null : rational(before.energyMicroKwh, 1_000_000n);
  const gj = stretch(gjOf(earlier), gjOf(amount.figure?.exact ?? null), 'GJ');
  const trail = used && { formula: '{0} × {1} ÷ 1000', of: [{ cell: amount.id }, used.ref] };
  return {
    id,
    label,
    amount,
    unit,
    gj: figureCell(cellId(id, 'gj'), gj, trail, joinMarks(amount.marks, used?.marks ?? ['unknown'])),
    earlierGj: gjOf(earlier),
    nonFossilFuel: false,
  };
}

/** Whether any of the factors by which a channel's kWh were made is not verified. */
function factorMarks(context: Context, channel: ChannelTallies): readonly Mark[] {
  const marks: Mark[] = [];
  for (const { label, value } of channel.factorLabels) {
    const id = label.split(' (')[0] ?? label;
    if (value) {
      const { printed, validFrom, validTo, source, confidence } = value;
      context.note({ id, name: plain(label), unit: '', printed, validFrom, validTo, source, confidence });
    } else marks.push('entered');
    if (value && value.confidence !== 'H') marks.push('unverified');
  }
  return marks;
}

/** Gas, and heat that is bought: kWh of its hours × 3.6 MJ, bought heat × what was burnt for it. */
function fuelOrHeat(context: Context, channel: ChannelTallies, meters: readonly Table[]): Source {
  const { counted } = channel;
  const id = channelId(channel);
  const whole = wholeOf(channel.buckets);
  const amount = metered(channel, meters, factorMarks(context, channel));
  const used =
    counted.kind === 'heat'
      ? context.use(context.factors.factors[counted.factor], dateOfPeriod(context))
      : null;
  const gjOf = (kwh: bigint | null): Rational | null => {
    const heat = kwh === null ? null : multiply(rational(kwh, 1_000_000n), GJ_PER_KWH);
    return heat && (counted.kind === 'heat' ? used && multiply(heat, used.value) : heat);
  };
  const exact = gjOf(whole.energyMicroKwh);
  const refs: Ref[] = [hoursRefs(context, channel, 'kwh')];
  if (used) refs.push(used.ref);
  const unknown: readonly Mark[] = whole.quantityMicro !== null && exact === null ? ['unknown'] : [];
  return {
    id,
    label: plain(channel.name),
    amount,
    unit: channel.unit,
    gj: figureCell(
      cellId(id, 'gj'),
      stretch(gjOf(channel.before.energyMicroKwh), exact, 'GJ'),
      { formula: used ? '{0} × 3.6 ÷ 1000 × {1}' : '{0} × 3.6 ÷ 1000', of: refs },
      joinMarks(amount.marks, used?.marks ?? [], unknown),
    ),
    earlierGj: gjOf(channel.before.energyMicroKwh),
    nonFossilFuel: counted.kind === 'fuel' && (context.factors.fuels.get(counted.fuel)?.nonFossil ?? false),
  };
}

/** A fuel without a meter, in the months of the period. */
export interface EnteredFuel {
  readonly fuel: Fuel;
  readonly months: readonly { readonly month: string; readonly amount: Rational; readonly entry: number }[];
}

/** In the order of the fuels of config/report-factors. None for a day: fuels are entered by month. */
export function enteredFuels(context: Context): readonly EnteredFuel[] {
  return context.period.kind === 'day' ? [] : enteredIn(context, monthsIn(context.period));
}

function enteredIn(context: Context, wanted: readonly string[]): readonly EnteredFuel[] {
  const months = new Set(wanted);
  return [...context.factors.fuels.values()].flatMap((fuel) => {
    const own = context.entries.flatMap(({ no, entry }) => {
      if (entry.kind !== 'fuel' || entry.fuel !== fuel.id || !months.has(entry.month)) return [];
      const amount = parseDecimal(entry.amount);
      return amount ? [{ month: entry.month, amount, entry: no }] : [];
    });
    return own.length === 0 ? [] : [{ fuel, months: own.toSorted((a, b) => (a.month < b.month ? -1 : 1)) }];
  });
}

function enteredSource(context: Context, { fuel, months }: EnteredFuel): Source {
  const id = `fuel-${fuel.id}`;
  const figures = months.map(({ amount }) => part(amount, fuel.unit));
  const exact = months.reduce((sum, { amount }) => plusExact(sum, amount), ZERO);
  const shown = figures.reduce((sum, each) => sum + (each.shown ?? 0n), 0n);
  const figure: Figure = { unit: fuel.unit, exact, shown, digits: figures[0]?.digits ?? 3 };
  const of = months.map(
    ({ entry, month, amount }): Ref => ({ entry, text: `${month}: ${amount.num}/${amount.den}` }),
  );
  const amount = figureCell(cellId(id, 'amount'), figure, { formula: 'Σ', of }, ['entered']);
  const refs: Ref[] = [{ cell: amount.id }];
  const marks: Mark[] = ['entered'];
  for (const { month } of months) {
    const used = context.use(fuel.gj, `${month}-01`);
    if (used && refs.length === 1) refs.push(used.ref);
    marks.push(...(used?.marks ?? ['unknown' as const]));
  }
  const first = monthsIn(context.period)[0] ?? '';
  const earlier = monthsOf(fiscalYearOfPeriod(context.period)).filter((month) => month < first);
  const before = enteredIn(context, earlier).find((each) => each.fuel === fuel);
  const earlierGj = before ? gjOfMonths(before) : null;
  return {
    id,
    label: fuel.name,
    amount,
    unit: fuel.unit,
    gj: figureCell(
      cellId(id, 'gj'),
      stretch(earlierGj, gjOfMonths({ fuel, months }), 'GJ'),
      { formula: '{0} × {1}', of: refs },
      joinMarks(marks),
    ),
    earlierGj,
    nonFossilFuel: fuel.nonFossil,
  };
}

/** Null where a month has no factor. */
function gjOfMonths({ fuel, months }: EnteredFuel): Rational | null {
  let sum: Rational | null = ZERO;
  for (const { month, amount } of months) {
    const value = valueOn(fuel.gj, `${month}-01`);
    sum = sum && value && plusExact(sum, multiply(amount, value.value));
  }
  return sum;
}

function sourcesOf(context: Context, purchased: Table | undefined, meters: readonly Table[]): Source[] {
  const bought = electricity(context, purchased);
  const measured = context.channels.flatMap((channel) => {
    const { counted } = channel;
    if (counted.kind === 'own-pv') return [ownPv(context, channel, meters)];
    return counted.kind === 'fuel' || counted.kind === 'heat' ? [fuelOrHeat(context, channel, meters)] : [];
  });
  return [
    ...(bought ? [bought] : []),
    ...measured,
    ...enteredFuels(context).map((each) => enteredSource(context, each)),
  ];
}

function rowOf(context: Context, source: Source): Row {
  const { id, label, amount, unit, gj } = source;
  const date = dateOfPeriod(context);
  const used = source.nonFossilFuel
    ? context.use(context.factors.factors['non-fossil-fuel-weight'], date)
    : null;
  const exact = gj.figure?.exact ?? null;
  const counts = used
    ? figureCell(
        cellId(id, 'intensity-gj'),
        part(exact && multiply(exact, used.value), 'GJ'),
        { formula: '{0} × {1}', of: [{ cell: gj.id }, used.ref] },
        joinMarks(gj.marks, used.marks),
      )
    : // The same figure, so that a sum of printed parts stays one.
      { ...gj, id: cellId(id, 'intensity-gj'), trail: { formula: '{0}', of: [{ cell: gj.id }] } };
  return {
    id,
    label,
    cells: [
      amount,
      textCell(cellId(id, 'unit'), UNIT_WORDS[unit]),
      gj,
      crudeOil(context, cellId(id, 'kl'), gj, date, source.earlierGj),
      counts,
    ],
  };
}

export function energyTable(context: Context, purchased: Table | undefined, meters: readonly Table[]): Table {
  const rows = sourcesOf(context, purchased, meters).map((source) => rowOf(context, source));
  return {
    id: 'energy',
    title: { ja: 'エネルギー使用量 (通常)', en: 'Energy used (ordinary)' },
    columns: COLUMNS,
    rows,
    total: totalRow('energy', COLUMNS, rows, SUMMED),
    notes: [],
  };
}
