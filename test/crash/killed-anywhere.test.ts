/**
 * A gateway process is killed with SIGKILL again and again: before a commit, inside a transaction, between commit
 * and publish, between publish and PUBACK, during a checkpoint; and so is its broker. Whatever happens, the table
 * that a subscriber upserts equals the one of a gateway that was never disturbed, and `seq` has no hole.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HourMessage } from '../../gateway/domain/messages.ts';
import { type DemoFactory, startDemoFactory } from '../../simulators/demo-factory.ts';
import { holes, keyOf, type Subscriber, subscribe } from '../support/subscriber.ts';
import { eventually } from '../uplink/support/eventually.ts';
import { createMosquitto, type Mosquitto } from '../uplink/support/mosquitto.ts';
import type { ChildTask, KillPoint } from './child.ts';

const KILLS = 20;
const START_MS = Date.parse('2026-06-01T00:00:00+09:00');
const HOUR_MS = 3_600_000;
const HOURS = 8;
/** Each half-hour is read on its boundary, a little later, and in between. */
const OFFSETS_MS = [0, 4_000, 100_000, 540_000, 1_080_000, 1_500_000];
const STEPS_MS = [
  ...Array.from({ length: HOURS * 2 }, (_, half) =>
    OFFSETS_MS.map((offset) => START_MS + half * 1_800_000 + offset),
  ).flat(),
  START_MS + HOURS * HOUR_MS,
  START_MS + HOURS * HOUR_MS + 5_000,
  START_MS + HOURS * HOUR_MS + 100_000,
];
const SEED = 20_260_601;

/** A small generator for the choice of the moment; the seed is printed with a failure. */
function choices(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

let nowMs = START_MS;
let factory: DemoFactory;
let undisturbed: ReadonlyMap<string, HourMessage>;

interface World {
  readonly folder: string;
  readonly broker: Mosquitto;
  readonly cloud: Subscriber;
}

async function createWorld(): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'hakaru-crash-'));
  const broker = await createMosquitto([
    'allow_anonymous true',
    'persistence true',
    'persistence_location {folder}/',
    'autosave_interval 1',
    'autosave_on_changes true',
    'max_queued_messages 0',
  ]);
  await broker.start();
  return { folder, broker, cloud: await subscribe(`mqtt://127.0.0.1:${broker.port}`) };
}

async function endWorld({ folder, broker, cloud }: World): Promise<void> {
  await cloud.close();
  await broker.remove();
  rmSync(folder, { recursive: true, force: true });
}

/** One life of the gateway. @returns whether it was killed */
async function live(
  world: World,
  dieAt: ChildTask['dieAt'],
  meddle: (child: ChildProcess) => void = () => {},
): Promise<boolean> {
  const child = fork(new URL('./child.ts', import.meta.url).pathname, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc', 'pipe'],
  });
  const ended = new Promise<boolean>((resolve, reject) => {
    child.once('exit', (code, signal) => {
      if (signal === 'SIGKILL') resolve(true);
      else if (code === 0) resolve(false);
      else reject(new Error(`the gateway ended with ${code ?? signal}`));
    });
  });
  child.on('message', (message: { atMs: number }) => {
    nowMs = message.atMs;
    if (child.connected) child.send('set', () => {});
  });
  const task: ChildTask = {
    addresses: { tcpPort: factory.tcpPort, serial: factory.serial },
    brokerUrl: `mqtt://127.0.0.1:${world.broker.port}`,
    dataDir: world.folder,
    stepsMs: STEPS_MS,
    dieAt,
    checkpointFd: 4,
  };
  child.send(task);
  meddle(child);
  return ended;
}

/** What a consumer keeps of an hour, whenever and as which revision it was sent. */
function meaning(table: ReadonlyMap<string, HourMessage>): Map<string, unknown> {
  return new Map(
    [...table.values()]
      .map((hour) => {
        const { generation: _g, revision: _r, seq: _s, producedAt: _p, ...rest } = hour;
        return [keyOf(hour), rest] as const;
      })
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

async function expectWhole({ cloud }: World): Promise<void> {
  await eventually(
    () => holes(cloud.seqs).length === 0 && cloud.table.size >= undisturbed.size,
    () =>
      `all messages: holes ${holes(cloud.seqs).join(',')}, ${cloud.table.size} of ${undisturbed.size} hours`,
  );
  expect(meaning(cloud.table)).toEqual(meaning(undisturbed));
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
  expect(await live(world, null)).toBe(false);
  await eventually(
    () => holes(world.cloud.seqs).length === 0 && world.cloud.table.size >= HOURS * 5,
    'the undisturbed run',
  );
  undisturbed = new Map(world.cloud.table);
  await endWorld(world);
}, 60_000);

afterAll(() => factory.close());

test('the undisturbed run says what the simulated factory used', () => {
  expect(undisturbed.size).toBe(HOURS * 5);
  for (const hour of undisturbed.values()) {
    const load = hour.meter as 'main' | 'press' | 'compressor' | 'furnace' | 'gas';
    const startMs = Date.parse(hour.start);
    const used = factory.plant.total(load, startMs + HOUR_MS) - factory.plant.total(load, startMs);
    const truth = Number(used) / (load === 'gas' ? 3_600_000 * 1_000_000 : 3_600_000_000);
    // Registers show whole counts: 0.4 kWh behind the furnace's 200/5 A transformer, 0.1 m³ for gas.
    const count = { main: 0.001, press: 0.02, compressor: 0.02, furnace: 0.4, gas: 0.1 }[load];
    expect(Math.abs((hour.quantity ?? Number.NaN) - truth)).toBeLessThanOrEqual(count);
  }
});

/** Points whose passings in one whole run are many are chosen from farther away. */
const POINTS: readonly { readonly point: KillPoint; readonly says: string; readonly within: number }[] = [
  { point: 'before-commit', says: 'before a commit', within: 30 },
  { point: 'inside-transaction', says: 'inside a transaction', within: 30 },
  { point: 'before-publish', says: 'between commit and publish', within: 3 },
  { point: 'before-puback', says: 'between publish and PUBACK', within: 3 },
];

describe.each(POINTS)('killed $says', ({ point, within }) => {
  test(`${KILLS} times, and nothing is lost or counted twice`, { timeout: 180_000 }, async () => {
    const world = await createWorld();
    const choose = choices(SEED + point.length);
    let kills = 0;
    let killed = true;
    while (killed) {
      killed = await live(world, kills < KILLS ? { point, nth: 1 + choose(within) } : null);
      if (killed) kills += 1;
      else if (kills < KILLS) throw new Error(`only ${kills} kills before the run was over (seed ${SEED})`);
    }
    expect(kills).toBe(KILLS);
    await expectWhole(world);
    await endWorld(world);
  });
});
