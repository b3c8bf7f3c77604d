/**
 * The outbox: every message on its way to the broker and what became of it. `seq` counts without holes; it goes on
 * where it was when messages have been purged. A message's row is written once, and again only if it is replaced or
 * was in flight when a connection ended: that it is acknowledged stands in acknowledged-rows.ts.
 */
import type { EpochMs } from '../domain/time.ts';
import { acknowledgedRows } from './acknowledged-rows.ts';
import type { Db } from './database.ts';
import { toInstant } from './rows.ts';

/** A message as its sender needs it. */
export interface UnsentRow {
  readonly seq: number;
  readonly topic: string;
  readonly payload: string;
  readonly attempts: number;
}

export interface OutboxRow extends UnsentRow {
  readonly kind: 'hour' | 'event';
  readonly revision: number | null;
  readonly createdAtMs: EpochMs;
  readonly state: 'waiting' | 'acknowledged';
  readonly acknowledgedAtMs: EpochMs | null;
  readonly refused: string | null;
}

interface OutboxColumns {
  readonly seq: bigint;
  readonly kind: string;
  readonly topic: string;
  readonly payload: string;
  readonly revision: bigint | null;
  readonly created_at_ms: bigint;
  readonly attempts: bigint;
  readonly answered_at_ms: bigint | null;
  readonly refused: string | null;
}

function toOutbox(row: OutboxColumns): OutboxRow {
  return {
    seq: Number(row.seq),
    kind: row.kind as OutboxRow['kind'],
    topic: row.topic,
    payload: row.payload,
    revision: row.revision === null ? null : Number(row.revision),
    createdAtMs: toInstant(row.created_at_ms),
    attempts: Number(row.attempts),
    state: row.answered_at_ms === null ? 'waiting' : 'acknowledged',
    acknowledgedAtMs: row.answered_at_ms === null ? null : toInstant(row.answered_at_ms),
    refused: row.refused,
  };
}

export interface NewMessage {
  readonly kind: 'hour' | 'event';
  readonly topic: string;
  /** Built with the message's own sequence number. */
  readonly payload: (seq: number) => string;
  readonly about: { readonly channelId: number; readonly startMs: EpochMs; readonly revision: number } | null;
  readonly createdAtMs: EpochMs;
}

/** As many of the newest messages tell how large a message is. */
const SIZED = 500;
/** Runs of acknowledged messages that one purge looks at: as many again are left for the next. */
const PURGED_RUNS = 1_000;

const COLUMNS = `kind, topic, payload, revision, created_at_ms, attempts, refused, seq,
  (SELECT iif(last_seq >= outbox.seq, at_ms, NULL) FROM outbox_answer
   WHERE first_seq <= outbox.seq ORDER BY first_seq DESC LIMIT 1) AS answered_at_ms`;

interface SizeColumns {
  readonly seq: number;
  readonly atMs: number;
}

export function outboxRows(db: Db) {
  const acknowledged = acknowledgedRows(db);
  const last = db.prepare<[], { seq: bigint }>("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'");
  const insert = db.prepare(
    `INSERT INTO outbox (seq, kind, topic, payload, channel_id, start_ms, revision, created_at_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  // Sequence numbers and attempts stay far below 2^53.
  const between = db
    .prepare<[number, number, number], UnsentRow>(
      'SELECT seq, topic, payload, attempts FROM outbox WHERE seq >= ? AND seq <= ? ORDER BY seq LIMIT ?',
    )
    .safeIntegers(false);
  const attempt = db.prepare('UPDATE outbox SET attempts = attempts + 1 WHERE seq = ?');
  const entomb = db.prepare(
    "UPDATE outbox SET kind = 'event', topic = ?, payload = ?, refused = ?, attempts = 0 WHERE seq = ?",
  );
  const one = db.prepare<[number], OutboxColumns>(`SELECT ${COLUMNS} FROM outbox WHERE seq = ?`);
  const ofHour = db.prepare<[number, number], OutboxColumns>(
    `SELECT ${COLUMNS} FROM outbox WHERE start_ms = ? AND channel_id = ? ORDER BY seq`,
  );
  const fromSeq = db
    .prepare<[number], SizeColumns>(
      'SELECT seq, created_at_ms AS atMs FROM outbox WHERE seq >= ? ORDER BY seq LIMIT 1',
    )
    .safeIntegers(false);
  const newest = db
    .prepare<[], SizeColumns>('SELECT seq, created_at_ms AS atMs FROM outbox ORDER BY seq DESC LIMIT 1')
    .safeIntegers(false);
  const meanBytes = db
    .prepare<[number], { bytes: number }>(
      'SELECT avg(octet_length(topic) + octet_length(payload)) AS bytes FROM outbox WHERE seq > ?',
    )
    .safeIntegers(false);
  const purge = db.prepare<[number, number]>('DELETE FROM outbox WHERE seq >= ? AND seq <= ?');

  const lastSeq = (): number => Number(last.get()?.seq ?? 0n);

  function unsent(afterSeq: number, limit: number): UnsentRow[] {
    const rows: UnsentRow[] = [];
    for (const run of acknowledged.waitingFrom(afterSeq + 1)) {
      if (rows.length >= limit) break;
      rows.push(...between.all(run.first, run.last, limit - rows.length));
    }
    return rows;
  }

  function putAt(seq: number, { about, ...message }: NewMessage): void {
    insert.run(
      seq,
      message.kind,
      message.topic,
      message.payload(seq),
      about?.channelId ?? null,
      about?.startMs ?? null,
      about?.revision ?? null,
      message.createdAtMs,
    );
  }

  function find(seq: number): OutboxRow | null {
    const row = one.get(seq);
    return row ? toOutbox(row) : null;
  }

  /** The first message made since then; one clock step in between makes it a guess. */
  function firstSince(fromMs: number): SizeColumns | null {
    let low = fromSeq.get(1)?.seq ?? 1;
    let high = lastSeq() + 1;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const row = fromSeq.get(middle);
      if (row === undefined || row.atMs >= fromMs) high = middle;
      else low = row.seq + 1;
    }
    return fromSeq.get(low) ?? null;
  }

  return {
    /** Appends one message inside the caller's transaction. @returns its sequence number */
    append(message: NewMessage): number {
      const seq = lastSeq() + 1;
      putAt(seq, message);
      return seq;
    },
    /** Fills a number whose message was lost. */
    putAt,
    /** The newest sequence number given; 0 before the first. */
    lastSeq,
    /** What waits after that number, in rising order: only what a sender needs. */
    unsent,
    /** The same with everything that is known of them. */
    waiting: (afterSeq: number, limit: number): OutboxRow[] =>
      unsent(afterSeq, limit).flatMap(({ seq }) => find(seq) ?? []),
    /** From the first to the last, all of them: one small row, whatever their number. */
    acknowledge: (firstSeq: number, upToSeq: number, atMs: EpochMs): void =>
      acknowledged.add({ first: firstSeq, last: upToSeq }, atMs),
    countAttempt: (seq: number): void => void attempt.run(seq),
    entomb: (seq: number, topic: string, payload: string, reason: string): void =>
      void entomb.run(topic, payload, reason, seq),
    find,
    ofHour: (channelId: number, startMs: EpochMs): OutboxRow[] =>
      ofHour.all(startMs, channelId).map(toOutbox),
    /**
     * Bytes of messages made since then, and the time they span. Reckoned from the size of the newest {@link SIZED},
     * so that it costs the same after a million messages.
     */
    bytesSince(fromMs: number): { bytes: number; spanMs: number } {
      const from = firstSince(fromMs);
      const to = newest.get();
      if (!from || !to) return { bytes: 0, spanMs: 0 };
      const bytes = meanBytes.get(Math.max(from.seq - 1, to.seq - SIZED))?.bytes ?? 0;
      return { bytes: Math.round(bytes * (to.seq - from.seq + 1)), spanMs: to.atMs - from.atMs };
    },
    /** How many wait, and since when the first of them does. Costs the same however many they are. */
    backlog(): { waiting: number; oldestMs: EpochMs | null } {
      const waiting = lastSeq() - acknowledged.count();
      const [first] = waiting > 0 ? unsent(0, 1) : [];
      const row = first && one.get(first.seq);
      return { waiting, oldestMs: row ? toInstant(row.created_at_ms) : null };
    },
    /**
     * Deletes messages that were acknowledged before that instant, the oldest first, `limit` of them at the most;
     * inside the caller's transaction. `seq` goes on as if they were there. @returns how many were deleted
     */
    purgeAcknowledged(beforeMs: number, limit: number): number {
      let purged = 0;
      for (const run of acknowledged.acknowledgedBefore(beforeMs, PURGED_RUNS)) {
        if (purged >= limit) break;
        const upTo = Math.min(run.last, run.first + limit - purged - 1);
        purged += purge.run(run.first, upTo).changes;
        acknowledged.forgetTimes(run, upTo);
      }
      return purged;
    },
  };
}
