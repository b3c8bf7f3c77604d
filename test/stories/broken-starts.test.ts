/**
 * What an installer meets at the switchboard: a slip in the site file, a cable that is not there, a port that is
 * taken, no broker. Each has a code and a sentence that says what to do, and nothing is half-applied.
 */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStoreForReading } from '../../gateway/store/store.ts';
import { type DemoFactory, startDemoFactory } from '../../simulators/demo-factory.ts';
import { hakaru, type Running, start } from '../support/cli.ts';
import { eventually } from '../uplink/support/eventually.ts';
import { freePort } from '../uplink/support/mosquitto.ts';

let folder: string;
let factory: DemoFactory;
let port: number;
let running: Running | null = null;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hakaru-start-'));
  port = await freePort();
  factory = await startDemoFactory({
    now: () => Date.now(),
    seed: 3,
    startMs: Date.now() - 3_600_000,
    serial: 'rtu-over-tcp',
  });
});

afterEach(async () => {
  running?.child.kill('SIGKILL');
  await running?.finished;
  running = null;
  await factory.close();
  rmSync(folder, { recursive: true, force: true });
});

const dataDir = () => join(folder, 'data');

function siteFile(change: (text: string) => string = (text) => text): string {
  const text = `
site: { id: works, name: Works, timezone: Asia/Tokyo, gridArea: kyushu }
gateway: { id: gw1 }
lines:
  lan: { kind: modbus-tcp, host: 127.0.0.1, port: ${factory.tcpPort} }
  rs485: { kind: modbus-rtu, port: ${join(folder, 'no-such-adapter')}, baudRate: 9600, parity: none, stopBits: 1 }
meters:
  main: { line: lan, unit: 1, type: schneider-iem3155, role: grid-import, rated: 600 kW, interval: 1 s }
  press: { line: rs485, unit: 2, type: eastron-sdm630, role: sub, parent: main, rated: 250 kW, interval: 1 s }
mqtt: { url: "mqtt://127.0.0.1:1" }
dashboard: { host: 127.0.0.1, port: ${port} }
`;
  const path = join(folder, 'site.yaml');
  writeFileSync(path, change(text));
  return path;
}

interface Status {
  readonly meters: readonly {
    readonly id: string;
    readonly health: string;
    readonly fault: { readonly code: string } | null;
  }[];
  readonly mqtt: { readonly connected: boolean; readonly fault: { readonly code: string } | null };
}

async function status(): Promise<Status> {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/status`, {
    headers: { 'accept-language': 'en' },
  });
  return (await response.json()) as Status;
}

test('a broken site file: the place, the reason and what to write, exit 2, and no data folder is made', async () => {
  const path = siteFile((text) => text.replace('type: eastron-sdm630', 'type: eastron-sdm63O'));
  const { code, stderr } = await hakaru('run', '--config', path, '--data', dataDir());
  expect(code).toBe(2);
  expect(stderr).toContain(`${path}:9:40`);
  expect(stderr).toContain('eastron-sdm630');
  expect(readdirSync(folder)).toEqual(['site.yaml']);
});

test('a secret that is not there: named, and no data folder is made', async () => {
  const path = siteFile((text) =>
    text.replace('mqtt://127.0.0.1:1"', 'mqtt://127.0.0.1:1", username: a, password: { file: nowhere }'),
  );
  const { code, stderr } = await hakaru('run', '--config', path, '--data', dataDir());
  expect(code).toBe(1);
  expect(stderr).toContain('secret-missing');
  expect(readdirSync(folder)).toEqual(['site.yaml']);
});

test('a busy HTTP port: coded, exit 1, and the data folder is free for the next start', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
  const busy = await hakaru('run', '--config', siteFile(), '--data', dataDir());
  expect(busy.code).toBe(1);
  expect(busy.stderr).toContain('http-port-busy');
  expect(busy.stderr).toContain(String(port));
  await new Promise((resolve) => other.close(resolve));
  running = start(['run', '--config', siteFile(), '--data', dataDir()]);
  await running.prints('hakaru runs');
});

test('a missing serial port and no broker: both named, the other meters go on, SIGTERM ends it cleanly', async () => {
  running = start(['run', '--config', siteFile(), '--data', dataDir()]);
  await running.prints('hakaru runs');
  await eventually(
    async () => (await status()).meters.some(({ health }) => health === 'ok'),
    'the TCP meter answers',
  );
  await eventually(
    async () => (await status()).meters.some(({ fault }) => fault?.code === 'port-missing'),
    'the missing port is named',
  );
  await eventually(
    async () => (await status()).mqtt.fault?.code === 'broker-unreachable',
    'the missing broker is named',
  );
  const stopping = performance.now();
  running.child.kill('SIGTERM');
  const { code } = await running.finished;
  expect(code).toBe(0);
  expect(performance.now() - stopping).toBeLessThan(5_000);
  const store = openStoreForReading(dataDir());
  const main = store.channels.find('main', 'energy-import');
  expect(main && store.readings.head(main.id)).not.toBeNull();
  store.close();
});

test('a second gateway on the same data folder is refused, and the first one goes on', async () => {
  running = start(['run', '--config', siteFile(), '--data', dataDir()]);
  await running.prints('hakaru runs');
  const second = await hakaru('run', '--config', siteFile(), '--data', dataDir());
  expect(second.code).toBe(1);
  expect(second.stderr).toContain('ledger-locked');
  expect(running.child.exitCode).toBeNull();
});

const GOOD = {
  format: 'hakaru-coefficients/1',
  document: 'kyushu-2026-11',
  revision: 1,
  ruleSet: 'fy2023',
  area: 'kyushu',
  issuedAt: '2026-11-01T18:00:00+09:00',
  source: 'test',
  complete: [{ from: '2026-11-01', to: '2026-11-30' }],
  curtailmentDays: ['2026-11-03'],
  curtailmentHours: [],
  tightDays: [],
};

function documentFile(document: object): string {
  const path = join(folder, 'document.json');
  writeFileSync(path, JSON.stringify(document, null, 2));
  return path;
}

const importing = (path: string) =>
  hakaru('coefficients', 'import', path, '--config', siteFile(), '--data', dataDir());

test('a broken document: refused with line and column, and the last good state goes on', async () => {
  expect((await importing(documentFile(GOOD))).code).toBe(0);
  const bad = await importing(documentFile({ ...GOOD, revision: 2, curtailmentDays: ['2026-11-31'] }));
  expect(bad.code).toBe(1);
  expect(bad.stderr).toMatch(/document-invalid.*line 16, column \d+/);
  const older = await importing(documentFile({ ...GOOD, revision: 1, tightDays: ['2026-11-20'] }));
  expect(older.stderr).toContain('document-conflict');
  const store = openStoreForReading(dataDir());
  expect(store.documents.all().map(({ parsed }) => parsed.revision)).toEqual([1]);
  store.close();
});

test('a document for a running gateway goes through its inbox and is in force when the command returns', async () => {
  running = start(['run', '--config', siteFile(), '--data', dataDir()]);
  await running.prints('hakaru runs');
  const { code, stdout } = await importing(documentFile(GOOD));
  expect(code).toBe(0);
  expect(stdout).toContain('in force in the running gateway');
  const shown = await hakaru(
    'coefficients',
    'show',
    '--data',
    dataDir(),
    '--from',
    '2026-11-03T07:00',
    '--hours',
    '2',
  );
  expect(shown.stdout).toMatch(/07:00:00\+09:00\s+9\.4\s+normal\s+confirmed/);
  expect(shown.stdout).toMatch(/08:00:00\+09:00\s+3\.6\s+curtailment\s+confirmed/);
});

test('wrong use is told apart from faults: exit 2', async () => {
  expect((await hakaru('run', '--confg', 'x')).code).toBe(2);
  expect((await hakaru('hours', '--data', folder)).stderr).toContain('ledger-missing');
  expect((await hakaru('run', '--config', join(folder, 'nowhere.yaml'))).stderr).toContain('file-missing');
});

test('hakaru read shows a live reading with its frames, in Japanese too', async () => {
  const path = siteFile();
  const english = await hakaru('read', 'main', '--config', path, '--raw');
  expect(english.code).toBe(0);
  expect(english.stdout).toMatch(/energy-import\s+[\d.]+\s+kWh/);
  expect(english.stdout).toMatch(/> .*03 0c 83 00 04/i);
  const japanese = await hakaru('--lang', 'ja', 'read', 'press', '--config', path);
  expect(japanese.code).toBe(1);
  expect(japanese.stderr).toContain('シリアルポート');
});

test('the set-up that ships is good', async () => {
  const shipped = new URL('../../config/sites/demo.yaml', import.meta.url).pathname;
  expect((await hakaru('check', shipped)).code).toBe(0);
  expect(readFileSync(shipped, 'utf8')).toContain('rated:');
});
