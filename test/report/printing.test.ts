/** One report as HTML, CSV and JSON: the same figures, in both languages, nothing that needs a script. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cellsOf } from '../../gateway/domain/report/model.ts';
import { shownText } from '../../gateway/domain/report/rounding.ts';
import { PURPOSE } from '../../gateway/domain/report/words.ts';
import { encodeText, reportCsv } from '../../gateway/report/csv.ts';
import { grouped, reportHtml } from '../../gateway/report/html.ts';
import { reportJson, reportJsonSchema } from '../../gateway/report/json.ts';
import type { MadeReport } from '../../gateway/report/reporter.ts';
import { grid, jst, reportWorld, type World } from './world.ts';

let world: World;
let made: MadeReport;

beforeAll(async () => {
  world = reportWorld({
    sinceMs: jst('2026-07-01T00:00:00'),
    meters: [
      { id: 'main', role: 'grid-import', name: '<b>受電</b> & "主"' },
      { id: 'formula', role: 'sub', name: '=1+1' },
      { id: 'odd', role: 'sub', name: '髙🏭' },
    ],
  });
  for (const meter of ['main', 'formula', 'odd'])
    world.fill(
      meter,
      jst('2026-07-01T00:00:00'),
      jst('2026-07-03T00:00:00'),
      (_, n) => 1_234_567_890n + BigInt(n),
    );
  made = await world.make({ kind: 'month', month: '2026-07' }, jst('2026-07-03T00:05:00'));
});
afterAll(() => world.remove());

test('HTML: complete in itself, no script, names escaped, the purpose in both languages', () => {
  for (const language of ['ja', 'en'] as const) {
    const { html } = reportHtml(made.report, { language, grid, links: null });
    expect(html).toContain(`<html lang="${language}">`);
    expect(html).toContain(PURPOSE[language]);
    expect(html).not.toMatch(/<script|<link|<img|\son\w+=|url\(|@import|javascript:/i);
    expect(html).toContain('&lt;b&gt;受電&lt;/b&gt; &amp; &quot;主&quot;');
    expect(html).not.toContain('<b>受電');
    for (const { cell } of cellsOf(made.report)) {
      const text = cell.figure && shownText(cell.figure);
      if (text !== null) expect(html).toContain(`title="${cell.id}">${grouped(text)}`);
    }
  }
});

test('CSV: what is printed, then every cell before rounding; a formula is text', () => {
  const text = reportCsv(made.report, 'ja', grid);
  const rows = parse(text, { relax_column_count: true });
  const exact = new Map(rows.filter((row) => row[0]?.startsWith('purchased.')).map((row) => [row[0], row]));
  expect(exact.get('purchased.2026-07-01.kwh')?.slice(1, 4)).toEqual(['kWh', '29629.6', '29629.629636']);
  expect(rows.some((row) => row.includes("'=1+1 (kWh)"))).toBe(true);
  expect(text.split('\n').every((line) => line === '' || line.endsWith('\r') || line.includes('"'))).toBe(
    true,
  );
  const { bytes } = encodeText(text, 'utf-8');
  expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
});

test('Shift_JIS: what it cannot hold is replaced and said', () => {
  const text = reportCsv(made.report, 'ja', grid);
  const { bytes, replaced } = encodeText(text, 'shift_jis');
  expect(replaced).toEqual(['🏭']);
  const back = new TextDecoder('shift_jis', { fatal: true }).decode(bytes);
  expect(back).toContain('髙〓');
  expect(back).toContain('CO2 排出量');
});

test('JSON: as its schema says; figures digit by digit', () => {
  const json = reportJson(made.report, grid);
  const ajv = new Ajv2020({ strict: false });
  formats.default(ajv);
  const validate = ajv.compile(reportJsonSchema());
  expect(validate(JSON.parse(json)), JSON.stringify(validate.errors)).toBe(true);
  expect(json).toContain(
    '"id":"purchased.2026-07-01.kwh","unit":"kWh","exact":29629.629636,"printed":"29629.6"',
  );
  const ids = [...cellsOf(made.report)].map(({ cell }) => cell.id);
  expect(new Set(ids).size).toBe(ids.length);
});
