/** What befalls a database file: pages overwritten, the file replaced. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';

export const databaseOf = (dataDir: string): string => join(dataDir, 'hakaru.db');

/** Page numbers of a table's b-tree, or of an index. Page 1 is the first. */
export function pagesOf(dataDir: string, table: string): number[] {
  const db = new Database(databaseOf(dataDir), { readonly: true });
  try {
    const rows = db.prepare('SELECT pageno FROM dbstat WHERE name = ? ORDER BY path').all(table) as {
      readonly pageno: number;
    }[];
    return rows.map(({ pageno }) => pageno);
  } finally {
    db.close();
  }
}

/** Overwrites whole pages of the file, as a dying card does, past everything that has it open. */
export function spoilPages(dataDir: string, pages: readonly number[], pageBytes = 4_096): void {
  const file = openSync(databaseOf(dataDir), 'r+');
  try {
    for (const page of pages)
      writeSync(file, Buffer.alloc(pageBytes, 0x5a), 0, pageBytes, (page - 1) * pageBytes);
  } finally {
    closeSync(file);
  }
}
