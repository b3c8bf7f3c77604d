/** The coefficient of each hour of the site, and the hours that wait to be weighed or sent again as a whole. */
import { type Coefficient, UNWEIGHED } from '../domain/coefficients/types.ts';
import type { Weighing } from '../domain/hour.ts';
import { formatFraction, parseFraction, type Rational } from '../domain/rational.ts';
import type { EpochMs } from '../domain/time.ts';
import type { Db } from './database.ts';
import { toInstant } from './rows.ts';

/** As they come out of a LEFT JOIN: all null where the hour was never weighed. */
export interface CoefficientColumns {
  readonly mj_per_kwh: string | null;
  readonly class: string | null;
  readonly rule_set: string | null;
  readonly document: string | null;
  readonly document_revision: bigint | null;
  readonly confirmed: bigint | null;
}

/** Rules have a handful of values; more texts than this are read anew each time round. */
const REMEMBERED = 64;
const fractions = new Map<string, Rational>();

function fractionOf(text: string): Rational {
  let known = fractions.get(text);
  if (known === undefined) {
    if (fractions.size >= REMEMBERED) fractions.clear();
    known = parseFraction(text);
    fractions.set(text, known);
  }
  return known;
}

export function toCoefficient(row: CoefficientColumns): Coefficient {
  if (row.class === null) return UNWEIGHED;
  return {
    mjPerKwh: row.mj_per_kwh === null ? null : fractionOf(row.mj_per_kwh),
    class: row.class as Coefficient['class'],
    ruleSet: row.rule_set,
    document: row.document,
    documentRevision: row.document_revision === null ? null : Number(row.document_revision),
    confirmed: row.confirmed === 1n,
  };
}

export function coefficientRows(db: Db) {
  const one = db.prepare<[number], CoefficientColumns>('SELECT * FROM hour_coefficient WHERE start_ms = ?');
  const put = db.prepare(
    `INSERT INTO hour_coefficient (start_ms, mj_per_kwh, class, rule_set, document, document_revision, confirmed)
     VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (start_ms) DO UPDATE SET mj_per_kwh = excluded.mj_per_kwh, class = excluded.class,
       rule_set = excluded.rule_set, document = excluded.document, document_revision = excluded.document_revision,
       confirmed = excluded.confirmed`,
  );
  return {
    /** Null where the hour was never weighed. */
    find(startMs: EpochMs): Coefficient | null {
      const row = one.get(startMs);
      return row ? toCoefficient(row) : null;
    },
    put(startMs: EpochMs, coefficient: Coefficient): void {
      put.run(
        startMs,
        coefficient.mjPerKwh === null ? null : formatFraction(coefficient.mjPerKwh),
        coefficient.class,
        coefficient.ruleSet,
        coefficient.document,
        coefficient.documentRevision,
        coefficient.confirmed ? 1 : 0,
      );
    },
  };
}

export type HourStage = 'weigh' | 'send';

export interface QueuedHour {
  readonly startMs: EpochMs;
  /** What it weighed so far; null where it was never weighed. */
  readonly coefficient: Coefficient | null;
}

/** Hours of the site are the queue: a stage takes them, and deletes them in the transaction that did the work. */
export function hourWorkRows(db: Db) {
  const add = db.prepare(
    `INSERT INTO hour_work (stage, start_ms) VALUES (?, ?)
     ON CONFLICT (stage, start_ms) DO UPDATE SET next_channel = 0`,
  );
  const addWithin = db.prepare(
    `INSERT INTO hour_work (stage, start_ms)
     SELECT 'weigh', start_ms FROM hour_coefficient WHERE start_ms >= ? AND start_ms < ?
     ON CONFLICT (stage, start_ms) DO UPDATE SET next_channel = 0`,
  );
  const has = db.prepare<[string, number]>('SELECT 1 FROM hour_work WHERE stage = ? AND start_ms = ?');
  const take = db.prepare<[number], CoefficientColumns & { start_ms: bigint }>(
    `SELECT hour_work.start_ms, mj_per_kwh, class, rule_set, document, document_revision, confirmed
     FROM hour_work LEFT JOIN hour_coefficient USING (start_ms)
     WHERE stage = 'weigh' ORDER BY hour_work.start_ms LIMIT ?`,
  );
  const first = db.prepare<[string], { start_ms: bigint; next_channel: bigint }>(
    'SELECT start_ms, next_channel FROM hour_work WHERE stage = ? ORDER BY start_ms LIMIT 1',
  );
  const goOn = db.prepare('UPDATE hour_work SET next_channel = ? WHERE stage = ? AND start_ms = ?');
  const doneTo = db.prepare('DELETE FROM hour_work WHERE stage = ? AND start_ms <= ?');
  return {
    /** An hour that is being sent begins again with its first channel. */
    add: (stage: HourStage, startMs: EpochMs): void => void add.run(stage, startMs),
    /** Every hour in [from, to) that was ever weighed. @returns how many there are */
    weighWithin: (fromMs: number, toMs: number): number => addWithin.run(fromMs, toMs).changes,
    has: (stage: HourStage, startMs: EpochMs): boolean => has.get(stage, startMs) !== undefined,
    /** The earliest hours to weigh. */
    toWeigh: (limit: number): QueuedHour[] =>
      take.all(limit).map((row) => ({
        startMs: toInstant(row.start_ms),
        coefficient: row.class === null ? null : toCoefficient(row),
      })),
    /** The earliest hour, and the channel to go on with. */
    first(stage: HourStage): { readonly startMs: EpochMs; readonly nextChannel: number } | null {
      const row = first.get(stage);
      return row ? { startMs: toInstant(row.start_ms), nextChannel: Number(row.next_channel) } : null;
    },
    goOnAt: (stage: HourStage, startMs: EpochMs, channelId: number): void =>
      void goOn.run(channelId, stage, startMs),
    /** The hour and every earlier one. */
    doneTo: (stage: HourStage, startMs: EpochMs): void => void doneTo.run(stage, startMs),
  };
}

/** What each channel is in the site, as the stages last worked with it. */
export function roleRows(db: Db) {
  const all = db.prepare<[], { id: bigint; role: string | null; weighed: bigint }>(
    'SELECT id, role, weighed FROM channel',
  );
  const put = db.prepare('UPDATE channel SET role = ?, weighed = ? WHERE id = ?');
  return {
    /** By channel id; the role is null until it is first put. */
    all: (): ReadonlyMap<number, { readonly role: string | null; readonly weighed: number }> =>
      new Map(all.all().map(({ id, role, weighed }) => [Number(id), { role, weighed: Number(weighed) }])),
    put: (channelId: number, role: string, weighed: Weighing): void => void put.run(role, weighed, channelId),
  };
}
