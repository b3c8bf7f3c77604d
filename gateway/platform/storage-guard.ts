/**
 * Work that writes may fail because the disk is full, broken or read-only. That is no reason to stop polling: the
 * trouble is named once, the work is tried again with the next turn, and its end is named too. Rows are the queue, so
 * nothing is lost by trying again. Any other error is a bug and goes on its way.
 */
import { type Fault, fault } from '../domain/faults.ts';
import type { Log } from './log.ts';

const DISK_CODES: ReadonlySet<string> = new Set(['ENOSPC', 'EIO', 'EROFS', 'EDQUOT']);

function isDiskTrouble(error: unknown): error is Error {
  if (!(error instanceof Error) || !('code' in error)) return false;
  const code = String(error.code);
  return code.startsWith('SQLITE_') || DISK_CODES.has(code);
}

export interface StorageGuard {
  /** Runs the work. @returns whether it was done */
  run(work: () => void): boolean;
  /** Names an error that was caught elsewhere; throws it on when it is not the disk's. */
  caught(error: unknown): Fault;
  /** What the last work failed of; null when it was done. */
  fault(): Fault | null;
}

export function createStorageGuard(dataDir: string, log: Log): StorageGuard {
  let trouble: Fault | null = null;
  function caught(error: unknown): Fault {
    if (!isDiskTrouble(error)) throw error;
    const found = fault('ledger-unusable', { path: dataDir, reason: error.message });
    if (!trouble) log.error({ fault: found }, 'the disk takes nothing; polling goes on');
    trouble = found;
    return found;
  }
  return {
    caught,
    run(work) {
      try {
        work();
      } catch (error) {
        caught(error);
        return false;
      }
      if (trouble) log.info('the disk takes data again');
      trouble = null;
      return true;
    },
    fault: () => trouble,
  };
}
