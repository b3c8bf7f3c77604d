/** The outbox: every message on its way to the broker and what became of it. `seq` counts without holes. */
import type { EpochMs } from '../domain/time.ts';
import type { Db } from './database.ts';
import { toInstant } from './rows.ts';

export interface OutboxRow {
  readonly seq: number;
  readonly kind: 'hour' | 'event';
  readonly topic: string;
  readonly payload: string;
  readonly revision: number | null;
  readonly createdAtMs: EpochMs;
  readonly attempts: number;
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
  readonly state: string;
  readonly acknowledged_at_ms: bigint | null;
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
    state: row.state as OutboxRow['state'],
    acknowledgedAtMs: row.acknowledged_at_ms === null ? null : toInstant(row.acknowledged_at_ms),
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

export function outboxRows(db: Db) {
  const last = db.prepare<[], { seq: bigint }>("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'");
  const insert = db.prepare(
    `INSERT INTO outbox (seq, kind, topic, payload, channel_id, start_ms, revision, created_at_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const waiting = db.prepare<[number, number], OutboxColumns>(
    "SELECT * FROM outbox WHERE state = 'waiting' AND seq > ? ORDER BY seq LIMIT ?",
  );
  const acknowledge = db.prepare(
    "UPDATE outbox SET state = 'acknowledged', acknowledged_at_ms = ? WHERE seq = ? AND state = 'waiting'",
  );
  const attempt = db.prepare("UPDATE outbox SET attempts = attempts + 1 WHERE seq = ? AND state = 'waiting'");
  const entomb = db.prepare(
    "UPDATE outbox SET kind = 'event', topic = ?, payload = ?, refused = ?, attempts = 0 WHERE seq = ?",
  );
  const one = db.prepare<[number], OutboxColumns>('SELECT * FROM outbox WHERE seq = ?');
  const ofHour = db.prepare<[number, number], OutboxColumns>(
    'SELECT * FROM outbox WHERE channel_id = ? AND start_ms = ? ORDER BY seq',
  );
  const backlog = db.prepare<[], { n: bigint; oldest: bigint | null }>(
    "SELECT count(*) AS n, min(created_at_ms) AS oldest FROM outbox WHERE state = 'waiting'",
  );
  const bytes = db.prepare<[number], { bytes: bigint | null; first: bigint | null; last: bigint | null }>(
    `SELECT sum(length(topic) + length(payload)) AS bytes, min(created_at_ms) AS first, max(created_at_ms) AS last
     FROM outbox WHERE created_at_ms >= ?`,
  );
  return {
    /** Appends one message inside the caller's transaction. @returns its sequence number */
    append(message: NewMessage): number {
      const seq = Number(last.get()?.seq ?? 0n) + 1;
      const { about } = message;
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
      return seq;
    },
    /** The newest sequence number given; 0 before the first. */
    lastSeq: (): number => Number(last.get()?.seq ?? 0n),
    waiting: (afterSeq: number, limit: number): OutboxRow[] => waiting.all(afterSeq, limit).map(toOutbox),
    acknowledge: (seq: number, atMs: EpochMs): void => void acknowledge.run(atMs, seq),
    countAttempt: (seq: number): void => void attempt.run(seq),
    entomb: (seq: number, topic: string, payload: string, reason: string): void =>
      void entomb.run(topic, payload, reason, seq),
    find(seq: number): OutboxRow | null {
      const row = one.get(seq);
      return row ? toOutbox(row) : null;
    },
    ofHour: (channelId: number, startMs: EpochMs): OutboxRow[] =>
      ofHour.all(channelId, startMs).map(toOutbox),
    /** Bytes of messages made since then, and the time they span. */
    bytesSince(fromMs: number): { bytes: number; spanMs: number } {
      const row = bytes.get(fromMs);
      if (!row || row.first === null || row.last === null) return { bytes: 0, spanMs: 0 };
      return { bytes: Number(row.bytes ?? 0n), spanMs: Number(row.last - row.first) };
    },
    backlog(): { waiting: number; oldestMs: EpochMs | null } {
      const row = backlog.get();
      return { waiting: Number(row?.n ?? 0n), oldestMs: row?.oldest ? toInstant(row.oldest) : null };
    },
  };
}
