/** Three weeks of hours in a database on disk, asked over HTTP and at the command line: classes, expectations, what if. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { crudeOilByDate } from '../../config/report-factors.ts';
import { loadRuleSets } from '../../config/rule-sets.ts';
import { ahead as aheadCommand } from '../../gateway/commands/ahead.ts';
import type { AheadView, WhatIfView } from '../../gateway/dashboard/ahead-views.ts';
import type { Dashboard } from '../../gateway/dashboard/server.ts';
import { startDashboard } from '../../gateway/dashboard/server.ts';
import type { ErrorView } from '../../gateway/dashboard/views.ts';
import { PLAIN_CALENDAR } from '../../gateway/domain/ahead/day-types.ts';
import type { CoefficientDocument } from '../../gateway/domain/coefficients/types.ts';
import type { ChannelSpec } from '../../gateway/domain/meters.ts';
import type { Quality } from '../../gateway/domain/quality.ts';
import { type EpochMs, HOUR_MS, instant, plus } from '../../gateway/domain/time.ts';
import { isJapaneseHoliday } from '../../gateway/platform/japanese-holidays.ts';
import { createAheadReader } from '../../gateway/stages/ahead-plan.ts';
import { rememberSite } from '../../gateway/stages/site-facts.ts';
import { openStore, type Store } from '../../gateway/store/store.ts';
import { silentLog } from '../dashboard/browser.ts';
import { fakePlant } from '../dashboard/fake-plant.ts';
import { specWith } from '../ledger/support/ledger.ts';
import { at, EVENING_LOAD, GRID, kwh } from './world.ts';

const NOW = at('2026-11-25T14:23');
const FIRST = at('2026-11-02T00:00');
const TOMORROW = '2026-11-26';

const main: ChannelSpec = specWith({ meter: 'main', role: 'grid-import' });
const second: ChannelSpec = specWith({ meter: 'second', role: 'grid-import' });
const press: ChannelSpec = specWith({ meter: 'press', role: 'sub' });

let folder: string;
let store: Store;
let dashboard: Dashboard;

/** The second supply has a tenth of the load; on the 24th at 18:00 it was spread over an outage. */
function fill(): void {
  const document: CoefficientDocument = {
    document: 'kyushu-2026-11',
    revision: 1,
    ruleSet: 'fy2023',
    area: 'kyushu',
    issuedAt: at('2026-11-01T10:00'),
    source: 'written for a test',
    complete: [{ from: '2026-11-01', to: '2026-11-30' }],
    curtailmentDays: [TOMORROW],
    curtailmentHours: [],
    tightDays: [],
  };
  store.write(() => {
    for (const [spec, share] of [
      [main, 1],
      [second, 0.1],
      [press, 0.5],
    ] as const) {
      const { id } = store.channels.ensure(spec.meter, spec.channel, FIRST, FIRST);
      for (let hour: EpochMs = FIRST; plus(hour, HOUR_MS) <= NOW; hour = plus(hour, HOUR_MS)) {
        const isOutage = spec === second && hour === at('2026-11-24T18:00');
        const quality: Quality = isOutage ? 'estimated' : 'measured';
        const energy = kwh(
          (EVENING_LOAD[Number(GRID.iso(hour).slice(11, 13))] ?? 0) * share * (isOutage ? 9 : 1),
        );
        store.hours.putQuantities(id, hour, {
          quality,
          coverageMicro: 1_000_000,
          quantityMicro: energy,
          energyMicroKwh: energy,
          demandMicro: [energy, energy],
          startRegisterMicro: 0n,
          endRegisterMicro: energy,
        });
      }
    }
    store.documents.putInForce(document, {
      bytes: new TextEncoder().encode('{}'),
      source: 'test',
      sha256: 'x',
      atMs: FIRST,
    });
    rememberSite(store, {
      site: 'works',
      siteName: 'Works',
      gateway: 'gw1',
      timezone: 'Asia/Tokyo',
      gridArea: 'kyushu',
      ruleSetChoice: null,
      specs: [main, second, press],
    });
  });
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hakaru-ahead-'));
  store = openStore(folder);
  fill();
  const reader = createAheadReader({
    store,
    grid: GRID,
    rules: { area: 'kyushu', ruleSets: loadRuleSets(), ruleSetChoice: null },
    specs: [main, second, press],
    calendar: PLAIN_CALENDAR,
    isHoliday: isJapaneseHoliday,
    crudeOilOn: crudeOilByDate(),
  });
  const { reads, live } = fakePlant();
  dashboard = await startDashboard({
    host: '127.0.0.1',
    port: 0,
    reads: {
      ...reads,
      now: () => NOW,
      ahead: { plan: () => reader.plan(NOW), whatIf: (moves) => reader.whatIf(moves, NOW) },
    },
    live,
    log: silentLog,
    language: 'en',
    webRoot: folder,
  });
});
afterAll(async () => {
  await dashboard.close();
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Whatever it is an answer to. */
interface Reply {
  readonly status: number;
  readonly body: AheadView & WhatIfView & ErrorView;
}

async function get(path: string): Promise<Reply> {
  const response = await fetch(`${dashboard.url}${path}`, { headers: { 'accept-language': 'en' } });
  return { status: response.status, body: (await response.json()) as Reply['body'] };
}
async function post(body: string, type = 'application/json'): Promise<Reply> {
  const response = await fetch(`${dashboard.url}/api/v1/what-if`, {
    method: 'POST',
    body,
    headers: { 'content-type': type, 'accept-language': 'ja' },
  });
  return { status: response.status, body: (await response.json()) as Reply['body'] };
}

test('both days, hour by hour, with what is expected of both supplies together', async () => {
  const { status, body } = await get('/api/v1/ahead');
  expect(status).toBe(200);
  expect(body.tomorrow).toMatchObject({
    date: TOMORROW,
    type: 'workday',
    confirmed: true,
    days: 10,
    spans: [
      { class: 'normal', mjPerKwh: 9.4 },
      {
        class: 'curtailment',
        mjPerKwh: 3.6,
        start: `${TOMORROW}T08:00:00+09:00`,
        end: `${TOMORROW}T16:00:00+09:00`,
      },
      { class: 'normal', mjPerKwh: 9.4 },
    ],
  });
  // 300 kWh and a tenth of it; the hour that was spread over an outage is none of them.
  expect(body.tomorrow?.hours[18]).toMatchObject({ expectedKwh: 330, days: 9 });
  expect(body.advice).toMatchObject([
    { kind: 'move', kwh: 100, savedMj: 580, savedCrudeOilL: 14.964, atMostKwh: 660, days: 9 },
  ]);
  expect(body.advice[0]?.en).toContain('100 kWh moved there from 18–20 (normal, 9.4) saves 580 MJ');
});

test('what if: a GET for people, a POST for programs, the same answer', async () => {
  const query = 'move=100,2026-11-24T18:00/20:00,2026-11-26T10:00';
  const asked = await get(`/api/v1/what-if?${query}`);
  const posted = await post(
    JSON.stringify({
      moves: [{ kWh: 100, from: '2026-11-24T18:00/2026-11-24T20:00', to: '2026-11-26T10:00:00+09:00' }],
    }),
  );
  expect(asked).toEqual(posted);
  expect(asked.status).toBe(200);
  // Yesterday evening by what was measured (570 and 330 kWh), tomorrow at ten by what is expected (220).
  expect(asked.body).toMatchObject({ movedKwh: 100, savedMj: 580, savedCrudeOilL: 14.964, confirmed: true });
  expect(asked.body.hours.map(({ basis, kwhBefore }) => [basis, kwhBefore])).toEqual([
    ['measured', 570],
    ['measured', 330],
    ['expected', 220],
  ]);
  expect(asked.body.mjBefore).toBe(900 * 9.4 + 220 * 3.6);
  expect(asked.body.mjAfter).toBe(800 * 9.4 + 320 * 3.6);
});

test('refusals are sentences in the language of the reader', async () => {
  const tooMuch = await get('/api/v1/what-if?move=5000,2026-11-24T18:00,2026-11-24T10:00');
  expect(tooMuch).toMatchObject({ status: 422, body: { code: 'what-if-too-much' } });
  expect(tooMuch.body.message).toContain('there are 570 kWh');
  const early = await post(
    JSON.stringify({ moves: [{ kWh: 1, from: '2026-11-01T10:00', to: '2026-11-24T10:00' }] }),
  );
  expect(early).toMatchObject({ status: 422, body: { code: 'what-if-past-data' } });
  expect(early.body.message).toContain('情報がありません');
  const late = await get('/api/v1/what-if?move=1,2026-11-27T10:00,2026-11-24T10:00');
  expect(late.body.code).toBe('what-if-past-data');
});

test.each([
  'move=100',
  'move=-1,2026-11-24T18:00,2026-11-24T10:00',
  'move=1,2026-11-24T18:30,2026-11-24T10:00',
  'move=1,2026-11-31T18:00,2026-11-24T10:00',
  'move=1,2026-11-24T18:00/17:00,2026-11-24T10:00',
  'move=1,2026-11-20T00:00/2026-11-24T00:00,2026-11-24T10:00',
  'move=0.0000001,2026-11-24T18:00,2026-11-24T10:00',
  'moves=1',
  '',
])('%s is no question', async (query) => {
  expect(await get(`/api/v1/what-if?${query}`)).toMatchObject({
    status: 400,
    body: { code: 'query-invalid' },
  });
});

test.each(['{}', '{"moves":[]}', '{"moves":[{"kWh":"1","from":"a","to":"b"}]}', '[]', 'null'])(
  'a body of %s is none either',
  async (body) => {
    expect(await post(body)).toMatchObject({ status: 400, body: { code: 'query-invalid' } });
  },
);

test('a body that cannot be read is told apart from one that asks nothing', async () => {
  expect(await post('{')).toMatchObject({
    status: 400,
    body: {
      code: 'body-not-json',
      message: expect.stringContaining('/api/v1/what-if に送られた内容は正しい JSON ではありません'),
    },
  });
  expect(await post('')).toMatchObject({ status: 400, body: { code: 'body-not-json' } });
  expect(await post('<moves/>', 'text/xml')).toMatchObject({ status: 415, body: { code: 'body-type' } });
  const large = JSON.stringify({ moves: 'x'.repeat(1_000_000) });
  expect(await post(large)).toMatchObject({ status: 413, body: { code: 'body-too-large' } });
});

test('while the time is not known the page gets two nulls', async () => {
  const { reads, live } = fakePlant();
  const waiting = await startDashboard({
    host: '127.0.0.1',
    port: 0,
    reads: { ...reads, ahead: { ...reads.ahead, plan: () => null } },
    live,
    log: silentLog,
    language: 'en',
    webRoot: folder,
  });
  const view = (await (await fetch(`${waiting.url}/api/v1/ahead`)).json()) as AheadView;
  expect(view).toMatchObject({ today: null, tomorrow: null, advice: [] });
  await waiting.close();
});

test('`hakaru ahead` reads the same database, in both languages', () => {
  const said: string[] = [];
  const run = (language: 'en' | 'ja', json: boolean): string => {
    said.length = 0;
    const console = { language, out: (text: string) => void said.push(text), say: () => {} };
    expect(aheadCommand(console, { data: folder, json })).toBe(0);
    return said.join('\n');
  };
  const english = run('en', false);
  expect(english).toMatch(/^Today \d{4}-\d\d-\d\d, /);
  expect(english).toContain('MJ/kWh');
  expect(run('ja', false)).toContain('明日');
  const view = JSON.parse(run('en', true)) as AheadView;
  expect(view.today?.hours).toHaveLength(24);
  expect(instant(Date.parse(view.now))).toBeGreaterThan(0);
});
