/**
 * `hakaru demo`: the same gateway against a simulated factory over real sockets, a pty and processes. The past days are
 * played at speed through the real drivers: time is stepped, in each step contacts close as often as they would have, and
 * every meter is polled over its wire.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadSite } from '../../config/load-site.ts';
import type { LineConfig, SiteConfig } from '../../config/types.ts';
import { type DemoFactory, startDemoFactory } from '../../simulators/demo-factory.ts';
import { CodedError, fault } from '../domain/faults.ts';
import { type EpochMs, HOUR_MS, instant, plus, SLOT_MS } from '../domain/time.ts';
import { createGateway, type Gateway } from '../gateway.ts';
import { WEB_ROOT } from '../keeper.ts';
import { hourGrid } from '../platform/hour-grid.ts';
import { createLog } from '../platform/log.ts';
import { createPlayClock, type PlayClock } from '../platform/play-clock.ts';
import { exitCodeOf, untilStopped } from '../platform/signals.ts';
import { type Console, words } from './console.ts';
import { demoPolling } from './demo-polling.ts';

export interface DemoOptions {
  /** 8080, or a free one where that is taken, when left out. */
  readonly port?: number;
  readonly speed: number;
  /** Kept there; a folder of its own that goes with the demo when left out. */
  readonly data?: string;
  readonly seed: number;
}

const SITE_FILE = fileURLToPath(new URL('../../config/sites/demo.yaml', import.meta.url));
/**
 * When each half-hour of the played past is read, ms after its boundary: right after it, right before the next (so
 * that both boundaries are measured), and often enough in between that no stretch counts as unwatched.
 */
const PLAYED_AT_MS = [2_000, 600_000, 1_199_000, SLOT_MS - 2_000];
/** So many whole days before today are played. */
const WHOLE_DAYS = 1;
/** Who watches the pulse contacts is started so long before them … */
const STARTED_EARLIER_MS = 60_000;
/** … and the first reading lies this long before them. */
const EARLIER_MS = 2_000;
/** gpiomon processes of the site file: contacts with and without a filter of levels. */
const WATCHES = 2;
/** The machine's steady clock in the demo, µs: it follows simulated time. */
const STEADY_START_US = 1_000_000_000;

/** The site file of the demo, with the addresses that the simulators took this time. */
function siteOf(factory: DemoFactory, port: number, caFile: string): SiteConfig {
  const { site } = loadSite(SITE_FILE);
  const lines = site.lines.map((line): LineConfig => {
    if (line.kind === 'modbus-tcp') return { ...line, host: '127.0.0.1', port: factory.tcpPort };
    if (line.kind === 'gpio') return { ...line, gpiomon: factory.pulses.gpiomon };
    const { id, baudRate, parity, stopBits } = line;
    const { serial } = factory;
    return serial.kind === 'pty'
      ? { id, kind: 'modbus-rtu', port: serial.path, baudRate, parity, stopBits }
      : { id, kind: 'modbus-rtu-over-tcp', host: '127.0.0.1', port: serial.port, baudRate, parity, stopBits };
  });
  return {
    ...site,
    lines,
    mqtt: {
      url: factory.brokerUrl,
      clientId: 'hakaru-demo',
      username: null,
      password: null,
      caFile: null,
      certFile: null,
      keyFile: null,
      window: 50,
      publishTimeoutMs: 10_000,
      liveIntervalMs: 2_000,
    },
    coefficients: {
      ruleSet: null,
      methods: [],
      downloads: [
        {
          url: factory.coefficientUrl,
          schedule: '5 18 * * *',
          spreadMs: 0,
          caFile,
          timeoutMs: 10_000,
          maxBytes: 1_000_000,
        },
      ],
      topic: null,
      folder: null,
      occto: null,
      tomorrowByMinute: site.coefficients.tomorrowByMinute,
    },
    dashboard: { host: '127.0.0.1', port },
  };
}

async function playPast(
  gateway: Gateway,
  factory: DemoFactory,
  clock: PlayClock,
  fromMs: EpochMs,
  isStopped: () => boolean,
): Promise<number> {
  const round = async (): Promise<void> => {
    await factory.pulses.play();
    await gateway.playRound();
  };
  await round();
  await factory.pulses.watched(WATCHES);
  // One reading before the first boundary, so that the first played hour is whole.
  if (clock.now() < fromMs - EARLIER_MS) clock.stepTo(plus(fromMs, -EARLIER_MS));
  await round();
  let rounds = 2;
  const present = (): EpochMs => instant(Date.now());
  for (let boundary = fromMs; boundary < present(); boundary = plus(boundary, SLOT_MS)) {
    for (const offset of PLAYED_AT_MS) {
      const at = plus(boundary, offset);
      if (isStopped()) return rounds;
      if (at >= present()) break;
      clock.stepTo(at);
      await round();
      rounds += 1;
    }
  }
  // The first readings at the bus's own pace are seconds away: the past ends now.
  if (clock.now() < present()) clock.stepTo(present());
  await round();
  return rounds + 1;
}

/** What somebody of the factory would have typed in, so that its reports have intensities. */
function enterDemoFigures({ store }: Gateway, today: string): void {
  const origin = { saidAtMs: Date.now(), by: 'demo', source: 'command', batch: 'demo' };
  const entry = { kind: 'production', month: today.slice(0, 7), amount: '4.2' } as const;
  store.write(() => store.reports.enter([{ entry, withdrawn: false }], origin));
}

const USUAL_PORT = 8080;
const DATABASE = 'hakaru.db';

/** A demo must start beside whatever else runs on the machine. */
async function openOnUsualPort(open: (port: number) => Promise<Gateway>): Promise<Gateway> {
  try {
    return await open(USUAL_PORT);
  } catch (error) {
    if (error instanceof CodedError && error.fault.code === 'http-port-busy') return open(0);
    throw error;
  }
}

export async function demo(console: Console, options: DemoOptions): Promise<number> {
  const realNow = instant(Date.now());
  const grid = hourGrid('Asia/Tokyo');
  const startMs = plus(grid.day(grid.dateOf(realNow)).fromMs, -WHOLE_DAYS * 24 * HOUR_MS);
  if (options.data !== undefined && existsSync(join(options.data, DATABASE))) {
    throw new CodedError(fault('demo-data-used', { path: options.data }));
  }
  const stopped = untilStopped();
  let isStopped = false;
  void stopped.then(() => (isStopped = true));
  const dataDir = options.data ?? mkdtempSync(join(tmpdir(), 'hakaru-demo-'));
  mkdirSync(dataDir, { recursive: true });
  const clock = createPlayClock(startMs);
  const plantStartMs = startMs - HOUR_MS;
  const factory = await startDemoFactory({
    now: () => clock.now(),
    seed: options.seed,
    startMs: plantStartMs,
    steadyStartNs: BigInt(STEADY_START_US) * 1_000n,
    pace: 0,
  });
  clock.stepTo(plus(startMs, -STARTED_EARLIER_MS));
  let gateway: Gateway | null = null;
  try {
    const caFile = join(dataDir, 'demo-ca.pem');
    writeFileSync(caFile, factory.caPem);
    const open = (port: number) =>
      createGateway({
        site: siteOf(factory, port, caFile),
        dataDir,
        clock,
        log: createLog({ level: 'warn' }),
        polling: demoPolling(clock, factory.pulses, options.speed),
        speed: options.speed,
        webRoot: WEB_ROOT,
      });
    gateway = options.port === undefined ? await openOnUsualPort(open) : await open(options.port);
    greet(console, gateway, factory, dataDir, options.seed);
    await gateway.bringCoefficients();
    const began = performance.now();
    const rounds = await playPast(gateway, factory, clock, startMs, () => isStopped);
    if (isStopped) return exitCodeOf(await stopped);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    enterDemoFigures(gateway, grid.dateOf(realNow));
    factory.setPace(1);
    clock.goLive(instant(Date.now()), options.speed);
    await factory.pulses.play();
    factory.pulses.live();
    gateway.start();
    console.say(
      words(
        console,
        {
          en: 'Played {rounds} rounds of the past in {seconds} s: every register went over its wire, every pulse through gpiomon’s stand-in, stamped with played time. Live from here, at the real pace of the bus. Ctrl-C ends it.',
          ja: '過去分 {rounds} 回を {seconds} 秒で再生しました。積算値はすべて通信線から読み、パルスは gpiomon の代役から再生時刻付きで数えたものです。ここから現在で、バスは実際の速度で動きます。Ctrl-C で終了します。',
        },
        { rounds, seconds },
      ),
    );
    return exitCodeOf(await stopped);
  } finally {
    await gateway?.stop();
    await factory.close();
    if (options.data === undefined) rmSync(dataDir, { recursive: true, force: true });
  }
}

function greet(
  console: Console,
  gateway: Gateway,
  factory: DemoFactory,
  dataDir: string,
  seed: number,
): void {
  const serial = factory.serial.kind === 'pty' ? factory.serial.path : `127.0.0.1:${factory.serial.port}`;
  const text = {
    en: '\n  hakaru demo factory (seed {seed})\n\n  Dashboard   {url}\n  MQTT        {broker}   hakaru/v1/#\n  Data        {data}   (hakaru hours --data …)\n  Meters      TCP 127.0.0.1:{tcp}, RS-485 {serial}\n',
    ja: '\n  hakaru 実演工場 (seed {seed})\n\n  ダッシュボード  {url}\n  MQTT            {broker}   hakaru/v1/#\n  データ          {data}   (hakaru hours --data …)\n  メーター        TCP 127.0.0.1:{tcp}、RS-485 {serial}\n',
  };
  const values = {
    seed,
    url: gateway.url ?? '-',
    broker: factory.brokerUrl,
    data: dataDir,
    tcp: factory.tcpPort,
    serial,
  };
  console.say(words(console, text, values));
  if (factory.serialNote) console.say(`  ${factory.serialNote}`);
}
