/**
 * How much of an RS-485 wire the driver uses, and whether it keeps the silence. 31 meters, one read of 40 registers
 * each, round after round, over pseudo terminals to a bus in another process that takes exactly the time of a wire
 * (exact-bus-child.ts). The limit is computed: per meter an 8-byte request, a silence, an 85-byte answer and a silence,
 * at 11 bits a character.
 */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { openLine } from '../../drivers/modbus/line.ts';
import { characterMs, silenceMs } from '../../drivers/modbus/timing.ts';
import type { LineDriver } from '../../gateway/domain/ports.ts';
import { type PtyPair, startPtyPair } from '../../simulators/serial-link.ts';
import { blockMeter, CLOCK, WORDS } from './block-meter.ts';
import { type FigureLine, figure } from './harness.ts';

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

/** The same wire asked by libmodbus, where a C compiler and libmodbus-dev are there. @returns bus use, null without */
async function libmodbusUse(program: string | null, baudRate: number): Promise<number | null> {
  if (program === null) return null;
  const pair = await ptyPair();
  const child = await startBus(pair.pathB, baudRate, () => undefined);
  try {
    const rounds = ROUNDS[baudRate] ?? 1;
    const { stdout } = await promisify(execFile)(program, [pair.pathA, `${baudRate}`, `${rounds}`]);
    return (rounds * limitMs(baudRate)) / Number(stdout);
  } finally {
    child.removeAllListeners('exit');
    child.kill('SIGKILL');
    await pair.close();
  }
}

/** @returns the compiled peer, null where it can't be made */
function libmodbusMaster(folder: string): string | null {
  const program = join(folder, 'libmodbus-master');
  const source = join(import.meta.dirname, 'libmodbus-master.c');
  try {
    execFileSync('cc', ['-O2', source, '-o', program, '-lmodbus'], { stdio: 'ignore' });
    return program;
  } catch {
    process.stderr.write('no peer: apt-get install gcc libc6-dev libmodbus-dev\n');
    return null;
  }
}

export async function bench(report: (line: FigureLine) => void): Promise<void> {
  const benches: Bench[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'hakaru-wire-'));
  const peer = libmodbusMaster(folder);
  try {
    for (const baudRate of BAUD_RATES) benches.push(await openBench(baudRate));
    await Promise.all(benches.map((one) => poll(one, WARM_UP_ROUNDS)));
    for (const { silences } of benches) silences.length = 0;
    const uses = new Map<number, number[]>(BAUD_RATES.map((baudRate) => [baudRate, []]));
    const peerUses = new Map<number, number[]>(BAUD_RATES.map((baudRate) => [baudRate, []]));
    for (let run = 0; run < RUNS; run++)
      for (const one of benches) {
        const rounds = ROUNDS[one.baudRate] ?? 1;
        const tookMs = await poll(one, rounds);
        uses.get(one.baudRate)?.push((rounds * limitMs(one.baudRate)) / tookMs);
        const theirs = await libmodbusUse(peer, one.baudRate);
        if (theirs !== null) peerUses.get(one.baudRate)?.push(theirs);
      }
    for (const one of benches) {
      const runs = uses.get(one.baudRate) ?? [];
      const theirs = peerUses.get(one.baudRate) ?? [];
      report(figure(`rtu-bus-use-${one.baudRate}`, 'of the wire', runs, 1));
      if (theirs.length > 0)
        report(figure(`rtu-bus-use-${one.baudRate}, beside libmodbus`, 'of the wire', runs, theirs));
      for (const line of silenceFigures(one)) report(line);
    }
  } finally {
    for (const one of benches) await one.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
