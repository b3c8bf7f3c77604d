/** What coefficient sources gave, as received; what each of them said last; reserve margins. */
import type { GridArea } from '../domain/coefficients/types.ts';
import { type Fault, type FaultCode, fault } from '../domain/faults.ts';
import type { MarginDay, PublishedMargin } from '../domain/margins/types.ts';
import type { SourceKind } from '../domain/ports.ts';
import type { EpochMs } from '../domain/time.ts';
import type { Db } from './database.ts';
import { toInstant } from './rows.ts';

/**
 * `waiting`: not judged yet. `applied`: in force since. `same`: it was in force already. `stored`: kept and shown, no
 * document of ours. `refused`: nothing of it was applied.
 */
export type ReceivedOutcome = 'waiting' | 'applied' | 'same' | 'stored' | 'refused';

export interface ReceivedRow {
  readonly id: number;
  readonly source: string;
  readonly kind: SourceKind;
  readonly item: string;
  readonly sha256: string;
  readonly size: number;
  readonly validator: string | null;
  readonly firstAtMs: EpochMs;
  readonly lastAtMs: EpochMs;
  readonly times: number;
  readonly outcome: ReceivedOutcome;
  readonly fault: Fault | null;
  readonly says: string | null;
}

export interface WaitingRow extends ReceivedRow {
  readonly bytes: Uint8Array;
}

export interface SourceRow {
  readonly name: string;
  readonly kind: SourceKind;
  readonly askedAtMs: EpochMs;
  readonly outcome: SourceOutcome;
  readonly fault: Fault | null;
  readonly goodAtMs: EpochMs | null;
  readonly failed: number;
}

/** What became of one try. `failed`: it gave nothing. */
export type SourceOutcome = Exclude<ReceivedOutcome, 'waiting'> | 'not-modified' | 'failed';

/** Rows that are kept; those whose bytes came last stay. */
const MAX_ROWS = 1_000;
/** Bytes that are kept of what is not in a document of ours; the rows stay, the oldest bytes go. */
const MAX_BYTES = 20_000_000;
/** Days of margins that are kept, of each publication. */
const MARGIN_DAYS_MS = 400 * 86_400_000;

interface ReceivedColumns {
  readonly id: bigint;
  readonly source: string;
  readonly kind: string;
  readonly item: string;
  readonly sha256: string;
  readonly size: bigint;
  readonly validator: string | null;
  readonly first_at_ms: bigint;
  readonly last_at_ms: bigint;
  readonly times: bigint;
  readonly outcome: string;
  readonly fault: string | null;
  readonly says: string | null;
}

function toFault(text: string | null): Fault | null {
  if (text === null) return null;
  const { code, about } = JSON.parse(text) as { code: FaultCode; about: Fault['about'] };
  return fault(code, about);
}

function faultJson(subject: Fault | null): string | null {
  return subject && JSON.stringify({ code: subject.code, about: subject.about });
}

function toRow(row: ReceivedColumns): ReceivedRow {
  return {
    id: Number(row.id),
    source: row.source,
    kind: row.kind as SourceKind,
    item: row.item,
    sha256: row.sha256,
    size: Number(row.size),
    validator: row.validator,
    firstAtMs: toInstant(row.first_at_ms),
    lastAtMs: toInstant(row.last_at_ms),
    times: Number(row.times),
    outcome: row.outcome as ReceivedOutcome,
    fault: toFault(row.fault),
    says: row.says,
  };
}

const COLUMNS =
  'id, source, kind, item, sha256, size, validator, first_at_ms, last_at_ms, times, outcome, fault, says';

export function receivedRows(db: Db) {
  const put = db.prepare<unknown[], { id: bigint }>(
    `INSERT INTO received (source, kind, item, sha256, size, bytes, validator, first_at_ms, last_at_ms, times, outcome)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 'waiting')
     ON CONFLICT (source, sha256) DO UPDATE SET item = excluded.item, bytes = excluded.bytes,
       validator = excluded.validator, last_at_ms = excluded.last_at_ms, times = times + 1, outcome = 'waiting'
     RETURNING id`,
  );
  const waiting = db.prepare<[number], ReceivedColumns & { bytes: Buffer }>(
    `SELECT ${COLUMNS}, bytes FROM received WHERE outcome = 'waiting' ORDER BY id LIMIT ?`,
  );
  const settle = db.prepare(
    `UPDATE received SET outcome = ?, fault = ?, says = ?, bytes = iif(?, bytes, NULL) WHERE id = ?`,
  );
  const has = db.prepare<[string, string], { id: bigint }>(
    `SELECT id FROM received WHERE source = ? AND sha256 = ? AND outcome <> 'waiting'`,
  );
  const newest = db.prepare<[number], ReceivedColumns>(
    `SELECT ${COLUMNS} FROM received ORDER BY last_at_ms DESC, id DESC LIMIT ?`,
  );
  const bytesOf = db.prepare<[number], { bytes: Buffer | null }>('SELECT bytes FROM received WHERE id = ?');
  const dropRows = db.prepare(
    `DELETE FROM received WHERE outcome <> 'waiting'
       AND id NOT IN (SELECT id FROM received ORDER BY last_at_ms DESC, id DESC LIMIT ?)`,
  );
  const held = db.prepare<[], { id: bigint; held: bigint }>(
    `SELECT id, sum(size) OVER (ORDER BY last_at_ms DESC, id DESC) AS held
     FROM received WHERE bytes IS NOT NULL AND outcome <> 'waiting'`,
  );
  const dropBytes = db.prepare('UPDATE received SET bytes = NULL WHERE id = ?');
  return {
    /** Makes it wait, also where the same bytes came from the same source before. @returns its id */
    put(received: {
      source: string;
      kind: SourceKind;
      item: string;
      sha256: string;
      bytes: Uint8Array;
      validator: string | null;
      atMs: EpochMs;
    }): number {
      const { source, kind, item, sha256, bytes, validator, atMs } = received;
      const row = put.get(
        source,
        kind,
        item,
        sha256,
        bytes.byteLength,
        Buffer.from(bytes),
        validator,
        atMs,
        atMs,
      );
      if (!row) throw new Error('a row that was put has no id');
      return Number(row.id);
    },
    /** The oldest first. */
    waiting: (limit: number): WaitingRow[] =>
      waiting.all(limit).map((row) => ({ ...toRow(row), bytes: row.bytes })),
    /** `keepsBytes`: they are nowhere else. */
    settle(
      id: number,
      to: { outcome: ReceivedOutcome; fault: Fault | null; says: string | null; keepsBytes: boolean },
    ): void {
      settle.run(to.outcome, faultJson(to.fault), to.says, to.keepsBytes ? 1 : 0, id);
    },
    /** Whether these bytes of this source were judged before. */
    has: (source: string, sha256: string): boolean => has.get(source, sha256) !== undefined,
    /** What came last first. */
    newest: (limit: number): ReceivedRow[] => newest.all(limit).map(toRow),
    /** As they came; null where they are kept with their document or were given up. */
    bytesOf: (id: number): Uint8Array | null => bytesOf.get(id)?.bytes ?? null,
    /** Keeps the table within its bounds. */
    trim(): void {
      dropRows.run(MAX_ROWS);
      for (const { id, held: sum } of held.all()) if (sum > MAX_BYTES) dropBytes.run(id);
    },
  };
}

interface SourceColumns {
  readonly name: string;
  readonly kind: string;
  readonly asked_at_ms: bigint;
  readonly outcome: string;
  readonly fault: string | null;
  readonly good_at_ms: bigint | null;
  readonly failed: bigint;
}

export function sourceRows(db: Db) {
  const put = db.prepare(
    `INSERT INTO coefficient_source (name, kind, asked_at_ms, outcome, fault, good_at_ms, failed)
     VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, asked_at_ms = excluded.asked_at_ms,
       outcome = excluded.outcome, fault = excluded.fault,
       good_at_ms = coalesce(excluded.good_at_ms, good_at_ms), failed = iif(excluded.failed, failed + 1, 0)`,
  );
  const all = db.prepare<[], SourceColumns>('SELECT * FROM coefficient_source ORDER BY name');
  return {
    /** What a source said now. */
    put(
      source: { name: string; kind: SourceKind },
      said: { outcome: SourceOutcome; fault: Fault | null; atMs: EpochMs },
    ): void {
      const isGood = said.outcome !== 'failed' && said.outcome !== 'refused';
      const { outcome, atMs } = said;
      put.run(
        source.name,
        source.kind,
        atMs,
        outcome,
        faultJson(said.fault),
        isGood ? atMs : null,
        isGood ? 0 : 1,
      );
    },
    all: (): SourceRow[] =>
      all.all().map((row) => ({
        name: row.name,
        kind: row.kind as SourceKind,
        askedAtMs: toInstant(row.asked_at_ms),
        outcome: row.outcome as SourceOutcome,
        fault: toFault(row.fault),
        goodAtMs: row.good_at_ms === null ? null : toInstant(row.good_at_ms),
        failed: Number(row.failed),
      })),
  };
}

interface MarginColumns {
  readonly area: string;
  readonly date: string;
  readonly received_id: bigint;
  readonly received_at_ms: bigint;
  readonly slots: bigint;
  readonly lowest: bigint | null;
  readonly lowest_end_minute: bigint | null;
}

export function marginRows(db: Db) {
  const put = db.prepare(
    `INSERT INTO margin (area, date, received_id, received_at_ms, slots, lowest, lowest_end_minute)
     VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  );
  const within = db.prepare<[string, string, string], MarginColumns>(
    'SELECT * FROM margin WHERE area = ? AND date >= ? AND date <= ? ORDER BY date, received_at_ms, received_id',
  );
  const drop = db.prepare('DELETE FROM margin WHERE received_at_ms < ?');
  return {
    put(days: readonly MarginDay[], receivedId: number, atMs: EpochMs): void {
      for (const day of days)
        put.run(
          day.area,
          day.date,
          receivedId,
          atMs,
          day.slots,
          day.lowestTenThousandths,
          day.lowestEndMinute,
        );
      drop.run(atMs - MARGIN_DAYS_MS);
    },
    /** Of one area; JST dates, both included; by date, then in the order they came. */
    within: (area: GridArea, from: string, to: string): PublishedMargin[] =>
      within.all(area, from, to).map((row) => ({
        area,
        date: row.date,
        receivedId: Number(row.received_id),
        receivedAtMs: toInstant(row.received_at_ms),
        slots: Number(row.slots),
        lowestTenThousandths: row.lowest === null ? null : Number(row.lowest),
        lowestEndMinute: row.lowest_end_minute === null ? null : Number(row.lowest_end_minute),
      })),
  };
}
