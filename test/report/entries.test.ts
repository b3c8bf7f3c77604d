/** What people enter: refused whole with line and column, replaced and never lost, taken back with a dash. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import iconv from 'iconv-lite';
import { afterAll, describe, expect, test } from 'vitest';
import { ENTRY_EXAMPLES, readReportEntries } from '../../config/report-entry-csv.ts';
import { fuelIds } from '../../config/report-factors.ts';
import { aboutText, CodedError } from '../../gateway/domain/faults.ts';
import { ENTRY_KINDS } from '../../gateway/domain/report/entries.ts';
import { createReportIntake } from '../../gateway/report-intake.ts';
import { openStoreInMemory } from '../../gateway/store/store.ts';
import { hakaru } from '../support/cli.ts';
import { jst, reportWorld } from './world.ts';

const fuels = fuelIds();
const bytes = (text: string) => new TextEncoder().encode(text);
const silent = { info() {}, warn() {}, error() {} } as never;

function refusal(text: string): { readonly where: unknown; readonly reason: string } {
  try {
    readReportEntries(bytes(text), 'figures.csv', fuels);
  } catch (error) {
    if (error instanceof CodedError && error.fault.code === 'report-entry-invalid')
      return { where: error.fault.about['where'], reason: aboutText(error.fault, 'reason') ?? '' };
    throw error;
  }
  throw new Error(`taken: ${text}`);
}

describe('a wrong line refuses the file, with its line and column', () => {
  test.each([
    ['production,2026-07,1\nproduction,2026-13,2\n', '2:12', 'is not a month'],
    ['production,2026-07,"1,234"\n', '1:20', 'without commas'],
    ['production,2026-07,-5\n', '1:20', 'is not a decimal'],
    ['production,2026-07\n', '1:12', 'takes month, amount'],
    ['production,2026-07,1,2\n', '1:22', 'takes month, amount'],
    ['prodction,2026-07,1\n', '1:1', 'did you mean production'],
    ['fuel,a-hevy-oil,2026-07,1\n', '1:6', 'did you mean a-heavy-oil'],
    ['co2,2026,R,M,2026-02-30,0.0004,0.0004\n', '1:14', 'is not a date'],
    ['co2,2026,R,M,2026-02-20,4,0.0004\n', '1:25', 'more than 1'],
    ['co2,2026,R,M,2026-02-20,0.402,0.000389\n', '1:25', 'not kg'],
    ['co2,2026,R,M,2026-02-20,0.000402,0.389\n', '1:34', 'not kg'],
    ['co2,2026,,M,2026-02-20,0.0004,0.0004\n', '1:10', 'retailer takes'],
    ['co2,2026,R,M,2026-02-20,0.0004,0.0004,120\n', '1:39', 'more than 100'],
    ['demand-response,2026-07-21,sideways,17:00,19:00\n', '1:28', 'neither up'],
    ['demand-response,2026-07-21,down,19:00,17:00\n', '1:39', 'ends before'],
    ['demand-response,2026-07-21,down,17:30,19:00\n', '1:33', 'whole hour'],
    ['year,26,0.1\n', '1:6', 'is not a fiscal year'],
    ['kind,a,b\n\nproduction,2026-07,1\nproduction,2026-07,2\n', '4:1', 'same thing as line 3'],
    ['# only a remark\n', '1:1', 'no entry'],
  ])('%j', (text, where, reason) => {
    const found = refusal(text);
    expect(found.where).toBe(where);
    expect(found.reason).toContain(reason);
  });
});

test('every example that is shown can be entered, as UTF-8 with or without a mark and as Shift_JIS', () => {
  const text = `kind,…\n${ENTRY_KINDS.map((kind) => ENTRY_EXAMPLES[kind]).join('\r\n')}\r\n`.replace(
    '…',
    'fields',
  );
  const plain = readReportEntries(bytes(text), 'x', fuels);
  expect(plain.map(({ entry }) => entry.kind)).toEqual([...ENTRY_KINDS]);
  expect(readReportEntries(bytes(`\uFEFF${text}`), 'x', fuels)).toEqual(plain);
  expect(readReportEntries(iconv.encode(text, 'shift_jis'), 'x', fuels)).toEqual(plain);
});

test('nothing half-applied; a later entry replaces an earlier one; the record of who said what stays', () => {
  const store = openStoreInMemory();
  const dataDir = mkdtempSync(join(tmpdir(), 'hakaru-entries-'));
  const intake = createReportIntake({ store, dataDir, log: silent });
  const say = (text: string, by: string, batch: string) =>
    intake.enter(bytes(text), { by, batch, source: 'page', saidAtMs: 1 });
  try {
    expect(say('production,2026-07,100\nfuel,diesel,2026-07,2\n', '佐藤', 'a')).toBe(2);
    expect(() => say('production,2026-08,100\nfuel,diesel,2026-08,x\n', '鈴木', 'b')).toThrow(
      'report-entry-invalid',
    );
    expect(store.reports.entryTrail(10)).toHaveLength(2);
    expect(say('production,2026-07,100\n', '鈴木', 'c')).toBe(0);
    expect(say('production,2026-07,120\n', '鈴木', 'd')).toBe(1);
    expect(say('fuel,diesel,2026-07,-\n', '鈴木', 'e')).toBe(1);
    expect(say('fuel,diesel,2026-07,-\n', '鈴木', 'f')).toBe(0);
    expect(store.reports.entriesInForce(2026, 2026).map(({ entry, by }) => [entry, by])).toEqual([
      [{ kind: 'production', month: '2026-07', amount: '120' }, '鈴木'],
    ]);
    expect(
      store.reports
        .entryTrail(10)
        .map(({ no, replacedBy, withdrawn, by }) => ({ no, replacedBy, withdrawn, by })),
    ).toEqual([
      { no: 4, replacedBy: null, withdrawn: true, by: '鈴木' },
      { no: 3, replacedBy: null, withdrawn: false, by: '鈴木' },
      { no: 2, replacedBy: 4, withdrawn: false, by: '佐藤' },
      { no: 1, replacedBy: 3, withdrawn: false, by: '佐藤' },
    ]);
  } finally {
    store.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
});

describe('on the command line', () => {
  const world = reportWorld({
    sinceMs: jst('2026-04-01T00:00:00'),
    meters: [{ id: 'main', role: 'grid-import' }],
    settings: { production: { name: '鋳物', unit: 't', meter: null, channel: null, times: '1' } },
  });
  world.fill('main', jst('2026-04-01T00:00:00'), jst('2026-04-02T00:00:00'), () => 5_000_000n);
  world.store.close();
  afterAll(() => rmSync(world.dataDir, { recursive: true, force: true }));
  const at = ['--data', world.dataDir];

  test('entered, imported, listed, reported', async () => {
    const entered = await hakaru('report', 'enter', 'production', '2026-04', '12.5', '--by', '佐藤', ...at);
    expect(entered).toMatchObject({ code: 0, stderr: '' });
    const file = join(world.dataDir, 'figures.csv');
    writeFileSync(file, 'fuel,diesel,2026-04,1\nfuel,diesl,2026-05,1\n');
    const refused = await hakaru('report', 'import', file, ...at);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('figures.csv:2:6');
    const listed = JSON.parse((await hakaru('report', 'entries', '--json', ...at)).stdout) as {
      by: string;
    }[];
    expect(listed.map(({ by }) => by)).toEqual(['佐藤']);
    const csv = await hakaru('report', '--month', '2026-04', '--format', 'csv', ...at);
    expect(csv.code).toBe(0);
    expect(csv.stdout.startsWith('\uFEFF')).toBe(true);
    expect(csv.stdout).toContain('purchased.total.kwh,kWh,120.0,120,');
    const wrong = await hakaru('report', '--month', '2026-13', ...at);
    expect([wrong.code, wrong.stderr.split(':')[0]]).toEqual([1, 'report-period-unreadable']);
    const cell = await hakaru('explain', '--report', '2026-04', 'purchased.2026-04-01.hourly-gj', ...at);
    expect(cell.stdout).toContain('→ hakaru explain main 2026-04-01T13:00:00+09:00');
  });
});
