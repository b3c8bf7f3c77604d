/**
 * The CSV form of a coefficient document: one record a line, its first field the key. The record `end,11` closes it and
 * counts the records before it; format /2 must have it.
 */
import { CsvError, parse } from 'csv-parse/sync';
import type { Said } from '../gateway/domain/faults.ts';
import type { JsonMistake, JsonSource } from './json-source.ts';
import { FILE_START, type Path, type Place, placeBook } from './places.ts';

export interface Row {
  readonly record: readonly string[];
  readonly raw: string;
  readonly info: { readonly lines: number };
}

/** Fields after the key: how many, and which field of the document a record fills. */
const SINGLE = ['format', 'document', 'revision', 'ruleSet', 'area', 'issuedAt', 'source'] as const;
const LISTS = {
  complete: { key: 'complete', fields: ['from', 'to'] },
  'curtailment-day': { key: 'curtailmentDays', fields: [] },
  'curtailment-hours': { key: 'curtailmentHours', fields: ['date', 'from', 'to'] },
  'tight-day': { key: 'tightDays', fields: [] },
  month: { key: 'monthly', fields: ['month', 'mjPerKwh'] },
} as const satisfies Readonly<Record<string, { readonly key: string; readonly fields: readonly string[] }>>;

/** The column, from 1, at which the field with this index begins in the line as written. */
function columnOf(raw: string, index: number): number {
  let [field, quoted] = [0, false];
  for (let at = 0; at < raw.length; at += 1) {
    if (field === index) return at + 1;
    if (raw[at] === '"') quoted = !quoted;
    else if (raw[at] === ',' && !quoted) field += 1;
  }
  return Math.max(1, raw.replace(/\r?\n$/, '').length);
}

function rowsOf(text: string): readonly Row[] {
  const options = {
    info: true,
    raw: true,
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
    max_record_size: 2_000,
  } as const;
  return parse(text, options) as unknown as readonly Row[];
}

/** Source: csv-parse, Errors. */
const BROKEN_CSV: ReadonlyMap<string, string> = new Map([
  ['CSV_INVALID_CLOSING_QUOTE', '閉じた引用符の後に文字があります'],
  ['CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE', '閉じた引用符の後に文字があります'],
  ['CSV_QUOTE_NOT_CLOSED', '引用符が閉じられていません'],
  ['INVALID_OPENING_QUOTE', '項目の途中に引用符があります'],
  ['CSV_MAX_RECORD_SIZE', '1 行が長すぎます'],
]);

/** The same, or what is wrong with the text as CSV. */
export function readRows(text: string): readonly Row[] | JsonMistake {
  try {
    return rowsOf(text);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const { lines, column } = error as { lines?: unknown; column?: unknown };
    return {
      place: { line: Number(lines ?? 1) || 1, column: typeof column === 'number' ? column + 1 : 1 },
      reason: { en: error.message.slice(0, 200), ja: BROKEN_CSV.get(error.code) ?? 'CSV として読めません' },
    };
  }
}

/** Where the fields of a row stand in the text. */
export function placesOf({ raw, info }: Row): (field: number) => Place {
  const written = raw.replace(/^[\r\n]+/, '');
  const line = info.lines - (written.replace(/\r?\n$/, '').match(/\n/g)?.length ?? 0);
  return (field) => ({ line, column: columnOf(written, field) });
}

/** Without the empty fields by which a spreadsheet pads every record to the width of the longest. */
export function unpadded(record: readonly string[]): string[] {
  const fields = [...record];
  while (fields.length > 1 && fields.at(-1) === '') fields.pop();
  return fields;
}

interface Draft {
  readonly data: Record<string, unknown>;
  readonly book: ReturnType<typeof placeBook>;
}

/** Puts one record into the draft. @returns what is wrong with it */
function take(
  draft: Draft,
  record: readonly string[],
  placeAt: (field: number) => Place,
): JsonMistake | null {
  const [key = '', ...fields] = record;
  const wrong = (field: number, reason: Said): JsonMistake => ({ place: placeAt(field), reason });
  const counted = (count: number): JsonMistake | null =>
    fields.length === count
      ? null
      : wrong(Math.min(fields.length, count + 1), {
          en: `${key} takes ${count} field${count === 1 ? '' : 's'}, not ${fields.length}`,
          ja: `${key} の項目は ${count} 個です (${fields.length} 個あります)`,
        });
  const add = (path: Path, value: unknown, field: number): unknown => {
    draft.book.add(path, placeAt(field), placeAt(0));
    return value;
  };
  if ((SINGLE as readonly string[]).includes(key)) {
    const mistake =
      counted(1) ??
      (Object.hasOwn(draft.data, key)
        ? wrong(0, { en: `${key} is written twice`, ja: `${key} が二度書かれています` })
        : null);
    if (mistake) return mistake;
    const [text = ''] = fields;
    draft.data[key] = add([key], key === 'revision' && /^\d{1,9}$/.test(text) ? Number(text) : text, 1);
    return null;
  }
  if (!Object.hasOwn(LISTS, key)) {
    const known = [...SINGLE, ...Object.keys(LISTS), 'end'].join(', ');
    return wrong(0, {
      en: `${JSON.stringify(key)} is not a record; known are ${known}`,
      ja: `${JSON.stringify(key)} という項目はありません。使えるのは ${known} です`,
    });
  }
  const { key: name, fields: names } = LISTS[key as keyof typeof LISTS];
  const mistake = counted(Math.max(1, names.length));
  if (mistake) return mistake;
  const list = (draft.data[name] ??= []) as unknown[];
  const path = [name, list.length];
  if (list.length === 0) draft.book.add([name], placeAt(0), placeAt(0));
  const filled = names.map((field, index) => [field, add([...path, field], fields[index], index + 1)]);
  list.push(
    add(path, names.length === 0 ? fields[0] : Object.fromEntries(filled), names.length === 0 ? 1 : 0),
  );
  return null;
}

/** The formats whose CSV must say where it ends. */
const MUST_END = 'hakaru-coefficients/2';

/** @returns what is wrong with the record `end,COUNT` */
function endMistake(
  fields: readonly string[],
  count: number,
  placeAt: (field: number) => Place,
): JsonMistake | null {
  const [said = ''] = fields;
  if (fields.length === 1 && said === String(count)) return null;
  if (fields.length !== 1 || !/^\d{1,6}$/.test(said))
    return {
      place: placeAt(1),
      reason: {
        en: `end takes the number of records before it; write end,${count}`,
        ja: `end にはその前の行数を書きます (end,${count})`,
      },
    };
  return {
    place: placeAt(1),
    reason: {
      en: `end counts ${said} records and there are ${count} before it: lines are missing, or were added`,
      ja: `end の行数は ${said} ですが、その前に ${count} 行あります。行が欠けているか、加えられています`,
    },
  };
}

/** Reads the text of a CSV document into the shape of the JSON form. `isWhole`: it has its `end` record. */
export function readCoefficientCsv(text: string): (JsonSource & { readonly isWhole: boolean }) | JsonMistake {
  const rows = readRows(text);
  if ('reason' in rows) return rows;
  const draft: Draft = { data: {}, book: placeBook() };
  draft.book.add([], FILE_START, null);
  let isWhole = false;
  for (const [index, row] of rows.entries()) {
    const placeAt = placesOf(row);
    if (isWhole)
      return {
        place: placeAt(0),
        reason: { en: 'there is another record after the end', ja: 'end の後に行があります' },
      };
    const fields = unpadded(row.record);
    const isEnd = fields[0] === 'end';
    const mistake = isEnd ? endMistake(fields.slice(1), index, placeAt) : take(draft, fields, placeAt);
    if (mistake) return mistake;
    isWhole = isEnd;
  }
  if (!isWhole && draft.data['format'] === MUST_END) {
    const line = (rows.at(-1)?.info.lines ?? 0) + 1;
    const reason = {
      en: `the text ends without its end record, so lines may be missing; if all is there, write end,${rows.length}`,
      ja: `end の行がないため、行が欠けているかもしれません。全部あるなら最後に end,${rows.length} と書いてください`,
    };
    return { place: { line, column: 1 }, reason };
  }
  return { data: draft.data, places: draft.book, isWhole };
}
