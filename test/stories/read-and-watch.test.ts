/**
 * `hakaru read METER --raw --watch` as an electrician keeps it open while he works: in a terminal of its own (script),
 * over a real socket. The load changes, the meter is unplugged and comes back, a stray key does nothing, Ctrl-C ends it.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { createDevice, type SimDevice } from '../../simulators/devices/device.ts';
import { startTcpMeters, type TcpMeters } from '../../simulators/tcp-meters.ts';
import { hakaru, start } from '../support/cli.ts';
import { eventually } from '../uplink/support/eventually.ts';

const MAIN = fileURLToPath(new URL('../../gateway/main.ts', import.meta.url));
const CTRL_C = '\u0003';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

let energy = 123_456;
let watts = 4_200;

/** 0.1 kWh in two words at 100, W in two words at 110. */
const meter = (): SimDevice =>
  createDevice({
    unit: 1,
    functions: [3],
    maxRegisters: 60,
    reserved: [[102, 109]],
    fields: [
      { address: 100, size: 2, words: () => [energy >>> 16, energy & 0xffff] },
      { address: 110, size: 2, words: () => [watts >>> 16, watts & 0xffff] },
    ],
  });

async function plug(port = 0): Promise<TcpMeters> {
  const meters = await startTcpMeters({ devices: [meter()], now: () => 0, port });
  closing.push(() => meters.close());
  return meters;
}

function siteFor(port: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'hakaru-watch-'));
  closing.push(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'site.yaml');
  const map =
    'map: { channels: { energy-import: { address: 100, type: u32, scale: 0.1, unit: kWh, ratio: primary } }, gauges: { power: { address: 110, type: s32, unit: W } } }';
  writeFileSync(
    path,
    `site: { id: s, gridArea: tokyo }
gateway: { id: g }
lines: { lan: { kind: modbus-tcp, host: 127.0.0.1, port: ${port} } }
meters:
  press: { name: プレス, line: lan, unit: 1, type: generic, role: sub, rated: 40 kW, ${map} }
`,
  );
  return path;
}

/** A command in a terminal: what is typed goes through the line discipline, so Ctrl-C is a signal as at a desk. */
function inTerminal(args: readonly string[]) {
  const command = [process.execPath, MAIN, ...args].map((word) => `'${word}'`).join(' ');
  const child = spawn(
    'script',
    ['--quiet', '--return', '--echo', 'never', '--command', command, '/dev/null'],
    {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, LANG: 'C', LC_ALL: 'C', TERM: 'dumb' },
    },
  );
  let shown = '';
  child.stdout.on('data', (bytes: Buffer) => (shown += bytes.toString('utf8').replaceAll('\r', '')));
  child.stderr.on('data', (bytes: Buffer) => (shown += bytes.toString('utf8')));
  const code = new Promise<number | null>((resolve) => child.once('close', resolve));
  closing.push(async () => {
    child.kill('SIGKILL');
    await code;
  });
  return {
    code,
    shown: () => shown,
    type: (keys: string) => void child.stdin.write(keys),
    shows: (text: string | RegExp, after = 0) =>
      eventually(
        () => shown.slice(after).search(text) >= 0,
        () => `“${text}” in: ${shown.slice(after)}`,
      ),
  };
}

test('goes on through a changed load, a vanished meter and stray keys, until Ctrl-C', {
  timeout: 60_000,
}, async () => {
  let meters = await plug();
  const { port } = meters;
  const site = siteFor(port);
  const terminal = inTerminal(['read', 'press', '--config', site, '--raw', '--watch']);

  await terminal.shows(/energy-import +12345\.6 +kWh +123456/);
  await terminal.shows(/power +4200 +W/);
  // Function 3, twelve words from 100: the request and the answer as they went over the wire.
  await terminal.shows(/> 00 \w\d 00 00 00 06 01 03 00 64 00 0c/);
  await terminal.shows(/< 00 \w\d 00 00 00 1b 01 03 18 00 01 e2 40 .* ms/);

  let seen = terminal.shown().length;
  [energy, watts] = [123_457, -900];
  await terminal.shows(/energy-import +12345\.7 +kWh/, seen);
  await terminal.shows(/power +-900 +W/, seen);

  // Keys that mean nothing here.
  terminal.type('q\n x\u001b[A');
  seen = terminal.shown().length;
  await terminal.shows(/energy-import/, seen);

  seen = terminal.shown().length;
  await meters.close();
  await terminal.shows(/connection-(refused|lost): /, seen);
  // No figure of before is shown for one of now.
  const gone = terminal.shown().length;
  await terminal.shows(/connection-refused: /, gone);
  expect(terminal.shown().slice(gone)).not.toContain('energy-import');

  energy = 123_500;
  meters = await plug(port);
  await terminal.shows(/energy-import +12350(\.0)? +kWh/, gone);

  terminal.type(CTRL_C);
  expect(await terminal.code).toBe(130);
  await eventually(() => meters.connections() === 0, 'the connection is closed');
});

test('once with --json: one document with what it read, the frames, and its own words for a fault', async () => {
  energy = 123_456;
  watts = 4_200;
  const meters = await plug();
  const site = siteFor(meters.port);
  const told = await hakaru('read', 'press', '--config', site, '--raw', '--json');
  expect(told.code).toBe(0);
  expect(JSON.parse(told.stdout)).toMatchObject({
    meter: 'press',
    quantities: [
      { quantity: 'energy-import', value: '12345.6', unit: 'kWh', raw: '123456' },
      { quantity: 'power', value: '4200', unit: 'W' },
    ],
    fault: null,
    hints: [],
    exchanges: [
      { requestHex: expect.stringMatching(/010300640+c$/), replyHex: expect.stringContaining('0001e240') },
    ],
  });
  await meters.close();
  const away = await hakaru('read', 'press', '--config', site, '--json', '--lang', 'ja');
  expect(away.code).toBe(1);
  expect(JSON.parse(away.stdout)).toMatchObject({
    quantities: [],
    fault: { code: 'connection-refused', text: expect.stringContaining('接続できません') },
  });
});

test('SIGTERM ends it as well, and with 0 or 130 only', async () => {
  const meters = await plug();
  const site = siteFor(meters.port);
  const watching = start(['read', 'press', '--config', site, '--watch']);
  await watching.prints('energy-import');
  watching.child.kill('SIGTERM');
  expect([0, 130]).toContain((await watching.finished).code);
});
