/**
 * Reads what can be read of one table of a damaged database. Rows come by key from the lowest up; where a page cannot
 * be read the walk jumps ahead by growing steps of the key's first column until rows come again, reads back from
 * there to the damage, and goes on. What is left then is read the same way from the highest key down. Nothing is read
 * twice. An unreadable leaf costs some dozens of seeks; a damaged page higher up costs what lies under it.
 */
import type { Db } from './database.ts';

export type SqlValue = bigint | number | string | Buffer | null;
export type Row = readonly SqlValue[];
type Key = readonly SqlValue[];

export interface TableShape {
  readonly name: string;
  readonly columns: readonly string[];
  /** What the rows are sorted by in the file: the primary key, or `rowid`. */
  readonly key: readonly string[];
}

export interface Walked {
  /** Stretches of keys that could not be read, with the first column of the key on either side. */
  readonly gaps: readonly { readonly after: SqlValue; readonly before: SqlValue }[];
}

/** Rows handed on at once. */
const PIECE = 500;
/** Keys are ids, slots and epoch ms: no step of the walk goes beyond. */
const FARTHEST = 1n << 53n;

/** 2025 to 2040, days since 1970. */
const FIRST_DAY = 20_089n;
const LAST_DAY = 25_567n;

interface Run {
  readonly rows: Row[];
  /** Whether it ended at a page that cannot be read, and not at the end of the stretch. */
  readonly broken: boolean;
}

interface Ended {
  readonly last: Key | null;
  readonly broken: boolean;
}

interface Stretch {
  /** Both excluded; null: open. */
  readonly above: Key | null;
  readonly below: Key | null;
}

export function tableShape(db: Db, name: string): TableShape {
  const info = db.prepare('SELECT name, pk FROM pragma_table_info(?)').all(name) as {
    readonly name: string;
    readonly pk: bigint;
  }[];
  const { wr } = db.prepare('SELECT wr FROM pragma_table_list(?)').get(name) as { readonly wr: bigint };
  const primary = info.filter(({ pk }) => pk > 0n).toSorted((a, b) => Number(a.pk - b.pk));
  return {
    name,
    columns: info.map((column) => column.name),
    key: wr === 1n ? primary.map((column) => column.name) : ['rowid'],
  };
}

const quoted = (name: string): string => `"${name}"`;

function createReader(db: Db, { name, columns, key }: TableShape) {
  const keys = key.map(quoted).join(', ');
  const all = [...key, ...columns].map(quoted).join(', ');
  const marks = key.map(() => '?').join(', ');

  /** Up to a piece of rows; key columns lead each of them. */
  return function read(stretch: Stretch, direction: 'ASC' | 'DESC'): Run {
    const bounds: string[] = [];
    const values: SqlValue[] = [];
    // A bound may be the first column alone.
    const bound = (side: Key, sign: '<' | '>') => {
      const whole = side.length === key.length;
      bounds.push(whole ? `(${keys}) ${sign} (${marks})` : `${quoted(key[0] ?? '')} ${sign} ?`);
      values.push(...side);
    };
    if (stretch.above) bound(stretch.above, '>');
    if (stretch.below) bound(stretch.below, '<');
    const where = bounds.length > 0 ? `WHERE ${bounds.join(' AND ')}` : '';
    const order = key.map((column) => `${quoted(column)} ${direction}`).join(', ');
    const rows: Row[] = [];
    try {
      const statement = db.prepare<SqlValue[], Row>(
        `SELECT ${all} FROM ${quoted(name)} ${where} ORDER BY ${order} LIMIT ${PIECE}`,
      );
      for (const row of statement.raw(true).iterate(...values)) {
        const before = rows.at(-1);
        // Pages that lead in a circle would be read for ever.
        if (before && !inOrder(before, row, key.length, direction)) return { rows, broken: true };
        rows.push(row);
      }
      return { rows, broken: false };
    } catch {
      return { rows, broken: true };
    }
  };
}

function inOrder(a: Row, b: Row, columns: number, direction: 'ASC' | 'DESC'): boolean {
  for (let n = 0; n < columns; n++) {
    const [x, y] = direction === 'ASC' ? [a[n], b[n]] : [b[n], a[n]];
    if (x === y) continue;
    return typeof x === 'bigint' && typeof y === 'bigint' ? x < y : true;
  }
  return false;
}

/**
 * Walks one table. Yields rows in pieces, each row its columns in the order of `shape.columns`.
 * @returns what could not be read
 */
export function* walkTable(db: Db, shape: TableShape): Generator<Row[], Walked> {
  const read = createReader(db, shape);
  const width = shape.key.length;
  const gaps: { after: SqlValue; before: SqlValue }[] = [];
  const keyOf = (row: Row): Key => row.slice(0, width);
  const bare = (rows: readonly Row[]): Row[] => rows.map((row) => row.slice(width));

  /** Everything from one side until the end of the stretch or the damage. @returns the last key read, and how it ended */
  function* readOn(stretch: Stretch, direction: 'ASC' | 'DESC'): Generator<Row[], Ended> {
    let last: Key | null = null;
    let { above, below } = stretch;
    for (;;) {
      const run = read({ above, below }, direction);
      if (run.rows.length > 0) {
        last = keyOf(run.rows.at(-1) as Row);
        yield bare(run.rows);
        if (direction === 'ASC') above = last;
        else below = last;
      }
      if (run.broken) return { last, broken: true };
      if (run.rows.length < PIECE) return { last, broken: false };
    }
  }

  /** The first column of the nearest key beyond the damage from which rows can be read; null when there is none. */
  function beyond(from: Key | null, stretch: Stretch, direction: 'ASC' | 'DESC'): bigint | null {
    const first = from === null ? 0n : from[0];
    if (typeof first !== 'bigint') return null;
    for (let step = 1n; step < FARTHEST; step *= 2n) {
      const at = direction === 'ASC' ? first + step : first - step;
      const run = read(
        direction === 'ASC' ? { ...stretch, above: [at - 1n] } : { ...stretch, below: [at + 1n] },
        direction,
      );
      if (run.rows.length > 0) return at;
      if (!run.broken) return null;
      const limit = direction === 'ASC' ? stretch.below?.[0] : stretch.above?.[0];
      if (typeof limit === 'bigint' && (direction === 'ASC' ? at > limit : at < limit)) return null;
    }
    return null;
  }

  /** Where both ends cannot be read: the days in which this product may have written, as epoch ms and as slots. */
  function anywhere(): bigint | null {
    if (read({ above: null, below: null }, 'DESC').rows.length > 0) return null;
    for (let day = FIRST_DAY; day < LAST_DAY; day++)
      for (const at of [day * 86_400_000n, day * 48n])
        if (read({ above: [at - 1n], below: null }, 'ASC').rows.length > 0) return at;
    return null;
  }

  /** From the upper end of a stretch to its lower one, from one readable part to the next. */
  function* downwards(above: Key | null, below: Key | null): Generator<Row[], void> {
    let high = below;
    for (;;) {
      const down: Ended = yield* readOn({ above, below: high }, 'DESC');
      high = down.last ?? high;
      if (!down.broken && down.last !== null && above === null) return;
      const gap = { after: above?.[0] ?? null, before: high?.[0] ?? null };
      const at = down.broken && high !== null ? beyond(high, { above, below: high }, 'DESC') : null;
      if (at === null) {
        gaps.push(gap);
        return;
      }
      const on: Ended = yield* readOn({ above: [at], below: high }, 'ASC');
      gaps.push({ ...gap, after: on.last?.[0] ?? at });
      high = [at + 1n];
    }
  }

  let low: Key | null = null;
  for (;;) {
    const up: Ended = yield* readOn({ above: low, below: null }, 'ASC');
    low = up.last ?? low;
    if (!up.broken) return { gaps };
    const at: bigint | null =
      beyond(low, { above: low, below: null }, 'ASC') ?? (low === null ? anywhere() : null);
    yield* downwards(low, at === null ? null : [at]);
    if (at === null) return { gaps };
    low = [at - 1n];
  }
}
