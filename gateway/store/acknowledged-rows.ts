/**
 * Which messages are acknowledged, as runs of sequence numbers. Messages are acknowledged in order but for a few that
 * the broker refused for a while, so the runs are few (`outbox_done`) and what waits is counted without looking at a
 * single message. When each was acknowledged is kept beside it (`outbox_answer`).
 */
import type { EpochMs } from '../domain/time.ts';
import type { Db } from './database.ts';

/** From the first to the last, both included. */
export interface Run {
  readonly first: number;
  readonly last: number;
}

/** Where the numbers above 0 stop that a table of runs does not hold. */
const NO_END = Number.MAX_SAFE_INTEGER;

/** The stretches of `within` that none of the runs covers; `runs` in rising order and apart from each other. */
export function gaps(runs: readonly Run[], within: Run): Run[] {
  const left: Run[] = [];
  let first = within.first;
  for (const run of runs) {
    if (run.first > within.last) break;
    if (run.first > first) left.push({ first, last: run.first - 1 });
    first = Math.max(first, run.last + 1);
  }
  if (first <= within.last) left.push({ first, last: within.last });
  return left;
}

export function acknowledgedRows(db: Db) {
  const runs = db
    .prepare<[], Run>('SELECT first_seq AS first, last_seq AS last FROM outbox_done ORDER BY first_seq')
    .safeIntegers(false);
  const forget = db.prepare<[number]>('DELETE FROM outbox_done WHERE first_seq = ?');
  const keep = db.prepare<[number, number]>(
    'INSERT INTO outbox_done (first_seq, last_seq) VALUES (?, ?) ON CONFLICT (first_seq) DO UPDATE SET last_seq = excluded.last_seq',
  );
  const answer = db.prepare<[number, number, number]>(
    'INSERT INTO outbox_answer (first_seq, last_seq, at_ms) VALUES (?, ?, ?)',
  );
  const older = db
    .prepare<[number, number], Run>(
      'SELECT first_seq AS first, last_seq AS last FROM outbox_answer WHERE at_ms < ? ORDER BY first_seq LIMIT ?',
    )
    .safeIntegers(false);
  const dropAnswer = db.prepare<[number]>('DELETE FROM outbox_answer WHERE first_seq = ?');
  const shortenAnswer = db.prepare<[number, number]>(
    'UPDATE outbox_answer SET first_seq = ? WHERE first_seq = ?',
  );
  return {
    /** Joins the run to those that are known; what was acknowledged before keeps its time. */
    add(run: Run, atMs: EpochMs): void {
      const known = runs.all();
      for (const news of gaps(known, run)) answer.run(news.first, news.last, atMs);
      const touching = known.filter(({ first, last }) => last >= run.first - 1 && first <= run.last + 1);
      const first = Math.min(run.first, touching[0]?.first ?? run.first);
      for (const each of touching) if (each.first !== first) forget.run(each.first);
      keep.run(first, Math.max(run.last, touching.at(-1)?.last ?? run.last));
    },
    count: (): number => runs.all().reduce((sum, { first, last }) => sum + last - first + 1, 0),
    /** Stretches from there on that are not acknowledged, in rising order; the last one has no end. */
    waitingFrom: (first: number): Run[] => gaps(runs.all(), { first, last: NO_END }),
    /** Runs acknowledged before that instant whose messages have not been purged, the oldest first. */
    acknowledgedBefore: (beforeMs: number, limit: number): Run[] => older.all(beforeMs, limit),
    /** Forgets when the run's messages up to there were acknowledged; that they were stays known. */
    forgetTimes(run: Run, upTo: number): void {
      if (upTo >= run.last) dropAnswer.run(run.first);
      else shortenAnswer.run(upTo + 1, run.first);
    },
  };
}
