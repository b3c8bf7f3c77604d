/** A small works with two TCP meters and a broker, watched by `hakaru run` as a process of its own. */
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { loadSite } from '../../config/load-site.ts';
import type { MeterView, StatusView } from '../../gateway/dashboard/views.ts';
import type { Reading } from '../../gateway/domain/ledger/register.ts';
import { instant } from '../../gateway/domain/time.ts';
import { createGateway } from '../../gateway/gateway.ts';
import { createLog } from '../../gateway/platform/log.ts';
import { pollHere } from '../../gateway/polling.ts';
import { openStoreForReading, type Store } from '../../gateway/store/store.ts';
import { type DemoFactory, startDemoFactory } from '../../simulators/demo-factory.ts';
import { eventually } from '../uplink/support/eventually.ts';
import { createGate, type Gate } from '../uplink/support/gate.ts';
import { type Finished, type Running, start } from './cli.ts';
import { createSteppedClock } from './stepped-clock.ts';

const HALF_HOUR_MS = 1_800_000;
/** Each half-hour of a played past is read on its boundary and often enough in between. */
const READ_AT_MS = [0, 4_000, 590_000, 1_180_000];
/** The last played hour is published by then. */
const AFTER_MS = 100_000;

export const MAIN =
  'main: { line: lan, unit: 1, type: schneider-iem3155, role: grid-import, rated: 600 kW, interval: 1 s }';

const furnace = (role: string): string => `furnace:
    line: lan
    unit: 4
    type: generic
    role: ${role}
    rated: 250 kW
    ct: 200/5
    interval: 1 s
    map:
      channels:
        energy-import: { address: 100, type: u32, wordOrder: lsw, scale: 0.01, unit: kWh, wrapsAt: 100000000, ratio: secondary }`;

export const FURNACE = furnace('sub');
/** The same meter as a second point of supply. */
export const SECOND_SUPPLY = furnace('grid-import');

export interface SiteParts {
  readonly gridArea?: string;
  readonly meters?: readonly string[];
  /** null: nothing is sent. */
  readonly brokerUrl?: string | null;
  readonly ruleSet?: string;
  /** `manual` when left out. */
  readonly clockTrust?: 'auto' | 'manual';
  /** The keys of the alarm contact. */
  readonly alarm?: string;
  /** Further sections, as they are written. */
  readonly more?: readonly string[];
}

export interface WorksOptions {
  /** The time that the meters live in; the time of this machine when left out. */
  readonly now?: () => number;
  /** The meters have counted since then. */
  readonly sinceMs?: number;
}

export interface Works {
  readonly folder: string;
  readonly dataDir: string;
  readonly sitePath: string;
  readonly factory: DemoFactory;
  /** The wire to both meters. */
  readonly wire: Gate;
  /** From now on the meters live in this time. */
  live(now: () => number): void;
  writeSite(parts?: SiteParts): void;
  /** `hakaru run`, when it says that it runs. */
  run(env?: NodeJS.ProcessEnv): Promise<Running>;
  /** Any other command, to its end. */
  command(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Finished>;
  /** null while the process lives and its page is not up, as for a moment after SIGHUP. */
  status(): Promise<StatusView | null>;
  /** Waits until a meter of the running gateway is as wanted. */
  meterIs(id: string, what: string, wanted: (meter: MeterView) => boolean): Promise<void>;
  /** Reads the database beside the running gateway. */
  look<T>(work: (store: Store) => T): T;
  /** All accepted readings of a meter's energy, by time. */
  readings(meter: string): Reading[];
  /** Lives through whole hours in this process, every message delivered. */
  play(startMs: number, hours: number, document?: object): Promise<void>;
  end(): Promise<void>;
}

/** Everything in it ends with {@link Works.end}, the processes that it started too. */
export async function openWorks(options: WorksOptions = {}): Promise<Works> {
  const folder = mkdtempSync(join(tmpdir(), 'hakaru-works-'));
  const dataDir = join(folder, 'data');
  const sitePath = join(folder, 'site.yaml');
  const port = await dashboardPort();
  let now = options.now ?? (() => Date.now());
  const factory = await startDemoFactory({
    now: () => now(),
    seed: 11,
    startMs: options.sinceMs ?? now() - 3_600_000,
    serial: 'rtu-over-tcp',
  });
  const wire = await createGate(factory.tcpPort);
  wire.open();
  const started: Running[] = [];

  const begin = (args: readonly string[], env: NodeJS.ProcessEnv = {}): Running => {
    const running = start([...args], env);
    started.push(running);
    return running;
  };

  async function status(): Promise<StatusView | null> {
    // The page allows so many requests a minute and no more.
    await delay(100);
    const running = started.at(-1);
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/status`).catch(() => null);
    if (response?.ok) return (await response.json()) as StatusView;
    const ended = running?.child.exitCode ?? running?.child.signalCode ?? null;
    if (response === null && ended === null) return null;
    throw new Error(`no status: ${(await response?.text()) ?? `ended with ${ended}`} ${running?.printed()}`);
  }

  function look<T>(work: (store: Store) => T): T {
    const store = openStoreForReading(dataDir);
    try {
      return work(store);
    } finally {
      store.close();
    }
  }

  const works: Works = {
    folder,
    dataDir,
    sitePath,
    factory,
    wire,
    live: (clock) => void (now = clock),
    writeSite(parts = {}) {
      const broker = parts.brokerUrl === undefined ? factory.brokerUrl : parts.brokerUrl;
      const lines = [
        `site: { id: works, name: Works, timezone: Asia/Tokyo, gridArea: ${parts.gridArea ?? 'kyushu'} }`,
        'gateway: { id: gw1 }',
        `clock: { trust: ${parts.clockTrust ?? 'manual'} }`,
        ...(parts.alarm ? [`alarm: { ${parts.alarm} }`] : []),
        'retention: { evidence: 1 s }',
        `lines: { lan: { kind: modbus-tcp, host: 127.0.0.1, port: ${wire.port} } }`,
        'meters:',
        ...(parts.meters ?? [MAIN]).map((text) => `  ${text}`),
        ...(broker === null ? [] : [`mqtt: { url: "${broker}", clientId: works-gw1 }`]),
        ...(parts.ruleSet ? [`coefficients: { ruleSet: ${parts.ruleSet} }`] : []),
        ...(parts.more ?? []),
        `dashboard: { host: 127.0.0.1, port: ${port} }`,
      ];
      writeFileSync(sitePath, `${lines.join('\n')}\n`);
    },
    async run(env) {
      const running = begin(['run', '--config', sitePath, '--data', dataDir], env);
      await running.prints('hakaru runs');
      return running;
    },
    command: (args, env) => begin(args, env).finished,
    status,
    async meterIs(id, what, wanted) {
      let seen: MeterView | null = null;
      await eventually(
        async () => {
          seen = (await status())?.meters.find((one) => one.id === id) ?? null;
          return seen !== null && wanted(seen);
        },
        () => `${id} ${what}: ${JSON.stringify(seen)} ${started.at(-1)?.printed() ?? ''}`,
      );
    },
    look,
    readings: (id) =>
      look((store) => {
        const channel = store.channels.find(id, 'energy-import');
        if (!channel) return [];
        return store.readings
          .within(channel.id, { fromMs: instant(0), toMs: instant(Number.MAX_SAFE_INTEGER) })
          .filter(({ state }) => state === 'accepted')
          .map(({ reading }) => reading);
      }),
    async play(startMs, hours, document) {
      const clock = createSteppedClock(startMs);
      now = () => clock.now();
      if (document) waitingDocument(dataDir, document);
      const { site } = loadSite(sitePath);
      const gateway = await createGateway({
        site,
        dataDir,
        clock,
        log: createLog({ level: 'silent' }),
        polling: pollHere({ clock }),
        webRoot: null,
      });
      await gateway.bringCoefficients();
      const steps = Array.from({ length: hours * 2 }, (_, half) =>
        READ_AT_MS.map((offset) => startMs + half * HALF_HOUR_MS + offset),
      ).flat();
      const endMs = startMs + hours * 2 * HALF_HOUR_MS;
      for (const at of [...steps, endMs, endMs + AFTER_MS]) {
        clock.stepTo(at);
        await gateway.playRound();
      }
      await gateway.delivered();
      await gateway.stop();
    },
    async end() {
      for (const { child } of started) child.kill('SIGKILL');
      await Promise.all(started.map(({ finished }) => finished));
      await wire.close();
      await factory.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  works.writeSite();
  return works;
}

/** Below the ports that the kernel gives away (32768 and up on Linux): stories beside this one take those all the time. */
const PORTS = { from: 20_000, to: 30_000, each: 20 } as const;
let nextPort = PORTS.from + (process.pid % ((PORTS.to - PORTS.from) / PORTS.each)) * PORTS.each;

async function dashboardPort(): Promise<number> {
  const port = nextPort;
  nextPort = port + 1 < PORTS.to ? port + 1 : PORTS.from;
  const server = createServer();
  const free = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
  return free ? port : dashboardPort();
}

/** A document that has lain in the inbox for long. */
function waitingDocument(dataDir: string, document: object): void {
  mkdirSync(join(dataDir, 'inbox'), { recursive: true });
  const path = join(dataDir, 'inbox', 'document.json');
  writeFileSync(path, JSON.stringify(document));
  utimesSync(path, 0, 0);
}
