/** What a walk over a table reads when pages of it are damaged: all that the b-tree still leads to, each row once. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { type Row, tableShape, walkTable } from '../../gateway/store/salvage-walk.ts';
import { choices } from '../crash/world.ts';
import { databaseOf, pagesOf, spoilPages } from '../support/damage.ts';

const ROWS = 20_000;
const SEED = 20_261_104;

const TABLES = [
  {
    what: 'time leads the key',
    sql: 'CREATE TABLE t (at_ms INTEGER, channel INTEGER, text TEXT, PRIMARY KEY (at_ms, channel)) STRICT, WITHOUT ROWID',
    row: (n: number) => [1_795_000_000_000 + Math.floor(n / 4) * 60_000, n % 4, `row ${n}`],
  },
  {
    what: 'a channel leads the key',
    sql: 'CREATE TABLE t (channel INTEGER, at_ms INTEGER, text TEXT, PRIMARY KEY (channel, at_ms)) STRICT, WITHOUT ROWID',
    row: (n: number) => [1 + Math.floor(n / 1_000), 1_795_000_000_000 + n * 60_000, `row ${n}`],
  },
  {
    what: 'rows are numbered',
    sql: 'CREATE TABLE t (seq INTEGER PRIMARY KEY AUTOINCREMENT, a INTEGER, text TEXT) STRICT',
    row: (n: number) => [n + 1, n, `row ${n} with a payload of some length, as messages have`],
  },
] as const;

function readAll(dataDir: string): { readonly rows: Row[]; readonly gaps: number } {
  const db = new Database(databaseOf(dataDir), { readonly: true });
  db.defaultSafeIntegers(true);
  const rows: Row[] = [];
  try {
    const walk = walkTable(db, tableShape(db, 't'));
    for (;;) {
      const step = walk.next();
      if (step.done) return { rows, gaps: step.value.gaps.length };
      rows.push(...step.value);
    }
  } finally {
    db.close();
  }
}

test.for(TABLES)(
  '$what: leaves that cannot be read cost their own rows and no others',
  ({ sql, row }, context) => {
    const dataDir = mkdtempSync(join(tmpdir(), 'hakaru-walk-'));
    context.onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
    mkdirSync(dataDir, { recursive: true });
    const db = new Database(databaseOf(dataDir));
    db.exec(sql);
    const insert = db.prepare('INSERT INTO t VALUES (?, ?, ?)');
    db.transaction(() => {
      for (let n = 0; n < ROWS; n++) insert.run(...row(n));
    })();
    const leaves = db
      .prepare("SELECT pageno, ncell FROM dbstat WHERE name = 't' AND pagetype = 'leaf' ORDER BY path")
      .all() as { readonly pageno: number; readonly ncell: number }[];
    db.close();
    expect(pagesOf(dataDir, 't').length).toBeGreaterThan(100);
    expect(readAll(dataDir)).toMatchObject({ gaps: 0 });

    const choose = choices(SEED);
    const spoilt = new Set([0, leaves.length - 1, ...Array.from({ length: 6 }, () => choose(leaves.length))]);
    spoilPages(
      dataDir,
      [...spoilt].map((n) => leaves[n]?.pageno ?? 0),
    );
    const { rows, gaps } = readAll(dataDir);
    const lost = [...spoilt].reduce((sum, n) => sum + (leaves[n]?.ncell ?? 0), 0);
    const whole = new Set(Array.from({ length: ROWS }, (_, n) => row(n).join()));
    const texts = rows.map((values) => values.join());
    expect(texts.filter((text) => !whole.has(text))).toEqual([]);
    expect(new Set(texts).size).toBe(texts.length);
    expect(gaps).toBeGreaterThan(0);
    // Cells of inner pages are rows too where there is no rowid: those between two damaged leaves go with them.
    expect(ROWS - rows.length).toBeGreaterThanOrEqual(lost);
    expect(ROWS - rows.length).toBeLessThanOrEqual(lost + 2 * spoilt.size);
  },
);
