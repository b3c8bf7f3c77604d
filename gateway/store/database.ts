/**
 * The one SQLite file of a gateway. Write-ahead log; `synchronous=FULL`, because what has been acknowledged to a
 * person or to the broker must survive a power cut; what is worth less is written with `synchronous=NORMAL`
 * ({@link setDurability}): it costs no fsync, and a power cut may take the last of it, but never what came before.
 * One process writes: a second file, locked for as long as the process lives, says so and is freed by the kernel
 * even after SIGKILL.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { CodedError, fault } from '../domain/faults.ts';
import { namedStorageError, storageFault } from '../domain/storage.ts';
import { FILE_NAME, lacksLog, markClosed, markOpen, putInPlace } from './salvage-files.ts';

export type Db = Database.Database;

const MIGRATIONS_DIR = new URL('./migrations/', import.meta.url);
const LOCK_NAME = 'hakaru.lock';

interface Migration {
  readonly version: number;
  readonly sql: string;
}

function migrations(): Migration[] {
  return readdirSync(MIGRATIONS_DIR)
    .filter((name) => /^\d{3}-.*\.sql$/.test(name))
    .sort()
    .map((name) => ({
      version: Number(name.slice(0, 3)),
      sql: readFileSync(new URL(name, MIGRATIONS_DIR), 'utf8'),
    }));
}

/**
 * Brings the schema up to date, or up to that version, in one transaction: a database is of the version it was or of
 * the one it should be, and a new one waits for the card once. @throws CodedError ledger-newer
 */
export function migrate(db: Db, path: string, upTo = Number.MAX_SAFE_INTEGER): void {
  const steps = migrations();
  const known = steps.at(-1)?.version ?? 0;
  const found = Number(db.pragma('user_version', { simple: true }));
  if (found > known) throw new CodedError(fault('ledger-newer', { path, found, known }));
  const due = steps.filter(({ version }) => version > found && version <= upTo);
  if (due.length === 0) return;
  db.transaction(() => {
    for (const step of due) {
      db.exec(step.sql);
      db.pragma(`user_version = ${step.version}`);
    }
  })();
}

/**
 * Pages that a connection keeps in memory, KiB. better-sqlite3 is built with 16,000, which a database of some months
 * fills; the system's own cache holds the file anyway. Source: SQLite, PRAGMA cache_size (negative: KiB).
 */
const CACHE_KIB = 4_000;

/** What every connection has, whether it reads or writes. */
function prepareConnection(db: Db): void {
  db.pragma(`cache_size = -${CACHE_KIB}`);
  db.pragma('busy_timeout = 5000');
  // Every integer arrives as a BigInt: default numbers lose what is above 2^53.
  db.defaultSafeIntegers(true);
}

function configure(db: Db): void {
  prepareConnection(db);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.pragma('foreign_keys = ON');
}

/** `durable`: on the card before the commit returns. `soon`: with the next durable commit, or when the system writes. */
export type Durability = 'durable' | 'soon';

/** For the transactions that follow; not to be called inside one. Source: SQLite, PRAGMA synchronous, WAL mode. */
export function setDurability(db: Db, durability: Durability): void {
  db.pragma(`synchronous = ${durability === 'durable' ? 'FULL' : 'NORMAL'}`);
}

export interface OpenDatabase {
  readonly db: Db;
  /**
   * To be told after a durable commit, until it returns true: the log holds something. What was committed stays
   * committed whatever the disk does with the mark.
   */
  written?(): boolean;
  close(): void;
}

function takeLock(dataDir: string): Db {
  const lock = new Database(join(dataDir, LOCK_NAME), { timeout: 0 });
  try {
    lock.pragma('locking_mode = EXCLUSIVE');
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (cause) {
    lock.close();
    const isTaken = cause instanceof Error && 'code' in cause && String(cause.code).startsWith('SQLITE_BUSY');
    throw isTaken ? new CodedError(fault('ledger-locked', { path: dataDir }), { cause }) : cause;
  }
}

/** For work on the files themselves. @throws CodedError ledger-locked */
export function lockFolder(dataDir: string): { close(): void } {
  return takeLock(dataDir);
}

/** Tables that are read whole at each start, and that nothing works without: some milliseconds, however old it is. */
const VITAL = ['fact', 'channel', 'era', 'head'] as const;

/** Large tables are not looked through: 500 MB take ten seconds. What is damaged there is found when it is read. */
function checkVital(db: Db, dataDir: string): void {
  for (const table of VITAL) {
    const found = db.pragma(`quick_check('${table}')`, { simple: true });
    if (found !== 'ok') throw new CodedError(storageFault('corrupt', dataDir, `${table}: ${String(found)}`));
  }
}

function unusable(dataDir: string, cause: unknown): CodedError {
  const named = namedStorageError(cause, dataDir);
  if (named instanceof CodedError) return named;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new CodedError(fault('ledger-unusable', { path: dataDir, reason }), { cause });
}

/**
 * Opens the database for the one process that writes, creating it where there is none.
 * @throws CodedError ledger-locked, ledger-newer, ledger-corrupt (see salvage.ts), ledger-full, ledger-io-error,
 * ledger-read-only, ledger-unusable
 */
export function openForWriting(dataDir: string): OpenDatabase {
  let lock: Db | null = null;
  let db: Db | null = null;
  try {
    mkdirSync(dataDir, { recursive: true });
    lock = takeLock(dataDir);
    // Ends a salvage that a power cut interrupted.
    putInPlace(dataDir);
    if (lacksLog(dataDir))
      throw new CodedError(storageFault('corrupt', dataDir, 'its write-ahead log (hakaru.db-wal) is gone'));
    db = new Database(join(dataDir, FILE_NAME));
    configure(db);
    migrate(db, dataDir);
    checkVital(db, dataDir);
    const opened = { db, lock };
    return {
      db,
      written: () => markOpen(dataDir),
      close: () => shut(dataDir, opened.db, opened.lock),
    };
  } catch (cause) {
    shut(dataDir, db, lock);
    throw unusable(dataDir, cause);
  }
}

/** Closing the database moves its log into it and removes the log; one that was never opened keeps log and mark. */
function shut(dataDir: string, db: Db | null, lock: Db | null): void {
  try {
    if (db) markClosed(dataDir);
    db?.close();
  } finally {
    lock?.close();
  }
}

/** A database in memory, for tests: same schema, nothing on disk. */
export function openInMemory(): OpenDatabase {
  const db = new Database(':memory:');
  configure(db);
  migrate(db, ':memory:');
  return { db, close: () => db.close() };
}

/**
 * Opens an existing database for reading beside a running gateway. @throws CodedError ledger-missing, ledger-newer,
 * ledger-older, ledger-unusable
 */
export function openForReading(dataDir: string): OpenDatabase {
  const path = join(dataDir, FILE_NAME);
  if (!existsSync(path)) throw new CodedError(fault('ledger-missing', { path: dataDir }));
  try {
    const db = new Database(path, { readonly: true });
    const found = Number(db.pragma('user_version', { simple: true }));
    const known = migrations().at(-1)?.version ?? 0;
    if (found > known) throw new CodedError(fault('ledger-newer', { path: dataDir, found, known }));
    if (found < known) throw new CodedError(fault('ledger-older', { path: dataDir, found, known }));
    prepareConnection(db);
    return { db, close: () => db.close() };
  } catch (cause) {
    throw unusable(dataDir, cause);
  }
}
