/**
 * How the disk below the database is, as a person and the cloud hear of it. What SQLite and the system say is told
 * apart here; everything that touches the disk goes by these names.
 */
import { CodedError, type Fault, type FaultCode, fault } from './faults.ts';

/**
 * `slow`: it takes data, but a commit took longer than it may; `corrupt`: the database is damaged and is about to be
 * set aside; `unusable`: it takes nothing for another reason, e.g. another program holds it.
 */
export const STORAGE_STATES = ['ok', 'full', 'io-error', 'read-only', 'slow', 'corrupt', 'unusable'] as const;
export type StorageState = (typeof STORAGE_STATES)[number];
/** States in which nothing is written. */
export type StorageTrouble = Exclude<StorageState, 'ok' | 'slow'>;

export interface StorageHealth {
  readonly state: StorageState;
  /** Since when, epoch ms; null while it has been `ok` from the start. */
  readonly sinceMs: number | null;
  /** Why, for people; null when `ok`. */
  readonly fault: Fault | null;
}

export const STORAGE_OK: StorageHealth = { state: 'ok', sinceMs: null, fault: null };

const FAULT_OF: Readonly<Record<StorageTrouble, FaultCode>> = {
  full: 'ledger-full',
  'io-error': 'ledger-io-error',
  'read-only': 'ledger-read-only',
  corrupt: 'ledger-corrupt',
  unusable: 'ledger-unusable',
};

/** Longest first: SQLite has extended codes such as SQLITE_IOERR_FSYNC and SQLITE_CORRUPT_INDEX. */
const BY_CODE: readonly (readonly [string, StorageTrouble])[] = [
  ['SQLITE_CORRUPT', 'corrupt'],
  ['SQLITE_NOTADB', 'corrupt'],
  ['SQLITE_FULL', 'full'],
  ['SQLITE_READONLY', 'read-only'],
  ['SQLITE_IOERR', 'io-error'],
  ['SQLITE_', 'unusable'],
  ['ENOSPC', 'full'],
  ['EDQUOT', 'full'],
  ['EROFS', 'read-only'],
  ['EIO', 'io-error'],
];

/** What the disk is by an error that was caught; null when the error is not the disk's. */
export function troubleOf(error: unknown): StorageTrouble | null {
  if (error instanceof CodedError) {
    const named = Object.entries(FAULT_OF).find(([, code]) => code === error.fault.code);
    return named ? (named[0] as StorageTrouble) : null;
  }
  if (!(error instanceof Error) || !('code' in error)) return null;
  const code = String(error.code);
  return BY_CODE.find(([prefix]) => code.startsWith(prefix))?.[1] ?? null;
}

/**
 * Works on a file or folder that may be gone already. A removal is to be made with `unlinkSync`: an error of `rmSync` on a disk that
 * can only be read has no code (Node 24.21), so that nobody could tell whose it is.
 */
export function unlessGone(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}

/** @param path the data folder */
export function storageFault(trouble: StorageTrouble, path: string, reason: string): Fault {
  return fault(FAULT_OF[trouble], { path, reason });
}

/** The error with its sentence, ready for a person; any other error as it is. */
export function namedStorageError(error: unknown, path: string): unknown {
  const trouble = troubleOf(error);
  if (trouble === null || error instanceof CodedError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new CodedError(storageFault(trouble, path, reason), { cause: error });
}
