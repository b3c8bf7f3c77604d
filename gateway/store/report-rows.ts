/** What reports read of the hours, and what people entered for them. */
import {
  type EntryDraft,
  fiscalYearOfEntry,
  keyOf,
  type ReportEntry,
  type SaidEntry,
  sameDraft,
} from '../domain/report/entries.ts';
import type { EpochMs } from '../domain/time.ts';
import type { Db } from './database.ts';

/** Sums over the hour buckets of one channel in a span; all of it whole numbers. */
export interface HourSums {
  readonly hours: number;
  readonly hoursWithValue: number;
  readonly estimatedHours: number;
  readonly coverageMicro: bigint;
  /** Null where no hour has a value. */
  readonly quantityMicro: bigint | null;
  readonly energyMicroKwh: bigint | null;
  readonly estimatedMicro: bigint;
  readonly estimatedMicroKwh: bigint;
}

interface SumColumns {
  readonly hours: bigint;
  readonly with_value: bigint;
  readonly estimated: bigint;
  readonly coverage: bigint;
  readonly quantity: bigint | null;
  readonly energy: bigint | null;
  readonly estimated_quantity: bigint;
  readonly estimated_energy: bigint;
}

interface EntryColumns {
  readonly no: bigint;
  readonly content: string;
  readonly withdrawn: bigint;
  readonly said_at_ms: bigint;
  readonly by_whom: string;
  readonly source: string;
  readonly replaced_by: bigint | null;
}

function toEntry(row: EntryColumns): SaidEntry {
  return {
    no: Number(row.no),
    entry: JSON.parse(row.content) as ReportEntry,
    withdrawn: row.withdrawn === 1n,
    saidAtMs: Number(row.said_at_ms),
    by: row.by_whom,
    source: row.source,
    replacedBy: row.replaced_by === null ? null : Number(row.replaced_by),
  };
}

/** Who says it, when, and by which way. */
export interface EntryOrigin {
  readonly saidAtMs: number;
  readonly by: string;
  readonly source: string;
  /** Names one import; the same batch is never taken twice. */
  readonly batch: string;
}

export function reportRows(db: Db) {
  const sums = db.prepare<[number, number, number], SumColumns>(
    `SELECT count(*) AS hours, count(quantity_micro) AS with_value,
       coalesce(sum(quality = 'estimated'), 0) AS estimated, coalesce(sum(coverage_micro), 0) AS coverage,
       sum(quantity_micro) AS quantity, sum(energy_micro_kwh) AS energy,
       coalesce(sum(CASE WHEN quality = 'estimated' THEN quantity_micro END), 0) AS estimated_quantity,
       coalesce(sum(CASE WHEN quality = 'estimated' THEN energy_micro_kwh END), 0) AS estimated_energy
     FROM hour WHERE channel_id = ? AND start_ms >= ? AND start_ms < ?`,
  );
  const first = db.prepare<[number], { at: bigint | null }>(
    'SELECT min(start_ms) AS at FROM hour WHERE channel_id = ? AND quantity_micro IS NOT NULL',
  );
  const inForce = db.prepare<[number, number], EntryColumns>(
    'SELECT * FROM report_entry WHERE replaced_by IS NULL AND fiscal_year BETWEEN ? AND ? ORDER BY no',
  );
  const standing = db.prepare<[string, string], EntryColumns>(
    'SELECT * FROM report_entry WHERE kind = ? AND key = ? AND replaced_by IS NULL',
  );
  const trail = db.prepare<[number], EntryColumns>('SELECT * FROM report_entry ORDER BY no DESC LIMIT ?');
  const ofBatch = db.prepare<[string], { n: bigint }>(
    'SELECT count(*) AS n FROM report_entry WHERE batch = ?',
  );
  const byNo = db.prepare<[number], EntryColumns>('SELECT * FROM report_entry WHERE no = ?');
  const insert = db.prepare(
    `INSERT INTO report_entry (kind, key, fiscal_year, content, withdrawn, said_at_ms, by_whom, source, batch, replaced_by)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const replace = db.prepare('UPDATE report_entry SET replaced_by = ? WHERE no = ?');
  const newest = db.prepare<[], { no: bigint | null }>('SELECT max(no) AS no FROM report_entry');

  return {
    sums(channelId: number, fromMs: EpochMs, toMs: EpochMs): HourSums {
      const row = sums.get(channelId, fromMs, toMs) as SumColumns;
      return {
        hours: Number(row.hours),
        hoursWithValue: Number(row.with_value),
        estimatedHours: Number(row.estimated),
        coverageMicro: row.coverage,
        quantityMicro: row.quantity,
        energyMicroKwh: row.energy,
        estimatedMicro: row.estimated_quantity,
        estimatedMicroKwh: row.estimated_energy,
      };
    },
    /** The first hour of a channel that has a value; null while there is none. */
    firstHour(channelId: number): number | null {
      const at = first.get(channelId)?.at ?? null;
      return at === null ? null : Number(at);
    },
    /** In force and not withdrawn, of these fiscal years (both included), in the order in which they were said. */
    entriesInForce: (fromYear: number, toYear: number): SaidEntry[] =>
      inForce
        .all(fromYear, toYear)
        .map(toEntry)
        .filter(({ withdrawn }) => !withdrawn),
    /** The last ones said, also those that were replaced, the newest first. */
    entryTrail: (limit: number): SaidEntry[] => trail.all(limit).map(toEntry),
    entryByNo(no: number): SaidEntry | null {
      const row = byNo.get(no);
      return row ? toEntry(row) : null;
    },
    /** Whether a batch was taken; one that changed nothing leaves no rows and is asked for by its number then. */
    entriesOfBatch: (batch: string): number => Number(ofBatch.get(batch)?.n ?? 0),
    newestEntry: (): number => Number(newest.get()?.no ?? 0),
    /** Inside of a transaction. @returns how many were new; those that say what is in force already are left out */
    enter(drafts: readonly EntryDraft[], origin: EntryOrigin): number {
      let taken = 0;
      for (const draft of drafts) {
        const { entry } = draft;
        const key = keyOf(entry);
        const row = standing.get(entry.kind, key);
        const known = row ? toEntry(row) : null;
        if (known ? sameDraft(known, draft) : draft.withdrawn) continue;
        // Out of the index of what is in force before the new one comes in: it points at itself for this moment.
        if (known) replace.run(known.no, known.no);
        const { lastInsertRowid } = insert.run(
          entry.kind,
          key,
          fiscalYearOfEntry(entry),
          JSON.stringify(entry),
          draft.withdrawn ? 1 : 0,
          origin.saidAtMs,
          origin.by,
          origin.source,
          origin.batch,
          null,
        );
        if (known) replace.run(lastInsertRowid, known.no);
        taken += 1;
      }
      return taken;
    },
  };
}
