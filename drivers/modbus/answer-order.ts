/**
 * Which answers on an RTU wire can be believed.
 *
 * RTU answers carry unit, function and length, but not the question: a late answer, or one that came twice, looks
 * exactly like the answer to the next read of the same length, and an answer can be late by any amount. So the
 * length is used as the question's mark, as in the alternating-bit protocol:
 *
 *   A unit answers one question after the other, and the wire keeps their order. Each question yields none, one or
 *   several copies of its answer, after any delay; but once an answer to question j was seen, nothing older than j
 *   can still come. For each unit we keep the questions from that horizon on (`asked`). An answer of a given shape
 *   (function, length) belongs to the first of them with this shape, or to a later one. Hence: **if the newest
 *   question is the only one in `asked` with its shape, an answer of this shape is its answer**, and everything
 *   older is over. Otherwise the answer proves nothing about the newest question and is thrown away, though it
 *   moves the horizon up to the first question of its shape.
 *
 * So a question must have a shape that none in `asked` has. In quiet times `asked` is the one question answered
 * last, and it is enough to differ from that one: a read of the same length as the last is widened by two registers
 * (the caller gets the part it wanted). After silences more lengths are used. Where a meter refuses wider reads, a
 * separator goes before: a shorter read, or one register by the other function, which every device answers, if only
 * with exception 1; its answer is not used, it only moves the horizon. An exception has no length: it is evidence
 * only where no older question of that function could still be answered by one (a question that was answered with
 * data can't be: copies of one answer are alike).
 *
 * Beyond the proof: a converter may hold one answer back while others pass, against the order. Therefore lengths of
 * unanswered questions are not used again for LATE_TIMEOUTS times the time-out (a meter that takes no other length is
 * left alone for so long: a lost poll, where others go on), and after anything odd at least four lengths rotate
 * instead of two.
 *
 * What is assumed: the order above (no two devices with one address, no reordering older than that), and that an
 * answer is never later than FORGET_MS or HISTORY_LIMIT questions to its unit. Before the first question after a
 * start, the quiet wait of the wire stands in for history.
 */
import { MAX_WORDS, type ReadFunction, type ReadRequest } from './frame.ts';

/** An unanswered question older than this is over. Restarting a meter or a converter takes less. */
export const FORGET_MS = 600_000;
/** Most questions kept per unit. A dead unit is asked ever more rarely, so FORGET_MS comes first. */
const HISTORY_LIMIT = 64;
/** Wider reads: two registers more each, so that meters which want even counts are content. */
const WIDEN_BY = 2;
/** Lengths in rotation while all is well, and after something odd. */
const CALM_LENGTHS = 2;
const WARY_LENGTHS = 4;
/** Lengths tried when those in rotation may all still be answered late. */
const MOST_LENGTHS = 12;
/** Registers a read plan should leave free below a meter's limit, so that wider reads fit. */
export const ROOM_FOR_WIDER = WIDEN_BY * (WARY_LENGTHS - 1);
/** For so many time-outs the length of an unanswered question is not used again. */
const LATE_TIMEOUTS = 8;
/** So many wider reads in a row met silence: perhaps this meter ignores them. Believed if others are answered. */
const SILENT_WIDE_LIMIT = 5;
/** A refusal of wider reads is believed for this long, then tried once more; silence, which may be chance, shorter. */
const REFUSED_MS = 600_000;
const IGNORED_MS = 60_000;
const LATE_LIMIT = 32;

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
}

interface SeenAnswer {
  readonly fn: number;
  /** Null for an exception. */
  readonly words: number | null;
}

/**
 * `refused`: exception 1, 2 or 3, about the question. `troubled`: another exception, about the meter. `spoilt`: bytes
 * came, but no answer to believe. `silent`: nothing came.
 */
export type QuestionEnd = 'answered' | 'refused' | 'troubled' | 'spoilt' | 'silent';

export interface AnswerOrder {
  /** Null: no question can be asked now whose answer would be certain. */
  choose(want: WantedRead, nowMs: number): Question | null;
  /** To be called as the question is written. */
  asked(question: Question, nowMs: number): void;
  /** An answer of this unit arrived. True: it can only be the answer to the newest question. */
  seen(unit: number, answer: SeenAnswer, nowMs: number): boolean;
  /** The question is over. */
  ended(want: WantedRead, question: Question, end: QuestionEnd, timeoutMs: number, nowMs: number): void;
  /** Questions that may still be answered, per unit; for tests and `--raw`. */
  open(unit: number): number;
}

interface Asked {
  readonly key: number;
  readonly fn: number;
  /** Asked again with nothing in between: an answer may be that of either. */
  repeated: boolean;
  /** How it was answered, where that is certain: its copies can only be the same. */
  answer: 'unknown' | 'data' | 'exception';
  atMs: number;
}

interface UnitState {
  asked: Asked[];
  recent: number[];
  late: { key: number; untilMs: number }[];
  waryUntilMs: number;
  /** How often each kind of separator failed since it last worked. */
  readonly syncMisses: { shorter: number; other: number };
}

/** How one read takes to being widened. */
interface WidenState {
  limit: number;
  limitUntilMs: number;
  silent: number;
}

const keyOf = (fn: number, words: number): number => fn * 256 + words;

export function createAnswerOrder(): AnswerOrder {
  const units = new Map<number, UnitState>();
  const widening = new Map<string, WidenState>();

  const stateOf = (unit: number): UnitState => {
    let state = units.get(unit);
    if (!state) {
      state = { asked: [], recent: [], late: [], waryUntilMs: 0, syncMisses: { shorter: 0, other: 0 } };
      units.set(unit, state);
    }
    return state;
  };
  const widenOf = (want: WantedRead): WidenState => {
    const key = `${want.unit}/${want.fn}/${want.address}/${want.words}`;
    let state = widening.get(key);
    if (!state) {
      state = { limit: Number.POSITIVE_INFINITY, limitUntilMs: 0, silent: 0 };
      widening.set(key, state);
    }
    return state;
  };

  return {
    choose: (want, nowMs) => chooseQuestion(stateOf(want.unit), widenOf(want), want, nowMs),
    asked({ request }, nowMs) {
      noteAsked(stateOf(request.unit), request, nowMs);
    },
    seen: (unit, answer, nowMs) => noteSeen(stateOf(unit), answer, nowMs),
    ended(want, question, end, timeoutMs, nowMs) {
      const state = stateOf(want.unit);
      if (end === 'silent' || end === 'spoilt') noteMissing(state, question.request, timeoutMs, nowMs);
      if (question.use === 'sync') noteSeparator(state, want, question.request, end);
      noteWidening(widenOf(want), want, question, end, nowMs);
    },
    open: (unit) => units.get(unit)?.asked.length ?? 0,
  };
}

function chooseQuestion(
  state: UnitState,
  widen: WidenState,
  want: WantedRead,
  nowMs: number,
): Question | null {
  forget(state, nowMs);
  const isIgnored = widen.silent >= SILENT_WIDE_LIMIT;
  const limit = isIgnored ? 0 : nowMs < widen.limitUntilMs ? widen.limit : Number.POSITIVE_INFINITY;
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
  if (words === null) return { request: separator(state, want), use: 'sync', ownDoing: true };
  const { unit, fn, address } = want;
  return { request: { unit, fn, address, words }, use: 'value', ownDoing: words > want.words };
}

function noteAsked(state: UnitState, { fn, words }: ReadRequest, nowMs: number): void {
  const key = keyOf(fn, words);
  const newest = state.asked.at(-1);
  if (newest?.key === key) {
    newest.repeated = true;
    newest.atMs = nowMs;
  } else state.asked.push({ key, fn, repeated: false, answer: 'unknown', atMs: nowMs });
  forget(state, nowMs);
  state.recent = [...state.recent.filter((known) => known !== key), key].slice(-WARY_LENGTHS * 2);
}

/** Moves the horizon; true when the answer can only be that of the newest question. */
function noteSeen(state: UnitState, { fn, words }: SeenAnswer, nowMs: number): boolean {
  forget(state, nowMs);
  const first = state.asked.findIndex((asked) =>
    words === null
      ? asked.fn === fn && asked.answer !== 'data'
      : asked.key === keyOf(fn, words) && asked.answer !== 'exception',
  );
  if (first < 0) return false;
  state.asked.splice(0, first);
  const [newest] = state.asked;
  const believed = state.asked.length === 1 && newest?.repeated === false;
  if (believed && newest) newest.answer = words === null ? 'exception' : 'data';
  if (!believed && words !== null) {
    const late = state.late.findIndex((one) => one.key === keyOf(fn, words));
    if (late >= 0) state.late.splice(late, 1);
  }
  return believed;
}

function noteMissing(state: UnitState, { fn, words }: ReadRequest, timeoutMs: number, nowMs: number): void {
  const untilMs = nowMs + LATE_TIMEOUTS * timeoutMs;
  state.waryUntilMs = untilMs;
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

function noteWidening(
  widen: WidenState,
  want: WantedRead,
  { request, use }: Question,
  end: QuestionEnd,
  nowMs: number,
): void {
  const extra = use === 'value' ? request.words - want.words : 0;
  if (extra > 0) {
    if (end === 'answered') widen.silent = 0;
    else if (end === 'silent') widen.silent++;
    else if (end === 'refused') {
      widen.limit = extra - WIDEN_BY;
      widen.limitUntilMs = nowMs + REFUSED_MS;
    }
  } else if (end === 'answered' && widen.silent >= SILENT_WIDE_LIMIT) {
    // One more silence after that time is enough to believe it again.
    widen.silent = SILENT_WIDE_LIMIT - 1;
    widen.limit = 0;
    widen.limitUntilMs = nowMs + IGNORED_MS;
  }
}
