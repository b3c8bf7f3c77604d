/**
 * From a question to the JSON text of its answer, in pieces, so that neither a long answer nor a slow reader of it
 * costs memory. The same code runs in the read worker and, where there is no file to open twice (a database in
 * memory), in the asking thread.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { CHANNEL_UNITS } from '../domain/meters.ts';
import { dayView } from './day.ts';
import type { Answer, HourSource, HoursQuery, Question } from './reads.ts';
import { hourView } from './render.ts';
import { localDate, localIso, siteDay } from './site-day.ts';

/** Bytes of a piece, at most: what the polling thread copies to a socket at a stretch, well below a millisecond. */
export const PIECE_BYTES = 65_536;

const encoder = new TextEncoder();

function dayText(question: Extract<Question, { kind: 'day' }>, source: HourSource): string {
  const site = source.site();
  const { nowMs } = question;
  const date = question.date ?? localDate(nowMs, site.timezone);
  const day = siteDay(date, site.timezone);
  const { startMs: fromMs, endMs: toMs } = day;
  const hours = [...source.hours({ fromMs, toMs, meter: null })];
  const coefficients = source.coefficients(fromMs, toMs);
  return JSON.stringify(dayView({ site, date, day, nowMs, hours, coefficients }));
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

export type Piece = Uint8Array<ArrayBuffer>;

/** Collects texts into pieces. Each has a buffer of its own, which can be given away. */
function* pieces(texts: Iterable<string>, buffer: () => Piece): Generator<Piece> {
  let piece = buffer();
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
      piece = buffer();
      filled = 0;
    }
  }
  yield piece.subarray(0, filled);
}

const newBuffer = (): Piece => new Uint8Array(PIECE_BYTES);

/**
 * The pieces of an answer, made as they are taken; at least one.
 * @param buffer gives {@link PIECE_BYTES} bytes to fill: new ones, or such as nobody needs any more
 */
export function piecesOf(question: Question, source: HourSource, buffer = newBuffer): Generator<Piece> {
  return pieces(question.kind === 'day' ? [dayText(question, source)] : hoursText(question, source), buffer);
}

/** Answers in the asking thread, with a turn of its event loop between pieces. */
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
