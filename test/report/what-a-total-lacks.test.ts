/**
 * A total that lacks a month says so, and whoever adds up the printed parts of the summary arrives at it: the figures of
 * one method are those of the other, with the electricity of one in the place of that of the other.
 */
import { afterEach, expect, test } from 'vitest';
import { rational } from '../../gateway/domain/rational.ts';
import { type Cell, cellsOf } from '../../gateway/domain/report/model.ts';
import { shownText } from '../../gateway/domain/report/rounding.ts';
import { instant } from '../../gateway/domain/time.ts';
import { documentOf, jst, reportWorld, UNIT, type World } from './world.ts';

const FROM = jst('2026-04-01T00:00:00');
const NOW = jst('2026-06-01T00:05:00');

let world: World;
afterEach(() => world.remove());

async function cellsIn(fiscalYear: number): Promise<ReadonlyMap<string, Cell>> {
  const { report } = await world.make({ kind: 'fiscal-year', fiscalYear }, NOW);
  return new Map([...cellsOf(report)].map(({ cell }) => [cell.id, cell]));
}

test('one month has its printed figure and the next has none: the sum of the year is not all, and no summary is made', async () => {
  world = reportWorld({
    sinceMs: FROM,
    meters: [{ id: 'main', role: 'grid-import' }],
    methods: [{ fiscalYear: 2026, method: 'monthly' }],
    documents: [
      { ...documentOf('2026-04-01', '2026-05-31'), monthly: [{ month: '2026-04', mjPerKwh: '7.92' }] },
    ],
  });
  world.fill('main', FROM, jst('2026-06-01T00:00:00'), () => 100n * UNIT);
  const cells = await cellsIn(2026);
  expect(cells.get('purchased.2026-04.monthly-gj')?.marks).toEqual([]);
  expect(cells.get('purchased.2026-05.monthly-gj')?.figure?.exact).toBeNull();
  for (const column of ['gj', 'kl']) {
    expect(cells.get(`purchased.total.monthly-${column}`)?.marks).toContain('unknown');
    expect(cells.get(`purchased.total.hourly-${column}`)?.marks).toEqual([]);
    expect(cells.get(`summary.monthly.${column}`)?.figure?.exact).toBeNull();
    expect(cells.get(`summary.monthly.${column}`)?.marks).toContain('unknown');
    expect(cells.get(`summary.hourly.${column}`)?.figure?.exact).not.toBeNull();
  }
});

test('the crude oil of the summary is what the printed parts add up to', async () => {
  world = reportWorld({
    sinceMs: FROM,
    meters: [
      { id: 'main', role: 'grid-import' },
      { id: 'gas', role: 'gas', channel: 'gas-volume', kwhPerUnit: rational(25n, 2n) },
      { id: 'kiln', role: 'gas', channel: 'gas-volume', kwhPerUnit: rational(25n, 2n) },
    ],
    documents: [documentOf('2026-04-01', '2026-05-31')],
  });
  const cells: ReadonlyMap<string, Cell>[] = [];
  const shown = (id: string): number =>
    Number((shownText(cells.at(-1)?.get(id)?.figure as never) ?? '').replace('.', ''));
  for (let hour = 0; hour < 12; hour++) {
    const at = instant(FROM + hour * 3_600_000);
    for (const [meter, amount] of [
      ['main', 12_345_678n],
      ['gas', 1_017_000n],
      ['kiln', 1_029_000n],
    ] as const)
      world.fill(meter, at, instant(at + 3_600_000), () => amount * BigInt(hour + 1));
    cells.push(await cellsIn(2026));
    for (const column of ['gj', 'kl'])
      expect(shown(`summary.hourly.${column}`), `${column} after ${hour + 1} h`).toBe(
        shown(`energy.total.${column}`) -
          shown(`purchased.total.ordinary-${column}`) +
          shown(`purchased.total.hourly-${column}`),
      );
  }
});

test('factors of two menus and no word by which was bought: it says what to write, not that they lack', async () => {
  world = reportWorld({ sinceMs: FROM, meters: [{ id: 'main', role: 'grid-import' }] });
  world.fill('main', FROM, jst('2026-04-02T00:00:00'), () => 100n * UNIT);
  const notes: string[] = [];
  for (const menu of ['M', 'N']) {
    const figures = { published: '2026-01-10', basic: '0.0005', adjusted: '0.0004', nonFossilPercent: null };
    const entry = { kind: 'co2', fiscalYear: 2026, retailer: 'R', menu, ...figures } as const;
    const said = { saidAtMs: NOW, by: '佐藤', source: 'page', batch: menu };
    world.store.write(() => world.store.reports.enter([{ withdrawn: false, entry }], said));
    const { report } = await world.make({ kind: 'fiscal-year', fiscalYear: 2026 }, NOW);
    notes.push(
      report.tables
        .find(({ id }) => id === 'co2')
        ?.notes.map(({ en }) => en)
        .join() ?? '',
    );
  }
  expect(notes[0]).toBe('');
  expect(notes[1]).toContain('report.contracts');
});

test('a counter of production that came in May: April is taken as entered, and May not twice', async () => {
  const may = jst('2026-05-01T00:00:00');
  world = reportWorld({
    sinceMs: may,
    meters: [
      { id: 'main', role: 'grid-import' },
      { id: 'belt', role: 'water', channel: 'water-volume', kwhPerUnit: null },
    ],
    settings: { production: { name: '鋳物', unit: 't', meter: 'belt', channel: 'water-volume', times: '2' } },
  });
  world.fill('main', may, jst('2026-05-02T00:00:00'), () => 100n * UNIT);
  world.fill('belt', may, jst('2026-05-02T00:00:00'), () => UNIT);
  const production = async () => (await cellsIn(2026)).get('intensity.2026.production');
  const text = (cell: Cell | undefined) => cell?.figure && shownText(cell.figure);
  expect(text(await production())).toBe('48.000');
  const enter = (month: string, amount: string) =>
    world.store.reports.enter([{ withdrawn: false, entry: { kind: 'production', month, amount } }], {
      saidAtMs: NOW,
      by: '佐藤',
      source: 'page',
      batch: month,
    });
  world.store.write(() => enter('2026-04', '30'));
  world.store.write(() => enter('2026-05', '7'));
  const cell = await production();
  expect(text(cell)).toBe('78.000');
  expect(cell?.marks).toContain('entered');
  expect(cell?.trail?.of).toHaveLength(2);
});

test('two grid meters, one of them silent for three hours and the other for two of these: three hours are missing, not five', async () => {
  world = reportWorld({
    sinceMs: FROM,
    meters: [
      { id: 'north', role: 'grid-import' },
      { id: 'south', role: 'grid-import' },
    ],
  });
  const to = jst('2026-04-02T00:00:00');
  world.fill('north', FROM, to, (_, n) => (n >= 8 && n < 11 ? null : 100n * UNIT));
  world.fill('south', FROM, to, (_, n) => (n >= 8 && n < 10 ? null : 50n * UNIT));
  const { report } = await world.make({ kind: 'day', date: '2026-04-01' }, NOW);
  const cells = new Map([...cellsOf(report)].map(({ cell }) => [cell.id, cell]));
  const shown = (id: string) => shownText(cells.get(id)?.figure as never);
  expect(shown('hours.T08.missing')).toBe('1');
  expect(shown('hours.T10.missing')).toBe('1');
  expect(shown('hours.total.missing')).toBe('3');
  expect(shown('hours.total.maximum')).toBe('150.0');
  expect(shown('coverage.north.missing')).toBe('3');
});

test('a year with missing hours is no sound comparison: its change and the mean of five years say so', async () => {
  world = reportWorld({
    sinceMs: FROM,
    meters: [{ id: 'main', role: 'grid-import' }],
    settings: { production: { name: '鋳物', unit: 't', meter: null, channel: null, times: '1' } },
  });
  world.fill('main', FROM, jst('2026-04-02T00:00:00'), (_, n) => (n === 3 ? null : 100n * UNIT));
  const said = { saidAtMs: NOW, by: '佐藤', source: 'page', batch: 'x' };
  const years = [2022, 2023, 2024, 2025].map((fiscalYear) => ({
    withdrawn: false,
    entry: { kind: 'year', fiscalYear, ordinary: '0.1', optimization: '0.1' } as const,
  }));
  const production = { kind: 'production', month: '2026-04', amount: '5' } as const;
  world.store.write(() =>
    world.store.reports.enter([...years, { withdrawn: false, entry: production }], said),
  );
  const cells = await cellsIn(2026);
  expect(cells.get('intensity.2025.ordinary-change')?.marks).toEqual(['entered']);
  expect(cells.get('intensity.2026.ordinary-change')?.figure?.exact).not.toBeNull();
  for (const row of ['2026', 'total'])
    expect(cells.get(`intensity.${row}.ordinary-change`)?.marks).toEqual(['missing', 'entered']);
});
