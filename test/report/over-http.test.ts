/** Reports as the page asks for them, and entries as it sends them: only from itself, all of it or nothing. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DashboardReads } from '../../gateway/dashboard/reads.ts';
import { type Dashboard, startDashboard } from '../../gateway/dashboard/server.ts';
import type { Clock } from '../../gateway/domain/time.ts';
import { createReportDesk } from '../../gateway/report-desk.ts';
import { createReportIntake } from '../../gateway/report-intake.ts';
import { jst, reportWorld, type World } from './world.ts';

const silent = { info() {}, warn() {}, error() {} } as never;
const NOW = jst('2026-07-03T00:05:00');
let world: World;
let dashboard: Dashboard;
let webRoot: string;

beforeAll(async () => {
  world = reportWorld({
    sinceMs: jst('2026-07-01T00:00:00'),
    meters: [{ id: 'main', role: 'grid-import', name: '受電' }],
  });
  world.fill('main', jst('2026-07-01T00:00:00'), jst('2026-07-03T00:00:00'), () => 5_000_000n);
  webRoot = mkdtempSync(join(tmpdir(), 'hakaru-web-'));
  const { store, dataDir } = world;
  const clock = { now: () => NOW } as Clock;
  const intake = createReportIntake({ store, dataDir, log: silent });
  const reports = createReportDesk({
    store,
    dataDir,
    clock,
    intake,
    onError: (error) => {
      throw error;
    },
  });
  const reads = { site: () => ({ timezone: 'Asia/Tokyo' }), now: () => NOW } as unknown as DashboardReads;
  const live = { subscribe: () => () => {} };
  dashboard = await startDashboard({
    host: '127.0.0.1',
    port: 0,
    reads,
    live,
    log: silent,
    language: 'ja',
    webRoot,
    reports,
  });
});
afterAll(async () => {
  await dashboard.close();
  world.remove();
  rmSync(webRoot, { recursive: true, force: true });
});

const get = (path: string) => fetch(`${dashboard.url}${path}`);
const send = (csv: string, headers: Record<string, string> = { 'x-hakaru-change': '1' }) =>
  fetch(`${dashboard.url}/api/v1/report/entries?by=${encodeURIComponent('佐藤')}`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream', ...headers },
    body: csv,
  });

test('a page without scripts, its style by its hash; every link on it leads somewhere', async () => {
  const page = await get('/report?period=2026-07&lang=ja');
  expect(page.status).toBe(200);
  expect(page.headers.get('content-security-policy')).toMatch(
    /^default-src 'none';style-src 'sha256-[A-Za-z0-9+/=]+';/,
  );
  const html = await page.text();
  const links = [...html.matchAll(/href="([^"]+)"/g)].map(([, href]) =>
    (href ?? '').replaceAll('&amp;', '&'),
  );
  const cell = links.find((href) => href.includes('cell=purchased.2026-07-01.hourly-gj'));
  const below = await (await get(cell ?? '')).text();
  expect(below).toContain(
    '/report/hour?meter=main&amp;channel=energy-import&amp;hour=2026-07-01T13%3A00%3A00%2B09%3A00',
  );
  for (const href of links.filter((each) => each !== '/' && !each.includes('cell=')))
    expect((await get(href)).status, href).toBe(200);
});

test('JSON, CSV in both encodings, and what cannot be asked', async () => {
  const json = (await (await get('/api/v1/report?period=2026-07')).json()) as {
    report: { id: string; soFar: boolean };
  };
  expect(json.report).toMatchObject({ id: '2026-07', soFar: true });
  const csv = await get('/api/v1/report?period=2026-07-01&format=csv&encoding=shift_jis&lang=ja');
  expect(csv.headers.get('content-disposition')).toBe('attachment; filename="hakaru-2026-07-01.csv"');
  expect(new TextDecoder('shift_jis', { fatal: true }).decode(await csv.arrayBuffer())).toContain('受電');
  const wrong = ['period=2026-13', 'period=2026-07&format=pdf', 'period=2026-07&who=me', ''].map((query) =>
    get(`/api/v1/report?${query}`),
  );
  for (const answer of await Promise.all(wrong)) expect(answer.status).toBe(400);
  expect((await get('/report?period=2030-01')).status).toBe(400);
  expect((await get('/report/cell?period=2026-07&cell=nowhere')).status).toBe(404);
});

test('more at once than may wait are refused, and the others answered', async () => {
  const answers = await Promise.all(Array.from({ length: 12 }, () => get('/api/v1/report?period=2026-07')));
  const codes = answers.map(({ status }) => status);
  expect(new Set(codes)).toEqual(new Set([200, 503]));
  expect((await get('/api/v1/report?period=2026-07')).status).toBe(200);
});

test('entries: from the own page only, whole or not at all, and listed', async () => {
  expect((await send('production,2026-07,5\n', {})).status).toBe(403);
  expect(
    (await send('production,2026-07,5\n', { 'x-hakaru-change': '1', origin: 'http://evil.example' })).status,
  ).toBe(403);
  const refused = await send('production,2026-07,5\nproduction,2026-08,x\n');
  expect(refused.status).toBe(400);
  expect(((await refused.json()) as { message: string }).message).toContain('page:2:20');
  const list = async () =>
    ((await (await get('/api/v1/report/entries')).json()) as { entries: { by: string; what: string }[] })
      .entries;
  expect(await list()).toEqual([]);
  expect(await (await send('production,2026-07,5\n')).json()).toEqual({ taken: 1 });
  expect(await list()).toMatchObject([{ by: '佐藤', what: '2026-07 5', no: 1, replacedBy: null }]);
});
