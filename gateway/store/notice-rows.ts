/** Demand alarms on their way to people, and what became of each. */
import type { NoticeWay } from '../domain/demand/delivery.ts';
import type { EpochMs } from '../domain/time.ts';
import type { Db } from './database.ts';
import { toInstant } from './rows.ts';

export interface NoticeRow {
  readonly id: number;
  readonly atMs: EpochMs;
  readonly body: string;
  readonly attempts: number;
  readonly nextMs: EpochMs;
}

interface NoticeColumns {
  readonly id: bigint;
  readonly at_ms: bigint;
  readonly body: string;
  readonly attempts: bigint;
  readonly next_ms: bigint;
}

export function noticeRows(db: Db) {
  const insert = db.prepare<[number, string], { id: bigint }>(
    'INSERT INTO notice (at_ms, body) VALUES (?, ?) RETURNING id',
  );
  const insertWay = db.prepare(
    "INSERT INTO notice_way (notice_id, way, state, next_ms) VALUES (?, ?, 'waiting', ?)",
  );
  const waiting = db.prepare<[string, number], NoticeColumns>(
    `SELECT notice.id, at_ms, body, attempts, next_ms FROM notice_way JOIN notice ON notice.id = notice_id
     WHERE way = ? AND state = 'waiting' ORDER BY notice_id LIMIT ?`,
  );
  const count = db.prepare<[string], { n: bigint }>(
    "SELECT count(*) AS n FROM notice_way WHERE way = ? AND state = 'waiting'",
  );
  const settle = db.prepare(
    'UPDATE notice_way SET state = ?, settled_ms = ?, attempts = attempts + 1 WHERE notice_id = ? AND way = ?',
  );
  const later = db.prepare(
    'UPDATE notice_way SET attempts = attempts + 1, next_ms = ? WHERE notice_id = ? AND way = ?',
  );
  const dropOldest = db.prepare(
    `UPDATE notice_way SET state = 'given-up', settled_ms = ? WHERE (notice_id, way) IN (
       SELECT notice_id, way FROM notice_way WHERE way = ? AND state = 'waiting' ORDER BY notice_id LIMIT ?)`,
  );
  const settledSince = db.prepare<[string, number], { settled_ms: bigint }>(
    `SELECT DISTINCT settled_ms FROM notice_way
     WHERE way = ? AND settled_ms >= ? AND state = 'delivered' ORDER BY settled_ms`,
  );
  const old = `SELECT id FROM notice WHERE at_ms < ? AND NOT EXISTS (
    SELECT 1 FROM notice_way WHERE notice_id = notice.id AND state = 'waiting') LIMIT ?`;
  const purgeWays = db.prepare<[number, number]>(`DELETE FROM notice_way WHERE notice_id IN (${old})`);
  const purge = db.prepare<[number]>(
    'DELETE FROM notice WHERE at_ms < ? AND NOT EXISTS (SELECT 1 FROM notice_way WHERE notice_id = notice.id)',
  );
  return {
    add(atMs: EpochMs, body: string, ways: readonly NoticeWay[]): void {
      const id = Number(insert.get(atMs, body)?.id);
      for (const way of ways) insertWay.run(id, way, atMs);
    },
    /** In the order in which they came. */
    waiting: (way: NoticeWay, limit: number): NoticeRow[] =>
      waiting.all(way, limit).map((row) => ({
        id: Number(row.id),
        atMs: toInstant(row.at_ms),
        body: row.body,
        attempts: Number(row.attempts),
        nextMs: toInstant(row.next_ms),
      })),
    countWaiting: (way: NoticeWay): number => Number(count.get(way)?.n ?? 0n),
    settle(id: number, way: NoticeWay, state: 'delivered' | 'given-up', atMs: EpochMs): void {
      settle.run(state, atMs, id, way);
    },
    tryLater: (id: number, way: NoticeWay, nextMs: EpochMs): void => void later.run(nextMs, id, way),
    /** Gives up the oldest that wait. */
    dropOldest: (way: NoticeWay, limit: number, atMs: EpochMs): void => void dropOldest.run(atMs, way, limit),
    /** When something was delivered, each instant once. */
    deliveredSince: (way: NoticeWay, sinceMs: number): EpochMs[] =>
      settledSince.all(way, sinceMs).map((row) => toInstant(row.settled_ms)),
    /** Deletes notices that are older and no longer wait. */
    purge(beforeMs: number, limit: number): void {
      purgeWays.run(beforeMs, limit);
      purge.run(beforeMs);
    },
  };
}
