/**
 * Where the time goes, told once after the second round: how long it took to come up, how long the card takes to keep a
 * page, and how long each wire is busy with one round over its meters. A wire that can't keep the interval that the
 * site file asks for is a warning: the meters are then read as often as the wire allows, and nothing else suffers.
 */
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { MeterConfig } from '../config/types.ts';
import type { MeterPoll } from './domain/ports.ts';
import type { Log } from './platform/log.ts';

const PAGE = Buffer.alloc(4_096);
const TRIES = 5;
/** A wire that is busy for more than this share of its interval has nothing left for retries. */
const FULL_SHARE = 0.9;
/** Meters that have not answered by then are left out, ms. */
const GIVE_UP_MS = 30_000;

/**
 * What one durable commit costs on this disk, ms: the median of a few pages written and synced.
 * @returns null where the folder takes no file: the ledger will say why
 */
export function fsyncMs(dataDir: string): number | null {
  const path = join(dataDir, 'hakaru.speed');
  try {
    const file = openSync(path, 'w');
    const took = Array.from({ length: TRIES }, () => {
      const begin = performance.now();
      writeSync(file, PAGE, 0, PAGE.length, 0);
      fsyncSync(file);
      return performance.now() - begin;
    });
    closeSync(file);
    return took.sort((a, b) => a - b)[TRIES >> 1] ?? null;
  } catch {
    return null;
  } finally {
    rmSync(path, { force: true });
  }
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
  readonly log: Log;
  /** Ms since the process began. */
  readonly sinceStartMs: () => number;
}

export function createSelfCheck({ dataDir, meters, log, sinceStartMs }: SelfCheckDeps) {
  const openedMs = Math.round(sinceStartMs());
  const tookMs = new Map<string, number>();
  /** Their first poll opened the wire, beside everything else that starts: it says nothing of the rounds to come. */
  const begun = new Set<string>();
  let firstAnswerMs: number | null = null;
  let told = false;

  function tell(): void {
    told = true;
    const disk = fsyncMs(dataDir);
    const lines = lineLoads(meters, tookMs);
    const check = { openedMs, firstAnswerMs, fsyncMs: disk && Number(disk.toFixed(2)), lines };
    log.info(check, 'self-check: where the time goes');
    for (const load of lines.filter(({ share }) => share > FULL_SHARE)) {
      log.warn(
        load,
        `Line ${load.line} would have to be busy ${Math.round(load.share * 100)} % of the time. Ask its meters less often (interval), raise its baud rate, or move meters to another line.`,
      );
    }
  }

  return {
    note(poll: MeterPoll): void {
      if (told) return;
      if (poll.registers.length > 0) {
        firstAnswerMs ??= Math.round(sinceStartMs());
        if (poll.tookMs !== undefined && begun.has(poll.meter)) tookMs.set(poll.meter, poll.tookMs);
        begun.add(poll.meter);
      }
      if (tookMs.size === meters.length || sinceStartMs() - openedMs > GIVE_UP_MS) tell();
    },
  };
}
