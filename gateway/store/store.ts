/** The ledger's tables as one object. Writers go through {@link Store.write}; nothing is written outside it. */
import type { EpochMs } from '../domain/time.ts';
import { coefficientRows, hourWorkRows, roleRows } from './coefficient-rows.ts';
import { correctionRows } from './correction-rows.ts';
import {
  type Durability,
  type OpenDatabase,
  openForReading,
  openForWriting,
  openInMemory,
  setDurability,
} from './database.ts';
import { demandRows } from './demand-rows.ts';
import { dialRows } from './dial-rows.ts';
import { documentRows } from './document-rows.ts';
import { gaugeRows } from './gauge-rows.ts';
import { hourRows, workRows } from './hour-rows.ts';
import { boundaryRows, channelRows, eraRows, readingRows, unwatchedRows } from './ledger-rows.ts';
import { noticeRows } from './notice-rows.ts';
import { outboxRows } from './outbox-rows.ts';
import { marginRows, receivedRows, sourceRows } from './received-rows.ts';
import { reportRows } from './report-rows.ts';
import { rewindRows } from './rewind-rows.ts';

/** Where crash tests stop the process; production passes none. */
export type CrashPoint =
  | 'before-commit'
  | 'inside-transaction'
  | 'after-commit'
  | 'before-checkpoint'
  | 'after-checkpoint';
export type CrashProbe = (point: CrashPoint, durability?: Durability) => void;

export interface StoreOptions {
  readonly probe?: CrashProbe;
}

function factRows({ db }: OpenDatabase) {
  const get = db.prepare<[string], { value: string }>('SELECT value FROM fact WHERE key = ?');
  const put = db.prepare(
    'INSERT INTO fact (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  );
  const remove = db.prepare('DELETE FROM fact WHERE key = ?');
  const starting = db.prepare<[string, string], { key: string; value: string }>(
    'SELECT key, value FROM fact WHERE substr(key, 1, length(?)) = ? ORDER BY key',
  );
  return {
    get: (key: string): string | null => get.get(key)?.value ?? null,
    put: (key: string, value: string): void => void put.run(key, value),
    remove: (key: string): void => void remove.run(key),
    /** All whose keys begin so, by key. */
    starting: (prefix: string): readonly { readonly key: string; readonly value: string }[] =>
      starting.all(prefix, prefix),
  };
}

function tables(open: OpenDatabase) {
  const { db } = open;
  return {
    facts: factRows(open),
    channels: channelRows(db),
    eras: eraRows(db),
    readings: readingRows(db),
    boundaries: boundaryRows(db),
    unwatched: unwatchedRows(db),
    gauges: gaugeRows(db),
    dials: dialRows(db),
    corrections: correctionRows(db),
    hours: hourRows(db),
    work: workRows(db),
    roles: roleRows(db),
    coefficients: coefficientRows(db),
    hourWork: hourWorkRows(db),
    documents: documentRows(db),
    received: receivedRows(db),
    sources: sourceRows(db),
    margins: marginRows(db),
    outbox: outboxRows(db),
    demands: demandRows(db),
    notices: noticeRows(db),
    rewind: rewindRows(db),
    reports: reportRows(db),
  };
}

function assemble(open: OpenDatabase, { probe }: StoreOptions = {}) {
  const rows = tables(open);
  let now: Durability = 'durable';
  let marked = false;

  function transact<T>(durability: Durability, work: () => T): T {
    probe?.('before-commit', durability);
    if (durability !== now) setDurability(open.db, durability);
    now = durability;
    const result = open.db.transaction(() => {
      const value = work();
      probe?.('inside-transaction', durability);
      return value;
    })();
    if (durability === 'durable' && !marked) marked = open.written?.() ?? true;
    probe?.('after-commit', durability);
    return result;
  }

  return {
    ...rows,
    /**
     * Runs one transaction: all of it is durable when this returns, or none of it happened.
     * Transactions do not nest: a stage is one transaction.
     */
    write: <T>(work: () => T): T => transact('durable', work),
    /**
     * The same for what a power cut may take without harm (readings between boundaries, acknowledgements): whole or
     * not at all, in order, and durable at the latest with the next {@link write}. It costs the card no fsync.
     */
    writeSoon: <T>(work: () => T): T => transact('soon', work),
    /** Several reads that must see one moment. */
    read: <T>(work: () => T): T => open.db.transaction(work)(),
    /**
     * From now on this connection sees one moment, whatever is written beside it. For a connection of its own that only
     * reads: the log cannot be shortened meanwhile. @returns ends it
     */
    snapshot(): () => void {
      open.db.exec('BEGIN');
      open.db.prepare('SELECT count(*) FROM fact').get();
      return () => void open.db.exec('COMMIT');
    },
    /**
     * Rises when the database is new or replaced, so that consumers order by (generation, revision): it is the
     * second in which this database was made.
     */
    generation(nowMs: EpochMs): number {
      const known = rows.facts.get('generation');
      if (known !== null) return Number(known);
      const made = Math.floor(nowMs / 1000);
      rows.facts.put('generation', String(made));
      return made;
    },
    /** The same, of a database that has begun; null before. */
    knownGeneration(): number | null {
      const known = rows.facts.get('generation');
      return known === null ? null : Number(known);
    },
    /** Moves what it can of the write-ahead log into the database file, and waits for no reader. */
    checkpoint(): void {
      probe?.('before-checkpoint');
      open.db.pragma('wal_checkpoint(PASSIVE)');
      probe?.('after-checkpoint');
    },
    close: (): void => open.close(),
  };
}

export type Store = ReturnType<typeof assemble>;

/** @throws CodedError ledger-locked, ledger-newer, ledger-unusable */
export function openStore(dataDir: string, options?: StoreOptions): Store {
  return assemble(openForWriting(dataDir), options);
}

/** @throws CodedError ledger-missing, ledger-newer, ledger-unusable */
export function openStoreForReading(dataDir: string): Store {
  return assemble(openForReading(dataDir));
}

export function openStoreInMemory(options?: StoreOptions): Store {
  return assemble(openInMemory(), options);
}
