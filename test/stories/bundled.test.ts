/**
 * The bundle needs Node.js 24 and nothing else: it is copied away from the sources and their packages, and started
 * with an empty PATH. What it does there is what it does here.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ARCHS, bundle } from '../../.ci/bundle.ts';
import type { StatusView } from '../../gateway/dashboard/views.ts';
import { DEMO_SCHEDULES } from '../../simulators/demo-schedules.ts';
import { createIem3155 } from '../../simulators/devices/iem3155.ts';
import { createPlant } from '../../simulators/plant.ts';
import { startTcpMeters, type TcpMeters } from '../../simulators/tcp-meters.ts';
import { buildPage } from '../dashboard/browser.ts';
import { eventually } from '../uplink/support/eventually.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const STOPPED_WITHIN_MS = 5_000;

let folder: string;
/** Where the bundle was copied to. */
let installed: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hakaru-bundled-'));
  installed = join(folder, 'opt', 'hakaru');
  const page = await buildPage();
  const arch = ARCHS.find((one) => one === process.arch);
  if (!arch) throw new Error(`no bundle is made for ${process.arch}`);
  try {
    await bundle({ out: join(folder, 'dist'), arch, page: page.webRoot });
  } finally {
    await page.remove();
  }
  cpSync(join(folder, 'dist'), installed, { recursive: true });
  rmSync(join(folder, 'dist'), { recursive: true });
});

afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly out: string; readonly err: string }>;
  readonly printed: () => string;
}

function start(...args: string[]): Started {
  const child = spawn(process.execPath, [join(installed, 'hakaru.mjs'), ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: join(folder, 'empty'), LANG: 'C' },
  });
  children.push(child);
  let out = '';
  let err = '';
  child.stdout.on('data', (bytes: Buffer) => (out += bytes.toString('utf8')));
  child.stderr.on('data', (bytes: Buffer) => (err += bytes.toString('utf8')));
  const ended = new Promise<{ code: number | null; out: string; err: string }>((resolve) =>
    child.once('close', (code) => resolve({ code, out, err })),
  );
  return { child, ended, printed: () => out + err };
}

function site(meters: readonly TcpMeters[]): string {
  const lines = meters.map(
    ({ port }, i) => `  lan${i}: { kind: modbus-tcp, host: 127.0.0.1, port: ${port} }`,
  );
  const named = meters.map(
    (_, i) =>
      `  m${i}: { name: M${i}, line: lan${i}, unit: 1, type: schneider-iem3155, role: sub, rated: 600 kW, interval: 1 s }`,
  );
  return [
    'site: { id: bundled, name: Bundled, gridArea: kyushu }',
    'gateway: { id: gw1 }',
    'lines:',
    ...lines,
    // Nobody is there: its driver is loaded and says so.
    `  wire: { kind: modbus-rtu, port: ${join(folder, 'no-such-port')}, baudRate: 19200, parity: none, stopBits: 1 }`,
    'meters:',
    ...named,
    '  away: { name: Away, line: wire, unit: 9, type: eastron-sdm630, role: sub, rated: 100 kW, interval: 1 s }',
    'dashboard: { host: 127.0.0.1, port: 0 }',
    '',
  ].join('\n');
}

async function simulatedMeters(count: number): Promise<TcpMeters[]> {
  const startMs = Date.now() - 3_600_000;
  const ids = Array.from({ length: count }, (_, i) => `m${i}`);
  const plant = createPlant({
    seed: 1,
    startMs,
    meters: ids.map((id) => ({ id, kind: 'electric', schedule: DEMO_SCHEDULES.press })),
  });
  return Promise.all(
    ids.map((load) =>
      startTcpMeters({ devices: [createIem3155({ unit: 1, plant, load })], now: () => Date.now() }),
    ),
  );
}

test('it holds no source file and no package, and names its licences', () => {
  const files = readdirSync(installed, { recursive: true, encoding: 'utf8' });
  expect(files.filter((name) => /\.(ts|tsx|map|c|h|gyp)$|node_modules/.test(name))).toEqual([]);
  expect(files.filter((name) => name.endsWith('.node')).sort()).toEqual([
    'native/better-sqlite3.node',
    'native/serialport.node',
  ]);
  const threads = files.filter((name) => name.endsWith('-worker.mjs'));
  // gpiomon's stand-in is for the demo.
  expect(threads.sort()).toEqual(['gap-worker.mjs', 'gateway-worker.mjs', 'gpiomon-worker.mjs']);
  const licenses = readFileSync(join(installed, 'licenses.txt'), 'utf8');
  for (const name of ['better-sqlite3', 'serialport', 'fastify', 'zod', 'mqtt'])
    expect(licenses).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(`, 'm'));
});

test('no part knows where it was made', () => {
  const parts = readdirSync(installed).filter((name) => name.endsWith('.mjs'));
  expect(parts.length).toBeGreaterThan(10);
  const telling = parts.filter((name) => readFileSync(join(installed, name), 'utf8').includes(ROOT));
  expect(telling).toEqual([]);
});

test('version, catalog and check answer as they do from the sources', async () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  expect(await start('--version').ended).toMatchObject({ code: 0, out: `${version}\n`, err: '' });

  const catalog = await start('catalog', '--json').ended;
  const types = readdirSync(join(ROOT, 'config/meter-types')).map((name) => name.replace('.yaml', ''));
  expect((JSON.parse(catalog.out) as { id: string }[]).map(({ id }) => id)).toEqual(types.sort());

  const demo = join(installed, 'config/sites/demo.yaml');
  expect(await start('check', demo).ended).toMatchObject({
    code: 0,
    out: expect.stringMatching(
      /: good \(19 meters on 3 lines\)\.\n[^]*gas\/gas-volume: 12\.5 kWh\/m3; from 2023-04-01/,
    ) as string,
  });
  const wrong = join(folder, 'wrong.yaml');
  writeFileSync(wrong, readFileSync(demo, 'utf8').replace('gridArea', 'gridAera'));
  const refused = await start('check', wrong).ended;
  expect(refused.code).toBe(2);
  expect(refused.err).toContain('did you mean `gridArea`?');
});

test('the gateway runs: values arrive, the page and its past are served, SIGTERM ends it', async () => {
  const simulated = await simulatedMeters(4);
  try {
    mkdirSync(join(folder, 'etc'));
    writeFileSync(join(folder, 'etc/site.yaml'), site(simulated));
    const { child, ended, printed } = start('run', '--config', 'etc/site.yaml', '--data', 'data');
    const url = () => /Dashboard: (http:\S+)/.exec(printed())?.[1];
    await eventually(() => url() !== undefined, printed);
    const get = (path: string) => fetch(new URL(path, url()));
    expect((await get('/healthz')).status).toBe(200);

    let status: StatusView | null = null;
    const health = () => Object.fromEntries(status?.meters.map((meter) => [meter.id, meter.health]) ?? []);
    await eventually(
      async () => {
        status = (await (await get('/api/v1/status')).json()) as StatusView;
        return simulated.every((_, i) => health()[`m${i}`] === 'ok');
      },
      () => JSON.stringify(health()),
    );
    expect(health()['away']).not.toBe('ok');
    const page = await get('/');
    expect(page.status).toBe(200);
    const script = /src="(\/assets\/[^"]+\.js)"/.exec(await page.text())?.[1] ?? '';
    expect((await get(script)).status).toBe(200);
    const day = await get('/api/v1/day');
    expect([day.status, typeof (await day.json())]).toEqual([200, 'object']);

    const stoppingMs = performance.now();
    child.kill('SIGTERM');
    const { code, err } = await ended;
    expect(performance.now() - stoppingMs).toBeLessThan(STOPPED_WITHIN_MS);
    expect(code).toBe(0);
    expect(err).not.toMatch(/^\s+at /m);

    const hours = await start('hours', '--data', 'data', '--format', 'json').ended;
    expect(hours).toMatchObject({ code: 0, err: '' });
  } finally {
    await Promise.all(simulated.map((meter) => meter.close()));
  }
});
