import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HourMessage } from '../../gateway/domain/messages.ts';
import type { DemoFactory } from '../../simulators/demo-factory.ts';
import { keyOf, type Subscriber, subscribe } from '../support/subscriber.ts';
import { createGate, type Gate } from '../uplink/support/gate.ts';
import { createMosquitto, type Mosquitto } from '../uplink/support/mosquitto.ts';
import type { ChildTask } from './child.ts';

export const START_MS = Date.parse('2026-06-01T00:00:00+09:00');
export const HOUR_MS = 3_600_000;
/** Each half-hour is read on its boundary, a little later, and in between. */
const OFFSETS_MS = [0, 4_000, 100_000, 590_000, 1_180_000];

/** The instants at which the meters are read over so many hours, and until the last hour is published. */
export function stepsOver(hours: number): number[] {
  const halves = Array.from({ length: hours * 2 }, (_, half) => START_MS + half * 1_800_000);
  const endMs = START_MS + hours * HOUR_MS;
  return [
    ...halves.flatMap((at) => OFFSETS_MS.map((offset) => at + offset)),
    endMs,
    endMs + 5_000,
    endMs + 100_000,
  ];
}

/** A data folder, a broker behind a door, and a cloud service that listens. */
export interface World {
  readonly folder: string;
  readonly broker: Mosquitto;
  readonly gate: Gate;
  readonly cloud: Subscriber;
  end(): Promise<void>;
}

export async function createWorld(): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'hakaru-crash-'));
  const broker = await createMosquitto([
    'allow_anonymous true',
    'persistence true',
    'persistence_location {folder}/',
    'max_queued_messages 0',
  ]);
  await broker.start();
  const gate = await createGate(broker.port);
  gate.open();
  const cloud = await subscribe(`mqtt://127.0.0.1:${broker.port}`);
  return {
    folder,
    broker,
    gate,
    cloud,
    async end() {
      await cloud.close();
      await gate.close();
      await broker.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export interface Life {
  readonly factory: DemoFactory;
  readonly hours: number;
  readonly dieAt: ChildTask['dieAt'];
  /** The simulated meters now show this instant. */
  readonly setMeters: (atMs: number) => void;
  /** Called after the gateway was allowed to play the step. */
  readonly onStep?: (atMs: number) => Promise<void> | void;
}

/** One life of the gateway process. @returns whether it was killed */
export function live(world: World, life: Life): Promise<boolean> {
  const child: ChildProcess = fork(new URL('./child.ts', import.meta.url).pathname, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'hakaru-crash-compile-cache') },
  });
  const ended = new Promise<boolean>((resolve, reject) => {
    child.once('exit', (code, signal) => {
      if (signal === 'SIGKILL') resolve(true);
      else if (code === 0) resolve(false);
      else reject(new Error(`the gateway ended with ${code ?? signal}`));
    });
    child.on('message', ({ atMs }: { atMs: number }) => {
      life.setMeters(atMs);
      child.send('set', () => {});
      Promise.resolve(life.onStep?.(atMs)).catch(reject);
    });
  });
  const task: ChildTask = {
    addresses: { tcpPort: life.factory.tcpPort, serial: life.factory.serial },
    brokerUrl: `mqtt://127.0.0.1:${world.gate.port}`,
    dataDir: world.folder,
    stepsMs: stepsOver(life.hours),
    dieAt: life.dieAt,
  };
  child.send(task);
  return ended;
}

/** What a consumer keeps of the first hours, whenever and as which revision it was sent. */
export function meaning(table: ReadonlyMap<string, HourMessage>, hours: number): Map<string, unknown> {
  return new Map(
    [...table.values()]
      .filter((hour) => Date.parse(hour.start) < START_MS + hours * HOUR_MS)
      .map((hour) => {
        const { generation: _g, revision: _r, seq: _s, producedAt: _p, ...rest } = hour;
        return [keyOf(hour), rest] as const;
      })
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** A small generator for the choice of the moment, so that a seed replays a run. */
export function choices(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
