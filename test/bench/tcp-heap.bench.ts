/**
 * What one Modbus TCP connection keeps on the heap: 200 lines with a meter of 40 registers each, polled a few times,
 * against the heap before they were opened. The meter is in another process.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { openLine } from '../../drivers/modbus/line.ts';
import type { LineDriver } from '../../gateway/domain/ports.ts';
import { blockMeter, CLOCK } from './block-meter.ts';
import { type FigureLine, median } from './harness.ts';

const CONNECTIONS = 200;
const POLLS = 5;
const RUNS = 5;
const LIMIT_BYTES = 20_000;
/** Compiled code and caches that belong to no connection are there after so many. */
const WARM_UP_POLLS = 300;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Heap in use when nothing is left to collect: what closes does so in later turns. */
async function heapBytes(): Promise<number> {
  for (let turn = 0; turn < 5; turn++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return process.memoryUsage().heapUsed;
}

function startMeter(): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  const child = fork(join(import.meta.dirname, 'tcp-meters-child.ts'), ['1', '1']);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the meter ended with ${code}`)));
    child.once('message', ({ ports: [port = 0] }: { ports: number[] }) => resolve({ child, port }));
  });
}

function open(count: number, port: number): LineDriver[] {
  const line = { kind: 'modbus-tcp', host: '127.0.0.1', port } as const;
  return Array.from({ length: count }, (_, index) =>
    openLine({ ...line, id: `l${index}` }, [blockMeter(1)], { clock: CLOCK }),
  );
}

async function poll(lines: readonly LineDriver[], times: number): Promise<void> {
  for (let time = 0; time < times; time++)
    for (const { meters } of lines)
      for (const meter of meters) {
        const { fault } = await meter.poll();
        if (fault) throw new Error(fault.code);
      }
}

async function close(lines: LineDriver[]): Promise<void> {
  for (const line of lines.splice(0)) await line.close();
}

export async function bench(report: (line: FigureLine) => void): Promise<void> {
  const { child, port } = await startMeter();
  try {
    const warm = open(4, port);
    await poll(warm, WARM_UP_POLLS);
    await close(warm);
    const runs: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      const before = await heapBytes();
      const lines = open(CONNECTIONS, port);
      await poll(lines, POLLS);
      runs.push(Math.round(((await heapBytes()) - before) / CONNECTIONS));
      await close(lines);
    }
    const value = median(runs);
    report({
      name: 'tcp-heap-per-connection',
      value,
      unit: 'bytes',
      limit: LIMIT_BYTES,
      ratio: value / LIMIT_BYTES,
      runs: runs.length,
      spread: [Math.min(...runs), Math.max(...runs)],
    });
  } finally {
    child.removeAllListeners('exit');
    child.disconnect();
  }
}
