/**
 * A gateway process is killed with SIGKILL again and again: before a commit, inside a transaction, between commit
 * and publish, between publish and PUBACK, during a checkpoint; and so is its broker. Whatever happens, the table
 * that a subscriber upserts equals the one of a gateway that was never disturbed, and `seq` has no hole.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HourMessage } from '../../gateway/domain/messages.ts';
import { type DemoFactory, startDemoFactory } from '../../simulators/demo-factory.ts';
import { holes } from '../support/subscriber.ts';
import { eventually } from '../uplink/support/eventually.ts';
import type { KillPoint } from './child.ts';
import { choices, createWorld, HOUR_MS, live, meaning, START_MS, type World } from './world.ts';

const KILLS = 20;
const CHANNELS = 5;
/** The gateway's process is killed within so many hours; the broker dies once an hour. */
const HOURS = 8;
const BROKER_HOURS = KILLS + 1;
const SEED = 20_260_601;

let nowMs = START_MS;
const setMeters = (atMs: number): void => {
  nowMs = atMs;
};
let factory: DemoFactory;
let undisturbed: ReadonlyMap<string, HourMessage>;

async function expectWhole({ cloud }: World, hours: number): Promise<void> {
  await eventually(
    () => holes(cloud.seqs).length === 0 && cloud.table.size >= hours * CHANNELS,
    () => `all messages (seed ${SEED}): holes ${holes(cloud.seqs).join(',')}, ${cloud.table.size} hours`,
  );
  expect(meaning(cloud.table, hours)).toEqual(meaning(undisturbed, hours));
}

beforeAll(async () => {
  // RTU over TCP: the wire lives in this process and outlives the gateway, as a serial wire does.
  factory = await startDemoFactory({
    now: () => nowMs,
    seed: SEED,
    startMs: START_MS - HOUR_MS,
    pace: 0,
    serial: 'rtu-over-tcp',
  });
  const world = await createWorld();
  expect(await live(world, { factory, hours: BROKER_HOURS, dieAt: null, setMeters })).toBe(false);
  const { seqs, table } = world.cloud;
  await eventually(
    () => holes(seqs).length === 0 && table.size >= BROKER_HOURS * CHANNELS,
    'the undisturbed run',
  );
  undisturbed = new Map(table);
  await world.end();
}, 120_000);

afterAll(() => factory.close());

test('the undisturbed run says what the simulated factory used', () => {
  expect(undisturbed.size).toBe(BROKER_HOURS * CHANNELS);
  // Registers show whole counts: 0.4 kWh behind the furnace's 200/5 A transformer, 0.1 m³ for gas.
  const counts = { main: 0.001, press: 0.02, compressor: 0.02, furnace: 0.4, gas: 0.1 };
  for (const hour of undisturbed.values()) {
    const load = hour.meter as keyof typeof counts;
    const startMs = Date.parse(hour.start);
    const used = factory.plant.total(load, startMs + HOUR_MS) - factory.plant.total(load, startMs);
    // Fine units of the plant: 3.6e9 of them are a kWh, 3.6e12 a m³.
    const truth = Number(used) / (load === 'gas' ? 3.6e12 : 3.6e9);
    expect(hour.quality).toBe('measured');
    expect(Math.abs((hour.quantity ?? Number.NaN) - truth)).toBeLessThanOrEqual(counts[load]);
  }
});

/** How far away a moment may be chosen: so near that 20 lives still leave something to do for the last one. */
const POINTS: readonly { readonly point: KillPoint; readonly says: string; readonly within: number }[] = [
  { point: 'before-commit', says: 'before a commit', within: 30 },
  { point: 'inside-transaction', says: 'inside a transaction', within: 30 },
  { point: 'before-publish', says: 'between commit and publish', within: 3 },
  { point: 'before-puback', says: 'between publish and PUBACK', within: 3 },
];

describe.each(POINTS)('killed $says', ({ point, within }) => {
  test(`${KILLS} times, and nothing is lost or counted twice`, { timeout: 300_000 }, async () => {
    const world = await createWorld();
    const choose = choices(SEED + point.length);
    for (let kills = 0; kills < KILLS; kills++) {
      const dieAt = { point, nth: 1 + choose(within), delayUs: 0 };
      expect(await live(world, { factory, hours: HOURS, dieAt, setMeters }), `life ${kills}`).toBe(true);
    }
    expect(await live(world, { factory, hours: HOURS, dieAt: null, setMeters })).toBe(false);
    await expectWhole(world, HOURS);
    await world.end();
  });
});

test(`killed during ${KILLS} checkpoints, and nothing is lost or counted twice`, {
  timeout: 300_000,
}, async () => {
  const choose = choices(SEED);
  let world = await createWorld();
  for (let kills = 0; kills < KILLS; ) {
    // A checkpoint here takes about a millisecond; a life that outran its killer is simply a whole run.
    const dieAt = { point: 'during-checkpoint', nth: 1 + choose(2), delayUs: choose(600) } as const;
    if (await live(world, { factory, hours: HOURS, dieAt, setMeters })) {
      kills += 1;
    } else {
      await expectWhole(world, HOURS);
      await world.end();
      world = await createWorld();
    }
  }
  expect(await live(world, { factory, hours: HOURS, dieAt: null, setMeters })).toBe(false);
  await expectWhole(world, HOURS);
  await world.end();
});

test(`the broker killed ${KILLS} times, and nothing is lost or counted twice`, {
  timeout: 300_000,
}, async () => {
  const world = await createWorld();
  const { broker, gate, cloud } = world;
  const choose = choices(SEED);
  let kills = 0;
  let under: Promise<void> = Promise.resolve();
  const killBroker = async (): Promise<void> => {
    await delay(choose(10));
    await broker.kill();
    gate.shut();
    kills += 1;
    await broker.start();
    await cloud.reconnect();
    gate.open();
  };
  const onStep = async (atMs: number): Promise<void> => {
    // The step at which an hour is published: its messages are on their way when the broker dies.
    const publishes = (atMs - START_MS) % HOUR_MS === 100_000 && atMs > START_MS + HOUR_MS;
    if (publishes) under = under.then(killBroker);
    await under;
  };
  expect(await live(world, { factory, hours: BROKER_HOURS, dieAt: null, setMeters, onStep })).toBe(false);
  await under;
  expect(kills).toBeGreaterThanOrEqual(KILLS);
  await expectWhole(world, BROKER_HOURS);
  await world.end();
});
