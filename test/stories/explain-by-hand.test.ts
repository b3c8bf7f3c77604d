/**
 * `hakaru explain` is enough: from nothing but its print, a pencil and the rounding rule one arrives at the hour's
 * slots, kWh and MJ. The calculation uses the text and shares no code with the gateway.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createGateway } from '../../gateway/gateway.ts';
import { createLog } from '../../gateway/platform/log.ts';
import { pollHere } from '../../gateway/polling.ts';
import { type DemoFactory, startDemoFactory } from '../../simulators/demo-factory.ts';
import { hakaru } from '../support/cli.ts';
import { demoSite } from '../support/demo-site.ts';
import { createSteppedClock } from '../support/stepped-clock.ts';
import { calculate, stated } from './explain-hand.ts';

const MIDNIGHT_MS = Date.parse('2026-05-04T00:00:00+09:00');
const HOURS = 10;
let folder: string;
let factory: DemoFactory;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hakaru-explain-'));
  const clock = createSteppedClock(MIDNIGHT_MS);
  factory = await startDemoFactory({
    now: () => clock.now(),
    seed: 11,
    startMs: MIDNIGHT_MS - 3_600_000,
    pace: 0,
    serial: 'rtu-over-tcp',
  });
  const coefficients = { url: factory.coefficientUrl, caPem: factory.caPem, folder };
  const site = demoSite(factory, { brokerUrl: factory.brokerUrl, coefficients });
  const gateway = await createGateway({
    site,
    dataDir: folder,
    clock,
    log: createLog({ level: 'silent' }),
    polling: pollHere({ clock }),
    webRoot: null,
  });
  await gateway.bringCoefficients();
  // Read off the boundaries, so that every one of them is interpolated between unequal neighbours.
  for (let at = MIDNIGHT_MS + 1_700; at < MIDNIGHT_MS + HOURS * 3_600_000 + 620_000; at += 7_331) {
    const toBoundary = 1_800_000 - ((at - MIDNIGHT_MS) % 1_800_000);
    if (toBoundary > 9_000 && toBoundary < 1_790_000 && toBoundary % 300_000 > 7_331) continue;
    clock.stepTo(at);
    await gateway.playRound();
  }
  await gateway.delivered();
  await gateway.stop();
}, 60_000);

afterAll(async () => {
  await factory.close();
  rmSync(folder, { recursive: true, force: true });
});

test.each([
  ['main', 1, 'en'],
  ['main', 8, 'ja'],
  ['press', 5, 'en'],
  ['furnace', 9, 'ja'],
  ['gas', 2, 'en'],
] as const)(
  'an hour of the demo can be recomputed from the print alone: %s, hour %i, %s',
  async (meter, hour, reader) => {
    const start = `2026-05-04T0${hour}:00`;
    const { stdout, code } = await hakaru('explain', meter, start, '--data', folder, '--lang', reader);
    expect(code).toBe(0);
    const byHand = calculate(stdout, reader);
    expect(byHand, stdout).toEqual(stated(stdout, reader));
    expect(byHand.kwh).toBeGreaterThan(0n);
    expect(byHand.mj === null).toBe(meter !== 'main');
    if (reader === 'ja') return;
    expect(stdout).toMatch(
      /message \d+, revision \d+\n {4}topic +hakaru\/v1\/demo-factory\/gw1\/hour\/\S+\n {4}said .*\n {4}made +\S+\n {4}fate +acknowledged \S+/,
    );
    if (meter === 'main')
      expect(stdout).toMatch(
        /document +kyushu-demo-\S+, revision 1, received \S+\n +from https:\S+\n +sha256 [0-9a-f]{64}/,
      );
  },
);

test('an hour that is not there is named, with what to do', async () => {
  const { code, stderr } = await hakaru('explain', 'main', '2026-05-09T01:00', '--data', folder);
  expect(code).toBe(1);
  expect(stderr).toContain('hour-unknown');
});
