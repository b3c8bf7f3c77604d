/** What people said about a channel's past, which of it is in force, and what it adds to the slots. */
import type { CorrectionKind } from '../domain/corrections.ts';
import { type Fill, filledWithin } from '../domain/ledger/dial.ts';
import type { Span } from '../domain/ledger/spans.ts';
import { type EpochMs, instant } from '../domain/time.ts';
import type { Db } from './database.ts';
import { toInstant } from './rows.ts';

export interface NewCorrection extends Span {
  readonly id: string;
  readonly channelId: number;
  readonly saidAtMs: EpochMs;
  readonly by: string;
  readonly kind: CorrectionKind;
  readonly fromMicro: bigint | null;
  readonly toMicro: bigint | null;
  readonly atMs: EpochMs | null;
  readonly finalMicro: bigint | null;
  readonly startMicro: bigint | null;
  readonly serial: string | null;
  readonly beforeMicro: bigint | null;
  readonly passedMicro: bigint | null;
  readonly exact: boolean;
}

export interface CorrectionRow extends NewCorrection {
  /** 1, 2, 3 … in the order in which they were said. */
  readonly no: number;
}

/** The answer in force for a span. */
export interface StepAnswerRow extends Span {
  readonly correctionNo: number;
  readonly exact: boolean;
}

interface CorrectionColumns {
  readonly no: bigint;
  readonly id: string;
  readonly channel_id: bigint;
  readonly said_at_ms: bigint;
  readonly by_whom: string;
  readonly kind: string;
  readonly from_ms: bigint;
  readonly to_ms: bigint;
  readonly from_micro: bigint | null;
  readonly to_micro: bigint | null;
  readonly at_ms: bigint | null;
  readonly final_micro: bigint | null;
  readonly start_micro: bigint | null;
  readonly serial: string | null;
  readonly before_micro: bigint | null;
  readonly passed_micro: bigint | null;
  readonly exact: bigint;
}

function toCorrection(row: CorrectionColumns): CorrectionRow {
  return {
    no: Number(row.no),
    id: row.id,
    channelId: Number(row.channel_id),
    saidAtMs: toInstant(row.said_at_ms),
    by: row.by_whom,
    kind: row.kind as CorrectionKind,
    fromMs: toInstant(row.from_ms),
    toMs: toInstant(row.to_ms),
    fromMicro: row.from_micro,
    toMicro: row.to_micro,
    atMs: row.at_ms === null ? null : toInstant(row.at_ms),
    finalMicro: row.final_micro,
    startMicro: row.start_micro,
    serial: row.serial,
    beforeMicro: row.before_micro,
    passedMicro: row.passed_micro,
    exact: row.exact === 1n,
  };
}

interface AnswerColumns {
  readonly from_ms: bigint;
  readonly to_ms: bigint;
  readonly correction_no: bigint;
  readonly exact: bigint;
}

interface FillColumns {
  readonly from_ms: bigint;
  readonly to_ms: bigint;
  readonly micro: bigint;
}

const toFill = (row: FillColumns): Fill => ({
  fromMs: toInstant(row.from_ms),
  toMs: toInstant(row.to_ms),
  micro: row.micro,
});

const EVER = { fromMs: instant(0), toMs: instant(8_000_000_000_000) };

export function correctionRows(db: Db) {
  const all = db.prepare<[], CorrectionColumns>('SELECT * FROM correction ORDER BY no');
  const byId = db.prepare<[string], CorrectionColumns>('SELECT * FROM correction WHERE id = ?');
  const byNo = db.prepare<[number], CorrectionColumns>('SELECT * FROM correction WHERE no = ?');
  const insert = db.prepare(
    `INSERT INTO correction (id, channel_id, said_at_ms, by_whom, kind, from_ms, to_ms, from_micro, to_micro, at_ms,
       final_micro, start_micro, serial, before_micro, passed_micro, exact)
     VALUES (@id, @channelId, @saidAtMs, @by, @kind, @fromMs, @toMs, @fromMicro, @toMicro, @atMs,
       @finalMicro, @startMicro, @serial, @beforeMicro, @passedMicro, @exact)`,
  );
  const answers = db.prepare<[number, number, number], AnswerColumns>(
    'SELECT * FROM step_answer WHERE channel_id = ? AND from_ms < ? AND to_ms > ? ORDER BY from_ms',
  );
  const putAnswer = db.prepare(
    `INSERT INTO step_answer (channel_id, from_ms, to_ms, correction_no, exact) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (channel_id, from_ms) DO UPDATE SET to_ms = excluded.to_ms,
       correction_no = excluded.correction_no, exact = excluded.exact`,
  );
  const dropAnswer = db.prepare('DELETE FROM step_answer WHERE channel_id = ? AND from_ms = ?');
  const fills = db.prepare<[number, number, number], FillColumns>(
    'SELECT from_ms, to_ms, micro FROM step_fill WHERE channel_id = ? AND from_ms < ? AND to_ms > ? ORDER BY from_ms',
  );
  const putFill = db.prepare(
    'INSERT INTO step_fill (channel_id, from_ms, to_ms, micro, correction_no) VALUES (?, ?, ?, ?, ?)',
  );
  const dropFills = db.prepare('DELETE FROM step_fill WHERE channel_id = ? AND from_ms >= ? AND to_ms <= ?');
  const fillsTouching = (channelId: number, span: Span): Fill[] =>
    fills.all(channelId, span.toMs, span.fromMs).map(toFill);
  return {
    all: (): CorrectionRow[] => all.all().map(toCorrection),
    byId(id: string): CorrectionRow | null {
      const row = byId.get(id);
      return row ? toCorrection(row) : null;
    },
    byNo(no: number): CorrectionRow | null {
      const row = byNo.get(no);
      return row ? toCorrection(row) : null;
    },
    /** @returns its number */
    insert: (row: NewCorrection): number =>
      Number(insert.run({ ...row, exact: row.exact ? 1 : 0 }).lastInsertRowid),
    /** Answers in force whose spans overlap this one. */
    answersTouching: (channelId: number, span: Span): StepAnswerRow[] =>
      answers.all(channelId, span.toMs, span.fromMs).map((row) => ({
        fromMs: toInstant(row.from_ms),
        toMs: toInstant(row.to_ms),
        correctionNo: Number(row.correction_no),
        exact: row.exact === 1n,
      })),
    fillsTouching,
    /** All that answers of the channel add before the instant, micro-units. */
    filledBefore: (channelId: number, atMs: EpochMs): bigint =>
      filledWithin(fillsTouching(channelId, EVER), { fromMs: EVER.fromMs, toMs: atMs }),
    /** Puts an answer in force in the place of the one before. */
    answer(
      channelId: number,
      { fromMs, toMs, correctionNo, exact }: StepAnswerRow,
      of: readonly Fill[],
    ): void {
      dropFills.run(channelId, fromMs, toMs);
      putAnswer.run(channelId, fromMs, toMs, correctionNo, exact ? 1 : 0);
      for (const fill of of) putFill.run(channelId, fill.fromMs, fill.toMs, fill.micro, correctionNo);
    },
    /** The question is open again; who said what stays written. */
    reopen(channelId: number, { fromMs, toMs }: Span): void {
      dropFills.run(channelId, fromMs, toMs);
      dropAnswer.run(channelId, fromMs);
    },
  };
}
