/** `hakaru read` of a pulse input: it watches for a while and tells edges and pulses, before any gateway runs. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startPulseBoard } from '../../simulators/pulse/board.ts';
import { start } from '../support/cli.ts';
import { eventually } from '../uplink/support/eventually.ts';
import { pulse, siteText } from './support/gpio.ts';

test('an installer closes the contact and sees it counted', { timeout: 40_000 }, async () => {
  const board = await startPulseBoard();
  const folder = mkdtempSync(join(tmpdir(), 'hakaru-read-'));
  const site = join(folder, 'site.yaml');
  const gas =
    'gas: { line: pins, input: 17, type: pulse, pulseWeight: 10 L, role: gas, rated: 60 m3/h, filter: { kind: pulse, ms: 4 } }';
  writeFileSync(site, siteText(`{ kind: gpio, chip: gpiochip0, gpiomon: ${board.program(1)} }`, [gas]));
  const reading = start(['read', 'gas', '--config', site]);
  await eventually(() => board.watchers().length === 1, 'it watches');
  // Major 1 does not say when it begins; the first edges do.
  await pulse(board, 17, 100);
  const { code, stdout } = await reading.finished;
  const found = /Watched for (\d+) s: (\d+) edges, (\d+) pulses. The filter took (\d+) edges/.exec(stdout);
  const [, seconds, edges, pulses, bounces] = (found ?? []).map(Number);
  expect(code).toBe(0);
  expect(seconds).toBeGreaterThanOrEqual(9);
  // The very first pulse may lie before the watch is sure.
  expect(pulses).toBeGreaterThanOrEqual(99);
  expect(pulses).toBeLessThanOrEqual(100);
  expect(Number(edges) - Number(bounces)).toBe(2 * Number(pulses));
  expect(stdout).toMatch(/gas-volume +(0\.99|1) +m3/);
  await eventually(() => board.watchers().length === 0, 'no process is left');
  await board.close();
  rmSync(folder, { recursive: true, force: true });
});
