/**
 * How punctually 200 TCP meters are asked each second while a client reads a year's report of all of them again and
 * again. Each request is stamped as it is written (stamp-writes.ts); due is the whole second plus the delay of the
 * meter's group (gateway/stages/poll.ts). The limit is a bare timer in a process of its own at the same moments: on a
 * machine that is busy with something else it is late as well.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { HOUR_MS, instant, plus } from '../../gateway/domain/time.ts';
import { GROUP_METERS, groupDelayMs } from '../../gateway/stages/poll.ts';
import { openStore } from '../../gateway/store/store.ts';
import { type FigureLine, figure } from './harness.ts';
import { meterName, program, residentMb, startGateway, startMeters, writeSite } from './tcp-world.ts';

const METERS = 200;
const SECOND_MS = 1_000;
/** The first polls open connections; they are left out. */
const WARM_UP_MS = 5_000;
const WINDOWS = 5;
const WINDOW_MS = 6_000;
const DRIFT_TICKS = 5;
const YEAR_HOURS = 8_760;

/**
 * A closed year of every meter, through the store's own functions. The gateway has run before: it knows its channels,
 * and takes what follows for hours that it has closed and sent.
 */
function prepareYear(dataDir: string): number {
  const store = openStore(dataDir);
  const toMs = instant(Math.floor(Date.now() / HOUR_MS) * HOUR_MS);
  const fromMs = plus(toMs, -YEAR_HOURS * HOUR_MS);
  for (let meter = 0; meter < METERS; meter++)
    store.write(() => {
      const { id } = store.channels.ensure(meterName(meter), 'energy-import', fromMs, toMs);
      let register = 0n;
      for (let hour = 0; hour < YEAR_HOURS; hour++) {
        const counted = BigInt((meter * 7_919 + hour * 104_729) % 90_000) * 1_000n;
        store.hours.putQuantities(id, plus(fromMs, hour * HOUR_MS), {
          quality: 'measured',
          coverageMicro: 1_000_000,
          quantityMicro: counted,
          energyMicroKwh: counted,
          demandMicro: [counted, counted],
          startRegisterMicro: register,
          endRegisterMicro: (register += counted),
        });
      }
    });
  store.close();
  return fromMs;
}

/** Reads the report until told to stop. @returns bytes read */
async function readReports(url: string, fromMs: number, stop: AbortSignal): Promise<number> {
  const query = `from=${new Date(fromMs).toISOString()}&to=${new Date(fromMs + YEAR_HOURS * HOUR_MS).toISOString()}`;
  let bytes = 0;
  while (!stop.aborted) {
    await new Promise<void>((resolve) => {
      get(`${url}/api/v1/hours?${query}`, { signal: stop }, (response) => {
        if (response.statusCode !== 200) throw new Error(`the report is refused: ${response.statusCode}`);
        response.on('data', (piece: Buffer) => (bytes += piece.length));
        response.on('close', resolve);
        response.on('error', () => undefined);
      }).on('error', () => resolve());
    });
  }
  return bytes;
}

interface Stamp {
  readonly atMs: number;
  readonly lateMs: number;
}

function readStamps(path: string, ports: readonly number[]): Stamp[] {
  const bytes = readFileSync(path);
  const numbers = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  const delays = new Map(ports.map((port, meter) => [port, delayOf(meter)]));
  return Array.from({ length: numbers.length / 2 }, (_, n) => {
    const atMs = numbers[2 * n + 1] ?? 0;
    return { atMs, lateMs: lateness(atMs, delays.get(numbers[2 * n] ?? 0) ?? 0) };
  });
}

/** How much later than due, ms; a request before its time would be negative. */
function lateness(atMs: number, delayMs: number): number {
  return ((atMs - delayMs + SECOND_MS / 2) % SECOND_MS) - SECOND_MS / 2;
}

const GROUPS = Math.ceil(METERS / GROUP_METERS);
const DELAYS = Array.from({ length: GROUPS }, (_, n) => groupDelayMs(n, GROUPS, SECOND_MS));

function delayOf(meter: number): number {
  return DELAYS[Math.floor(meter / GROUP_METERS)] ?? 0;
}

function startBareTimer(): { stop(): Promise<Stamp[]> } {
  const child = fork(join(import.meta.dirname, 'bare-timer-child.ts'), DELAYS.map(String));
  return {
    async stop() {
      const exit = once(child, 'exit');
      child.send('notes');
      const [notes] = (await once(child, 'message')) as [Stamp[]];
      await exit;
      return notes;
    },
  };
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Median lateness of the last ticks minus that of the first. */
function drift(stamps: readonly Stamp[]): number {
  const first = Math.min(...stamps.map(({ atMs }) => atMs)) + DRIFT_TICKS * SECOND_MS;
  const last = Math.max(...stamps.map(({ atMs }) => atMs)) - DRIFT_TICKS * SECOND_MS;
  const of = (keep: (atMs: number) => boolean): number =>
    quantile(
      stamps.filter(({ atMs }) => keep(atMs)).map(({ lateMs }) => lateMs),
      0.5,
    );
  return of((atMs) => atMs >= last) - of((atMs) => atMs < first);
}

function windowsOf(stamps: readonly Stamp[], startMs: number): number[][] {
  return Array.from({ length: WINDOWS }, (_, n) => {
    const from = startMs + n * WINDOW_MS;
    return stamps.filter(({ atMs }) => atMs >= from && atMs < from + WINDOW_MS).map(({ lateMs }) => lateMs);
  });
}

function figuresOf(
  name: string,
  stamps: readonly Stamp[],
  bare: readonly Stamp[],
  startMs: number,
): FigureLine[] {
  const windows = windowsOf(stamps, startMs);
  const bareWindows = windowsOf(bare, startMs);
  const at = (of: readonly number[][], share: number): number[] =>
    of.map((window) => quantile(window, share));
  return [
    figure(`${name}-p50`, 'ms', at(windows, 0.5), at(bareWindows, 0.5)),
    figure(`${name}-p99`, 'ms', at(windows, 0.99), at(bareWindows, 0.99)),
    figure(`${name}-max`, 'ms', at(windows, 1), at(bareWindows, 1)),
    figure(`${name}-drift`, 'ms', [drift(stamps)], null),
    figure(
      `${name}-polls`,
      '1/s',
      windows.map((window) => window.length / (WINDOW_MS / SECOND_MS)),
      METERS,
    ),
  ];
}

export async function bench(report: (line: FigureLine) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'hakaru-bench-'));
  const say = (text: string): void => void process.stderr.write(`  ${text}\n`);
  try {
    const meters = await startMeters(METERS, 1);
    const config = writeSite(folder, meters.ports);
    const first = await startGateway(config, join(folder, 'data'));
    await delay(WARM_UP_MS);
    await first.stop();
    const fromMs = prepareYear(join(folder, 'data'));
    say(`a year of ${METERS} meters is prepared; the gateway runs from its ${program().kind}`);
    for (const reading of [false, true]) {
      const file = join(folder, `stamps-${reading}`);
      const gateway = await startGateway(config, join(folder, 'data'), {
        preload: './stamp-writes.ts',
        env: { HAKARU_STAMPS: file },
      });
      await delay(WARM_UP_MS);
      const bareTimer = startBareTimer();
      const startMs = Date.now();
      const stop = new AbortController();
      const reports = reading ? readReports(gateway.url, fromMs, stop.signal) : Promise.resolve(0);
      await delay(WINDOWS * WINDOW_MS);
      const resident = residentMb(gateway.pid);
      stop.abort();
      const bare = await bareTimer.stop();
      const bytes = await reports;
      await gateway.stop();
      const stamps = readStamps(file, meters.ports).filter(({ atMs }) => atMs >= startMs);
      const name = reading ? 'poll-late-while-year-is-read' : 'poll-late';
      for (const line of figuresOf(name, stamps, bare, startMs)) report(line);
      report(figure(`${name}-resident`, 'MB', [resident], null));
      if (reading) report(figure('year-read', 'MB/s', [bytes / 1e6 / ((WINDOWS * WINDOW_MS) / 1000)], null));
    }
    await meters.stop();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
