/** A document by hand over the API: what would change is shown first, and only who sits here may confirm it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createDocumentDesk } from '../../gateway/coefficient-desk.ts';
import type { BroughtView, PreviewView, SourcesView } from '../../gateway/dashboard/document-views.ts';
import { type Dashboard, startDashboard } from '../../gateway/dashboard/server.ts';
import { fakePlant } from '../dashboard/fake-plant.ts';
import { documentCsv, documentText, openDesk } from './support/desk.ts';

let dashboard: Dashboard;
let desk: ReturnType<typeof openDesk>;
let web: string;

async function open(host = '127.0.0.1'): Promise<void> {
  desk = openDesk();
  web = mkdtempSync(join(tmpdir(), 'hakaru-web-'));
  const plant = fakePlant();
  dashboard = await startDashboard({
    host,
    port: 0,
    reads: plant.reads,
    live: plant.live,
    desk: createDocumentDesk(desk.store, 'kyushu', desk.intake),
    log: { warn() {}, error() {} },
    language: 'en',
    webRoot: web,
  });
}
beforeEach(() => open());
afterEach(async () => {
  await dashboard.close();
  rmSync(web, { recursive: true });
});

interface Told {
  readonly status: number;
  readonly body: unknown;
}

async function post(path: string, bytes: string, headers: Record<string, string> = {}): Promise<Told> {
  const response = await fetch(`${dashboard.url}/api/v1/documents${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/octet-stream',
      'x-hakaru-change': '1',
      'accept-language': 'en',
      ...headers,
    },
    body: bytes,
  });
  return { status: response.status, body: await response.json() };
}

const look = async (text: string) => (await post('/preview?name=a.json', text)).body as PreviewView;

it('shows the days and hours that would change, and changes nothing until it is confirmed', async () => {
  const before = desk.everything();
  const text = documentText({ curtailmentDays: ['2026-11-03'], tightDays: ['2026-11-20'] });
  const seen = await look(text);
  expect(seen).toMatchObject({
    kind: 'document',
    document: 'kyushu-2026-11',
    revision: 2,
    arrival: 'new',
    applies: true,
    isWhole: true,
    daysThatChange: 30,
  });
  if (seen.kind !== 'document') return;
  const says = (name: string, mjPerKwh: number, confirmed: boolean) => ({ class: name, mjPerKwh, confirmed });
  const unknown = says('normal', 9.4, false);
  expect(seen.days.find(({ date }) => date === '2026-11-03')?.changes).toEqual([
    { from: 0, to: 8, before: unknown, after: says('normal', 9.4, true) },
    { from: 8, to: 16, before: unknown, after: says('curtailment', 3.6, true) },
    { from: 16, to: 24, before: unknown, after: says('normal', 9.4, true) },
  ]);
  expect(seen.days.find(({ date }) => date === '2026-11-20')?.changes).toEqual([
    { from: 0, to: 24, before: unknown, after: says('tight', 12.2, true) },
  ]);
  expect(desk.everything()).toBe(before);
  expect(desk.store.received.newest(5)).toEqual([]);

  const applied = await post(`?name=a.json&sha256=${seen.sha256}`, text);
  expect(applied).toEqual({ status: 200, body: { outcome: 'applied', hours: 0 } satisfies BroughtView });
  expect(desk.inForce()).toEqual(['kyushu-2026-11 2']);
  expect(desk.last()).toMatchObject({ kind: 'page', item: 'a.json', outcome: 'applied' });

  const next = await look(documentText({ revision: 3, tightDays: ['2026-11-20'], curtailmentDays: [] }));
  expect(next).toMatchObject({ arrival: 'replaces', daysThatChange: 1 });
  const again = await look(text);
  expect(again).toMatchObject({ arrival: 'same', daysThatChange: 0 });
  const elsewhere = await look(documentText({ area: 'tokyo' }));
  expect(elsewhere).toMatchObject({ applies: false, daysThatChange: 0 });
  const unended = documentCsv({ revision: 3 })
    .replace('coefficients/2', 'coefficients/1')
    .replace(/end,.*\n/, '');
  expect(await look(unended)).toMatchObject({ isWhole: false });
});

it('a wrong file is refused with its place, and another one than was looked at too', async () => {
  const wrong = await post('/preview?name=a.json', documentText().replace('"kyushu"', '"kyuushuu"'));
  expect(wrong).toMatchObject({ status: 400, body: { code: 'document-invalid' } });
  expect((wrong.body as { message: string }).message).toContain('line 6, column 11');
  const seen = await look(documentText());
  const other = await post(`?name=a.json&sha256=${seen.sha256}`, documentText({ revision: 3 }));
  expect(other).toMatchObject({ status: 409, body: { code: 'preview-differs' } });
  expect(await post('?name=a.json', documentText())).toMatchObject({ status: 409 });
  expect(await post('/preview', documentText())).toMatchObject({
    status: 400,
    body: { code: 'query-invalid' },
  });
  expect(await post('/preview?name=a.json', ' '.repeat(1_100_000))).toMatchObject({
    status: 413,
    body: { code: 'body-too-large' },
  });
  expect(desk.inForce()).toEqual([]);
});

it('no other page that is open in the browser can bring one', async () => {
  const { host } = new URL(dashboard.url);
  for (const headers of [
    { 'x-hakaru-change': '0' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: `http://${host.replace('127.0.0.1', 'localhost')}` },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ]) {
    const told = await post('/preview?name=a.json', documentText(), headers);
    expect(told, JSON.stringify(headers)).toMatchObject({
      status: 403,
      body: { code: 'change-from-elsewhere' },
    });
  }
  expect((await post('/preview?name=a', documentText(), { origin: dashboard.url })).status).toBe(200);
  // What a form of another page could send without asking us first.
  const form = await fetch(`${dashboard.url}/api/v1/documents?name=a`, {
    method: 'POST',
    body: documentText(),
  });
  expect([403, 415, 400]).toContain(form.status);
});

it('over the network nothing can be changed, and all the rest can be read', async () => {
  await dashboard.close();
  await open('0.0.0.0');
  const told = await post('/preview?name=a.json', documentText());
  expect(told).toMatchObject({ status: 403, body: { code: 'change-needs-sign-in' } });
  const view = (await (await fetch(`${dashboard.url}/api/v1/documents`)).json()) as SourcesView;
  expect(view).toMatchObject({ sources: [], received: [] });
});

it('margins can be brought too, and are shown', async () => {
  const { marginCsv } = await import('../../simulators/occto-margins.ts');
  const text = marginCsv([{ area: 'kyushu', date: '2026-11-05', percent: (n) => (n === 0 ? '4.5' : '9') }]);
  const seen = await look(text);
  expect(seen).toMatchObject({
    kind: 'margins',
    days: [{ date: '2026-11-05', lowestPercent: '4.5', halfHourUntil: '00:30' }],
  });
  expect((await post(`?name=m.csv&sha256=${seen.sha256}`, text)).body).toEqual({
    outcome: 'stored',
    hours: 0,
  });
  desk.clock.stepTo(Date.parse('2026-11-04T13:00:00+09:00'));
  const shown = createDocumentDesk(desk.store, 'kyushu', desk.intake).sources(desk.clock.now());
  expect(shown.margins).toMatchObject([{ date: '2026-11-05', lowestTenThousandths: 45_000 }]);
});
