/**
 * What 200 TCP meters at 1 s cost: CPU and memory of the gateway, of Node-RED with node-red-contrib-modbus and of
 * collectd's modbus plugin. All of them ask the same meters at the same time, so each window is the same minute for
 * all; what is counted is each process's own CPU time, not the clock's.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type FigureLine, figure } from './harness.ts';
import { PEERS_OF_TCP } from './tcp-peers.ts';
import {
  cpuMs,
  type Meters,
  program,
  type Running,
  residentMb,
  startGateway,
  startMeters,
  writeSite,
} from './tcp-world.ts';

const METERS = 200;
const WINDOWS = 5;
const WINDOW_MS = 10_000;
/** Connections are open, code is compiled, memory has settled. */
const WARM_UP_MS = 20_000;

interface Contender {
  readonly name: string;
  readonly unit: number;
  readonly running: Running;
  readonly cpu: number[];
  readonly resident: number[];
  readonly polls: number[];
}

function contender(name: string, unit: number, started: Running): Contender {
  return { name, unit, running: started, cpu: [], resident: [], polls: [] };
}

async function startAll(folder: string, meters: Meters, say: (text: string) => void): Promise<Contender[]> {
  const config = writeSite(folder, meters.ports);
  const gateway = await startGateway(config, join(folder, 'data'));
  const all = [contender('hakaru', 1, gateway)];
  for (const peer of PEERS_OF_TCP) {
    if (peer.isThere()) all.push(contender(peer.name, peer.unit, peer.start(folder, meters.ports)));
    else say(`${peer.name} is not here. To compare with it: ${peer.install}`);
  }
  say(`${all.map(({ name }) => name).join(', ')}; the gateway runs from its ${program().kind}`);
  return all;
}

async function watch(all: readonly Contender[], meters: Meters): Promise<void> {
  const before = await meters.counts();
  const cpuBefore = all.map(({ running: { pid } }) => cpuMs(pid));
  const startMs = performance.now();
  await delay(WINDOW_MS);
  const seconds = (performance.now() - startMs) / 1000;
  const after = await meters.counts();
  for (const [n, { unit, running: one, cpu, resident, polls }] of all.entries()) {
    // ms of CPU in a second of time; 10 are one per cent of one core.
    cpu.push((cpuMs(one.pid) - (cpuBefore[n] ?? 0)) / seconds);
    resident.push(residentMb(one.pid));
    polls.push(((after[unit - 1] ?? 0) - (before[unit - 1] ?? 0)) / seconds);
  }
}

function lines(all: readonly Contender[]): FigureLine[] {
  const [own, ...peers] = all;
  if (!own) return [];
  const nodeRed = peers.find(({ name }) => name === 'node-red');
  const collectd = peers.find(({ name }) => name === 'collectd');
  return [
    figure('tcp-200-cpu-to-node-red', 'ms/s', own.cpu, nodeRed?.cpu ?? null),
    figure('tcp-200-resident-to-node-red', 'MB', own.resident, nodeRed?.resident ?? null),
    figure('tcp-200-cpu-to-collectd', 'ms/s', own.cpu, collectd?.cpu ?? null),
    figure('tcp-200-resident-to-collectd', 'MB', own.resident, collectd?.resident ?? null),
    ...all.map(({ name, polls }) => figure(`tcp-200-polls-${name}`, '1/s', polls, METERS)),
  ];
}

export async function bench(report: (line: FigureLine) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'hakaru-bench-'));
  const say = (text: string): void => void process.stderr.write(`  ${text}\n`);
  const stops: (() => Promise<void>)[] = [];
  try {
    const meters = await startMeters(METERS, 1 + PEERS_OF_TCP.length);
    stops.push(() => meters.stop());
    const all = await startAll(folder, meters, say);
    stops.push(
      ...all.map(
        ({ running: one }) =>
          () =>
            one.stop(),
      ),
    );
    await delay(WARM_UP_MS);
    for (let n = 0; n < WINDOWS; n++) await watch(all, meters);
    for (const line of lines(all)) report(line);
  } finally {
    for (const stop of stops.toReversed()) await stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
