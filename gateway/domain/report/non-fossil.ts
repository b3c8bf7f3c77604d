/**
 * The non-fossil ratio (第4表3): own photovoltaic generation at the factor of grid electricity, × 1.2 where the business
 * paid for it itself; non-fossil fuels as they are; of bought electricity the share that was entered for its menu. The
 * weight of 1.2 is in the numerator only: that is not sourced, and shown so.
 */
import { divide, multiply, parseDecimal, type Rational, rational } from '../rational.ts';
import { boughtByContract } from './carbon.ts';
import { type Context, channelId, type FactorUsed } from './context.ts';
import { dateOfPeriod } from './energy.ts';
import {
  type Cell,
  type Column,
  cellAt,
  figureCell,
  joinMarks,
  plain,
  type Ref,
  type Row,
  type Table,
  totalRow,
} from './model.ts';
import { part, plusExact, ZERO } from './rounding.ts';

const COLUMNS: readonly Column[] = [
  { id: 'energy', title: { ja: '使用量', en: 'Energy' }, unit: 'GJ' },
  { id: 'weighted', title: { ja: '非化石 (補正後)', en: 'Non-fossil, weighted' }, unit: 'GJ' },
  { id: 'ratio', title: { ja: '非化石比率', en: 'Non-fossil ratio' }, unit: '%' },
];
const SUMMED: ReadonlySet<string> = new Set(['energy', 'weighted']);
const THOUSAND = rational(1000n);
const HUNDRED = rational(100n);

const cellId = (source: string, column: string): string => `non-fossil.${source}.${column}`;

function row(id: string, label: Row['label'], energy: Cell, weighted: Cell): Row {
  const ratio = figureCell(cellId(id, 'ratio'), part(null, '%'), null);
  return {
    id,
    label,
    cells: [{ ...energy, id: cellId(id, 'energy') }, { ...weighted, id: cellId(id, 'weighted') }, ratio],
  };
}

function none(): Cell {
  return figureCell('', part(ZERO, 'GJ'), null);
}

function pvRow(
  context: Context,
  meter: string,
  name: string,
  selfInvested: boolean,
  energy: Table,
): Row | null {
  const amount = cellAt(energy, meter, 'amount');
  const exact = amount?.figure?.exact ?? null;
  const date = dateOfPeriod(context);
  const used = context.use(context.factors.factors['electricity-non-fossil'], date);
  if (!amount || !exact || !used) return null;
  const gj = divide(multiply(exact, used.value), THOUSAND);
  const weight: FactorUsed | null = selfInvested
    ? context.use(context.factors.factors['self-invested-weight'], date)
    : null;
  const at = figureCell(
    '',
    part(gj, 'GJ'),
    { formula: '{0} × {1} ÷ 1000', of: [{ cell: amount.id }, used.ref] },
    joinMarks(amount.marks, used.marks),
  );
  const refs: Ref[] = [{ cell: cellId(meter, 'energy') }];
  if (weight) refs.push(weight.ref);
  const weighted = figureCell(
    '',
    part(weight ? multiply(gj, weight.value) : gj, 'GJ'),
    { formula: weight ? '{0} × {1}' : '{0}', of: refs },
    joinMarks(at.marks, weight?.marks ?? []),
  );
  return row(meter, plain(name), at, weighted);
}

/** What is entered of the menus: kWh × share × the ordinary factor. */
function boughtShare(context: Context, purchased: Table | undefined): Cell {
  const used = context.use(context.factors.factors['electricity-ordinary'], dateOfPeriod(context));
  let sum: Rational = ZERO;
  const of: Ref[] = [];
  for (const { kwh, co2 } of boughtByContract(context, purchased)) {
    const percent = co2?.entry.nonFossilPercent == null ? null : parseDecimal(co2.entry.nonFossilPercent);
    if (!co2 || !percent || !used) continue;
    sum = plusExact(sum, divide(multiply(multiply(kwh, divide(percent, HUNDRED)), used.value), THOUSAND));
    of.push({ entry: co2.no, text: `${co2.entry.nonFossilPercent} %` });
  }
  return figureCell(
    '',
    part(sum, 'GJ'),
    of.length > 0 ? { formula: 'Σ', of } : null,
    of.length > 0 ? ['entered'] : [],
  );
}

function electricityAndFuels(context: Context, purchased: Table | undefined, energy: Table): Row[] {
  const pv = new Set(
    context.channels.flatMap((each) => (each.counted.kind === 'own-pv' ? [channelId(each)] : [])),
  );
  return energy.rows.flatMap((source) => {
    const gj = cellAt(energy, source.id, 'gj');
    if (!gj || pv.has(source.id)) return [];
    const at: Cell = { ...gj, trail: { formula: '{0}', of: [{ cell: gj.id }] } };
    if (source.id === 'electricity')
      return [row(source.id, source.label, at, boughtShare(context, purchased))];
    const fuel = context.factors.fuels.get(source.id.replace(/^fuel-/, ''));
    const counted = context.channels.find((each) => channelId(each) === source.id)?.counted;
    const burnt = counted?.kind === 'fuel' ? context.factors.fuels.get(counted.fuel) : fuel;
    return [row(source.id, source.label, at, burnt?.nonFossil ? at : none())];
  });
}

/** Null for a day, and where nothing is used. */
export function nonFossilTable(context: Context, purchased: Table | undefined, energy: Table): Table | null {
  if (context.period.kind === 'day') return null;
  const own = context.channels.flatMap((channel) => {
    const { counted } = channel;
    if (counted.kind !== 'own-pv') return [];
    const found = pvRow(context, channelId(channel), channel.name, counted.selfInvested, energy);
    return found ? [found] : [];
  });
  const rows = [...electricityAndFuels(context, purchased, energy), ...own];
  if (rows.length === 0) return null;
  const sums = totalRow('non-fossil', COLUMNS, rows, SUMMED);
  const [all, counted] = [sums.cells[0]?.figure?.exact, sums.cells[1]?.figure?.exact];
  const exact = all && counted && all.num > 0n ? divide(multiply(counted, HUNDRED), all) : null;
  const of = [{ cell: cellId('total', 'weighted') }, { cell: cellId('total', 'energy') }];
  const marks = joinMarks(...sums.cells.map((cell) => cell.marks), ['unverified']);
  const ratio = figureCell(
    cellId('total', 'ratio'),
    part(exact, '%'),
    exact && { formula: '{0} ÷ {1} × 100', of },
    marks,
  );
  return {
    id: 'non-fossil',
    title: { ja: '非化石エネルギーの比率', en: 'Non-fossil ratio' },
    columns: COLUMNS,
    rows,
    total: { ...sums, cells: [...sums.cells.slice(0, 2), ratio] },
    notes: [
      {
        ja: '自己投資の太陽光は分子のみ ×1.2 (※ 分母の扱いは出典未確認)。買電の非化石分は入力された場合だけ算入します。',
        en: 'Self-invested generation counts × 1.2 in the numerator only (* how the denominator counts it is not sourced). Bought electricity counts as non-fossil only where a share was entered.',
      },
    ],
  };
}
