/**
 * Whoever adds up what is printed arrives at what is printed: hours to their day, days to their month, months to their
 * year, in one report and from one report to another; and the year's figure is its exact value, rounded once.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rational, roundHalfAway } from '../../gateway/domain/rational.ts';
import { cellAt, type Report, type Table } from '../../gateway/domain/report/model.ts';
import { DIGITS, ROUNDING } from '../../gateway/domain/report/rounding.ts';
import { instant } from '../../gateway/domain/time.ts';
import { documentOf, jst, reportWorld } from './world.ts';

const SEED = 20_260_401;
const FROM = jst('2026-04-01T00:00:00');
const TO = jst('2026-05-26T00:00:00');
const NOW = jst('2026-05-26T00:05:00');

/** A small generator, so that an hour's figure costs nothing to make. */
function noise(seed: number) {
  let state = BigInt(seed) + 1n;
  return (below: bigint): bigint => {
    state = (state * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n) % (1n << 64n);
    return (state >> 11n) % below;
  };
}

const tables = ({ tables: all }: Report, id: string): Table[] => all.filter((table) => table.id === id);
const shown = (table: Table | undefined, row: string, column: string): bigint | null =>
  cellAt(table, row, column)?.figure?.shown ?? null;

const SUMMED = ['kwh', 'ordinary-gj', 'ordinary-kl', 'hourly-gj', 'hourly-kl'];
const HOURS = ['curtailment', 'tight', 'unconfirmed-kwh', 'estimated'];

function addsUp(table: Table | undefined, columns: readonly string[]): void {
  for (const column of columns) {
    const parts = table?.rows.map(({ id }) => shown(table, id, column)).filter((each) => each !== null) ?? [];
    const total = shown(table, 'total', column);
    expect(
      parts.reduce((sum, each) => sum + each, 0n),
      `${table?.id} ${column}`,
    ).toBe(total ?? 0n);
  }
}

test('printed hours, days and months add up, in one report and from one to another', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 1_000_000 }),
      fc.integer({ min: 0, max: 54 }),
      async (seed, day) => {
        const world = reportWorld({
          sinceMs: FROM,
          meters: [
            { id: 'main', role: 'grid-import' },
            { id: 'pv', role: 'generation-pv' },
            { id: 'gas', role: 'gas', channel: 'gas-volume', kwhPerUnit: rational(25n, 2n) },
          ],
          documents: [
            documentOf('2026-04-01', '2026-05-31', {
              curtailmentDays: ['2026-04-12', '2026-05-03'],
              tightDays: ['2026-05-20'],
            }),
          ],
        });
        try {
          const any = noise(seed);
          for (const meter of ['main', 'pv', 'gas'])
            world.fill(meter, FROM, TO, () => (any(50n) === 0n ? null : any(1_000_000_000n)));
          const year = (await world.make({ kind: 'fiscal-year', fiscalYear: 2026 }, NOW)).report;
          const may = (await world.make({ kind: 'month', month: '2026-05' }, NOW)).report;
          const date = new Date(FROM + 9 * 3_600_000 + day * 86_400_000).toISOString().slice(0, 10);
          const one = (await world.make({ kind: 'day', date }, NOW)).report;
          const its = (await world.make({ kind: 'month', month: date.slice(0, 7) }, NOW)).report;
          for (const report of [year, may, one]) {
            for (const table of tables(report, 'purchased')) addsUp(table, SUMMED);
            for (const table of tables(report, 'hours')) addsUp(table, HOURS);
            for (const table of tables(report, 'meters')) addsUp(table, ['main', 'pv', 'gas']);
            for (const table of tables(report, 'energy')) addsUp(table, ['gj', 'kl']);
          }
          const pairs = [
            [year, '2026-05', may],
            [its, date, one],
          ] as const;
          for (const [above, row, below] of pairs) {
            for (const column of SUMMED)
              expect(shown(tables(above, 'purchased')[0], row, column)).toBe(
                shown(tables(below, 'purchased')[0], 'total', column),
              );
            for (const column of ['main', 'pv', 'gas'])
              expect(shown(tables(above, 'meters')[0], row, column)).toBe(
                shown(tables(below, 'meters')[0], 'total', column),
              );
          }
          for (const column of SUMMED) {
            const figure = cellAt(tables(year, 'purchased')[0], 'total', column)?.figure;
            if (!figure?.exact) throw new Error(`no total of ${column}`);
            const scale = 10n ** BigInt(DIGITS[figure.unit]);
            expect(figure.shown).toBe(
              roundHalfAway({ num: figure.exact.num * scale, den: figure.exact.den }),
            );
          }
          // No part is a whole unit of its last digit away from its exact value.
          for (const { cells } of tables(may, 'purchased')[0]?.rows ?? [])
            for (const { figure } of cells) {
              if (!figure?.exact || figure.shown === null) continue;
              const scale = 10n ** BigInt(figure.digits);
              const apart = figure.shown * figure.exact.den - figure.exact.num * scale;
              expect(apart < figure.exact.den && -apart < figure.exact.den).toBe(true);
            }
        } finally {
          world.remove();
        }
      },
    ),
    { seed: SEED, numRuns: 3 },
  );
  expect(ROUNDING).toBe('differences-of-rounded-running-totals');
});

test('the same figures whatever is asked first: a report changes nothing', async () => {
  const world = reportWorld({ sinceMs: FROM, meters: [{ id: 'main', role: 'grid-import' }] });
  try {
    world.fill('main', FROM, instant(FROM + 86_400_000), (_, n) => BigInt(n) * 1_234_567n);
    const text = async () =>
      JSON.stringify(
        (await world.make({ kind: 'month', month: '2026-04' }, NOW)).report.tables,
        (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value),
      );
    expect(await text()).toBe(await text());
  } finally {
    world.remove();
  }
});
