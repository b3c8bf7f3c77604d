/** Simulated TCP meters, a gateway that polls them each second, and what Linux says of a process. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const pathOf = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const BUNDLE = pathOf('../../dist/hakaru.mjs');
const SOURCE = pathOf('../../gateway/main.ts');
/** A started program says that it runs within this, ms. */
const START_MS = 60_000;
/** One clock tick of /proc/<pid>/stat: sysconf(_SC_CLK_TCK) is 100 on Linux, whatever the kernel's own. */
const TICK_MS = 10;

export interface Meters {
  readonly ports: readonly number[];
  /** Requests got so far, by unit. */
  counts(): Promise<readonly number[]>;
  stop(): Promise<void>;
}

export async function startMeters(meters: number, units: number): Promise<Meters> {
  const child = fork(pathOf('./tcp-meters-child.ts'), [String(meters), String(units)]);
  const [{ ports }] = (await once(child, 'message')) as [{ ports: number[] }];
  return {
    ports,
    async counts() {
      child.send('counts');
      const [answer] = (await once(child, 'message')) as [{ counts: number[] }];
      return answer.counts;
    },
    async stop() {
      const exit = once(child, 'exit');
      child.disconnect();
      await exit;
    },
  };
}

/** How the image starts Node.js; the unit of docs/install.md says the same. */
export function productFlags(): string[] {
  const entrypoint = /^ENTRYPOINT (.*)$/m.exec(readFileSync(pathOf('../../Dockerfile'), 'utf8'))?.[1];
  return (JSON.parse(entrypoint ?? '[]') as string[]).filter((word) => word.startsWith('--'));
}

/** The bundle where it was built, else the sources. */
export function program(): { readonly path: string; readonly kind: 'bundle' | 'sources' } {
  return existsSync(BUNDLE) ? { path: BUNDLE, kind: 'bundle' } : { path: SOURCE, kind: 'sources' };
}

export const meterName = (n: number): string => `m${String(n).padStart(3, '0')}`;

/** One line and one meter a port: a register and a gauge in one read of four words, each second. */
export function writeSite(folder: string, ports: readonly number[]): string {
  const lines = ports.map((port, n) => `  l${n}: { kind: modbus-tcp, host: 127.0.0.1, port: ${port} }`);
  const meters = ports.map(
    (_, n) => `  ${meterName(n)}:
    { line: l${n}, unit: 1, type: generic, role: sub, rated: 100 kW, interval: 1 s,
      map: { channels: { energy-import: { address: 2, type: u32, scale: 0.001, unit: kWh, ratio: primary } },
             gauges: { power: { address: 0, type: u16, scale: 1, unit: W, ratio: primary } } } }`,
  );
  const path = join(folder, 'site.yaml');
  writeFileSync(
    path,
    `site: { id: bench, name: Bench, timezone: Asia/Tokyo, gridArea: tokyo }
gateway: { id: gw1 }
clock: { trust: manual }
lines:
${lines.join('\n')}
meters:
${meters.join('\n')}
dashboard: { host: 127.0.0.1, port: 0 }
`,
  );
  return path;
}

export interface Running {
  readonly child: ChildProcess;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Ends with SIGTERM, after 5 s without. */
export function running(child: ChildProcess): Running {
  if (child.pid === undefined) throw new Error('it did not start');
  const exit = once(child, 'exit');
  const end = (): void => void child.kill('SIGKILL');
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
  return {
    child,
    pid: child.pid,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await exit;
      clearTimeout(timer);
    },
  };
}

export interface RunningGateway extends Running {
  readonly url: string;
}

export async function startGateway(
  config: string,
  data: string,
  options: {
    /** The built program; {@link program} unless given. */
    readonly path?: string;
    readonly flags?: readonly string[];
    readonly preload?: string;
    readonly env?: NodeJS.ProcessEnv;
  } = {},
): Promise<RunningGateway> {
  const { path = program().path, flags = productFlags(), preload, env = {} } = options;
  const before = preload === undefined ? [] : ['--import', pathOf(preload)];
  const child = spawn(
    process.execPath,
    [...flags, ...before, path, 'run', '--config', config, '--data', data],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, LANG: 'C', LC_ALL: 'C', ...env } },
  );
  let said = '';
  child.stderr.on('data', (bytes: Buffer) => (said += bytes.toString('utf8')));
  const gateway = running(child);
  for (let waited = 0; waited < START_MS; waited += 50) {
    const url = /http:\/\/[\d.:]+/.exec(said)?.[0];
    if (url !== undefined) return { ...gateway, url };
    if (child.exitCode !== null) break;
    await delay(50);
  }
  await gateway.stop();
  throw new Error(`the gateway did not start: ${said}`);
}

/** User and system time of a process and its threads so far, ms. */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in parentheses may hold anything; fields 14 and 15 of the line follow as 11 and 12 behind it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** Resident memory, MB. */
export function residentMb(pid: number): number {
  const kb = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kb) / 1024;
}
