/** CO2: electricity by retailer, menu and fiscal year with both factors as entered; fuels by GJ × tC/GJ × 44/12. */
import {
  divide,
  formatMicro,
  multiply,
  parseDecimal,
  type Rational,
  rational,
  toMicro,
} from '../rational.ts';
import { type Context, channelId } from './context.ts';
import { dateOfPeriod, enteredFuels } from './energy.ts';
import type { ReportEntry, SaidEntry } from './entries.ts';
import type { Fuel } from './factors.ts';
import {
  type Cell,
  type Column,
  cellAt,
  figureCell,
  joinMarks,
  type Mark,
  plain,
  type Ref,
  type Row,
  type Table,
  textCell,
  totalRow,
} from './model.ts';
import { fiscalYearOfPeriod } from './period.ts';
import { type Figure, part, plusExact, total, ZERO } from './rounding.ts';
import type { ContractSettings } from './settings.ts';
import { wholeOf } from './tallies.ts';

type Co2Entry = SaidEntry & { readonly entry: Extract<ReportEntry, { kind: 'co2' }> };

const COLUMNS: readonly Column[] = [
  { id: 'kwh', title: { ja: '買電量', en: 'Purchased' }, unit: 'kWh' },
  { id: 'basic-factor', title: { ja: '基礎排出係数', en: 'Basic factor' }, unit: 't-CO₂/kWh' },
  { id: 'basic', title: { ja: '基礎排出量', en: 'Basic' }, unit: 't-CO₂' },
  { id: 'adjusted-factor', title: { ja: '調整後排出係数', en: 'Adjusted factor' }, unit: 't-CO₂/kWh' },
  { id: 'adjusted', title: { ja: '調整後排出量', en: 'Adjusted' }, unit: 't-CO₂' },
];
const SUMMED: ReadonlySet<string> = new Set(['basic', 'adjusted']);
const THOUSAND = rational(1000n);

/** Of several publications for one year the newest counts; of two of one day the one that was said last. */
export function newestCo2(entries: readonly SaidEntry[], fiscalYear: number): readonly Co2Entry[] {
  const newest = new Map<string, Co2Entry>();
  for (const said of entries) {
    if (said.entry.kind !== 'co2' || said.entry.fiscalYear !== fiscalYear) continue;
    const key = JSON.stringify([said.entry.retailer, said.entry.menu]);
    const known = newest.get(key)?.entry.published ?? '';
    if (said.entry.published >= known) newest.set(key, said as Co2Entry);
  }
  return [...newest.values()];
}

/** Electricity bought under one contract. */
export interface Bought {
  readonly contract: ContractSettings | null;
  /** The printed kWh of its months, added up. */
  readonly months: readonly Figure[];
  readonly kwh: Rational;
  readonly marks: readonly Mark[];
  readonly refs: readonly Ref[];
  readonly co2: Co2Entry | null;
}

/** Without contracts in the site file, the only menu that was entered for the year is taken. */
export function boughtByContract(context: Context, purchased: Table | undefined): readonly Bought[] {
  const { settings, entries, period, buckets } = context;
  const known = newestCo2(entries, fiscalYearOfPeriod(period));
  const groups = new Map<string, Bought>();
  for (const bucket of buckets) {
    const cell = cellAt(purchased, bucket.id, 'kwh');
    const exact = cell?.figure?.exact;
    if (!cell?.figure || !exact) continue;
    const contract = settings.contracts.findLast(({ from }) => from <= bucket.date.slice(0, 7)) ?? null;
    const key = contract ? JSON.stringify([contract.retailer, contract.menu]) : '';
    const before = groups.get(key);
    const only = settings.contracts.length === 0 && known.length === 1 ? known[0] : undefined;
    const co2 = contract
      ? known.find(({ entry }) => entry.retailer === contract.retailer && entry.menu === contract.menu)
      : only;
    groups.set(key, {
      contract,
      months: [...(before?.months ?? []), cell.figure],
      kwh: plusExact(before?.kwh ?? ZERO, exact),
      marks: joinMarks(
        before?.marks ?? [],
        cell.marks.filter((mark) => mark !== 'unconfirmed'),
      ),
      refs: [...(before?.refs ?? []), { cell: cell.id }],
      co2: co2 ?? null,
    });
  }
  return [...groups.values()];
}

function electricityRow(bought: Bought, n: number): Row {
  const id = `electricity-${n + 1}`;
  const cell = (column: string) => `co2.${id}.${column}`;
  const entry = bought.co2?.entry ?? null;
  const name = entry ?? bought.contract;
  const kwh = figureCell(
    cell('kwh'),
    total(bought.months, 'kWh'),
    { formula: 'Σ', of: bought.refs },
    bought.marks,
  );
  const pair = (which: 'basic' | 'adjusted'): readonly Cell[] => {
    const factor = entry && parseDecimal(entry[which]);
    const ref: Ref[] = bought.co2
      ? [{ entry: bought.co2.no, text: `${entry?.[which]} t-CO2/kWh (${entry?.published})` }]
      : [];
    const marks: readonly Mark[] = factor ? ['entered'] : ['unknown'];
    const factorTrail = ref.length > 0 ? { formula: '{0}', of: ref } : null;
    const factorCell = figureCell(cell(`${which}-factor`), part(factor, 't-CO2/kWh'), factorTrail, marks);
    const exact = factor && multiply(bought.kwh, factor);
    const trail = { formula: '{0} × {1}', of: [{ cell: kwh.id }, { cell: factorCell.id }] };
    return [factorCell, figureCell(cell(which), part(exact, 't-CO2'), trail, joinMarks(bought.marks, marks))];
  };
  return {
    id,
    label: name ? plain(`${name.retailer} ${name.menu}`) : { ja: '買電', en: 'Purchased electricity' },
    cells: [kwh, ...pair('basic'), ...pair('adjusted')],
  };
}

/** Both columns show the same: fuels have one factor. */
function fuelRow(id: string, label: Row['label'], tonnes: Cell): Row {
  const cell = (column: string) => `co2.${id}.${column}`;
  return {
    id,
    label,
    cells: [
      textCell(cell('kwh'), plain('')),
      textCell(cell('basic-factor'), plain('')),
      { ...tonnes, id: cell('basic') },
      textCell(cell('adjusted-factor'), plain('')),
      { ...tonnes, id: cell('adjusted'), trail: { formula: '{0}', of: [{ cell: cell('basic') }] } },
    ],
  };
}

/** GJ × tC/GJ × 44/12, or the amount × t-CO2 where the fuel has a factor of its own. */
function tonnesOf(
  context: Context,
  fuel: Fuel | undefined,
  about: {
    readonly gj: Cell | null;
    readonly amount: Rational | null;
    readonly amountRef: Ref;
    readonly marks: readonly Mark[];
  },
): Cell {
  const date = dateOfPeriod(context);
  const direct = fuel?.co2 ? context.use(fuel.co2, date) : null;
  if (direct) {
    const exact = about.amount && multiply(about.amount, direct.value);
    const trail = { formula: '{0} × {1}', of: [about.amountRef, direct.ref] };
    return figureCell('', part(exact, 't-CO2'), trail, joinMarks(about.marks, direct.marks));
  }
  const carbon = context.use(fuel?.carbon ?? null, date);
  const molecules = context.use(context.factors.factors['co2-per-carbon'], date);
  const gj = about.gj?.figure?.exact ?? null;
  if (!carbon || !molecules || !about.gj || !gj)
    return figureCell('', part(null, 't-CO2'), null, ['unknown']);
  return figureCell(
    '',
    part(multiply(multiply(gj, carbon.value), molecules.value), 't-CO2'),
    { formula: '{0} × {1} × {2}', of: [{ cell: about.gj.id }, carbon.ref, molecules.ref] },
    joinMarks(about.gj.marks, carbon.marks, molecules.marks),
  );
}

function measuredFuelRows(context: Context, energy: Table): Row[] {
  return context.channels.flatMap((channel) => {
    if (channel.counted.kind !== 'fuel') return [];
    const id = channelId(channel);
    const fuel = context.factors.fuels.get(channel.counted.fuel);
    if (fuel?.nonFossil) return [];
    const { satpMicro } = wholeOf(channel.buckets);
    const amount = satpMicro === null ? null : divide(rational(satpMicro, 1_000_000n), THOUSAND);
    const gj = cellAt(energy, id, 'gj');
    const at = amount === null ? '–' : formatMicro(toMicro(amount));
    const amountRef: Ref = {
      said: {
        ja: `${channel.name} の SATP 換算量 ${at} 千m³`,
        en: `${channel.name} at SATP: ${at} × 1000 m³`,
      },
    };
    return [
      fuelRow(
        id,
        plain(channel.name),
        tonnesOf(context, fuel, { gj, amount, amountRef, marks: gj?.marks ?? [] }),
      ),
    ];
  });
}

function enteredFuelRows(context: Context, energy: Table): Row[] {
  return enteredFuels(context).flatMap(({ fuel, months }) => {
    if (fuel.nonFossil) return [];
    const id = `fuel-${fuel.id}`;
    const amount = months.reduce((sum, each) => plusExact(sum, each.amount), ZERO);
    const amountRef: Ref = { cell: `energy.${id}.amount` };
    const gj = cellAt(energy, id, 'gj');
    return [fuelRow(id, fuel.name, tonnesOf(context, fuel, { gj, amount, amountRef, marks: ['entered'] }))];
  });
}

export function co2Table(context: Context, purchased: Table | undefined, energy: Table): Table {
  const bought = boughtByContract(context, purchased);
  const rows = [
    ...bought.map(electricityRow),
    ...measuredFuelRows(context, energy),
    ...enteredFuelRows(context, energy),
  ];
  const notes = [];
  const menus = newestCo2(context.entries, fiscalYearOfPeriod(context.period)).length;
  if (context.settings.contracts.length === 0 && menus > 1)
    notes.push({
      ja: `排出係数が ${menus} つのメニューに入力されています。どれで買ったかをサイトファイルの report.contracts に書いてください。買電の排出量はまだ計算していません。`,
      en: `Factors of ${menus} menus are entered: say in report.contracts of the site file by which of them was bought. CO₂ of purchases is not calculated yet.`,
    });
  else if (bought.some(({ co2 }) => co2 === null))
    notes.push({
      ja: '排出係数が入力されていない買電は計算していません (hakaru report enter co2 …)。',
      en: 'Purchases without an entered factor are not calculated (hakaru report enter co2 …).',
    });
  if (context.channels.some(({ counted }) => counted.kind === 'heat'))
    notes.push({
      ja: '購入した蒸気・熱の排出係数は収録していないため、含みません。',
      en: 'Bought steam and heat are not included: no factor for them comes with this gateway.',
    });
  return {
    id: 'co2',
    title: { ja: 'CO₂ 排出量', en: 'CO₂ emissions' },
    columns: COLUMNS,
    rows,
    total: totalRow('co2', COLUMNS, rows, SUMMED),
    notes,
  };
}
