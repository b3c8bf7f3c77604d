/**
 * `hakaru scan` as an electrician runs it, over a pty: who is there, what it is, and each kind of trouble by its own
 * name. The bus is the simulators'; the answers go byte for byte over a real serial port.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createDevice, type Field, type SimDevice } from '../../simulators/devices/device.ts';
import { createFaults, type FaultRates } from '../../simulators/faults.ts';
import { createRtuBus, type RtuBus } from '../../simulators/rtu-bus.ts';
import { servePty } from '../../simulators/serial-link.ts';
import { type Finished, hakaru, start } from '../support/cli.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

const u32 = (address: number, value: number): Field => ({
  address,
  size: 2,
  words: () => [value >>> 16, value & 0xffff],
});
const text = (address: number, letters: string): Field => ({
  address,
  size: Math.ceil(letters.length / 2),
  words: () =>
    Array.from(
      { length: Math.ceil(letters.length / 2) },
      (_, i) => letters.charCodeAt(2 * i) * 256 + (letters.charCodeAt(2 * i + 1) || 0x20),
    ),
});

/** An ABB B23 on 3-phase 200 V: it says its type at 0x8960. */
function b23(unit: number, volts: number): SimDevice {
  return createDevice({
    unit,
    functions: [3],
    maxRegisters: 125,
    reserved: [
      [0x0000, 0x0010],
      [0x5000, 0x5010],
      [0x5b00, 0x5b40],
    ],
    fields: [
      text(0x8960, 'B23 112-100'),
      u32(0x5b00, Math.round(volts * 10)),
      u32(0x5b02, Math.round(volts * 10) + 3),
      u32(0x5b04, Math.round(volts * 10) - 2),
      { address: 0x5b2c, size: 1, words: () => [5_998] },
    ],
  });
}

/** Refuses whatever it is asked. */
const shy = (unit: number): SimDevice => createDevice({ unit, functions: [], maxRegisters: 1, fields: [] });

async function wire(
  devices: readonly SimDevice[],
  rates: FaultRates = {},
): Promise<{ path: string; bus: RtuBus }> {
  const faults = createFaults({ seed: 5, wire: 'rtu' });
  for (const { unit } of devices) faults.set(unit, rates);
  const bus = createRtuBus({ devices, now: () => 0, baudRate: 19_200, pace: 0, faults });
  closing.push(() => bus.close());
  const link = await servePty(bus);
  if (link.kind === 'unavailable') throw new Error(link.reason);
  closing.push(() => link.close());
  return { path: link.path, bus };
}

const scan = (path: string, units: string, ...more: string[]) =>
  hakaru('scan', '--port', path, '--baud', '19200', '--units', units, '--response', '20', ...more);

test('who is there is told with its type and a voltage that an electrician knows', async () => {
  const { path } = await wire([b23(3, 202.1), shy(5), b23(6, 101.4)]);
  const { code, stdout, stderr } = await scan(path, '1-7');
  expect(code, stderr).toBe(0);
  expect(stdout).toContain('unit 3 answers (19200 8N1)');
  expect(stdout).toContain('it says it is abb-b23');
  expect(stdout).toContain('L1 202.1 V, L2 202.4 V, L3 201.9 V, 60.0 Hz (200 V)');
  expect(stdout).toContain('L1 101.4 V, L2 101.7 V, L3 101.2 V, 60.0 Hz (100 V (lamps))');
  expect(stdout).toMatch(/unit 5 answers .*refuses the probe with exception 1.*does not say what it is/);
  expect(stderr).toContain('unit 7 of 7, 3 found, 4 silent, 0 with trouble');
  const japanese = await scan(path, '3', '--lang', 'ja');
  expect(japanese.stdout).toContain('局番 3 応答あり');
});

test.each([
  ['silent', {}, 'silent'],
  ['echo', { echo: 1 }, 'line-echo'],
  ['bad-crc', { 'bad-crc': 1 }, 'crc-error'],
  ['short', { short: 1 }, 'short-answer'],
  ['wrong-unit', { 'wrong-unit': 1 }, 'wrong-unit'],
])('%s is told by its own name', async (name, rates, code) => {
  // An adapter that hears itself echoes also where nobody answers.
  const devices = name === 'silent' ? [] : name === 'echo' ? [] : [b23(3, 202)];
  const { path } = name === 'echo' ? await echoing() : await wire(devices, rates);
  const { code: exit, stdout } = await scan(path, '3', '--json');
  const { found, troubles, silent } = JSON.parse(stdout) as {
    found: unknown[];
    troubles: { fault: { code: string } }[];
    silent: number;
  };
  expect([exit, found]).toEqual([1, []]);
  if (code === 'silent') expect([silent, troubles]).toEqual([1, []]);
  else expect(troubles.map(({ fault }) => fault.code)).toEqual([code]);
});

/** An adapter that hears every byte it sends, with nobody on the wire. */
async function echoing(): Promise<{ path: string }> {
  const link = await servePty({
    attach: (port: { write(bytes: Uint8Array): void; onData(receive: (bytes: Uint8Array) => void): void }) =>
      port.onData((bytes) => port.write(bytes)),
  } as unknown as RtuBus);
  if (link.kind === 'unavailable') throw new Error(link.reason);
  closing.push(() => link.close());
  return link;
}

test('a port that another program holds is refused with a sentence', async () => {
  const { path } = await wire([b23(3, 202)]);
  const holder = start([
    'scan',
    '--port',
    path,
    '--baud',
    '19200',
    '--units',
    '20-247',
    '--response',
    '1000',
  ]);
  closing.push(async () => {
    holder.child.kill('SIGKILL');
    await holder.finished;
  });
  await holder.prints('units 20 to 247');
  await new Promise((resolve) => setTimeout(resolve, 500));
  const { code, stderr } = await scan(path, '3');
  expect(stderr).toContain('port-busy');
  expect(code).toBe(1);
  holder.child.kill('SIGINT');
  expect((await holder.finished).code).toBe(130);
});

test('a port that is not there, a line that nobody knows, and no wire at all', async () => {
  expect(await scan('/dev/there-is-none', '1')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('port-missing'),
  });
  expect(await hakaru('scan')).toMatchObject({ code: 2 });
  const demo = new URL('../../config/sites/demo.yaml', import.meta.url).pathname;
  expect(await hakaru('scan', 'nowhere', '--config', demo)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('line-unknown'),
  });
});

test('`read --raw` tells the same troubles apart, and shows the bytes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hakaru-read-'));
  closing.push(() => rmSync(folder, { recursive: true }));
  const site = join(folder, 'site.yaml');
  const read = async (path: string): Promise<Finished> => {
    const line = `lines: { bus: { kind: modbus-rtu, port: ${path}, baudRate: 19200, parity: none, stopBits: 1 } }`;
    const meter = 'meters: { m: { line: bus, unit: 3, type: abb-b23, role: sub, rated: 40 kW } }';
    const about = 'site: { id: s, gridArea: tokyo }\ngateway: { id: g }';
    writeFileSync(site, `${about}\n${line}\n${meter}\n`);
    return await hakaru('read', 'm', '--config', site, '--raw');
  };
  const troubles: readonly (readonly [SimDevice, FaultRates, string])[] = [
    [b23(3, 202), { silent: 1 }, 'no-answer'],
    [b23(3, 202), { 'bad-crc': 1 }, 'crc-error'],
    [b23(3, 202), { 'wrong-unit': 1 }, 'wrong-unit'],
    [shy(3), {}, 'modbus-exception'],
  ];
  for (const [device, rates, code] of troubles) {
    const { path } = await wire([device], rates);
    const { code: exit, stdout, stderr } = await read(path);
    expect(stderr).toContain(`${code}:`);
    expect(stdout).toMatch(/^> 03 03/m);
    expect(exit).toBe(1);
  }
  expect((await read((await echoing()).path)).stderr).toContain('line-echo:');
});
