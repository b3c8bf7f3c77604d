/**
 * JSON (RFC 8259) with the place of every value. JSON.parse names no place for many mistakes and keeps the last of
 * two equal keys without a word; documents that weigh money must do neither.
 */
import type { Said } from '../gateway/domain/faults.ts';
import { type Path, type Place, type PlaceBook, type Places, placeBook } from './places.ts';

export interface JsonSource {
  readonly data: unknown;
  readonly places: Places;
}

export interface JsonMistake {
  readonly place: Place;
  readonly reason: Said;
}

/** Deeper nesting than a document needs. */
const MAX_DEPTH = 8;

class Mistake extends Error {
  readonly offset: number;
  readonly reason: Said;

  constructor(offset: number, reason: Said) {
    super(reason.en);
    this.offset = offset;
    this.reason = reason;
  }
}

interface Cursor {
  readonly text: string;
  readonly book: PlaceBook;
  readonly placeAt: (offset: number) => Place;
  offset: number;
}

function skipSpace(cursor: Cursor): void {
  while (/[ \t\r\n]/.test(cursor.text[cursor.offset] ?? '')) cursor.offset += 1;
}

function found(letter: string | undefined): Said {
  if (letter === undefined) return { en: 'the text ends', ja: '文が終わっています' };
  const shown = JSON.stringify(letter);
  return { en: `there is ${shown}`, ja: `${shown} があります` };
}

function expect(cursor: Cursor, letter: string, wanted: string): void {
  skipSpace(cursor);
  const next = cursor.text[cursor.offset];
  if (next !== letter) {
    const { en, ja } = found(next);
    throw new Mistake(cursor.offset, {
      en: `${en} where ${wanted} is expected`,
      ja: `${wanted} のあるべき所で${ja}`,
    });
  }
  cursor.offset += 1;
}

/** A text without raw control characters, a number, or a word (RFC 8259 sections 3, 6 and 7). */
const TOKEN =
  /^(?:"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})|[\u007f-\u009f])*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/u;

function noValue(letter: string | undefined): Said {
  if (letter === undefined)
    return { en: 'the text ends where a value is expected', ja: '値のあるべき所で文が終わっています' };
  if (letter === '"')
    return {
      en: 'this text is not closed, or holds a character that must be escaped',
      ja: '文字列が閉じられていないか、エスケープの必要な文字があります',
    };
  const shown = JSON.stringify(letter);
  return { en: `a value cannot begin with ${shown}`, ja: `値は ${shown} で始められません` };
}

function token(cursor: Cursor): unknown {
  const text = TOKEN.exec(cursor.text.slice(cursor.offset))?.[0];
  if (text === undefined) {
    const letter = cursor.text[cursor.offset];
    throw new Mistake(cursor.offset, noValue(letter));
  }
  cursor.offset += text.length;
  return JSON.parse(text) as unknown;
}

/** Elements up to the closing bracket, with commas between them and none after the last. */
function series(cursor: Cursor, close: string, element: (index: number) => void): void {
  skipSpace(cursor);
  if (cursor.text[cursor.offset] === close) {
    cursor.offset += 1;
    return;
  }
  for (let index = 0; ; index += 1) {
    element(index);
    skipSpace(cursor);
    if (cursor.text[cursor.offset] === close) break;
    expect(cursor, ',', `, or ${close}`);
  }
  cursor.offset += 1;
}

function value(cursor: Cursor, path: Path, keyPlace: Place | null): unknown {
  skipSpace(cursor);
  const start = cursor.offset;
  if (path.length > MAX_DEPTH)
    throw new Mistake(start, { en: 'this is nested too deeply', ja: '入れ子が深すぎます' });
  cursor.book.add(path, cursor.placeAt(start), keyPlace);
  const opening = cursor.text[start];
  if (opening === '[') {
    cursor.offset += 1;
    const list: unknown[] = [];
    series(cursor, ']', (index) => list.push(value(cursor, [...path, index], null)));
    return list;
  }
  if (opening !== '{') return token(cursor);
  cursor.offset += 1;
  const entries = new Map<string, unknown>();
  series(cursor, '}', () => {
    skipSpace(cursor);
    const at = cursor.offset;
    if (cursor.text[at] !== '"')
      throw new Mistake(at, {
        en: 'a key in double quotes is expected',
        ja: '二重引用符で囲んだキーが必要です',
      });
    const key = token(cursor) as string;
    if (entries.has(key))
      throw new Mistake(at, {
        en: `the key ${JSON.stringify(key)} is written twice`,
        ja: `キー ${JSON.stringify(key)} が二度書かれています`,
      });
    expect(cursor, ':', ':');
    entries.set(key, value(cursor, [...path, key], cursor.placeAt(at)));
  });
  return Object.fromEntries(entries);
}

/** Reads a whole text as one JSON value. */
export function readJson(text: string): JsonSource | JsonMistake {
  const book = placeBook();
  const starts = [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)];
  const placeAt = (offset: number): Place => {
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
  const cursor: Cursor = { text, book, placeAt, offset: 0 };
  try {
    const data = value(cursor, [], null);
    skipSpace(cursor);
    if (cursor.offset < text.length)
      throw new Mistake(cursor.offset, {
        en: 'there is more text after the end',
        ja: '終わりの後に文字があります',
      });
    return { data, places: book };
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    return { place: placeAt(error.offset), reason: error.reason };
  }
}
