/**
 * Which answers on an RTU wire can be believed.
 *
 * RTU answers carry unit, function and length, but not the question: a late answer, or one that came twice, looks
 * exactly like the answer to the next read of the same length, and an answer can be late by any amount. So the
 * length is used as the question's mark, as in the alternating-bit protocol:
 *
 *   A unit answers one question after the other, and the wire keeps their order. Each question yields none, one or
 *   several copies of its answer, after any delay; but once an answer to question j was seen, nothing older than j
 *   can still come. For each unit we keep the questions from that horizon on (`asked`). An answer belongs to one of
 *   those that it **could answer**: of its shape (function, length), and not known to have another answer. The first
 *   of them becomes the horizon. Hence: **if the newest question is the only one that it could answer, it is its
 *   answer**, and everything older is over. Otherwise it proves nothing about the newest question and is thrown away.
 *
 * "Known to have another answer": copies of one answer are alike to the last byte. A question whose answer was believed
 * (only the first in `asked` can be one: believing ends all before it) is answered by those very bytes and by nothing
 * else. So there are two ways to ask such that the answer will be certain:
 *
 *   - with a shape that none in `asked` has. In quiet times `asked` is the one question answered last, and it is
 *     enough to differ from that one: a read of the same length as the last is widened by two registers (the caller
 *     gets the part it wanted). After silences more lengths are used.
 *   - with the shape of the question answered last, where no other in `asked` has it. An answer that differs from the
 *     remembered one cannot be its copy, so it is the new one, at no cost in bytes. One that is equal is either: it is
 *     **doubtful** and never used. A true answer may follow the copy, so the wire is listened to until it is quiet
 *     (what comes is judged by the same rule; the question in doubt stays in `asked` without an answer), then the
 *     other way is taken. So this is done only for registers that move at every poll.
 *
 * Where a meter refuses wider reads, a separator goes before: a shorter read, or one register by the other function,
 * which every device answers, if only with exception 1; its answer is not used, it only moves the horizon. An
 * exception has no length: it is evidence only where no older question of that function could still be answered by
 * one (a question that was answered with data can't be: copies of one answer are alike).
 *
 * Beyond the proof: a converter may hold one answer back while others pass, against the order. Therefore lengths of
 * unanswered questions are not used again for LATE_TIMEOUTS times the time-out (a meter that takes no other length is
 * left alone for so long: a lost poll, where others go on; time during which the process was held up heard nothing, so
 * the bus reads what came meanwhile before that time is over), and after anything odd at least four lengths rotate
 * instead of two. While the registers of a read move, an answer that shows what one of its last few showed is doubtful
 * in whatever way it was asked for. And a converter or radio may repeat a *request*, so that the meter answers twice,
 * with other bytes. Therefore a shape is asked twice running on a serial port only, for the same address only; and one
 * silence, spoilt answer, copy, stray frame or stray byte of a unit ends it for that unit until CALM_ANSWERS were
 * believed.
 *
 * What is assumed: the order above (no two devices with one address, no reordering older than that), that copies are
 * alike, and that an answer is never later than FORGET_MS or HISTORY_LIMIT questions to its unit. Before the first
 * question after a start, the quiet wait of the wire stands in for history.
 */
import { MAX_WORDS, type ReadFunction, type ReadRequest } from './frame.ts';
import {
  isMoving,
  isSame,
  newHabits,
  noteMovement,
  noteWidening,
  type QuestionEnd,
  type ReadHabits,
  unlikeAnswers,
  WIDEN_BY,
  widerBy,
} from './read-habits.ts';

/** An unanswered question older than this is over. Restarting a meter or a converter takes less. */
export const FORGET_MS = 600_000;
/** Most questions kept per unit. A dead unit is asked ever more rarely, so FORGET_MS comes first. */
const HISTORY_LIMIT = 64;
/** Lengths in rotation while all is well, and after something odd. */
const CALM_LENGTHS = 2;
const WARY_LENGTHS = 4;
/** Lengths tried when those in rotation may all still be answered late. */
const MOST_LENGTHS = 12;
/** Registers a read plan should leave free below a meter's limit, so that wider reads fit. */
export const ROOM_FOR_WIDER = WIDEN_BY * (WARY_LENGTHS - 1);
/** For so many time-outs the length of an unanswered question is not used again. */
const LATE_TIMEOUTS = 8;
const LATE_LIMIT = 32;
/** So many answers must be believed after anything odd before a shape is asked twice running. */
const CALM_ANSWERS = 100;

/** What the caller wants, and how long a read this meter takes at most. */
export interface WantedRead extends ReadRequest {
  readonly maxWords: number;
}

/** What to send for it. `use: 'value'`: the first `words` of the answer are wanted. `sync`: only its coming counts. */
export interface Question {
  readonly request: ReadRequest;
  readonly use: 'value' | 'sync';
  /** A refusal is then about our way of asking, not about what was wanted. */
  readonly ownDoing: boolean;
  /** The answer is doubtful when it begins like one of these. */
  readonly unlike: readonly Uint8Array[];
}

interface SeenAnswer {
  readonly fn: number;
  /** Null for an exception. */
  readonly words: number | null;
  /** The registers as they came; empty for an exception. */
  readonly data: Uint8Array;
}

/**
 * `newest`: it can only be the answer to the newest question. `doubtful`: that, or a copy of an earlier answer; if it
 * was a copy, the answer follows. `older`: neither.
 */
export type AnswerVerdict = 'newest' | 'doubtful' | 'older';

export interface AnswerOrder {
  /** Null: no question can be asked now whose answer would be certain. */
  choose(want: WantedRead, nowMs: number): Question | null;
  /** To be called as the question is written. */
  asked(question: Question, nowMs: number): void;
  /** An answer of this unit arrived while its newest question was waiting. */
  seen(unit: number, answer: SeenAnswer, nowMs: number): AnswerVerdict;
  /** Bytes came from this unit, or after its answer, for which nobody had asked. */
  strayed(unit: number): void;
  /** The question is over. */
  ended(want: WantedRead, question: Question, end: QuestionEnd, timeoutMs: number, nowMs: number): void;
  /** Whether a length of this unit was held back, when it was last asked, for an answer that may come late. */
  awaitsLate(unit: number): boolean;
  /** Questions that may still be answered, per unit; for tests and `--raw`. */
  open(unit: number): number;
}

interface Asked {
  readonly key: number;
  readonly fn: number;
  readonly address: number;
  readonly unlike: readonly Uint8Array[];
  /** Asked again with nothing in between: an answer may be that of either. Nothing is believed. */
  repeated: boolean;
  /** How it was answered, where that is certain: its copies can only be the same. */
  answer: 'unknown' | 'data' | 'exception';
  /** The registers of the answer that was believed. */
  data: Uint8Array | null;
  /** The registers of a doubtful answer that came. */
  doubtful: Uint8Array | null;
  atMs: number;
}

interface UnitState {
  asked: Asked[];
  recent: number[];
  late: { key: number; untilMs: number }[];
  waryUntilMs: number;
  /** Answers believed since something odd came of this unit. */
  calmAnswers: number;
  /** How often each kind of separator failed since it last worked. */
  readonly syncMisses: { shorter: number; other: number };
}

const keyOf = (fn: number, words: number): number => fn * 256 + words;

/** How careful to be beyond the proof; tests of the proof itself are not. */
interface OrderOptions {
  /** Whether a shape may be asked twice running. */
  readonly sameShapeAgain: boolean;
  readonly calmAnswers?: number;
}

export function createAnswerOrder(options: OrderOptions): AnswerOrder {
  const { sameShapeAgain, calmAnswers = CALM_ANSWERS } = options;
  const units = new Map<number, UnitState>();
  const reads = new Map<string, ReadHabits>();

  const stateOf = (unit: number): UnitState => {
    let state = units.get(unit);
    if (!state) {
      state = {
        asked: [],
        recent: [],
        late: [],
        waryUntilMs: 0,
        calmAnswers: Number.POSITIVE_INFINITY,
        syncMisses: { shorter: 0, other: 0 },
      };
      units.set(unit, state);
    }
    return state;
  };
  const habitsOf = (want: WantedRead): ReadHabits => {
    const key = `${want.unit}/${want.fn}/${want.address}/${want.words}`;
    let habits = reads.get(key);
    if (!habits) {
      habits = newHabits();
      reads.set(key, habits);
    }
    return habits;
  };

  return {
    choose(want, nowMs) {
      const state = stateOf(want.unit);
      const habits = habitsOf(want);
      forget(state, nowMs);
      const unlike = unlikeAnswers(habits);
      const isCalm = state.calmAnswers >= calmAnswers && nowMs >= state.waryUntilMs;
      if (sameShapeAgain && isCalm && isMoving(habits) && mayRepeat(state, want)) {
        const { unit, fn, address, words } = want;
        return { request: { unit, fn, address, words }, use: 'value', ownDoing: false, unlike };
      }
      const question = chooseLength(state, want, widerBy(habits, nowMs), nowMs);
      return question?.use === 'value' ? { ...question, unlike } : question;
    },
    asked(question, nowMs) {
      noteAsked(stateOf(question.request.unit), question, nowMs);
    },
    seen: (unit, answer, nowMs) => noteSeen(stateOf(unit), answer, nowMs),
    strayed(unit) {
      const state = units.get(unit);
      if (state) state.calmAnswers = 0;
    },
    ended(want, question, end, timeoutMs, nowMs) {
      const state = stateOf(want.unit);
      const habits = habitsOf(want);
      const { request, use } = question;
      if (end === 'silent' || end === 'spoilt') noteMissing(state, request, timeoutMs, nowMs);
      if (use === 'sync') noteSeparator(state, want, request, end);
      noteWidening(habits, use === 'value' ? request.words - want.words : 0, end, nowMs);
      const { data = null, doubtful = null } = state.asked.at(-1) ?? {};
      const wantedBytes = want.words * 2;
      if (end === 'doubtful' && doubtful) habits.doubtful = doubtful.subarray(0, wantedBytes);
      if (end === 'answered' && use === 'value' && data) {
        const hadCopy = noteMovement(habits, data.subarray(0, wantedBytes));
        if (hadCopy) state.calmAnswers = 0;
      }
    },
    awaitsLate: (unit) => (units.get(unit)?.late.length ?? 0) > 0,
    open: (unit) => units.get(unit)?.asked.length ?? 0,
  };
}

/** Whether an answer to this very read, unlike the last, could only be the new one. */
function mayRepeat(state: UnitState, { fn, address, words }: WantedRead): boolean {
  const key = keyOf(fn, words);
  return state.asked.every(
    (asked) => asked.key !== key || (asked.data !== null && asked.address === address),
  );
}

function chooseLength(state: UnitState, want: WantedRead, limit: number, nowMs: number): Question | null {
  const rotation = nowMs < state.waryUntilMs ? WARY_LENGTHS : CALM_LENGTHS;
  const clean: number[] = [];
  let isHeld = false;
  for (let i = 0; i < rotation || (i < MOST_LENGTHS && clean.length === 0); i++) {
    const words = want.words + i * WIDEN_BY;
    const fits = words <= Math.min(want.maxWords, MAX_WORDS) && want.address + words <= 0x1_0000;
    if (i > 0 && (!fits || i * WIDEN_BY > limit)) break;
    const key = keyOf(want.fn, words);
    if (!isFree(state, key)) continue;
    if (state.late.some((late) => late.key === key)) isHeld = true;
    else clean.push(words);
  }
  const words = leastRecent(state, want.fn, clean);
  if (words === null && isHeld) return null;
  if (words === null) return { request: separator(state, want), use: 'sync', ownDoing: true, unlike: [] };
  const { unit, fn, address } = want;
  const request = { unit, fn, address, words };
  return { request, use: 'value', ownDoing: words > want.words, unlike: [] };
}

function noteAsked(state: UnitState, { request, unlike }: Question, nowMs: number): void {
  const { fn, address, words } = request;
  const key = keyOf(fn, words);
  const newest = state.asked.at(-1);
  // One whose answer is known stays apart: that answer can be told from the new one.
  if (newest?.key === key && newest.data === null) {
    newest.repeated = true;
    newest.atMs = nowMs;
  } else {
    const fresh = { repeated: false, answer: 'unknown', data: null, doubtful: null } as const;
    state.asked.push({ key, fn, address, unlike, ...fresh, atMs: nowMs });
  }
  forget(state, nowMs);
  state.recent = [...state.recent.filter((known) => known !== key), key].slice(-WARY_LENGTHS * 2);
}

/** Moves the horizon, and says whether the answer can only be that of the newest question. */
function noteSeen(state: UnitState, answer: SeenAnswer, nowMs: number): AnswerVerdict {
  forget(state, nowMs);
  const { fn, words, data } = answer;
  const first = state.asked.findIndex((asked) => couldAnswer(answer, asked));
  if (first < 0) return 'older';
  state.asked.splice(0, first);
  const newest = state.asked.at(-1);
  const believed = state.asked.length === 1 && newest?.repeated === false;
  if (words !== null && newest?.key === keyOf(fn, words) && beginsLike(data, newest.unlike)) {
    newest.doubtful = Uint8Array.from(data);
    // By the order this was the answer, so no other may be taken for it.
    newest.repeated ||= believed;
    return 'doubtful';
  }
  if (believed && newest) {
    newest.answer = words === null ? 'exception' : 'data';
    newest.data = words === null ? null : Uint8Array.from(data);
    // What was in doubt before this was a copy indeed.
    state.calmAnswers = newest.doubtful ? 0 : state.calmAnswers + 1;
    return 'newest';
  }
  state.calmAnswers = 0;
  if (words !== null) {
    const late = state.late.findIndex((one) => one.key === keyOf(fn, words));
    if (late >= 0) state.late.splice(late, 1);
  }
  return 'older';
}

function beginsLike(data: Uint8Array, known: readonly Uint8Array[]): boolean {
  return known.some((one) => isSame(one, data.subarray(0, one.length)));
}

function couldAnswer({ fn, words, data }: SeenAnswer, asked: Asked): boolean {
  if (words === null) return asked.fn === fn && asked.answer !== 'data';
  const isOfShape = asked.key === keyOf(fn, words) && asked.answer !== 'exception';
  return isOfShape && (asked.data === null || isSame(asked.data, data));
}

function noteMissing(state: UnitState, { fn, words }: ReadRequest, timeoutMs: number, nowMs: number): void {
  const untilMs = nowMs + LATE_TIMEOUTS * timeoutMs;
  state.waryUntilMs = untilMs;
  state.calmAnswers = 0;
  state.late.push({ key: keyOf(fn, words), untilMs });
  if (state.late.length > LATE_LIMIT) state.late.shift();
}

function forget(state: UnitState, nowMs: number): void {
  while ((state.asked[0] && nowMs - state.asked[0].atMs > FORGET_MS) || state.asked.length > HISTORY_LIMIT)
    state.asked.shift();
  if (state.late.length > 0) state.late = state.late.filter((late) => late.untilMs > nowMs);
}

function isFree(state: UnitState, key: number): boolean {
  return !state.asked.some((asked) => asked.key === key);
}

function leastRecent(state: UnitState, fn: number, lengths: readonly number[]): number | null {
  let best: number | null = null;
  let bestAge = Number.POSITIVE_INFINITY;
  for (const words of lengths) {
    const age = state.recent.indexOf(keyOf(fn, words));
    if (age < bestAge) [best, bestAge] = [words, age];
  }
  return best;
}

/** A read whose answer cannot be taken for any in `asked`. If there is none, one whose coming at least moves on. */
function separator(state: UnitState, want: WantedRead): ReadRequest {
  const { unit, fn, address, words } = want;
  const otherFn: ReadFunction = fn === 3 ? 4 : 3;
  const other: ReadRequest = { unit, fn: otherFn, address, words: 1 };
  const shorter = [words - 2, words - 1, words - 4, 1]
    .filter((length) => length >= 1 && length < words)
    .map((length): ReadRequest => ({ unit, fn, address, words: length }));
  const free = shorter.find((request) => isFree(state, keyOf(fn, request.words)));
  const otherFree = !state.asked.some((asked) => asked.fn === otherFn);
  const preferShorter = state.syncMisses.shorter <= state.syncMisses.other;
  if (free && (preferShorter || !otherFree)) return free;
  if (otherFree) return other;
  return (preferShorter ? shorter[0] : undefined) ?? other;
}

function noteSeparator(state: UnitState, want: WantedRead, sent: ReadRequest, end: QuestionEnd): void {
  const kind = sent.fn === want.fn ? 'shorter' : 'other';
  const isException = end === 'refused' || end === 'troubled';
  const worked = end === 'answered' || (isException && state.asked.length === 1);
  state.syncMisses[kind] = worked ? 0 : state.syncMisses[kind] + 1;
}
