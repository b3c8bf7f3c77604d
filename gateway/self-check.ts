/**
 * Where the time goes, told once after the second round: how long it took to come up, how long the card takes to keep a
 * page, and how long each wire is busy with one round over its meters. A wire that can't keep the interval that the
 * site file asks for is a warning: the meters are then read as often as the wire allows, and nothing else suffers.
 */
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { FULL_SHARE } from '../config/site-warnings.ts';
import type { LineBudget, MeterConfig } from '../config/types.ts';
import type { MeterPoll } from './domain/ports.ts';
import type { Log } from './platform/log.ts';

const PAGE = Buffer.alloc(4_096);
const TRIES = 5;
/** Meters that have not answered by then are left out, ms. */
const GIVE_UP_MS = 30_000;

async function syncedPageMs(file: FileHandle): Promise<number> {
  const begin = performance.now();
  await file.write(PAGE, 0, PAGE.length, 0);
  await file.sync();
  return performance.now() - begin;
}

/**
 * What one durable commit costs on this disk, ms: the median of a few pages written and synced. Polling goes on
 * meanwhile. Nothing is ever thrown.
 * @param stopped ends it before its time
 * @returns null where the folder takes no file: the ledger will say why
 */
async function fsyncMs(dataDir: string, stopped: () => boolean): Promise<number | null> {
  const path = join(dataDir, 'hakaru.speed');
  const took: number[] = [];
  try {
    const file = await open(path, 'w');
    try {
      while (took.length < TRIES && !stopped()) took.push(await syncedPageMs(file));
    } finally {
      await file.close();
    }
  } catch {
    return null;
  } finally {
    await unlink(path).catch(() => {});
  }
  return took.sort((a, b) => a - b)[took.length >> 1] ?? null;
}

export interface LineLoad {
  readonly line: string;
  readonly meters: number;
  /** Meters that have answered so far. */
  readonly answering: number;
  /** One round over all meters that answer, ms. */
  readonly roundMs: number;
  /** Share of the wire's time that the intervals of the site file ask for; above 1 they can't be kept. */
  readonly share: number;
}

/** What each wire is asked for. @param tookMs how long each meter's poll kept its wire busy */
export function lineLoads(
  meters: readonly Pick<MeterConfig, 'id' | 'line' | 'intervalMs'>[],
  tookMs: ReadonlyMap<string, number>,
): LineLoad[] {
  return [...new Set(meters.map(({ line }) => line))].map((line) => {
    const own = meters.filter((meter) => meter.line === line);
    const timed = own.map((meter) => ({ ...meter, ms: tookMs.get(meter.id) }));
    const known = timed.flatMap(({ ms, intervalMs }) => (ms === undefined ? [] : [{ ms, intervalMs }]));
    return {
      line,
      meters: own.length,
      answering: known.length,
      roundMs: Math.round(known.reduce((sum, { ms }) => sum + ms, 0)),
      share: Number(known.reduce((sum, { ms, intervalMs }) => sum + ms / intervalMs, 0).toFixed(3)),
    };
  });
}

export interface SelfCheckDeps {
  readonly dataDir: string;
  readonly meters: readonly Pick<MeterConfig, 'id' | 'line' | 'intervalMs'>[];
  /** What each line is expected to cost; told before the first poll. */
  readonly budgets?: readonly LineBudget[];
  readonly log: Log;
  /** Ms since the process began. */
  readonly sinceStartMs: () => number;
}

export interface SelfCheck {
  note(poll: MeterPoll): void;
  /** Tells nothing more. Resolves when the data folder is as it was. */
  stop(): Promise<void>;
}

function warnOfFull(
  lines: readonly (Pick<LineBudget, 'line' | 'share'> & Readonly<Record<string, string | number>>)[],
  log: Log,
): void {
  for (const load of lines.filter(({ share }) => share > FULL_SHARE)) {
    log.warn(
      load,
      `Line ${load.line} would have to be busy ${Math.round(load.share * 100)} % of the time. Ask its meters less often (interval), raise its baud rate, or move meters to another line.`,
    );
  }
}

export function createSelfCheck({
  dataDir,
  meters,
  budgets = [],
  log,
  sinceStartMs,
}: SelfCheckDeps): SelfCheck {
  if (budgets.length > 0) log.info({ lines: budgets }, 'bus budget: how busy each line is expected to be');
  warnOfFull(
    budgets.map((budget) => ({ ...budget })),
    log,
  );
  const openedMs = Math.round(sinceStartMs());
  const tookMs = new Map<string, number>();
  /** Their first poll opened the wire, beside everything else that starts: it says nothing of the rounds to come. */
  const begun = new Set<string>();
  let firstAnswerMs: number | null = null;
  let stopped = false;
  let telling: Promise<void> | null = null;

  async function tell(): Promise<void> {
    const disk = await fsyncMs(dataDir, () => stopped);
    if (stopped) return;
    const lines = lineLoads(meters, tookMs);
    const check = { openedMs, firstAnswerMs, fsyncMs: disk && Number(disk.toFixed(2)), lines };
    log.info(check, 'self-check: where the time goes');
    // What was expected was told before.
    const known = new Set(budgets.filter(({ share }) => share > FULL_SHARE).map(({ line }) => line));
    warnOfFull(
      lines.filter(({ line }) => !known.has(line)).map((load) => ({ ...load })),
      log,
    );
  }

  return {
    note(poll: MeterPoll): void {
      if (telling || stopped) return;
      if (poll.registers.length > 0) {
        firstAnswerMs ??= Math.round(sinceStartMs());
        if (poll.tookMs !== undefined && begun.has(poll.meter)) tookMs.set(poll.meter, poll.tookMs);
        begun.add(poll.meter);
      }
      if (tookMs.size === meters.length || sinceStartMs() - openedMs > GIVE_UP_MS) telling = tell();
    },
    async stop() {
      stopped = true;
      await telling;
    },
  };
}
