/**
 * A damaged database is set aside and its readable part begins a new one, with a new generation. Two halves, so that
 * polling goes on meanwhile: {@link buildSalvaged} reads the damaged file in small steps and builds the new one beside
 * it; `putInPlace` of salvage-files.ts only renames. A crash anywhere leaves either the damaged database or the new one.
 */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { type Db, lockFolder, migrate } from './database.ts';
import { renewBoundaries } from './salvage-boundaries.ts';
import {
  asideName,
  BUILDING,
  declareReady,
  FILE_NAME,
  putInPlace,
  removeUnfinished,
} from './salvage-files.ts';
import { repair } from './salvage-repair.ts';
import type { SalvageReport, TableSalvage } from './salvage-report.ts';
import { type SqlValue, tableShape, type Walked, walkTable } from './salvage-walk.ts';

/** Key of the fact that waits to be told as an event, and to be worked off. */
export const SALVAGED_FACT = 'salvaged';

function openDamaged(path: string): Db | null {
  try {
    const db = new Database(path, { readonly: true, fileMustExist: true });
    db.defaultSafeIntegers(true);
    db.pragma('busy_timeout = 5000');
    return db;
  } catch {
    return null;
  }
}

function tryTo<T>(work: () => T, instead: T): T {
  try {
    return work();
  } catch {
    return instead;
  }
}

function versionOf(damaged: Db | null): number | null {
  return tryTo(() => Number(damaged?.pragma('user_version', { simple: true }) ?? 0) || null, null);
}

/** Tables of the schema, and the counter behind `outbox.seq`. */
function tablesOf(db: Db): string[] {
  const rows = db
    .prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid",
    )
    .all() as { readonly name: string }[];
  return rows.map(({ name }) => name);
}

/** Copies the columns that both know. @returns what became of the table's rows */
function* copyTable(damaged: Db, fresh: Db, name: string): Generator<void, TableSalvage> {
  const ours = tableShape(fresh, name);
  const theirs = tryTo(() => new Set(tableShape(damaged, name).columns), new Set<string>());
  if (theirs.size === 0) return { kept: 0, refused: 0, gaps: 1 };
  const columns = ours.columns.filter((column) => theirs.has(column));
  const insert = fresh.prepare<SqlValue[]>(
    `INSERT INTO "${name}" (${columns.map((column) => `"${column}"`).join(', ')})
     VALUES (${columns.map(() => '?').join(', ')})`,
  );
  let kept = 0;
  let refused = 0;
  const walk = walkTable(damaged, { ...ours, columns });
  for (;;) {
    const step: IteratorResult<readonly (readonly SqlValue[])[], Walked> = walk.next();
    if (step.done) return { kept, refused, gaps: step.value.gaps.length };
    fresh.transaction(() => {
      for (const row of step.value) {
        // STRICT types, NOT NULL, CHECK and unique keys judge the row.
        if (tryTo(() => insert.run(...row).changes, 0) === 1) kept += 1;
        else refused += 1;
      }
    })();
    yield;
  }
}

function lastSeqOf(damaged: Db | null): number {
  const counter = () =>
    damaged?.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'").get() as
      | { readonly seq: bigint }
      | undefined;
  return Number(tryTo(counter, undefined)?.seq ?? 0n);
}

export interface SalvageOptions {
  readonly dataDir: string;
  /** What the clock shows; the damaged database is named by it. */
  readonly nowMs: number;
  /** False: nothing may be stamped with `nowMs`. */
  readonly isTimeKnown: boolean;
  /** What was wrong, for the event. */
  readonly reason: string;
}

/**
 * Builds the new database beside the damaged one, which is only read. The caller holds the folder's lock and writes
 * nothing meanwhile. Each step takes some milliseconds.
 */
export function* buildSalvaged({
  dataDir,
  nowMs,
  isTimeKnown,
  reason,
}: SalvageOptions): Generator<void, SalvageReport> {
  removeUnfinished(dataDir);
  const damaged = openDamaged(join(dataDir, FILE_NAME));
  const fresh = new Database(join(dataDir, BUILDING));
  try {
    fresh.defaultSafeIntegers(true);
    // A crash leaves an unfinished file that the next salvage removes: nothing of it need be safe before its end.
    fresh.pragma('journal_mode = MEMORY');
    fresh.pragma('synchronous = OFF');
    fresh.pragma('foreign_keys = OFF');
    migrate(fresh, dataDir, versionOf(damaged) ?? undefined);
    const tables: Record<string, TableSalvage> = {};
    for (const name of tablesOf(fresh)) {
      tables[name] = damaged ? yield* copyTable(damaged, fresh, name) : { kept: 0, refused: 0, gaps: 1 };
    }
    const lastSeq = lastSeqOf(damaged);
    migrate(fresh, dataDir);
    yield;
    const aside = asideName(dataDir, nowMs);
    const report = repair(fresh, { tables, lastSeq, nowMs: isTimeKnown ? nowMs : null, reason, aside });
    if (isLossy(report)) yield* renewBoundaries(fresh);
    fresh
      .prepare(
        'INSERT INTO fact (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
      )
      .run(SALVAGED_FACT, JSON.stringify(report));
    fresh.close();
    declareReady(dataDir, report.aside);
    return report;
  } finally {
    fresh.close();
    damaged?.close();
  }
}

/** Whether evidence of the ledger is missing. */
function isLossy({ tables }: SalvageReport): boolean {
  return ['boundary', 'reading', 'era', 'head'].some((name) => {
    const of = tables[name];
    return of !== undefined && of.gaps + of.refused > 0;
  });
}

/** The whole of it at once, for a start that finds its database damaged. */
export function salvageNow(options: SalvageOptions): SalvageReport {
  const lock = lockFolder(options.dataDir);
  try {
    const building = buildSalvaged(options);
    for (;;) {
      const step = building.next();
      if (!step.done) continue;
      putInPlace(options.dataDir);
      return step.value;
    }
  } finally {
    lock.close();
  }
}
