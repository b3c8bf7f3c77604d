/**
 * The whole demo factory: twelve meters of nine types on one RS-485 bus behind a pseudo terminal, four behind TCP, gas,
 * steam and the utility's service pulse and timing pulse by processes that write what gpiomon writes. What a cloud
 * service hears of it is what the simulated meters counted, to the last digit.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lineBudgets } from '../../drivers/modbus/bus-budget.ts';
import { instant } from '../../gateway/domain/time.ts';
import { createGateway, type Gateway } from '../../gateway/gateway.ts';
import { createLog } from '../../gateway/platform/log.ts';
import { pollHere } from '../../gateway/polling.ts';
import { type DemoFactory, startDemoFactory } from '../../simulators/demo-factory.ts';
import { demoSite } from '../support/demo-site.ts';
import { microOf, numbersAsText } from '../support/exact.ts';
import { createSteppedClock, type SteppedClock } from '../support/stepped-clock.ts';
import { keyOf, type Subscriber, subscribe } from '../support/subscriber.ts';
import { eventually } from '../uplink/support/eventually.ts';

const SEED = 31;
const HOUR_MS = 3_600_000;
const HOURS = 3;
/** A working morning. */
const FROM_MS = Date.parse('2026-05-07T09:00:00+09:00');
const TO_MS = FROM_MS + HOURS * HOUR_MS;
const PLANT_MS = FROM_MS - HOUR_MS;
const METERS = 19;
/** gpiomon processes: the inputs with a filter of levels, and those without. */
const WATCHES = 2;
/** 2,400 kWh on the primary side for each of the secondary's, which are 50,000 pulses. */
const SERVICE_PULSE_MICRO = 48_000n;
const REFRESHED: ReadonlySet<string> = new Set(['lathe', 'milling', 'molding']);
const KWH = 1_000_000n;

let folder: string;
let clock: SteppedClock;
let factory: DemoFactory;
let gateway: Gateway;
let cloud: Subscriber;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hakaru-whole-'));
  clock = createSteppedClock(FROM_MS - 60_000);
  factory = await startDemoFactory({
    now: () => clock.now(),
    seed: SEED,
    startMs: PLANT_MS,
    steadyStartNs: 0n,
    pace: 0,
    serial: 'pty',
  });
  cloud = await subscribe(factory.brokerUrl);
  gateway = await createGateway({
    site: site(),
    dataDir: folder,
    clock,
    log: createLog({ level: 'silent' }),
    polling: pollHere({
      clock,
      contacts: {
        clock: { ...clock, now: () => instant(factory.pulses.nowMs()) },
        nowUs: () => factory.pulses.steadyUs(),
        aheadUs: HOUR_MS * 1_000,
      },
    }),
    webRoot: null,
  });
});

afterEach(async () => {
  await gateway.stop();
  await cloud.close();
  await factory.close();
  rmSync(folder, { recursive: true, force: true });
});

const site = () =>
  demoSite({ ...factory, gpiomon: factory.pulses.gpiomon }, { brokerUrl: factory.brokerUrl });

async function roundAt(atMs: number): Promise<void> {
  clock.stepTo(atMs);
  await factory.pulses.play();
  await gateway.playRound();
}

async function watching(): Promise<void> {
  await roundAt(FROM_MS - 60_000);
  await factory.pulses.watched(WATCHES);
  expect(factory.pulses.board.watchers().map(({ inputs }) => [...inputs].sort())).toEqual(
    expect.arrayContaining([
      ['17', '5'],
      ['22', '27'],
    ]),
  );
  await roundAt(FROM_MS - 2_000);
}

async function playTheMorning(): Promise<void> {
  await watching();
  for (let at = FROM_MS; at < TO_MS; at += HOUR_MS / 8) {
    await roundAt(at);
    // For registers that are refreshed now and then, as of before the boundary.
    if (at % (HOUR_MS / 2) === 0) await roundAt(at + 2_000);
  }
  for (const lateMs of [0, 2_000, 10_000, 95_000]) await roundAt(TO_MS + lateMs);
  await gateway.delivered();
  const last = gateway.store.outbox.lastSeq();
  await eventually(() => cloud.seqs.has(last), `message ${last} at the subscriber`);
}

interface ExactHour {
  readonly kwh: string;
  readonly quantity: string;
}

/** Millionths, hour by hour. */
function hoursOf(meter: string) {
  const heard = [...cloud.table.values()]
    .filter((hour) => hour.meter === meter && Date.parse(hour.start) >= FROM_MS)
    .toSorted((a, b) => Date.parse(a.start) - Date.parse(b.start));
  expect(
    heard.map(({ coverage }) => coverage),
    meter,
  ).toEqual(Array.from({ length: HOURS }, () => 1));
  // Read every few minutes only, a register that is refreshed now and then leaves its boundaries between two readings.
  const wanted = REFRESHED.has(meter) ? /^(measured|interpolated)$/ : /^measured$/;
  for (const { quality } of heard) expect(quality, `${meter} ${JSON.stringify(heard)}`).toMatch(wanted);
  return heard.map((hour) => {
    const { kwh, quantity } = numbersAsText(cloud.texts.get(keyOf(hour)) ?? '') as ExactHour;
    return { kwhMicro: microOf(kwh), quantityMicro: microOf(quantity) };
  });
}

const sum = (values: readonly bigint[]): bigint => values.reduce((a, b) => a + b, 0n);
const quantityOf = (meter: string): bigint => sum(hoursOf(meter).map(({ quantityMicro }) => quantityMicro));

/** What the registers say went by, in millionths of a kWh or m³. */
function registersSay(): Map<string, bigint> {
  const { main, furnace, gas, halls } = factory.devices;
  const micro = (register: { count(atMs: number): bigint }, perCount: bigint): bigint =>
    (register.count(TO_MS) - register.count(FROM_MS)) * perCount;
  const [boiler] = gas.counters;
  return new Map([
    ['main', micro(main.energy, 1_000n)],
    ['furnace', micro(furnace.energy, 400_000n)],
    ['lighting', micro(halls.lighting.energy, 100_000n)],
    ['welding', micro(halls.welding.energy, 10_000n)],
    ['pump', micro(halls.pump.energy, 10_000n)],
    ['office', micro(halls.office.energy, 1_000n)],
    ['chiller', micro(halls.chiller.energy, 1_000n)],
    ['gas', boiler ? micro(boiler, 100_000n) : -1n],
  ]);
}

/** Of the float registers: kWh as the wire carries them, more digits than a message has. */
function floatsSay(): Map<string, number> {
  const { press, compressor, halls } = factory.devices;
  const kwh = (register: { count(atMs: number): bigint }, primary = 1): number => {
    const shown = (atMs: number): number => Math.fround(Number(register.count(atMs)) / 100);
    return (shown(TO_MS) - shown(FROM_MS)) * primary;
  };
  return new Map([
    ['press', kwh(press.energy)],
    ['compressor', kwh(compressor.energy)],
    ['paint', kwh(halls.paint.energy)],
    ['hvac', kwh(halls.hvac.energy)],
    ['dryer', kwh(halls.dryer.energy, 20)],
  ]);
}

/** Of registers that are refreshed now and then: what went by, and one count, in millionths of a kWh. */
function refreshedSay(): Map<string, { readonly micro: bigint; readonly count: bigint }> {
  const { lathe, milling, molding } = factory.devices.halls;
  const say = ({ energy }: typeof lathe, count: bigint) => ({
    micro: (energy.count(TO_MS) - energy.count(FROM_MS)) * count,
    count,
  });
  return new Map([
    ['lathe', say(lathe, 100_000n)],
    ['milling', say(milling, 100_000n)],
    ['molding', say(molding, 1_000n)],
  ]);
}

test(`every meter is read, and the hours at the subscriber add up to the registers (seed ${SEED})`, async () => {
  await playTheMorning();
  const meters = site().meters;
  expect(meters).toHaveLength(METERS);
  for (const [meter, micro] of registersSay()) expect([meter, quantityOf(meter)]).toEqual([meter, micro]);
  for (const [meter, kwh] of floatsSay())
    expect(Math.abs(Number(quantityOf(meter)) - kwh * 1e6), meter).toBeLessThanOrEqual(1);

  for (const [meter, { micro, count }] of refreshedSay())
    expect(Math.abs(Number(quantityOf(meter) - micro)), meter).toBeLessThanOrEqual(Number(count));

  const counted = (contact: 'service' | 'heat-gas' | 'steam', microPerPulse: bigint): bigint =>
    (factory.pulses.before(contact, TO_MS) - factory.pulses.before(contact, FROM_MS)) * microPerPulse;
  expect(quantityOf('service')).toBe(counted('service', SERVICE_PULSE_MICRO));
  expect(quantityOf('heat-gas')).toBe(counted('heat-gas', 100_000n));
  expect(quantityOf('steam')).toBe(counted('steam', 1_000n));
  expect(counted('service', 1n)).toBeGreaterThan(10_000n);

  // 0.966655 Nm³/m³ × 45 MJ/Nm³; steam of 0.7 MPaG over water of 20 °C.
  for (const [meter, kwhPerUnit] of [
    ['heat-gas', 12.083184],
    ['steam', 745.655],
  ] as const) {
    for (const { kwhMicro, quantityMicro } of hoursOf(meter)) {
      expect(Number(kwhMicro) / 1e6).toBeCloseTo((Number(quantityMicro) / 1e6) * kwhPerUnit, 3);
      expect(kwhMicro).toBeGreaterThan(0n);
    }
  }

  // Two ways to the same energy: a register in steps of 1 Wh, and the utility's pulses.
  const service = hoursOf('service');
  for (const [hour, { kwhMicro }] of hoursOf('main').entries()) {
    const apart = Math.abs(Number(kwhMicro - (service[hour]?.kwhMicro ?? 0n)));
    expect(apart).toBeLessThanOrEqual(Number(SERVICE_PULSE_MICRO + 1_000n));
    expect(kwhMicro).toBeGreaterThan(100n * KWH);
  }

  const { live } = cloud;
  await eventually(
    () => live.size === METERS && [...live.values()].every(({ health }) => health === 'ok'),
    () => `all are well: ${JSON.stringify([...live.values()].map(({ meter, health }) => [meter, health]))}`,
  );
  expect([...live.values()].flatMap(({ meter, hints }) => hints.map(({ code }) => [meter, code]))).toEqual(
    [],
  );
  // The utility's clock is 0.4 s behind.
  expect(live.get('service')?.gauges['timing-offset']).toEqual({ value: 0.4, unit: 's' });
  expect(cloud.events.filter(({ kind }) => kind === 'gap')).toEqual([]);
}, 60_000);

test('at its real pace the bus gives every meter its turn within the interval, with the silences it asks for', async () => {
  await watching();
  const onBus = site().meters.filter(({ line }) => line === 'rs485');
  expect(onBus).toHaveLength(12);
  expect(new Set(onBus.map(({ type }) => type.id)).size).toBe(9);
  const budget = lineBudgets(site()).find(({ line }) => line === 'rs485') ?? expect.fail('no bus');

  factory.bus.setPace(1);
  const before = factory.bus.stats();
  const startedMs = performance.now();
  await roundAt(FROM_MS);
  const tookMs = performance.now() - startedMs;
  const after = factory.bus.stats();
  const intervalMs = Math.min(...onBus.map((meter) => meter.intervalMs));
  // A wire takes its time: it cannot be faster than its characters.
  expect(tookMs).toBeGreaterThan(budget.roundMs / 2);
  expect(budget.roundMs).toBeLessThan(0.9 * intervalMs);
  expect(tookMs).toBeLessThan(intervalMs);
  // A read that is repeated may be made wider, or split: never are there many more than were planned.
  expect(after.requests - before.requests).toBeGreaterThanOrEqual(budget.requests);
  expect(after.requests - before.requests).toBeLessThan(1.2 * budget.requests);
  expect(after).toMatchObject({ silenceViolations: 0, badCrc: 0, unanswered: 0, dropped: 0 });
  await eventually(
    () => cloud.live.size === METERS && [...cloud.live.values()].every(({ health }) => health === 'ok'),
    () =>
      `all answer at the real pace: ${JSON.stringify([...cloud.live.values()].map(({ meter, health }) => [meter, health]))}`,
  );
});
