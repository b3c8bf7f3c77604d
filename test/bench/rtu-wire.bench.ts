/**
 * How much of an RS-485 wire the driver uses, and whether it keeps the silence. 31 meters, one read of 40 registers
 * each, round after round, over pseudo terminals to a bus in another process that takes exactly the time of a wire
 * (exact-bus-child.ts). The limit is computed: per meter an 8-byte request, a silence, an 85-byte answer and a silence,
 * at 11 bits a character.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openLine } from '../../drivers/modbus/line.ts';
import { characterMs, silenceMs } from '../../drivers/modbus/timing.ts';
import type { LineDriver } from '../../gateway/domain/ports.ts';
import { type PtyPair, startPtyPair } from '../../simulators/serial-link.ts';
import { blockMeter, CLOCK, WORDS } from './block-meter.ts';
import { type FigureLine, median } from './harness.ts';

const METERS = 31;
const RUNS = 5;
/** Until the driver knows that the registers move it asks with two lengths in turn. */
const WARM_UP_ROUNDS = 6;
/** Rounds of one run: long enough to be timed well, short enough for the whole to end soon. */
const ROUNDS: Readonly<Record<number, number>> = { 9_600: 1, 19_200: 2, 115_200: 8 };
const BAUD_RATES = [9_600, 19_200, 115_200] as const;

interface Bench {
  readonly baudRate: number;
  readonly line: LineDriver;
  readonly silences: number[];
  close(): Promise<void>;
}

/** The least time one round over all meters takes on this wire, ms. */
function limitMs(baudRate: number): number {
  return METERS * ((8 + 5 + WORDS * 2) * characterMs(baudRate) + 2 * silenceMs(baudRate));
}

async function ptyPair(): Promise<PtyPair> {
  const pair = await startPtyPair();
  if (pair.kind === 'unavailable') throw new Error(pair.reason);
  return pair;
}

/** @returns when the bus listens */
function startBus(
  path: string,
  baudRate: number,
  onSilences: (list: (number | null)[]) => void,
): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'exact-bus-child.ts'), path, `${baudRate}`],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`the bus ended with ${code}`)));
    createInterface({ input: child.stdout }).on('line', (text) => {
      const said = JSON.parse(text) as 'ready' | (number | null)[];
      if (said === 'ready') resolve(child);
      else onSilences(said);
    });
  });
}

async function openBench(baudRate: number): Promise<Bench> {
  const pair = await ptyPair();
  const silences: number[] = [];
  const child = await startBus(pair.pathB, baudRate, (list) => {
    const judged = list.filter((silence) => silence !== null);
    silences.push(...judged);
    if (judged.length < list.length)
      process.stderr.write(`${baudRate} baud: the bus was held up ${list.length - judged.length} times\n`);
  });
  const meters = Array.from({ length: METERS }, (_, index) => blockMeter(index + 1));
  const config = { id: 'bench', kind: 'modbus-rtu', port: pair.pathA, parity: 'none', stopBits: 1 } as const;
  const line = openLine({ ...config, baudRate }, meters, { clock: CLOCK });
  return {
    baudRate,
    line,
    silences,
    async close() {
      await line.close();
      child.removeAllListeners('exit');
      child.kill('SIGKILL');
      await pair.close();
    },
  };
}

/** All meters so many times. Nothing may fail: a figure of a line in trouble says nothing. @returns ms */
async function poll({ line }: Bench, rounds: number): Promise<number> {
  const startedMs = performance.now();
  for (let round = 0; round < rounds; round++) {
    const polls = await Promise.all(line.meters.map((one) => one.poll()));
    const failed = polls.find(({ fault }) => fault !== null);
    if (failed) throw new Error(`${failed.meter}: ${failed.fault?.code}`);
  }
  return performance.now() - startedMs;
}

function silenceFigures({ baudRate, silences }: Bench): FigureLine[] {
  const sorted = silences.toSorted((a, b) => a - b);
  const needed = silenceMs(baudRate);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
  const about = { unit: 'ms', limit: needed, runs: silences.length, spread: [at(0), at(1)] as const };
  const violations = silences.filter((silence) => silence < needed).length;
  return [
    { ...about, name: `rtu-silence-min-${baudRate}`, value: at(0), ratio: at(0) / needed },
    { ...about, name: `rtu-silence-p1-${baudRate}`, value: at(0.01), ratio: at(0.01) / needed },
    {
      ...about,
      name: `rtu-silence-violations-${baudRate}`,
      unit: 'requests',
      value: violations,
      limit: 0,
      ratio: null,
    },
  ];
}

export async function bench(report: (line: FigureLine) => void): Promise<void> {
  const benches: Bench[] = [];
  try {
    for (const baudRate of BAUD_RATES) benches.push(await openBench(baudRate));
    await Promise.all(benches.map((one) => poll(one, WARM_UP_ROUNDS)));
    for (const { silences } of benches) silences.length = 0;
    const uses = new Map<number, number[]>(BAUD_RATES.map((baudRate) => [baudRate, []]));
    for (let run = 0; run < RUNS; run++)
      for (const one of benches) {
        const rounds = ROUNDS[one.baudRate] ?? 1;
        const tookMs = await poll(one, rounds);
        uses.get(one.baudRate)?.push((rounds * limitMs(one.baudRate)) / tookMs);
      }
    for (const one of benches) {
      const runs = uses.get(one.baudRate) ?? [];
      const use = median(runs);
      report({
        name: `rtu-bus-use-${one.baudRate}`,
        value: use,
        unit: 'of the wire',
        limit: 1,
        ratio: use,
        runs: runs.length,
        spread: [Math.min(...runs), Math.max(...runs)],
      });
      for (const figure of silenceFigures(one)) report(figure);
    }
  } finally {
    for (const one of benches) await one.close();
  }
}
