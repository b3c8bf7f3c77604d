/**
 * In July 2027 an energy manager makes the figures of fiscal year 2026: production typed in, heavy oil without a meter,
 * the retailer's factors, the years before this gateway, a day of missing hours, and demand response.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rational } from '../../gateway/domain/rational.ts';
import type { EntryDraft } from '../../gateway/domain/report/entries.ts';
import { type Cell, cellsOf } from '../../gateway/domain/report/model.ts';
import { shownText } from '../../gateway/domain/report/rounding.ts';
import type { MadeReport } from '../../gateway/report/reporter.ts';
import { documentOf, hourOf, jst, reportWorld, UNIT, type World } from './world.ts';

const FROM = jst('2026-04-01T00:00:00');
const TO = jst('2027-04-01T00:00:00');
const HOURS = 365n * 24n;

let world: World;
let made: MadeReport;
const cells = new Map<string, Cell>();

const said = (entry: EntryDraft['entry']): EntryDraft => ({ entry, withdrawn: false });
const months = [
  '2026-04',
  '2026-05',
  '2026-06',
  '2026-07',
  '2026-08',
  '2026-09',
  '2026-10',
  '2026-11',
  '2026-12',
  '2027-01',
  '2027-02',
  '2027-03',
];

beforeAll(async () => {
  world = reportWorld({
    sinceMs: FROM,
    meters: [
      { id: 'main', role: 'grid-import', name: '受電' },
      { id: 'pv', role: 'generation-pv' },
      { id: 'press', role: 'sub' },
      {
        id: 'gas',
        role: 'gas',
        channel: 'gas-volume',
        kwhPerUnit: rational(25n, 2n),
        factorLabel: 'city-gas-13a (45 GJ/1000 m³, 省エネ法)',
      },
      { id: 'steam', role: 'steam', channel: 'steam-mass', kwhPerUnit: rational(700n) },
    ],
    settings: {
      production: { name: '鋳物', unit: 't', meter: null, channel: null, times: '1' },
      otherGateways: ['gw2'],
    },
    documents: [
      documentOf('2026-04-01', '2027-01-31', { curtailmentDays: ['2026-05-03'], tightDays: ['2026-07-21'] }),
    ],
  });
  // 100 kWh each hour, with one day missing and one hour estimated; every other figure is as round.
  world.fill('main', FROM, TO, (at) => {
    if (at >= jst('2026-08-14T00:00:00') && at < jst('2026-08-15T00:00:00')) return null;
    return at === jst('2026-09-01T05:00:00')
      ? hourOf(100n * UNIT, rational(1n), { quality: 'estimated' })
      : 100n * UNIT;
  });
  world.fill('pv', FROM, TO, () => 10n * UNIT);
  world.fill('press', FROM, TO, () => 60n * UNIT);
  world.fill('gas', FROM, TO, () => 2n * UNIT);
  world.fill('steam', FROM, TO, () => UNIT / 10n);
  world.store.write(() =>
    world.store.reports.enter(
      [
        ...months.map((month) => said({ kind: 'production', month, amount: '100' })),
        said({ kind: 'fuel', fuel: 'a-heavy-oil', month: '2026-04', amount: '10' }),
        said({ kind: 'fuel', fuel: 'waste-wood', month: '2026-12', amount: '20' }),
        said({
          kind: 'co2',
          fiscalYear: 2026,
          retailer: 'R',
          menu: 'M',
          published: '2026-01-10',
          basic: '0.0005',
          adjusted: '0.0004',
          nonFossilPercent: null,
        }),
        said({
          kind: 'co2',
          fiscalYear: 2026,
          retailer: 'R',
          menu: 'M',
          published: '2027-07-18',
          basic: '0.0004',
          adjusted: '0.0003',
          nonFossilPercent: '20',
        }),
        said({ kind: 'year', fiscalYear: 2022, ordinary: '0.25', optimization: '0.27' }),
        said({ kind: 'year', fiscalYear: 2023, ordinary: '0.24', optimization: '0.26' }),
        said({ kind: 'year', fiscalYear: 2024, ordinary: '0.24', optimization: '0.26' }),
        said({ kind: 'year', fiscalYear: 2025, ordinary: '0.23', optimization: '0.25' }),
        said({ kind: 'demand-response', date: '2026-07-21', direction: 'down', fromHour: 17, toHour: 19 }),
        said({ kind: 'demand-response', date: '2026-07-21', direction: 'down', fromHour: 13, toHour: 14 }),
        said({ kind: 'demand-response', date: '2026-07-21', direction: 'up', fromHour: 9, toHour: 10 }),
        said({ kind: 'demand-response', date: '2026-05-03', direction: 'down', fromHour: 9, toHour: 12 }),
        said({ kind: 'demand-response', date: '2026-05-03', direction: 'up', fromHour: 15, toHour: 17 }),
      ],
      { saidAtMs: TO, by: '佐藤', source: 'figures.csv', batch: 'b' },
    ),
  );
  made = await world.make({ kind: 'fiscal-year', fiscalYear: 2026 }, jst('2027-07-05T09:00:00'));
  for (const { cell } of cellsOf(made.report)) cells.set(cell.id, cell);
});
afterAll(() => world.remove());

const shown = (id: string): string | null => {
  const cell = cells.get(id);
  if (!cell) throw new Error(`no cell ${id}`);
  return cell.figure && shownText(cell.figure);
};
const marks = (id: string) => cells.get(id)?.marks;

test('purchased electricity, April to March: a day is missing and said so, never taken as 0 or guessed', () => {
  const kwh = (HOURS - 24n) * 100n;
  expect(shown('purchased.total.kwh')).toBe(`${kwh}.0`);
  expect(shown('purchased.2026-08.kwh')).toBe('72000.0');
  expect(marks('purchased.2026-08.kwh')).toContain('missing');
  expect(marks('purchased.2026-07.kwh')).toEqual([]);
  // × 8.64 MJ
  expect(shown('purchased.total.ordinary-gj')).toBe('7547.904');
  expect(shown('hours.total.missing')).toBe('24');
  expect(shown('hours.total.estimated')).toBe('100.0');
});

test('hourly method: 8 hours of curtailment at 3.6, 24 of tight supply at 12.2, 9.4 for the rest', () => {
  const mj = 8n * 36n + 24n * 122n + (HOURS - 24n - 32n) * 94n;
  expect(shown('purchased.total.hourly-gj')).toBe(`${mj / 100n}.${String(mj % 100n).padStart(2, '0')}0`);
  expect(shown('hours.2026-05.curtailment')).toBe('800.0');
  expect(shown('hours.2026-07.tight')).toBe('2400.0');
});

test('hours for which no document speaks are counted and named: February and March', () => {
  expect(shown('hours.total.unconfirmed-hours')).toBe(String((28 + 31) * 24));
  expect(marks('purchased.2027-02.hourly-gj')).toContain('unconfirmed');
  expect(marks('purchased.2027-01.hourly-gj')).not.toContain('unconfirmed');
});

test('the monthly method has no table here: nothing is printed instead of a guess', () => {
  expect(shown('purchased.total.monthly-gj')).toBeNull();
  expect(shown('summary.monthly.gj')).toBeNull();
});

test('energy by kind: gas 45 GJ/1000 m³, own PV 3.6, heavy oil 38.9, wood 17.0 and × 0.8 in the intensity', () => {
  expect(shown('energy.gas.amount')).toBe(`${2n * HOURS}.0`);
  expect(shown('energy.gas.gj')).toBe('788.400');
  expect(shown('energy.pv.gj')).toBe('315.360');
  expect(shown('energy.fuel-a-heavy-oil.gj')).toBe('389.000');
  expect(marks('energy.fuel-a-heavy-oil.gj')).toEqual(['unverified', 'entered']);
  expect(shown('energy.fuel-waste-wood.gj')).toBe('340.000');
  expect(shown('energy.fuel-waste-wood.intensity-gj')).toBe('272.000');
  // The sub-meter and the steam of the own boiler are in the tables of meters, and in no total.
  expect(shown('energy.total.gj')).toBe('9380.664');
  expect(shown('energy.total.kl')).toBe('242.021');
  expect(cells.has('energy.steam.gj')).toBe(false);
});

test('intensities against 1,200 t, year on year truncated, and the mean of the last four changes', () => {
  // (9380.664 − 340 + 272) GJ × 0.0258 ÷ 1200
  expect(shown('intensity.2026.ordinary')).toBe('0.20022');
  expect(['2023', '2024', '2025', '2026'].map((year) => shown(`intensity.${year}.ordinary-change`))).toEqual([
    '96.0',
    '100.0',
    '95.8',
    '87.0',
  ]);
  expect(shown('intensity.total.ordinary-change')).toBe('94.5');
  expect(marks('intensity.2025.ordinary')).toEqual(['entered']);
});

test('CO2: the newest publication of the year wins; gas 2.05 per 1000 m³, oil GJ × tC/GJ × 44/12, wood none', () => {
  expect(shown('co2.electricity-1.basic-factor')).toBe('0.000400');
  expect(shown('co2.electricity-1.basic')).toBe('349.440');
  expect(shown('co2.electricity-1.adjusted')).toBe('262.080');
  expect(shown('co2.gas.basic')).toBe('35.916');
  expect(shown('co2.fuel-a-heavy-oil.basic')).toBe('27.528');
  expect(cells.has('co2.fuel-waste-wood.basic')).toBe(false);
  expect(shown('co2.total.basic')).toBe('412.884');
});

test('non-fossil ratio: PV × 8.64 × 1.2, wood as it is, the share of the menu as entered', () => {
  expect(shown('non-fossil.pv.energy')).toBe('756.864');
  expect(shown('non-fossil.pv.weighted')).toBe('908.237');
  expect(shown('non-fossil.electricity.weighted')).toBe('1509.581');
  expect(marks('non-fossil.total.ratio')).toContain('unverified');
  expect(shown('non-fossil.total.ratio')).toBe('28.1');
});

test('days of demand response: several in one day count once; up while tight and down in curtailment do not', () => {
  expect(shown('responses.total.days')).toBe('2');
  expect(
    [...cells.keys()].filter((id) => id.startsWith('responses.') && id.endsWith('.days')).map(shown),
  ).toEqual(['0', '1', '1', '0', '0', '2']);
});

test('it says whose meters these are, and what is not verified', () => {
  const notes = made.report.notes.map(({ en }) => en).join('\n');
  expect(notes).toContain('this gateway (gw1) only. Those of gw2');
  const unsure = made.report.factors.filter(({ confidence }) => confidence !== 'H').map(({ id }) => id);
  expect(unsure).toEqual(
    expect.arrayContaining(['electricity-own', 'a-heavy-oil/gj', 'city-gas/co2', 'co2-per-carbon']),
  );
  for (const { source } of made.report.factors) expect(source.length).toBeGreaterThan(5);
});

test('a month: the same July as in the year; a day: no fuels, no intensities', async () => {
  const july = (await world.make({ kind: 'month', month: '2026-07' }, jst('2027-07-05T09:00:00'))).report;
  const find = (report: typeof july, id: string) =>
    [...cellsOf(report)].find(({ cell }) => cell.id === id)?.cell;
  expect(find(july, 'purchased.total.hourly-gj')?.figure?.shown).toBe(
    cells.get('purchased.2026-07.hourly-gj')?.figure?.shown,
  );
  expect(find(july, 'hours.total.maximum')?.figure?.shown).toBe(1000n);
  const day = (await world.make({ kind: 'day', date: '2026-07-21' }, jst('2027-07-05T09:00:00'))).report;
  const tight = find(day, 'purchased.total.hourly-gj')?.figure;
  expect(tight && shownText(tight)).toBe('29.280');
  expect(day.tables.map(({ id }) => id)).toEqual([
    'summary',
    'purchased',
    'hours',
    'energy',
    'co2',
    'meters',
    'coverage',
  ]);
});

test('two supplies: no maximum of the site where one of them was not measured', async () => {
  const from = jst('2026-07-01T00:00:00');
  const to = jst('2026-07-02T00:00:00');
  const two = reportWorld({
    sinceMs: from,
    meters: [
      { id: 'main', role: 'grid-import' },
      { id: 'second', role: 'grid-import' },
    ],
  });
  try {
    two.fill('main', from, to, (_, n) => (n === 5 ? 900n * UNIT : 100n * UNIT));
    two.fill('second', from, to, (_, n) => (n === 5 ? null : 50n * UNIT));
    const { report } = await two.make({ kind: 'day', date: '2026-07-01' }, jst('2026-07-02T01:00:00'));
    const most = [...cellsOf(report)].find(({ cell }) => cell.id === 'hours.total.maximum')?.cell.figure;
    expect(most && shownText(most)).toBe('150.0');
  } finally {
    two.remove();
  }
});
