/** Channels, eras, readings, boundaries and unwatched spans. */
import type { Boundary, Marked } from '../domain/ledger/boundary.ts';
import type { Era } from '../domain/ledger/era.ts';
import type { Reading } from '../domain/ledger/register.ts';
import type { Span } from '../domain/ledger/spans.ts';
import type { ChannelName } from '../domain/meters.ts';
import { boundaryAt, type EpochMs } from '../domain/time.ts';
import type { Db } from './database.ts';
import { type EraColumns, type ReadingColumns, scaleColumns, toEra, toInstant, toReading } from './rows.ts';

export interface ChannelRow {
  readonly id: number;
  readonly meter: string;
  readonly channel: ChannelName;
  readonly sinceMs: EpochMs;
  /** The first hour the closing stage has not yet looked at. */
  readonly nextHourMs: EpochMs;
}

interface ChannelColumns {
  readonly id: bigint;
  readonly meter: string;
  readonly channel: string;
  readonly since_ms: bigint;
  readonly next_hour_ms: bigint;
}

function toChannel(row: ChannelColumns): ChannelRow {
  return {
    id: Number(row.id),
    meter: row.meter,
    channel: row.channel as ChannelName,
    sinceMs: toInstant(row.since_ms),
    nextHourMs: toInstant(row.next_hour_ms),
  };
}

export type ReadingState = 'accepted' | 'pending' | 'rejected';

export function channelRows(db: Db) {
  const all = db.prepare<[], ChannelColumns>('SELECT * FROM channel ORDER BY id');
  const one = db.prepare<[string, string], ChannelColumns>(
    'SELECT * FROM channel WHERE meter = ? AND channel = ?',
  );
  const insert = db.prepare(
    'INSERT INTO channel (meter, channel, since_ms, next_hour_ms) VALUES (?, ?, ?, ?)',
  );
  const advance = db.prepare('UPDATE channel SET next_hour_ms = ? WHERE id = ? AND next_hour_ms < ?');
  const byId = db.prepare<[number], ChannelColumns>('SELECT * FROM channel WHERE id = ?');
  return {
    byId(id: number): ChannelRow | null {
      const row = byId.get(id);
      return row ? toChannel(row) : null;
    },
    all: (): ChannelRow[] => all.all().map(toChannel),
    find(meter: string, channel: string): ChannelRow | null {
      const row = one.get(meter, channel);
      return row ? toChannel(row) : null;
    },
    /** The channel's row, made when it is new. `firstHourMs`: the hour its buckets begin with. */
    ensure(meter: string, channel: ChannelName, sinceMs: EpochMs, firstHourMs: EpochMs): ChannelRow {
      if (!one.get(meter, channel)) insert.run(meter, channel, sinceMs, firstHourMs);
      return toChannel(one.get(meter, channel) as ChannelColumns);
    },
    advanceTo(id: number, hourMs: EpochMs): void {
      advance.run(hourMs, id, hourMs);
    },
  };
}

export function eraRows(db: Db) {
  const all = db.prepare<[number], EraColumns>('SELECT * FROM era WHERE channel_id = ? ORDER BY no');
  const insert = db.prepare(
    `INSERT INTO era (channel_id, no, cause, since_ms, at_ms, count, exp2, units_per_count, step_counts, encoding,
       wraps_at, update_ms, base_micro, step_micro, after_at_ms)
     VALUES (@channel, @no, @cause, @since_ms, @at_ms, @count, @exp2, @units_per_count, @step_counts, @encoding,
       @wraps_at, @update_ms, @base_micro, @step_micro, @after_at_ms)`,
  );
  const unresolved = db.prepare<[number, number, number], { after_at_ms: bigint; at_ms: bigint }>(
    `SELECT after_at_ms, at_ms FROM era
     WHERE channel_id = ? AND step_micro IS NULL AND after_at_ms < ? AND at_ms > ? AND NOT EXISTS (
       SELECT 1 FROM step_answer AS said
       WHERE said.channel_id = era.channel_id AND said.from_ms = era.after_at_ms AND said.exact = 1)`,
  );
  const steps = db.prepare<[number], { no: bigint; after_at_ms: bigint; at_ms: bigint }>(
    'SELECT no, after_at_ms, at_ms FROM era WHERE channel_id = ? AND after_at_ms IS NOT NULL ORDER BY no',
  );
  return {
    of: (channelId: number): Era[] => all.all(channelId).map(toEra),
    insert(channelId: number, era: Era, after: Reading | null): void {
      const { opening } = era;
      insert.run({
        channel: channelId,
        no: era.no,
        cause: era.cause,
        since_ms: opening.sinceMs,
        at_ms: opening.atMs,
        count: opening.raw.count,
        exp2: opening.raw.exp2,
        ...scaleColumns(era.scale),
        base_micro: era.baseMicro,
        step_micro: era.stepMicro,
        after_at_ms: after?.atMs ?? null,
      });
    },
    /** Where steps lie that touch the span and that nobody knows, or knows for sure. */
    unresolved: (channelId: number, span: Span): Span[] =>
      unresolved
        .all(channelId, span.toMs, span.fromMs)
        .map((row) => ({ fromMs: toInstant(row.after_at_ms), toMs: toInstant(row.at_ms) })),
    /** From the last reading of one era to the first of the next, for every era but the first. */
    steps: (channelId: number): (Span & { readonly era: number })[] =>
      steps.all(channelId).map((row) => ({
        era: Number(row.no),
        fromMs: toInstant(row.after_at_ms),
        toMs: toInstant(row.at_ms),
      })),
  };
}

interface StoredReading extends ReadingColumns {
  readonly era: bigint | null;
}

/** A boundary waits for a sure reading at most this long: a refresh time and an answer, ms. */
const STILL_OPEN_MS = 172_800_000;

export function readingRows(db: Db) {
  const put = db.prepare(
    `INSERT INTO reading (at_ms, channel_id, since_ms, count, exp2, state, era) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (at_ms, channel_id) DO UPDATE SET state = excluded.state, era = excluded.era
       WHERE count = excluded.count AND exp2 = excluded.exp2`,
  );
  const at = db.prepare<[number, number], StoredReading>(
    'SELECT * FROM reading WHERE at_ms = ? AND channel_id = ?',
  );
  const pending = db.prepare<[number, number], StoredReading>(
    "SELECT * FROM reading WHERE at_ms > ? AND channel_id = ? AND state = 'pending' ORDER BY at_ms",
  );
  const before = db.prepare<[number, number], StoredReading>(
    "SELECT * FROM reading WHERE at_ms <= ? AND channel_id = ? AND state = 'accepted' ORDER BY at_ms DESC LIMIT 1",
  );
  const after = db.prepare<[number, number], StoredReading>(
    "SELECT * FROM reading WHERE at_ms >= ? AND channel_id = ? AND state = 'accepted' ORDER BY at_ms LIMIT 1",
  );
  const within = db.prepare<[number, number, number], StoredReading & { state: string }>(
    'SELECT * FROM reading WHERE at_ms >= ? AND at_ms <= ? AND channel_id = ? ORDER BY at_ms',
  );
  const head = db.prepare<[number], StoredReading>('SELECT * FROM head WHERE channel_id = ?');
  const heads = db.prepare<[], { channel_id: bigint; at_ms: bigint }>('SELECT channel_id, at_ms FROM head');
  // The last reading of an era is the evidence of its step; what lies shortly before the newest reading may still be
  // the bracket of a boundary that waits for a sure reading, however long ago the meter fell silent.
  const purge = db.prepare(
    `DELETE FROM reading WHERE (at_ms, channel_id) IN (
       SELECT at_ms, channel_id FROM reading AS old WHERE at_ms < ? AND NOT EXISTS (
         SELECT 1 FROM era WHERE era.channel_id = old.channel_id AND era.after_at_ms = old.at_ms)
       AND NOT EXISTS (
         SELECT 1 FROM step_answer AS said
         WHERE said.channel_id = old.channel_id AND old.at_ms IN (said.from_ms, said.to_ms))
       AND NOT EXISTS (
         SELECT 1 FROM head WHERE head.channel_id = old.channel_id AND old.at_ms > head.at_ms - ${STILL_OPEN_MS})
       LIMIT ?)`,
  );
  const removeAfter = db.prepare('DELETE FROM reading WHERE at_ms > ? AND channel_id = ?');
  const putHead = db.prepare(
    `INSERT INTO head (channel_id, at_ms, since_ms, count, exp2, era) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (channel_id) DO UPDATE SET at_ms = excluded.at_ms, since_ms = excluded.since_ms,
       count = excluded.count, exp2 = excluded.exp2, era = excluded.era`,
  );
  const located = (row: StoredReading | undefined) =>
    row ? { reading: toReading(row), era: row.era === null ? null : Number(row.era) } : null;
  /** The head may have no row of its own: rows are thinned. Nothing accepted is later than the head. */
  const orHead = (channelId: number, row: StoredReading | undefined, fits: (headMs: number) => boolean) => {
    const newest = head.get(channelId);
    return located(newest && fits(Number(newest.at_ms)) ? newest : row);
  };
  return {
    put(channelId: number, reading: Reading, state: ReadingState, era: number | null): void {
      const { atMs, sinceMs, raw } = reading;
      put.run(atMs, channelId, sinceMs, raw.count, raw.exp2, state, era);
    },
    at: (channelId: number, atMs: EpochMs) => located(at.get(atMs, channelId)),
    pendingAfter: (channelId: number, atMs: EpochMs): Reading[] =>
      pending.all(atMs, channelId).map(toReading),
    acceptedAtOrBefore: (channelId: number, atMs: EpochMs) =>
      orHead(channelId, before.get(atMs, channelId), (headMs) => headMs <= atMs),
    acceptedAtOrAfter(channelId: number, atMs: EpochMs) {
      const row = after.get(atMs, channelId);
      return orHead(channelId, row, (headMs) => row === undefined && headMs >= atMs);
    },
    within: (channelId: number, span: Span) =>
      within.all(span.fromMs, span.toMs, channelId).map((row) => ({
        reading: toReading(row),
        state: row.state as ReadingState,
        era: row.era === null ? null : Number(row.era),
      })),
    head: (channelId: number) => located(head.get(channelId)),
    /** When the newest accepted reading of each channel was taken. */
    heads: (): { readonly channelId: number; readonly atMs: EpochMs }[] =>
      heads.all().map((row) => ({ channelId: Number(row.channel_id), atMs: toInstant(row.at_ms) })),
    /** Deletes at most `limit` readings that are older; ends of eras stay. @returns how many */
    purge: (beforeMs: EpochMs, limit: number): number => purge.run(beforeMs, limit).changes,
    /** Deletes what is later, whatever its state. */
    removeAfter: (channelId: number, atMs: EpochMs): void => void removeAfter.run(atMs, channelId),
    putHead(channelId: number, reading: Reading, era: number): void {
      const { atMs, sinceMs, raw } = reading;
      putHead.run(channelId, atMs, sinceMs, raw.count, raw.exp2, era);
    },
  };
}

interface BoundaryColumns {
  readonly slot: bigint;
  readonly lower_at_ms: bigint;
  readonly lower_since_ms: bigint;
  readonly lower_count: bigint;
  readonly lower_exp2: bigint;
  readonly lower_era: bigint;
  readonly upper_at_ms: bigint;
  readonly upper_since_ms: bigint;
  readonly upper_count: bigint;
  readonly upper_exp2: bigint;
  readonly upper_era: bigint;
  readonly total_micro: bigint;
  readonly register_micro: bigint | null;
  readonly low_micro: bigint;
  readonly high_micro: bigint;
  readonly resolution_micro: bigint;
}

function toMarked(row: BoundaryColumns, side: 'lower' | 'upper', eras: readonly Era[]): Marked {
  const reading = toReading({
    at_ms: row[`${side}_at_ms`],
    since_ms: row[`${side}_since_ms`],
    count: row[`${side}_count`],
    exp2: row[`${side}_exp2`],
  });
  const era = eras[Number(row[`${side}_era`]) - 1];
  if (!era) throw new Error(`boundary ${row.slot} names era ${row[`${side}_era`]}, which is not there`);
  return { reading, era };
}

function toBoundary(row: BoundaryColumns, eras: readonly Era[]): Boundary {
  return {
    slot: Number(row.slot),
    lower: toMarked(row, 'lower', eras),
    upper: toMarked(row, 'upper', eras),
    totalMicro: row.total_micro,
    registerMicro: row.register_micro,
    lowMicro: row.low_micro,
    highMicro: row.high_micro,
    resolutionMicro: row.resolution_micro,
  };
}

export function boundaryRows(db: Db) {
  const put = db.prepare(
    `INSERT OR REPLACE INTO boundary VALUES (@slot, @channel,
       @lowerAt, @lowerSince, @lowerCount, @lowerExp2, @lowerEra,
       @upperAt, @upperSince, @upperCount, @upperExp2, @upperEra, @total, @register, @low, @high, @resolution)`,
  );
  const within = db.prepare<[number, number, number], BoundaryColumns>(
    'SELECT * FROM boundary WHERE slot >= ? AND slot <= ? AND channel_id = ? ORDER BY slot',
  );
  const newest = db.prepare<[number], { slot: bigint }>(
    'SELECT slot FROM boundary WHERE channel_id = ? ORDER BY slot DESC LIMIT 1',
  );
  return {
    put(channelId: number, b: Boundary): void {
      put.run({
        slot: b.slot,
        channel: channelId,
        lowerAt: b.lower.reading.atMs,
        lowerSince: b.lower.reading.sinceMs,
        lowerCount: b.lower.reading.raw.count,
        lowerExp2: b.lower.reading.raw.exp2,
        lowerEra: b.lower.era.no,
        upperAt: b.upper.reading.atMs,
        upperSince: b.upper.reading.sinceMs,
        upperCount: b.upper.reading.raw.count,
        upperExp2: b.upper.reading.raw.exp2,
        upperEra: b.upper.era.no,
        total: b.totalMicro,
        register: b.registerMicro,
        low: b.lowMicro,
        high: b.highMicro,
        resolution: b.resolutionMicro,
      });
    },
    within: (channelId: number, fromSlot: number, toSlot: number, eras: readonly Era[]): Boundary[] =>
      within.all(fromSlot, toSlot, channelId).map((row) => toBoundary(row, eras)),
    /** The newest closed boundary, null before the first. */
    newestMs(channelId: number): EpochMs | null {
      const row = newest.get(channelId);
      return row ? boundaryAt(Number(row.slot)) : null;
    },
  };
}

export function unwatchedRows(db: Db) {
  const touching = db.prepare<[number, number, number], { from_ms: bigint; to_ms: bigint }>(
    'SELECT from_ms, to_ms FROM unwatched WHERE channel_id = ? AND from_ms < ? AND to_ms > ? ORDER BY from_ms',
  );
  const insert = db.prepare('INSERT OR IGNORE INTO unwatched (channel_id, from_ms, to_ms) VALUES (?, ?, ?)');
  const remove = db.prepare('DELETE FROM unwatched WHERE channel_id = ? AND from_ms = ? AND to_ms = ?');
  return {
    touching: (channelId: number, span: Span): Span[] =>
      touching
        .all(channelId, span.toMs, span.fromMs)
        .map((row) => ({ fromMs: toInstant(row.from_ms), toMs: toInstant(row.to_ms) })),
    insert(channelId: number, span: Span): void {
      insert.run(channelId, span.fromMs, span.toMs);
    },
    /** @returns whether there was this span */
    remove: (channelId: number, span: Span): boolean =>
      remove.run(channelId, span.fromMs, span.toMs).changes > 0,
  };
}
