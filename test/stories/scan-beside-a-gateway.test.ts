/**
 * `hakaru scan` while `hakaru run` polls over the same adapter: two masters on one RS-485 wire would spoil each other's
 * answers, so the second is refused with a sentence, and the gateway does not notice. Real processes on a pty.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createDevice } from '../../simulators/devices/device.ts';
import { createRtuBus } from '../../simulators/rtu-bus.ts';
import { servePty } from '../../simulators/serial-link.ts';
import { hakaru, start } from '../support/cli.ts';
import { eventually } from '../uplink/support/eventually.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

test('the wire is the gateway’s: scan says so at once, and finds the meter when it has stopped', {
  timeout: 60_000,
}, async () => {
  const device = createDevice({
    unit: 3,
    functions: [3],
    maxRegisters: 60,
    reserved: [[0, 20]],
    fields: [{ address: 100, size: 2, words: () => [0, 4_711] }],
  });
  const bus = createRtuBus({ devices: [device], now: () => 0, baudRate: 19_200, pace: 0 });
  closing.push(() => bus.close());
  const link = await servePty(bus);
  if (link.kind === 'unavailable') throw new Error(link.reason);
  closing.push(() => link.close());
  const folder = mkdtempSync(join(tmpdir(), 'hakaru-beside-'));
  closing.push(() => rmSync(folder, { recursive: true }));
  const site = join(folder, 'site.yaml');
  writeFileSync(
    site,
    `site: { id: s, gridArea: tokyo }
gateway: { id: g }
clock: { trust: manual }
lines: { bus: { kind: modbus-rtu, port: ${link.path}, baudRate: 19200, parity: none, stopBits: 1 } }
meters:
  m: { line: bus, unit: 3, type: generic, role: sub, rated: 40 kW, interval: 200 ms, map: { channels: { energy-import: { address: 100, type: u32, unit: kWh, ratio: primary } } } }
dashboard: { port: 0 }
`,
  );
  const gateway = start(['run', '--config', site, '--data', join(folder, 'data')]);
  closing.push(async () => {
    gateway.child.kill('SIGKILL');
    await gateway.finished;
  });
  await gateway.prints('hakaru runs');
  await eventually(() => device.requests() > 3, 'it polls');

  const said =
    'in use by another program, perhaps the running gateway. Stop that one, or look at its dashboard.';
  for (const words of [['bus'], ['--port', link.path, '--baud', '19200']]) {
    const refused = await hakaru('scan', ...words, '--config', site, '--units', '1-247', '--response', '500');
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain(`port-busy: The port ${link.path} of line`);
    expect(refused.stderr).toContain(said);
    // At once: not one unit was asked.
    expect(refused.stderr).not.toMatch(/unit \d+ of 247/);
  }
  const japanese = await hakaru('scan', 'bus', '--config', site, '--units', '3', '--lang', 'ja');
  expect(japanese.stderr).toContain('別のプログラム (稼働中のゲートウェイなど) が使用中です');

  // The gateway was not disturbed: it polls on, and no answer was lost.
  const before = device.requests();
  await eventually(() => device.requests() > before + 3, 'it polls on');
  expect(gateway.printed()).not.toMatch(/crc-error|wrong-unit|"after":"(failing|offline)"/);

  gateway.child.kill('SIGTERM');
  await gateway.finished;
  const found = await hakaru('scan', 'bus', '--config', site, '--units', '2-3', '--response', '50');
  expect(found).toMatchObject({ code: 0, stdout: expect.stringContaining('unit 3 answers') });
});
