/**
 * The one SQLite file of a gateway. Write-ahead log; `synchronous=FULL`, because what has been acknowledged to a
 * person or to the broker must survive a power cut (NORMAL loses the last transactions). One process writes: a
 * second file, locked for as long as the process lives, says so and is freed by the kernel even after SIGKILL.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { CodedError, fault } from '../domain/faults.ts';

export type Db = Database.Database;

const MIGRATIONS_DIR = new URL('./migrations/', import.meta.url);
const FILE_NAME = 'hakaru.db';
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

/** Brings the schema up to date, one transaction a step. @throws CodedError ledger-newer */
function migrate(db: Db, path: string): void {
  const steps = migrations();
  const known = steps.at(-1)?.version ?? 0;
  const found = Number(db.pragma('user_version', { simple: true }));
  if (found > known) throw new CodedError(fault('ledger-newer', { path, found, known }));
  for (const step of steps.filter(({ version }) => version > found)) {
    db.transaction(() => {
      db.exec(step.sql);
      db.pragma(`user_version = ${step.version}`);
    })();
  }
}

function configure(db: Db): void {
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.pragma('foreign_keys = ON');
  db.pragma('busy_timeout = 5000');
  // Every integer arrives as a BigInt: default numbers lose what is above 2^53.
  db.defaultSafeIntegers(true);
}

export interface OpenDatabase {
  readonly db: Db;
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
    throw new CodedError(fault('ledger-locked', { path: dataDir }), { cause });
  }
}

function unusable(dataDir: string, cause: unknown): CodedError {
  if (cause instanceof CodedError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new CodedError(fault('ledger-unusable', { path: dataDir, reason }), { cause });
}

/**
 * Opens the database for the one process that writes, creating it where there is none.
 * @throws CodedError ledger-locked, ledger-newer, ledger-unusable
 */
export function openForWriting(dataDir: string): OpenDatabase {
  let lock: Db | null = null;
  try {
    mkdirSync(dataDir, { recursive: true });
    lock = takeLock(dataDir);
    const db = new Database(join(dataDir, FILE_NAME));
    configure(db);
    migrate(db, dataDir);
    const held = lock;
    return {
      db,
      close: () => {
        db.close();
        held.close();
      },
    };
  } catch (cause) {
    lock?.close();
    throw unusable(dataDir, cause);
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
 * ledger-unusable
 */
export function openForReading(dataDir: string): OpenDatabase {
  const path = join(dataDir, FILE_NAME);
  if (!existsSync(path)) throw new CodedError(fault('ledger-missing', { path: dataDir }));
  try {
    const db = new Database(path, { readonly: true });
    const found = Number(db.pragma('user_version', { simple: true }));
    const known = migrations().at(-1)?.version ?? 0;
    if (found > known) throw new CodedError(fault('ledger-newer', { path: dataDir, found, known }));
    db.pragma('busy_timeout = 5000');
    db.defaultSafeIntegers(true);
    return { db, close: () => db.close() };
  } catch (cause) {
    throw unusable(dataDir, cause);
  }
}
