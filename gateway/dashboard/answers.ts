/**
 * From a question to the JSON text of its answer, in pieces, so that neither a long answer nor a slow reader of it
 * costs memory, nor a long answer the time of everybody else: the event loop turns between pieces.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { CHANNEL_UNITS } from '../domain/meters.ts';
import type { EpochMs } from '../domain/time.ts';
import { dayView } from './day.ts';
import type { Answer, HourSource, HoursQuery, Question } from './reads.ts';
import { hourView } from './render.ts';
import { localDate, localIso, siteDay } from './site-day.ts';

/** Bytes of a piece, at most: a millisecond or two of work. */
const PIECE_BYTES = 65_536;

const encoder = new TextEncoder();

function dayText(question: Extract<Question, { kind: 'day' }>, source: HourSource): string {
  const site = source.site();
  const { nowMs } = question;
  const date = question.date ?? localDate(nowMs, site.timezone);
  const day = siteDay(date, site.timezone);
  const { startMs: fromMs, endMs: toMs } = day;
  const hours = [...source.hours({ fromMs, toMs, meter: null })];
  const coefficients = source.coefficients(fromMs, toMs);
  return JSON.stringify(dayView({ site, date, day, nowMs, hours, sinceOf: source.sinceOf, coefficients }));
}

/** The text of a HoursView; the same characters as JSON.stringify would give for the whole. */
function* hoursText(query: HoursQuery, source: HourSource): Generator<string> {
  const { timezone } = source.site();
  const from = JSON.stringify(localIso(query.fromMs, timezone));
  const to = JSON.stringify(localIso(query.toMs, timezone));
  yield `{"from":${from},"to":${to},"hours":[`;
  let comma = '';
  for (const hour of source.hours(query)) {
    yield comma + JSON.stringify(hourView(hour, CHANNEL_UNITS[hour.channel], timezone));
    comma = ',';
  }
  yield ']}';
}

/** `{ from, to, hours: ExplanationView[] }` */
function* coefficientsText(fromMs: EpochMs, toMs: EpochMs, source: HourSource): Generator<string> {
  const { timezone } = source.site();
  const from = JSON.stringify(localIso(fromMs, timezone));
  const to = JSON.stringify(localIso(toMs, timezone));
  yield `{"from":${from},"to":${to},"hours":[`;
  let comma = '';
  for (const hour of source.explained(fromMs, toMs)) {
    yield comma + JSON.stringify(hour);
    comma = ',';
  }
  yield ']}';
}

function textsOf(question: Question, source: HourSource): Iterable<string> {
  if (question.kind === 'day') return [dayText(question, source)];
  return question.kind === 'hours'
    ? hoursText(question, source)
    : coefficientsText(question.fromMs, question.toMs, source);
}

/** One that its reader has, and one that is made ahead. */
const BUFFERS = 2;

type Piece = Uint8Array<ArrayBuffer>;

/** Collects texts into pieces. A piece's buffer is filled again when the next but one is taken. */
function* pieces(texts: Iterable<string>): Generator<Piece> {
  const buffers: Piece[] = [];
  let taken = 0;
  const next = (): Piece => (buffers[taken++ % BUFFERS] ??= new Uint8Array(PIECE_BYTES));
  let piece = next();
  let filled = 0;
  for (const text of texts) {
    let left = text;
    while (left.length > 0) {
      const { read, written } = encoder.encodeInto(left, piece.subarray(filled));
      left = left.slice(read);
      filled += written;
      // Anything left did not fit, by a whole character at least.
      if (left.length === 0) break;
      yield piece.subarray(0, filled);
      piece = next();
      filled = 0;
    }
  }
  yield piece.subarray(0, filled);
}

/** The pieces of an answer, made as they are taken; at least one. */
function piecesOf(question: Question, source: HourSource): Generator<Piece> {
  return pieces(textsOf(question, source));
}

/** Answers with a turn of the event loop between pieces. */
export async function answerHere(question: Question, source: HourSource): Promise<Answer> {
  const made = piecesOf(question, source);
  const first = made.next().value as Piece;
  const second = made.next();
  if (second.done) return { first, rest: null };
  async function* rest(): AsyncGenerator<Piece> {
    yield second.value as Piece;
    for (const piece of made) {
      await nextTurn();
      yield piece;
    }
  }
  return { first, rest: rest() };
}
