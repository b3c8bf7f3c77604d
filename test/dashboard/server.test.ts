/** The dashboard's API over real HTTP, on a plant whose figures are known. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Dashboard, DashboardOptions } from '../../gateway/dashboard/server.ts';
import { startDashboard } from '../../gateway/dashboard/server.ts';
import type { DayView, ErrorView, HoursView, StatusView } from '../../gateway/dashboard/views.ts';
import { CodedError } from '../../gateway/domain/faults.ts';
import { type FakePlant, fakePlant } from './fake-plant.ts';

let webRoot: string;
let plant: FakePlant;
let dashboard: Dashboard;
const logged: string[] = [];

async function start(options: Partial<DashboardOptions> = {}): Promise<Dashboard> {
  return startDashboard({
    host: '127.0.0.1',
    port: 0,
    reads: plant.reads,
    live: plant.live,
    log: { warn: (_, text) => logged.push(text), error: (_, text) => logged.push(text) },
    language: 'en',
    webRoot,
    ...options,
  });
}

beforeEach(async () => {
  webRoot = await mkdtemp(join(tmpdir(), 'hakaru-web-'));
  await writeFile(join(webRoot, 'index.html'), '<!doctype html><title>hakaru</title>');
  plant = fakePlant();
  logged.length = 0;
  dashboard = await start();
});

afterEach(async () => {
  await dashboard.close();
  await rm(webRoot, { recursive: true, force: true });
});

interface Answer<T> {
  readonly status: number;
  readonly body: T;
  readonly headers: Headers;
}

async function get<T>(path: string, headers: Record<string, string> = {}): Promise<Answer<T>> {
  const response = await fetch(`${dashboard.url}${path}`, { headers });
  const body = (await response.json()) as T;
  return { status: response.status, body, headers: response.headers };
}

const mainOf = (day: DayView): DayView['channels'][number] => {
  const found = day.channels.find((one) => one.meter === 'main');
  if (!found) throw new Error('no main meter');
  return found;
};

describe('a day', () => {
  it('adds the worked day of the rules up to 134,000 MJ, exactly', async () => {
    const { status, body } = await get<DayView>('/api/v1/day?date=2026-11-18');
    expect(status).toBe(200);
    expect(mainOf(body).totals).toEqual({
      quantity: 19_500,
      kwh: 19_500,
      mj: 134_000,
      meanMjPerKwh: 6.871795,
      flatMj: 183_300,
      hoursWithValue: 24,
      hoursMissing: 0,
      hoursNotMeasured: 0,
      hoursUnconfirmed: 0,
    });
  });

  it('shows missing as null, never as 0, and counts what is missing or not sure', async () => {
    const main = mainOf((await get<DayView>('/api/v1/day?date=2026-11-19')).body);
    expect(main.frames).toHaveLength(24);
    expect(main.frames[9]).toMatchObject({
      state: 'closed',
      hour: { quality: 'missing', kwh: null, mj: null },
    });
    expect(main.frames[10]).toMatchObject({ state: 'absent', hour: null });
    expect(main.frames[15]).toMatchObject({ state: 'closed', hour: { quality: 'withdrawn', kwh: null } });
    expect(main.totals).toMatchObject({ hoursWithValue: 21, hoursMissing: 3, hoursUnconfirmed: 21 });
  });

  it('does not miss what lies before the metering began', async () => {
    const main = mainOf((await get<DayView>('/api/v1/day?date=2026-11-17')).body);
    expect(new Set(main.frames.map(({ state }) => state))).toEqual(new Set(['before']));
    expect(main.totals).toMatchObject({ quantity: null, hoursWithValue: 0, hoursMissing: 0 });
  });

  it('knows today: closed, open and coming hours, in the site’s time', async () => {
    const { body } = await get<DayView>('/api/v1/day');
    expect(body).toMatchObject({ date: '2026-11-21', today: '2026-11-21', timezone: 'Asia/Tokyo' });
    const main = mainOf(body);
    expect(main.frames.map((frame) => frame.state[0]).join('')).toBe('ccccccccccacccofffffffff');
    expect(main.frames[13]).toMatchObject({
      start: '2026-11-21T13:00:00+09:00',
      end: '2026-11-21T14:00:00+09:00',
      hour: {
        kwh: 526.875,
        mj: 1896.75,
        coefficient: {
          class: 'curtailment',
          mjPerKwh: 3.6,
          document: 'kyushu-2026-11',
          revision: 2,
          confirmed: true,
        },
        coverage: 1,
        quality: 'measured',
        revision: 1,
      },
    });
    expect(body.coefficients.spans.map((span) => [span.start.slice(11, 16), span.class])).toEqual([
      ['00:00', 'normal'],
      ['08:00', 'curtailment'],
      ['16:00', 'normal'],
    ]);
  });

  it('keeps gas in m³ beside its kWh and weighs it with nothing', async () => {
    const { body } = await get<DayView>('/api/v1/day?date=2026-11-18');
    const gas = body.channels.find((one) => one.meter === 'gas');
    expect(gas).toMatchObject({
      unit: 'm3',
      totals: { quantity: 1170, kwh: 14_625, mj: null, flatMj: null },
    });
  });
});

describe('status, hours and health', () => {
  it('tells each meter’s health with the fault in both languages', async () => {
    const { body, headers } = await get<StatusView>('/api/v1/status');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body.meters.map((meter) => [meter.id, meter.health])).toEqual([
      ['main', 'ok'],
      ['press', 'ok'],
      ['compressor', 'failing'],
      ['furnace', 'offline'],
      ['gas', 'ok'],
    ]);
    const furnace = body.meters[3]?.fault;
    expect(furnace).toMatchObject({ code: 'no-answer' });
    expect(furnace?.en).toContain('did not answer within 1000 ms');
    expect(furnace?.ja).toContain('応答しません');
    expect(body.coefficients.today.spans[1]).toMatchObject({ class: 'curtailment', confirmed: true });
    expect(body.coefficients.tomorrow.spans[0]).toMatchObject({ class: 'normal', confirmed: false });
  });

  it('answers a range of hours of one meter, dates being site-local midnights', async () => {
    const { body } = await get<HoursView>(
      '/api/v1/hours?from=2026-11-18&to=2026-11-18T03:00%2B09:00&meter=main',
    );
    expect(body.hours.map((hour) => [hour.meter, hour.start, hour.kwh])).toEqual([
      ['main', '2026-11-18T00:00:00+09:00', 500],
      ['main', '2026-11-18T01:00:00+09:00', 500],
      ['main', '2026-11-18T02:00:00+09:00', 500],
    ]);
  });

  it('says that it lives and nothing else', async () => {
    const { status, body } = await get<unknown>('/healthz');
    expect([status, body]).toEqual([200, { status: 'ok' }]);
  });
});

describe('what it refuses', () => {
  it.each([
    '/api/v1/day?date=2026-02-30',
    '/api/v1/day?date=yesterday',
    '/api/v1/day?day=2026-11-21',
    '/api/v1/day?date=2026-11-20&date=2026-11-21',
    '/api/v1/hours',
    '/api/v1/hours?from=2026-11-21&to=2026-11-20',
    '/api/v1/hours?from=2025-01-01&to=2026-11-20',
    '/api/v1/hours?from=2026-11-20T25:00Z&to=2026-11-21',
    '/api/v1/hours?from=2026-11-20&to=2026-11-21&meter=..%2Fmain',
    '/api/v1/status?x=1',
    '/api/v1/live?x=1',
    '/%',
  ])('400 with a sentence: %s', async (path) => {
    const japanese = await get<ErrorView>(path, { 'accept-language': 'ja,en;q=0.8' });
    expect([japanese.status, japanese.body.code]).toEqual([400, 'query-invalid']);
    expect(japanese.body.message).toMatch(/誤り/);
    expect(japanese.headers.get('content-language')).toBe('ja');
    const english = await get<ErrorView>(path, { 'accept-language': 'en-GB, ja;q=0.1' });
    expect(english.body.message).toMatch(/cannot be used/);
  });

  it('names the meters there are when asked for another', async () => {
    const { status, body } = await get<ErrorView>('/api/v1/hours?from=2026-11-20&to=2026-11-21&meter=kiln');
    expect([status, body.code]).toEqual([404, 'meter-unknown']);
    expect(body.message).toContain('main, press, compressor, furnace, gas');
  });

  it('falls back to the gateway’s language and answers unknown paths with a code', async () => {
    const { status, body } = await get<ErrorView>('/api/v2/day', { 'accept-language': 'fr' });
    expect([status, body]).toEqual([404, { code: 'not-found', message: 'There is nothing at /api/v2/day.' }]);
  });

  it('keeps a failing database to itself and logs it', async () => {
    plant.breakWith(new Error('SQLITE_IOERR at /var/lib/secret'));
    const { status, body } = await get<ErrorView>('/api/v1/day');
    expect([status, body.code]).toEqual([500, 'internal-error']);
    expect(JSON.stringify(body)).not.toContain('SQLITE');
    expect(logged).toEqual(['a dashboard request failed']);
  });

  it('answers 429 with a sentence when one address asks without end', async () => {
    const strict = await start({ maxRequestsPerMinute: 3 });
    const statuses: number[] = [];
    for (let n = 0; n < 4; n++) statuses.push((await fetch(`${strict.url}/api/v1/status`)).status);
    const refused = (await (await fetch(`${strict.url}/api/v1/status`)).json()) as ErrorView;
    await strict.close();
    expect(statuses).toEqual([200, 200, 200, 429]);
    expect(refused.code).toBe('too-many-requests');
  });

  it.each([
    ['evil.example', 421],
    ['127.0.0.1.evil.example:8080', 421],
    ['localhost.evil.example', 421],
    ['localhost:9999', 200],
    ['127.0.0.1', 200],
    ['[::1]:80', 200],
  ])('on loopback, Host %s → %i', async (host, expected) => {
    const status = await new Promise<number>((resolve, reject) => {
      const asked = httpRequest(`${dashboard.url}/api/v1/status`, { headers: { host } }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      asked.on('error', reject).end();
    });
    expect(status).toBe(expected);
  });
});

describe('start and page', () => {
  it('names a busy port and an address that is not of this machine', async () => {
    const port = Number(new URL(dashboard.url).port);
    await expect(start({ port })).rejects.toMatchObject({
      fault: { code: 'http-port-busy', about: { port } },
    });
    await expect(start({ host: '203.0.113.7' })).rejects.toMatchObject({
      fault: { code: 'http-host-unusable' },
    });
    await expect(start({ host: 'no such host' })).rejects.toBeInstanceOf(CodedError);
  });

  it('frees its port when it closes, also with a page listening', async () => {
    const controller = new AbortController();
    const live = await fetch(`${dashboard.url}/api/v1/live`, { signal: controller.signal });
    expect(live.headers.get('content-type')).toContain('text/event-stream');
    const port = Number(new URL(dashboard.url).port);
    await dashboard.close();
    await dashboard.close();
    const again = createServer();
    await new Promise<void>((resolve, reject) =>
      again.on('error', reject).listen(port, '127.0.0.1', resolve),
    );
    await new Promise((resolve) => again.close(resolve));
    controller.abort();
    expect(plant.listeners()).toBe(0);
  });

  it('serves the page under a policy without inline scripts, styles or strangers', async () => {
    const response = await fetch(`${dashboard.url}/`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-security-policy')).toBe(
      "default-src 'none';script-src 'self';style-src 'self';img-src 'self';connect-src 'self';base-uri 'none';form-action 'none';frame-ancestors 'none'",
    );
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await response.text()).toContain('<title>hakaru</title>');
  });

  it('says so when the page was never built, and still answers the API', async () => {
    const bare = await start({ webRoot: join(webRoot, 'nowhere') });
    const page = await fetch(`${bare.url}/`);
    const body = (await page.json()) as ErrorView;
    const api = await fetch(`${bare.url}/api/v1/status`);
    await bare.close();
    expect([page.status, body.code, api.status]).toEqual([503, 'page-not-built', 200]);
  });
});
