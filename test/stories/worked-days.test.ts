/**
 * The worked days of the law's explanation, through documents, sockets, ledger and messages: a factory that uses
 * 500 kWh in each of 19 hours and 2,000 kWh in each of the five from 13:00 to 18:00.
 */
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createGateway } from '../../gateway/gateway.ts';
import { createLog } from '../../gateway/platform/log.ts';
import { pollHere } from '../../gateway/polling.ts';
import { type DemoFactory, startDemoFactory } from '../../simulators/demo-factory.ts';
import { HALL_LOADS } from '../../simulators/demo-schedules.ts';
import { hourly } from '../../simulators/schedule.ts';
import { demoSite } from '../support/demo-site.ts';
import { createSteppedClock, type SteppedClock } from '../support/stepped-clock.ts';
import { type Subscriber, subscribe } from '../support/subscriber.ts';
import { eventually } from '../uplink/support/eventually.ts';
import { createMosquitto, type Mosquitto } from '../uplink/support/mosquitto.ts';

const DATE = '2026-05-04';
const MIDNIGHT_MS = Date.parse(`${DATE}T00:00:00+09:00`);
const HOUR_MS = 3_600_000;
const DAY_W = Array.from({ length: 24 }, (_, hour) => (hour >= 13 && hour < 18 ? 2_000_000 : 500_000));
const NOTHING = hourly(Array.from({ length: 24 }, () => 0));

let clock: SteppedClock;
let factory: DemoFactory;
let broker: Mosquitto;
let cloud: Subscriber;
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hakaru-worked-'));
  clock = createSteppedClock(MIDNIGHT_MS);
  factory = await startDemoFactory({
    now: () => clock.now(),
    seed: 1,
    startMs: MIDNIGHT_MS - HOUR_MS,
    pace: 0,
    schedules: {
      ...Object.fromEntries(HALL_LOADS.map((load) => [load, NOTHING])),
      base: hourly(DAY_W),
      press: NOTHING,
      compressor: NOTHING,
      furnace: NOTHING,
    },
  });
  broker = await createMosquitto(['allow_anonymous true']);
  await broker.start();
  cloud = await subscribe(`mqtt://127.0.0.1:${broker.port}`);
});

afterEach(async () => {
  await cloud.close();
  await broker.remove();
  await factory.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Announced {
  readonly curtailmentDays?: readonly string[];
  readonly curtailmentHours?: readonly { date: string; from: string; to: string }[];
  readonly tightDays?: readonly string[];
}

async function playDay(ruleSet: string, announced: Announced | null): Promise<void> {
  // The demo's main meter is rated 600 kW; this factory draws 2,000 kW.
  const site = demoSite(factory, { brokerUrl: `mqtt://127.0.0.1:${broker.port}`, ruleSet });
  const meters = site.meters.map((meter) =>
    meter.id === 'main' ? { ...meter, ratedPerHour: { num: 2_500n, den: 1n } } : meter,
  );
  const gateway = await createGateway({
    site: { ...site, meters },
    dataDir: folder,
    clock,
    log: createLog({ level: 'silent' }),
    polling: pollHere({ clock }),
    webRoot: null,
  });
  if (announced) {
    mkdirSync(join(folder, 'inbox'), { recursive: true });
    const path = join(folder, 'inbox', 'day.json');
    writeFileSync(path, document(ruleSet, announced));
    // It has lain there for a while: a file that just changed may still be being copied.
    utimesSync(path, new Date(MIDNIGHT_MS), new Date(MIDNIGHT_MS));
  }
  await gateway.bringCoefficients();
  for (let half = 0; half <= 48; half++) {
    clock.stepTo(MIDNIGHT_MS + half * 1_800_000);
    await gateway.playRound();
  }
  for (const late of [10_000, 95_000]) {
    clock.stepTo(MIDNIGHT_MS + 24 * HOUR_MS + late);
    await gateway.playRound();
  }
  await gateway.delivered();
  const last = gateway.store.outbox.lastSeq();
  await eventually(() => cloud.seqs.has(last), `message ${last} at the subscriber`);
  await gateway.stop();
}

function document(ruleSet: string, announced: Announced): string {
  return JSON.stringify({
    format: 'hakaru-coefficients/1',
    document: 'kyushu-worked-day',
    revision: 1,
    ruleSet,
    area: 'kyushu',
    issuedAt: '2026-05-02T18:00:00+09:00',
    source: 'worked day of the law’s explanation',
    complete: [{ from: DATE, to: DATE }],
    curtailmentDays: announced.curtailmentDays ?? [],
    curtailmentHours: announced.curtailmentHours ?? [],
    tightDays: announced.tightDays ?? [],
  });
}

/** Sums decimals as written, in whole millionths. */
function sum(values: readonly (number | null)[]): string {
  const micro = values.reduce<bigint>(
    (total, value) => total + BigInt(Math.round((value ?? Number.NaN) * 1e6)),
    0n,
  );
  return String(Number(micro) / 1e6);
}

function theDay() {
  const hours = [...cloud.table.values()].filter(
    (hour) => hour.meter === 'main' && hour.start.startsWith(DATE),
  );
  expect(hours).toHaveLength(24);
  expect(hours.every((hour) => hour.quality === 'measured')).toBe(true);
  return { kwh: sum(hours.map((hour) => hour.kwh)), mj: sum(hours.map((hour) => hour.mj)), hours };
}

test('draft-2022: the five hours announced as curtailment weigh 125,300 MJ', async () => {
  await playDay('draft-2022', { curtailmentHours: [{ date: DATE, from: '13:00', to: '18:00' }] });
  const { kwh, mj, hours } = theDay();
  expect({ kwh, mj }).toEqual({ kwh: '19500', mj: '125300' });
  expect(hours.map((hour) => hour.mj).filter((value) => value === 7_200)).toHaveLength(5);
  expect(hours.map((hour) => hour.mj).filter((value) => value === 4_700)).toHaveLength(19);
  expect(hours.every((hour) => hour.coefficient.confirmed)).toBe(true);
});

test('fy2023: the day announced as curtailment weighs 134,000 MJ', async () => {
  await playDay('fy2023', { curtailmentDays: [DATE] });
  expect(theDay()).toMatchObject({ kwh: '19500', mj: '134000' });
});

test('fy2023: curtailment on a tight day weighs 164,800 MJ', async () => {
  await playDay('fy2023', { curtailmentDays: [DATE], tightDays: [DATE] });
  expect(theDay()).toMatchObject({ kwh: '19500', mj: '164800' });
});

test('fy2023: a tight day alone weighs 237,900 MJ', async () => {
  await playDay('fy2023', { tightDays: [DATE] });
  expect(theDay()).toMatchObject({ kwh: '19500', mj: '237900' });
});

test('draft-2022 has no factor for a tight day: the document is refused whole and the day stays flat', async () => {
  await playDay('draft-2022', {
    curtailmentHours: [{ date: DATE, from: '13:00', to: '18:00' }],
    tightDays: [DATE],
  });
  const { mj, hours } = theDay();
  expect(mj).toBe('183300');
  expect(hours.every((hour) => !hour.coefficient.confirmed && hour.coefficient.document === null)).toBe(true);
});
