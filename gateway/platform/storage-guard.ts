/**
 * Work that writes may fail because the disk is full, broken, read-only or slow. That is no reason to stop polling:
 * the trouble gets a name once, the work is tried again with the next turn, and its end is named too. Rows are the
 * queue, so nothing is lost by trying again. Any other error is a bug and goes on its way.
 *
 * States: `ok`; `slow` (it takes data, but a commit took longer than {@link SLOW_MS}; over after {@link FAST_AGAIN}
 * quick ones in a row that reached the disk, tried each {@link PROVE_MS}); a trouble (nothing is written; over after {@link GOOD_TURNS} whole turns,
 * each with a transaction that reached the disk: work that finds nothing to write proves nothing); `corrupt` (nothing
 * is written any more until the database has been replaced: more writes could only harm it).
 */
import { aboutText, CodedError, type Fault, fault } from '../domain/faults.ts';
import {
  STORAGE_OK,
  type StorageHealth,
  type StorageTrouble,
  storageFault,
  troubleOf,
} from '../domain/storage.ts';
import { probeFolder } from './folder-probe.ts';
import type { Log } from './log.ts';

/** A commit or a checkpoint that takes longer is a fault of the disk: a poll of one second would be missed. */
export const SLOW_MS = 1_000;
/** So many quick commits in a row end `slow`. */
export const FAST_AGAIN = 3;
/** While the disk is slow it is tried this often, ms. */
const PROVE_MS = 5_000;
/** A trouble that lasts this long although the folder takes data lies in our own connection, ms. */
const STALE_MS = 10_000;
/** So many turns in a row must go well before a trouble is over: a nearly full disk takes one and refuses the next. */
const GOOD_TURNS = 2;

export interface StorageGuard {
  /** Runs the work. @returns whether it was done */
  run(work: () => void): boolean;
  /** Runs a turn of the pipeline, by which the end of a trouble is told. @returns whether it was done */
  turn(work: () => void): boolean;
  /** Reads what nobody must fail of; `instead` where the disk does not let it be read. */
  readonly read: <T>(work: () => T, instead: T) => T;
  /** Names an error that was caught elsewhere; throws it on when it is not the disk's. */
  caught(error: unknown): Fault;
  /** How long a commit or a checkpoint took, ms. */
  took(ms: number): void;
  health(): StorageHealth;
}

export interface StorageGuardDeps {
  readonly dataDir: string;
  readonly log: Log;
  readonly now: () => number;
  readonly monotonicMs: () => number;
  /** Told of each change of state, after it. */
  readonly onChange: (health: StorageHealth) => void;
  /** Told when only opening the database anew can help, at most once each {@link STALE_MS}. */
  readonly onStale: () => void;
  /** One transaction that reaches the disk; throws where the database takes none. */
  readonly prove: () => void;
  /** What the system says of writing to the folder, null when nothing is wrong; a real try unless given. */
  readonly probe?: (dataDir: string) => unknown;
}

interface Judgement {
  readonly trouble: StorageTrouble;
  readonly reason: string;
}

/**
 * What the disk is by an error that was caught; null when the error is not the disk's. SQLite tells an I/O error where
 * Linux has made the disk read-only or the space for its index is gone, so the folder itself is asked.
 */
export function judgeStorage(
  error: unknown,
  dataDir: string,
  probe: (dataDir: string) => unknown = probeFolder,
): Judgement | null {
  const said = troubleOf(error);
  if (said === null || !(error instanceof Error)) return null;
  const asIs = { trouble: said, reason: error instanceof CodedError ? reasonOf(error) : error.message };
  if (said !== 'io-error' && said !== 'unusable') return asIs;
  const ofFolder = probe(dataDir);
  const better = troubleOf(ofFolder);
  return better && ofFolder instanceof Error ? { trouble: better, reason: ofFolder.message } : asIs;
}

const reasonOf = (error: CodedError): string => aboutText(error.fault, 'reason') ?? error.message;

export function createStorageGuard(deps: StorageGuardDeps): StorageGuard {
  const { dataDir, log } = deps;
  const probe = deps.probe ?? probeFolder;
  let health: StorageHealth = STORAGE_OK;
  let quick = 0;
  let good = 0;
  let proving = false;
  let provedMs = Number.NEGATIVE_INFINITY;
  let failingSinceMs: number | null = null;

  function change(to: Pick<StorageHealth, 'state' | 'fault'>): void {
    const before = health;
    health = before.state === to.state ? { ...before, fault: to.fault } : { ...to, sinceMs: deps.now() };
    if (before.state === to.state) return;
    if (to.state === 'ok') log.info({ storage: 'ok', before: before.state }, 'the disk takes data again');
    else if (to.state === 'slow') log.warn({ storage: to.state, fault: to.fault }, 'the disk is slow');
    else log.error({ storage: to.state, fault: to.fault }, 'the disk takes nothing; polling goes on');
    deps.onChange(health);
  }

  function caught(error: unknown): Fault {
    const found = judgeStorage(error, dataDir, probe);
    if (!found) throw error;
    const problem = storageFault(found.trouble, dataDir, found.reason);
    // A database that is being replaced stays what it is, whatever else its disk says.
    if (health.state !== 'corrupt') change({ state: found.trouble, fault: problem });
    watchConnection(found.trouble);
    return problem;
  }

  function watchConnection(trouble: StorageTrouble): void {
    const nowMs = deps.monotonicMs();
    failingSinceMs ??= nowMs;
    if (trouble === 'corrupt' || trouble === 'full' || nowMs - failingSinceMs < STALE_MS) return;
    if (probe(dataDir) !== null) return;
    failingSinceMs = nowMs;
    deps.onStale();
  }

  function run(work: () => void): boolean {
    if (health.state === 'corrupt') return false;
    try {
      work();
      return true;
    } catch (error) {
      caught(error);
      good = 0;
      return false;
    }
  }

  function prove(): boolean {
    provedMs = deps.monotonicMs();
    proving = true;
    const done = run(deps.prove);
    proving = false;
    return done;
  }

  return {
    caught,
    run,
    turn(work) {
      const done = run(work);
      if (health.state === 'slow' && deps.monotonicMs() - provedMs >= PROVE_MS) prove();
      if (health.state === 'ok' || health.state === 'slow') return done;
      if (!done || !prove()) return false;
      good += 1;
      if (good < GOOD_TURNS) return true;
      failingSinceMs = null;
      change({ state: 'ok', fault: null });
      return true;
    },
    read(work, instead) {
      try {
        return work();
      } catch (error) {
        if (troubleOf(error) === null) throw error;
        // A read that fails says nothing about writing, but a damaged page is one for all.
        if (troubleOf(error) === 'corrupt') caught(error);
        return instead;
      }
    },
    took(ms) {
      // Most commits wait for no disk: only those that surely do say that it is quick again.
      quick = ms > SLOW_MS ? 0 : quick + (proving ? 1 : 0);
      if (ms > SLOW_MS && (health.state === 'ok' || health.state === 'slow')) {
        const about = { path: dataDir, seconds: Math.round(ms / 100) / 10, limitS: SLOW_MS / 1000 };
        change({ state: 'slow', fault: fault('ledger-slow', about) });
      } else if (health.state === 'slow' && quick >= FAST_AGAIN) {
        change({ state: 'ok', fault: null });
      }
    },
    health: () => health,
  };
}
