/**
 * `node test/power-cut/small-box.ts [--seconds 120] [--megabytes 128] [--percent 20]`: `hakaru run` with 32 meters, each
 * read every second, in a box of a small machine's size (cgroup v1: memory and CPU quota). Says how regularly they were
 * read and what it took. Needs root. Exit code 1: it was killed, or polls were missed.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { connectAsync } from 'mqtt';
import { startDemoFactory } from '../../simulators/demo-factory.ts';
import { createGate } from '../uplink/support/gate.ts';
import { createMosquitto, freePort } from '../uplink/support/mosquitto.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '120' },
    megabytes: { type: 'string', default: '128' },
    percent: { type: 'string', default: '20' },
  },
});
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const METERS = 32;
const MAIN = fileURLToPath(new URL('../../gateway/main.ts', import.meta.url));
/** CPU time is given out in slices of this length, µs. */
const PERIOD_US = 100_000;
/** Start-up of a program takes this long with a fifth of a CPU; polls are judged after it, s. */
const SETTLE_S = 20;

interface Box {
  readonly memory: string;
  readonly cpu: string;
}

function makeBox(): Box {
  const box = {
    memory: `/sys/fs/cgroup/memory/hakaru-box-${process.pid}`,
    cpu: `/sys/fs/cgroup/cpu/hakaru-box-${process.pid}`,
  };
  try {
    for (const path of [box.memory, box.cpu]) mkdirSync(path);
    writeFileSync(join(box.memory, 'memory.limit_in_bytes'), `${values.megabytes}M`);
    writeFileSync(join(box.cpu, 'cpu.cfs_period_us'), String(PERIOD_US));
    writeFileSync(join(box.cpu, 'cpu.cfs_quota_us'), String((PERIOD_US * Number(values.percent)) / 100));
    return box;
  } catch (cause) {
    throw new Error('A small box needs root and cgroup v1 below /sys/fs/cgroup.', { cause });
  }
}

function numberIn(path: string): number {
  return Number(readFileSync(path, 'utf8').split('\n')[0]);
}

function residentMb(pid: number): number {
  const line = readFileSync(`/proc/${pid}/status`, 'utf8').match(/^VmRSS:\s+(\d+) kB/m);
  return Math.round(Number(line?.[1] ?? 0) / 102.4) / 10;
}

function siteText(ports: readonly number[], brokerPort: number, httpPort: number): string {
  const meters = Array.from(
    { length: METERS },
    (_, n) =>
      `  m${n}: { line: lan${n}, unit: 1, type: schneider-iem3155, role: ${n === 0 ? 'grid-import' : 'sub'}, rated: 600 kW, interval: 1 s }`,
  );
  const lines = ports.map((port, n) => `  lan${n}: { kind: modbus-tcp, host: 127.0.0.1, port: ${port} }`);
  return [
    'site: { id: box, name: Box, timezone: Asia/Tokyo, gridArea: kyushu }',
    'gateway: { id: gw1 }',
    'clock: { trust: manual }',
    'lines:',
    ...lines,
    'meters:',
    ...meters,
    `mqtt: { url: "mqtt://127.0.0.1:${brokerPort}", clientId: box-gw1, liveInterval: 1 s }`,
    `dashboard: { host: 127.0.0.1, port: ${httpPort} }`,
    '',
  ].join('\n');
}

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

async function main(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'hakaru-box-'));
  const factory = await startDemoFactory({
    now: () => Date.now(),
    seed: 3,
    startMs: Date.now() - 3_600_000,
    serial: 'rtu-over-tcp',
  });
  const broker = await createMosquitto(['allow_anonymous true']);
  await broker.start();
  const sitePath = join(folder, 'site.yaml');
  // As many doors to one simulated meter.
  const gates = await Promise.all(Array.from({ length: METERS }, () => createGate(factory.tcpPort)));
  for (const gate of gates) gate.open();
  const ports = gates.map(({ port }) => port);
  writeFileSync(sitePath, siteText(ports, broker.port, await freePort()));
  const readings = new Map<string, Set<number>>();
  const client = await connectAsync(`mqtt://127.0.0.1:${broker.port}`, { reconnectPeriod: 0 });
  client.on('message', (topic, payload) => {
    const live = JSON.parse(payload.toString('utf8')) as { readonly readAt: string };
    const meter = topic.split('/').at(-1) ?? '';
    readings.set(meter, (readings.get(meter) ?? new Set()).add(Date.parse(live.readAt)));
  });
  await client.subscribeAsync('hakaru/v1/+/+/live/#', { qos: 0 });
  const box = makeBox();
  const startMs = Date.now();
  const child = spawn(
    'sh',
    [
      '-c',
      `echo $$ > ${box.memory}/cgroup.procs; echo $$ > ${box.cpu}/cgroup.procs; exec "$0" "$@"`,
      process.execPath,
      MAIN,
      'run',
      '--config',
      sitePath,
      '--data',
      join(folder, 'data'),
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  let ended: string | null = null;
  child.once('exit', (code, signal) => (ended = String(code ?? signal)));
  const resident: number[] = [];
  try {
    const endMs = startMs + (SETTLE_S + Number(values.seconds)) * 1_000;
    while (Date.now() < endMs && child.exitCode === null && child.signalCode === null) {
      await delay(1_000);
      if (ended === null && child.pid) resident.push(residentMb(child.pid));
    }
    const fromMs = startMs + SETTLE_S * 1_000;
    const gaps = [...readings.values()]
      .flatMap((set) => {
        const at = [...set].filter((ms) => ms >= fromMs).sort((a, b) => a - b);
        return at.slice(1).map((ms, n) => ms - (at[n] ?? ms));
      })
      .sort((a, b) => a - b);
    const late = gaps.filter((ms) => ms > 1_500).length;
    const stat = readFileSync(join(box.cpu, 'cpu.stat'), 'utf8');
    say(
      JSON.stringify({
        name: 'small box',
        megabytes: Number(values.megabytes),
        percent: Number(values.percent),
        seconds: Number(values.seconds),
        meters: readings.size,
        polls: gaps.length,
        expected: METERS * Number(values.seconds),
        betweenPollsMs: {
          p50: percentile(gaps, 0.5),
          p99: percentile(gaps, 0.99),
          most: gaps.at(-1) ?? null,
        },
        missed: late,
        firstPollMs: Math.min(...[...readings.values()].flatMap((set) => [...set])) - startMs,
        residentMb: { end: resident.at(-1) ?? null, most: Math.max(...resident) },
        memoryMostMb: Math.round(numberIn(join(box.memory, 'memory.max_usage_in_bytes')) / 1_048_576),
        memoryRefused: numberIn(join(box.memory, 'memory.failcnt')),
        cpuPeriods: Number(/nr_periods (\d+)/.exec(stat)?.[1]),
        cpuPeriodsUsedUp: Number(/nr_throttled (\d+)/.exec(stat)?.[1]),
        ended,
      }),
    );
    return ended === null && late === 0 && readings.size === METERS ? 0 : 1;
  } finally {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    if (ended === null && child.kill('SIGTERM')) await gone;
    await client.endAsync(true);
    await broker.remove();
    await Promise.all(gates.map((gate) => gate.close()));
    await factory.close();
    for (const path of [box.memory, box.cpu]) rmdirSync(path);
    rmSync(folder, { recursive: true, force: true });
  }
}

process.exitCode = await main();
