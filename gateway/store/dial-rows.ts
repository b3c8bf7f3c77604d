/** Dial readings (指針値) of channels that the gateway counts, with the fills and adjustments they led to. */
import type { DialReading, Fill, Reconciliation } from '../domain/ledger/dial.ts';
import type { Span } from '../domain/ledger/spans.ts';
import type { Db } from './database.ts';
import { toInstant } from './rows.ts';

interface DialColumns {
  readonly at_ms: bigint;
  readonly dial_micro: bigint;
  readonly counted_micro: bigint;
  readonly next_micro: bigint | null;
}

export interface DialRow extends DialReading {
  /** What the dial shows from then on, where the meter was replaced then; null where it goes on. */
  readonly nextMicro: bigint | null;
}

const toDial = (row: DialColumns): DialRow => ({
  atMs: toInstant(row.at_ms),
  dialMicro: row.dial_micro,
  countedMicro: row.counted_micro,
  nextMicro: row.next_micro,
});

/** What the next dial reading is compared with. */
export function standing({ atMs, dialMicro, countedMicro, nextMicro }: DialRow): DialReading {
  return { atMs, dialMicro: nextMicro ?? dialMicro, countedMicro };
}

export function dialRows(db: Db) {
  const newest = db.prepare<[number], DialColumns>(
    'SELECT * FROM dial WHERE channel_id = ? ORDER BY at_ms DESC LIMIT 1',
  );
  const covered = db.prepare<[number], { from_ms: bigint | null; to_ms: bigint | null }>(
    'SELECT min(at_ms) AS from_ms, max(at_ms) AS to_ms FROM dial WHERE channel_id = ?',
  );
  const all = db.prepare<[number], DialColumns>('SELECT * FROM dial WHERE channel_id = ? ORDER BY at_ms');
  const insert = db.prepare(
    `INSERT INTO dial (channel_id, at_ms, dial_micro, counted_micro, adjustment_micro, next_micro)
     VALUES (?, ?, ?, ?, ?, ?)`,
  );
  const remove = db.prepare('DELETE FROM dial WHERE channel_id = ? AND at_ms = ?');
  const removeFills = db.prepare('DELETE FROM fill WHERE channel_id = ? AND from_ms >= ? AND to_ms <= ?');
  const insertFill = db.prepare('INSERT INTO fill (channel_id, from_ms, to_ms, micro) VALUES (?, ?, ?, ?)');
  const fills = db.prepare<[number, number, number], { from_ms: bigint; to_ms: bigint; micro: bigint }>(
    'SELECT from_ms, to_ms, micro FROM fill WHERE channel_id = ? AND from_ms < ? AND to_ms > ? ORDER BY from_ms',
  );
  const adjustments = db.prepare<[number], { at_ms: bigint; adjustment_micro: bigint }>(
    'SELECT at_ms, adjustment_micro FROM dial WHERE channel_id = ? ORDER BY at_ms',
  );
  return {
    newest(channelId: number): DialRow | null {
      const row = newest.get(channelId);
      return row ? toDial(row) : null;
    },
    /** Every dial reading of the channel, by time: a person reads one now and then. */
    all: (channelId: number): DialRow[] => all.all(channelId).map(toDial),
    insert(channelId: number, dial: DialRow, settled: Reconciliation): void {
      const { atMs, dialMicro, countedMicro, nextMicro } = dial;
      insert.run(channelId, atMs, dialMicro, countedMicro, settled.adjustmentMicro, nextMicro);
      for (const fill of settled.fills) insertFill.run(channelId, fill.fromMs, fill.toMs, fill.micro);
    },
    /** Takes a dial reading back, with what it gave to the stretch since the one before. */
    remove(channelId: number, { fromMs, toMs }: Span): void {
      removeFills.run(channelId, fromMs, toMs);
      remove.run(channelId, toMs);
    },
    fillsTouching: (channelId: number, span: Span): Fill[] =>
      fills
        .all(channelId, span.toMs, span.fromMs)
        .map((row) => ({ fromMs: toInstant(row.from_ms), toMs: toInstant(row.to_ms), micro: row.micro })),
    /** The stretch between the first and the newest dial reading; null with fewer than two. */
    covered(channelId: number): Span | null {
      const row = covered.get(channelId);
      if (!row || row.from_ms === null || row.to_ms === null || row.from_ms === row.to_ms) return null;
      return { fromMs: toInstant(row.from_ms), toMs: toInstant(row.to_ms) };
    },
    adjustments: (channelId: number): bigint[] =>
      adjustments.all(channelId).map((row) => row.adjustment_micro),
  };
}
