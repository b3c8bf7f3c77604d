/**
 * From the name plates to the message: CT 200/5 and VT 6600/110 before a register of the secondary side, the meter's
 * own 乗率, a multiplier register, and pulses of the secondary side, each from the site file to its hour message, to
 * the last digit. Then the multiplier register is changed at the meter: nothing is taken until the site file says so.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { loadSite } from '../../config/load-site.ts';
import type { EventMessage, HourMessage } from '../../gateway/domain/messages.ts';
import { createGateway } from '../../gateway/gateway.ts';
import { createLog } from '../../gateway/platform/log.ts';
import { pollHere } from '../../gateway/polling.ts';
import { createDevice, type SimDevice } from '../../simulators/devices/device.ts';
import { startTcpMeters } from '../../simulators/tcp-meters.ts';
import { createSteppedClock } from '../support/stepped-clock.ts';

const START = Date.parse('2026-05-07T09:00:00+09:00');
const HOUR = 3_600_000;
/** Of each half-hour: on its boundary and often enough after it. */
const READ_AT = [0, 4_000, 590_000, 1_180_000];
const FIRST = 10_000;

let nowMs = START;
/** What the multiplier register of `chiller` says, and in how many steps a kWh it counts. */
let exponent = -1;
let port = 0;
let folder = '';

/** Counts so many a hour since START, evenly. */
const counted = (perHour: number): number => FIRST + Math.floor((perHour * (nowMs - START)) / HOUR);
const long = (address: number, value: () => number) => ({
  address,
  size: 2,
  words: () => [Math.floor(value() / 65_536), value() % 65_536],
});
const short = (address: number, value: () => number) => ({
  address,
  size: 1,
  words: () => [(value() + 65_536) % 65_536],
});
const device = (unit: number, fields: SimDeviceFields): SimDevice =>
  createDevice({ unit, functions: [3], maxRegisters: 60, fields });
type SimDeviceFields = Parameters<typeof createDevice>[0]['fields'];

/** 5 kWh an hour, in steps of 0.1 kWh × 10^exponent. Its counter goes on in the new steps when that is changed. */
const chillerCount = (): number => Math.round(counted(500) * 10 ** (-1 - exponent));

beforeEach(async () => {
  [nowMs, exponent] = [START, -1];
  const meters = await startTcpMeters({
    devices: [
      device(1, [long(0, () => counted(120))]),
      device(2, [long(0, () => counted(60))]),
      device(3, [long(0, chillerCount), short(10, () => exponent)]),
      device(4, [long(0, () => counted(100))]),
    ],
    now: () => nowMs,
  });
  port = meters.port;
  folder = mkdtempSync(join(tmpdir(), 'hakaru-ratios-'));
  onTestFinished(async () => {
    await meters.close();
    rmSync(folder, { recursive: true });
  });
});

const energy = (more: string) =>
  `energy-import: { address: 0, type: u32, scale: 0.01, unit: kWh, ratio: secondary${more} }`;

function siteOf(registerMultiplier: string) {
  const path = join(folder, 'site.yaml');
  writeFileSync(
    path,
    `site: { id: works, gridArea: kyushu }
gateway: { id: gw1 }
clock: { trust: manual }
lines: { lan: { kind: modbus-tcp, host: 127.0.0.1, port: ${port} } }
meters:
  main: { line: lan, unit: 1, type: generic, role: grid-import, rated: 600 kW, ct: 200/5, map: { channels: { ${energy('')} } } }
  plant: { line: lan, unit: 2, type: generic, role: sub, rated: 90 MW, ct: 200/5, vt: 6600/110, multiplier: 10, map: { channels: { ${energy('')} } } }
  chiller: { line: lan, unit: 3, type: generic, role: sub, rated: 20 kW, registerMultiplier: ${registerMultiplier}, map: { channels: { energy-import: { address: 0, type: u32, scale: 0.1, unit: kWh, ratio: primary, multiplier: { address: 10, type: s16, as: exponent } } } } }
  pulses: { line: lan, unit: 4, type: generic, role: sub, rated: 100 kW, ct: 200/5, vt: 6600/110, input: 1, pulseWeight: 50000 pulse/kWh, map: { pulseInputs: { 1: { address: 0, type: u32, unit: pulse, ratio: primary } } } }
`,
  );
  return loadSite(path).site;
}

/** Lives through hours from `startMs`. @returns all messages so far */
async function live(registerMultiplier: string, startMs: number, hours: number) {
  const clock = createSteppedClock(startMs);
  nowMs = startMs;
  const gateway = await createGateway({
    site: siteOf(registerMultiplier),
    dataDir: join(folder, 'data'),
    clock,
    log: createLog({ level: 'silent' }),
    polling: pollHere({ clock }),
    webRoot: null,
  });
  const endMs = startMs + hours * HOUR;
  const halves = Array.from({ length: hours * 2 }, (_, half) => startMs + half * (HOUR / 2));
  const steps = halves.flatMap((atMs) => READ_AT.map((offset) => atMs + offset));
  for (const at of [...steps, endMs, endMs + 100_000]) {
    nowMs = at;
    clock.stepTo(at);
    await gateway.playRound();
  }
  const rows = gateway.store.outbox.waiting(0, 10_000);
  await gateway.stop();
  const of = <T>(wanted: string): T[] =>
    rows.filter(({ kind }) => kind === wanted).map(({ payload }) => JSON.parse(payload) as T);
  return { hours: of<HourMessage>('hour'), events: of<EventMessage>('event') };
}

/** The newest message of the hour that begins so many hours after START. */
const hourOf = (all: readonly HourMessage[], meter: string, hour: number): HourMessage | undefined =>
  all.findLast((one) => one.meter === meter && Date.parse(one.start) === START + hour * HOUR);

test('each ratio of a name plate reaches its hour, exactly', async () => {
  const { hours } = await live('0.1', START, 2);
  const second = (meter: string) => hourOf(hours, meter, 1);
  // 1.2 kWh on the meter's face, behind 200/5: × 40.
  expect(second('main')).toMatchObject({
    quality: 'measured',
    quantity: 48,
    kwh: 48,
    register: { start: 4_048, end: 4_096 },
    demand: [48, 48],
    // 9.4 MJ/kWh: nothing was announced.
    mj: 451.2,
  });
  // 0.6 kWh × 40 × 60 × 10.
  expect(second('plant')).toMatchObject({ quality: 'measured', kwh: 14_400, register: { start: 2_414_400 } });
  // 500 counts of 0.1 kWh × 10⁻¹.
  expect(second('chiller')).toMatchObject({
    quality: 'measured',
    kwh: 5,
    register: { start: 105, end: 110 },
  });
  // 100 pulses × 2,400 ÷ 50,000.
  expect(second('pulses')).toMatchObject({ quality: 'measured', kwh: 4.8, register: { start: 484.8 } });
});

test('a multiplier that is changed at the meter: nothing false is sent, and what passed is asked', async () => {
  const before = await live('0.1', START, 2);
  expect(hourOf(before.hours, 'chiller', 1)).toMatchObject({ kwh: 5 });

  // Somebody sets the meter to whole tenths at 11:00; the site file still says 0.1.
  exponent = 0;
  const wrong = await live('0.1', START + 2 * HOUR + 120_000, 1);
  expect(hourOf(wrong.hours, 'chiller', 2)).toMatchObject({ quality: 'missing', kwh: null, quantity: null });
  // The other meters go on: within a count (0.4 kWh) of 48.
  expect(Math.abs((hourOf(wrong.hours, 'main', 2)?.kwh ?? 0) - 48)).toBeLessThan(0.4);

  const after = await live('1', START + 3 * HOUR + 240_000, 3);
  const hours = [0, 1, 2, 3, 4].map((hour) => hourOf(after.hours, 'chiller', hour));
  // It is not read on the half-hours here, so it is no measurement; it is right all the same.
  expect(hours[4]).toMatchObject({ quality: 'interpolated', kwh: 5 });
  // What passed from the last reading by the old ratio to the first by the new one is asked, never invented.
  expect(after.events.filter(({ meter }) => meter === 'chiller').map(({ kind }) => kind)).toContain(
    'step-unresolved',
  );
  for (const hour of hours) expect(hour?.kwh ?? 0).toBeLessThanOrEqual(5);
  expect(hours[2]?.quality).not.toBe('measured');
});
