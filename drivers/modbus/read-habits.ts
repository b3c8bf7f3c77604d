/**
 * What was learnt about one read of one meter: whether the meter takes wider reads in its place, and whether its
 * registers move, so that no two answers are alike (see answer-order.ts). Pure.
 */

/** Wider reads: two registers more each, so that meters which want even counts are content. */
export const WIDEN_BY = 2;
/** So many wider reads in a row met silence: perhaps this meter ignores them. Believed if others are answered. */
const SILENT_WIDE_LIMIT = 5;
/** A refusal of wider reads is believed for this long, then tried once more; silence, which may be chance, shorter. */
const REFUSED_MS = 600_000;
const IGNORED_MS = 60_000;
/** Answers remembered; a new one must differ from each. */
const KEPT_ANSWERS = 4;
/** So many new answers in a row: the registers move. Grows with each time they stood still after all. */
const MOVING_AFTER = 4;
const MOVING_GROWS_BY = 4;
const MOVING_LIMIT = 256;

/**
 * `refused`: exception 1, 2 or 3, about the question. `troubled`: another exception, about the meter. `spoilt`: bytes
 * came, but no answer to believe. `doubtful`: an answer like an earlier one came, and may be its copy. `silent`:
 * nothing came.
 */
export type QuestionEnd = 'answered' | 'refused' | 'troubled' | 'spoilt' | 'doubtful' | 'silent';

export interface ReadHabits {
  limit: number;
  limitUntilMs: number;
  silent: number;
  /** What the wanted registers showed, newest last. */
  answers: readonly Uint8Array[];
  /** Answers in a row that were unlike those before. */
  newInARow: number;
  movingAfter: number;
  /** What a doubtful answer showed, until the next one that is believed tells whether it was a copy. */
  doubtful: Uint8Array | null;
}

export function newHabits(): ReadHabits {
  return {
    limit: Number.POSITIVE_INFINITY,
    limitUntilMs: 0,
    silent: 0,
    answers: [],
    newInARow: 0,
    movingAfter: MOVING_AFTER,
    doubtful: null,
  };
}

/** Registers by which this read may be widened. */
export function widerBy(habits: ReadHabits, nowMs: number): number {
  if (habits.silent >= SILENT_WIDE_LIMIT) return 0;
  return nowMs < habits.limitUntilMs ? habits.limit : Number.POSITIVE_INFINITY;
}

/** @param extra registers this question asked for beyond the wanted ones */
export function noteWidening(habits: ReadHabits, extra: number, end: QuestionEnd, nowMs: number): void {
  if (extra > 0) {
    if (end === 'answered') habits.silent = 0;
    else if (end === 'silent') habits.silent++;
    else if (end === 'refused') {
      habits.limit = extra - WIDEN_BY;
      habits.limitUntilMs = nowMs + REFUSED_MS;
    }
  } else if (end === 'answered' && habits.silent >= SILENT_WIDE_LIMIT) {
    // One more silence after that time is enough to believe it again.
    habits.silent = SILENT_WIDE_LIMIT - 1;
    habits.limit = 0;
    habits.limitUntilMs = nowMs + IGNORED_MS;
  }
}

/** Whether the next answer will very likely be unlike the last ones. */
export function isMoving({ newInARow, movingAfter }: ReadHabits): boolean {
  return newInARow >= movingAfter;
}

/** What the next answer should not show: none while the registers stand still, or may do so. */
export function unlikeAnswers(habits: ReadHabits): readonly Uint8Array[] {
  return isMoving(habits) && habits.doubtful === null ? habits.answers : [];
}

/**
 * A doubtful answer followed by the same is no copy: the registers stand still. Asking once more for that costs a whole
 * transaction, one length more costs 2 % of one: so the next time more proof of movement is wanted.
 * @param data the wanted registers of an answer that was believed
 * @returns whether a doubtful answer before it was a copy
 */
export function noteMovement(habits: ReadHabits, data: Uint8Array): boolean {
  const { doubtful } = habits;
  habits.doubtful = null;
  const stoodStill = doubtful !== null && isSame(doubtful, data);
  if (stoodStill) habits.movingAfter = Math.min(habits.movingAfter * MOVING_GROWS_BY, MOVING_LIMIT);
  const isKnown = habits.answers.some((one) => isSame(one, data));
  habits.newInARow = isKnown ? 0 : habits.newInARow + 1;
  habits.answers = [...habits.answers.slice(1 - KEPT_ANSWERS), data];
  return doubtful !== null && !stoodStill;
}

export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
