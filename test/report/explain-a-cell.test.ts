/** From a figure of the year down to one hour's readings: each step adds up to the one above it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadRuleSets } from '../../config/rule-sets.ts';
import { CodedError } from '../../gateway/domain/faults.ts';
import { rational } from '../../gateway/domain/rational.ts';
import { cellsOf } from '../../gateway/domain/report/model.ts';
import { parsePeriod } from '../../gateway/domain/report/period.ts';
import {
  commandOf,
  type ExplainedCell,
  explainCell,
  explainedText,
} from '../../gateway/report/explain-cell.ts';
import type { MadeReport } from '../../gateway/report/reporter.ts';
import { createReporter } from '../../gateway/report/reporter.ts';
import { reportKnowledge } from '../../gateway/report-sources.ts';
import { openStoreForReading } from '../../gateway/store/store.ts';
import { documentOf, jst, reportWorld, type World } from './world.ts';

const knowledge = { ruleSets: loadRuleSets() };
const FROM = jst('2026-07-20T00:00:00');
const TO = jst('2026-08-02T00:00:00');
let world: World;

beforeAll(() => {
  world = reportWorld({
    sinceMs: FROM,
    meters: [
      { id: 'main', role: 'grid-import' },
      { id: 'gas', role: 'gas', channel: 'gas-volume', kwhPerUnit: rational(25n, 2n) },
    ],
    documents: [documentOf('2026-07-01', '2026-07-31', { curtailmentDays: ['2026-07-21'] })],
    settings: { production: { name: '鋳物', unit: 't', meter: null, channel: null, times: '1' } },
  });
  world.fill('main', FROM, TO, (_, n) => 100_000_001n + BigInt(n * 7));
  world.fill('gas', FROM, TO, () => 2_000_000n);
  world.store.write(() =>
    world.store.reports.enter(
      [{ withdrawn: false, entry: { kind: 'production', month: '2026-07', amount: '50' } }],
      {
        saidAtMs: TO,
        by: '佐藤',
        source: 'page',
        batch: 'x',
      },
    ),
  );
});
afterAll(() => world.remove());

function explained(report: string, cell: string): Promise<ExplainedCell> {
  return asked(report, (made) => explainCell(made, cell, knowledge, 'en'));
}

function asked<T>(report: string, use: (made: MadeReport) => T): Promise<T> {
  const period = parsePeriod(report);
  if (!period) throw new Error(report);
  const reporter = createReporter({
    ...reportKnowledge(),
    open: () => openStoreForReading(world.dataDir),
    dataDir: world.dataDir,
    now: () => TO,
  });
  return reporter.make(period, use);
}

const valueOf = (text: string): bigint => {
  const [, whole = '', digits = ''] = /(\d+)(?:\.(\d{1,6}))?(?: MJ)?$/.exec(text) ?? [];
  return BigInt(whole + digits.padEnd(6, '0'));
};

test('year → months → days → hours → `hakaru explain METER HOUR`, each the sum of the next', async () => {
  let step = await explained('fy2026', 'purchased.2026-07.hourly-gj');
  for (const depth of ['day', 'hour']) {
    const head = step.lines.find(({ depth: at }) => at === 1);
    const parts = step.lines.filter(({ depth: at, onward }) => at === 2 && onward !== null);
    if (!head) throw new Error('no sum');
    expect(parts.length).toBe(depth === 'day' ? 12 : 24);
    expect(parts.reduce((sum, { text }) => sum + valueOf(text), 0n)).toBe(valueOf(head.text));
    const next = parts[1]?.onward;
    if (!next) throw new Error('it leads nowhere');
    if (depth === 'day') {
      if (!('report' in next)) throw new Error('not a report');
      expect(next).toEqual({ report: '2026-07-21', cell: 'purchased.total.hourly-gj' });
      const total = await explained(next.report, next.cell);
      // Σ of the hours of the day, printed one by one; each leads to its own hour.
      expect(total.lines.filter(({ onward }) => onward !== null)).toHaveLength(24);
      step = await explained('2026-07', 'purchased.2026-07-21.hourly-gj');
    } else expect(commandOf(next)).toBe('hakaru explain main 2026-07-21T01:00:00+09:00');
  }
  expect(step.lines.some(({ text }) => text.includes('× 3.6 (curtailment, kyushu-2026-07-01 r1)'))).toBe(
    true,
  );
});

test('gas leads on to gas, and a day of it to its hours', async () => {
  const month = await explained('2026-07', 'energy.gas.gj');
  const next = month.lines.find(({ depth }) => depth === 2)?.onward;
  expect(next).toEqual({ report: '2026-07-20', cell: 'energy.gas.gj' });
  const day = await explained('2026-07-20', 'energy.gas.gj');
  expect(day.lines.find(({ depth }) => depth === 1)?.text).toMatch(/= 600$/);
  const hour = day.lines.find(({ depth }) => depth === 2)?.onward;
  expect(hour && commandOf(hour)).toBe('hakaru explain gas 2026-07-20T00:00:00+09:00');
  const co2 = explainedText(await explained('2026-07-20', 'co2.gas.basic'));
  expect(co2).toContain('gas at SATP: 0.048 × 1000 m³');
});

test('a maximum leads to the hour in which it lies', async () => {
  for (const cell of ['hours.2026-07-31.maximum', 'hours.total.maximum']) {
    const hour = (await explained('2026-07', cell)).lines.find(({ depth }) => depth === 2);
    expect(hour?.onward && commandOf(hour.onward), cell).toBe(
      'hakaru explain main 2026-07-31T23:00:00+09:00',
    );
  }
});

test('a factor with its source, an entry with who said it, and what is not verified', async () => {
  const ordinary = explainedText(await explained('2026-07', 'purchased.2026-07-21.ordinary-gj'));
  expect(ordinary).toContain('{0} × {1} ÷ 1000');
  expect(ordinary).toContain('8.64 MJ/kWh');
  expect(ordinary).toContain('source: 資源エネルギー庁');
  const production = explainedText(await explained('fy2026', 'intensity.2026.production'));
  expect(production).toContain('by 佐藤');
  const intensity = await explained('fy2026', 'intensity.2026.optimization');
  expect(intensity.lines.map(({ onward }) => onward && 'cell' in onward && onward.cell)).toContain(
    'purchased.total.hourly-gj',
  );
});

test('every cell can be asked about, and every cell it names is there', async () => {
  for (const report of ['fy2026', '2026-07', '2026-07-21'])
    await asked(report, (made) => {
      const cells = [...cellsOf(made.report)].map(({ cell }) => cell);
      const known = new Set(cells.map(({ id }) => id));
      expect(known.size).toBe(cells.length);
      for (const { id, trail } of cells) {
        for (const ref of trail?.of ?? [])
          if ('cell' in ref) expect(known, `${id} names ${ref.cell}`).toContain(ref.cell);
        const places = [...(trail?.formula ?? '').matchAll(/\{(\d+)\}/g)].map(([, n]) => Number(n));
        for (const place of places) expect(place, id).toBeLessThan(trail?.of.length ?? 0);
      }
      for (const [n, { id }] of cells.entries())
        if (n % 5 === 0) expect(explainCell(made, id, knowledge, 'ja').lines.length).toBeGreaterThan(0);
      for (const { id } of cells.slice(0, 3)) {
        expect(explainCell(made, id, knowledge, 'en').cell).toBe(id);
      }
    });
});

test('a cell that is not there is named, with one that is', async () => {
  await expect(explained('2026-07', 'purchased.2026-07-99.kwh')).rejects.toSatisfy(
    (error) => error instanceof CodedError && error.fault.code === 'report-cell-unknown',
  );
});
