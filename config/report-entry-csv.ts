/**
 * What people enter for reports, as CSV: one entry a line, its first field the kind. UTF-8 with or without a byte order
 * mark, or Shift_JIS. Taken whole or not at all: the first thing wrong, with its line and column, refuses all of it.
 */
import { isDate, isMonth } from '../gateway/domain/coefficients/jst.ts';
import { CodedError, fault, type Said } from '../gateway/domain/faults.ts';
import { parseDecimal } from '../gateway/domain/rational.ts';
import {
  ENTRY_KINDS,
  type EntryDraft,
  type EntryKind,
  keyOf,
  type ReportEntry,
} from '../gateway/domain/report/entries.ts';
import { placesOf, readRows, unpadded } from './coefficient-csv.ts';
import { NO_ENCODING } from './coefficient-text.ts';
import { nearest } from './nearest.ts';
import { FILE_START, type Place } from './places.ts';

/** Some hundred lines are many; larger files are not read, bytes. */
export const MAX_ENTRY_BYTES = 1_000_000;
const MAX_LINES = 5_000;
/** Written in the place of a figure: what was entered is taken back. */
export const WITHDRAW = '-';

/** The fields of each kind after the kind itself, in order; those behind `?` may be left out. */
export const ENTRY_FIELDS: Readonly<Record<EntryKind, readonly string[]>> = {
  production: ['month', 'amount'],
  fuel: ['fuel', 'month', 'amount'],
  co2: ['fiscalYear', 'retailer', 'menu', 'published', 'basic', 'adjusted', 'nonFossilPercent?'],
  'demand-response': ['date', 'direction', 'from', 'to', 'withdraw?'],
  year: ['fiscalYear', 'ordinary', 'optimization?'],
};

export const ENTRY_EXAMPLES: Readonly<Record<EntryKind, string>> = {
  production: 'production,2026-07,1234.5',
  fuel: 'fuel,a-heavy-oil,2026-07,12.3',
  co2: 'co2,2026,エネルギー株式会社,標準メニュー,2026-07-18,0.000402,0.000389',
  'demand-response': 'demand-response,2026-07-21,down,17:00,19:00',
  year: 'year,2024,0.0712,0.0743',
};

/** A field that is wrong: its index in the record, and why. */
class Mistake extends Error {
  readonly field: number;
  readonly reason: Said;

  constructor(field: number, reason: Said) {
    super(reason.en);
    this.field = field;
    this.reason = reason;
  }
}

type Fields = readonly string[];

function hintOf(written: string, known: readonly string[]): Said {
  const near = nearest(written, known);
  const list = known.join(', ');
  return near
    ? { en: `did you mean ${near}?`, ja: `${near} ではありませんか` }
    : { en: `known are ${list}`, ja: `使えるのは ${list} です` };
}

/** Decimal text as written, without thousands and full-width signs that spreadsheets leave. */
function decimal(fields: Fields, at: number, name: string, most: number): string {
  const text = fields[at] ?? '';
  if (!/^\d{1,12}(\.\d{1,12})?$/.test(text))
    throw new Mistake(at, {
      en: `${name}: "${text.slice(0, 30)}" is not a decimal; write it like 1234.5, without commas`,
      ja: `${name}: "${text.slice(0, 30)}" は小数ではありません。1234.5 のように、桁区切りなしで書いてください`,
    });
  const value = parseDecimal(text);
  if (!value || value.num > BigInt(most) * value.den)
    throw new Mistake(at, {
      en: `${name}: ${text} is more than ${most}`,
      ja: `${name}: ${text} は上限 ${most} を超えています`,
    });
  return text;
}

function month(fields: Fields, at: number): string {
  const text = fields[at] ?? '';
  if (!isMonth(text))
    throw new Mistake(at, {
      en: `"${text.slice(0, 30)}" is not a month; write it like 2026-07`,
      ja: `"${text.slice(0, 30)}" は月ではありません。2026-07 のように書いてください`,
    });
  return text;
}

function date(fields: Fields, at: number, name: string): string {
  const text = fields[at] ?? '';
  if (!/^20\d\d-/.test(text) || !isDate(text))
    throw new Mistake(at, {
      en: `${name}: "${text.slice(0, 30)}" is not a date; write it like 2026-07-21`,
      ja: `${name}: "${text.slice(0, 30)}" は日付ではありません。2026-07-21 のように書いてください`,
    });
  return text;
}

function year(fields: Fields, at: number): number {
  const text = fields[at] ?? '';
  if (!/^20\d\d$/.test(text))
    throw new Mistake(at, {
      en: `"${text.slice(0, 30)}" is not a fiscal year; write it like 2026`,
      ja: `"${text.slice(0, 30)}" は年度ではありません。2026 のように書いてください`,
    });
  return Number(text);
}

function words(fields: Fields, at: number, name: string): string {
  const text = (fields[at] ?? '').trim();
  if (text === '' || text.length > 100)
    throw new Mistake(at, {
      en: `${name} takes 1 to 100 characters`,
      ja: `${name} は 1〜100 文字で書いてください`,
    });
  return text;
}

function hour(fields: Fields, at: number, low: number, high: number): number {
  const text = /^([01]?\d|2[0-4]):00$/.exec(fields[at] ?? '')?.[1];
  const value = Number(text);
  if (text === undefined || value < low || value > high)
    throw new Mistake(at, {
      en: `"${(fields[at] ?? '').slice(0, 30)}" is not a whole hour from ${low}:00 to ${high}:00`,
      ja: `"${(fields[at] ?? '').slice(0, 30)}" は ${low}:00〜${high}:00 の正時ではありません`,
    });
  return value;
}

const MOST_AMOUNT = 1_000_000_000_000;

/** t-CO2/kWh, hundredths: more than burning any fuel gives; what is above is a figure in kg. */
const MOST_CO2_HUNDREDTHS = 1n;

function co2Factor(fields: Fields, at: number, name: string): string {
  const text = decimal(fields, at, name, 1);
  const value = parseDecimal(text);
  if (value && value.num * 100n > MOST_CO2_HUNDREDTHS * value.den)
    throw new Mistake(at, {
      en: `${name}: ${text} t-CO2/kWh cannot be; write tonnes, like 0.000402, not kg`,
      ja: `${name}: ${text} t-CO2/kWh はあり得ません。kg ではなく t で、0.000402 のように書いてください`,
    });
  return text;
}

function entryOf(kind: EntryKind, fields: Fields, fuels: readonly string[]): EntryDraft {
  const taken = (at: number): boolean => fields[at] === WITHDRAW;
  const amount = (at: number): string => (taken(at) ? '0' : decimal(fields, at, 'amount', MOST_AMOUNT));
  const draft = (entry: ReportEntry, at: number): EntryDraft => ({ entry, withdrawn: taken(at) });
  switch (kind) {
    case 'production':
      return draft({ kind, month: month(fields, 1), amount: amount(2) }, 2);
    case 'fuel': {
      const fuel = fields[1] ?? '';
      if (!fuels.includes(fuel)) {
        const hint = hintOf(fuel, fuels);
        throw new Mistake(1, {
          en: `the fuel "${fuel.slice(0, 30)}" is not known; ${hint.en}`,
          ja: `燃料 "${fuel.slice(0, 30)}" はありません。${hint.ja}`,
        });
      }
      return draft({ kind, fuel, month: month(fields, 2), amount: amount(3) }, 3);
    }
    case 'co2': {
      const factor = (at: number, name: string): string => (taken(5) ? '0' : co2Factor(fields, at, name));
      const about = {
        fiscalYear: year(fields, 1),
        retailer: words(fields, 2, 'retailer'),
        menu: words(fields, 3, 'menu'),
      };
      const published = date(fields, 4, 'published');
      const basic = factor(5, 'basic');
      const adjusted = taken(5) ? '0' : factor(6, 'adjusted');
      const share =
        fields[7] === undefined || fields[7] === '' ? null : decimal(fields, 7, 'nonFossilPercent', 100);
      return draft({ kind, ...about, published, basic, adjusted, nonFossilPercent: share }, 5);
    }
    case 'demand-response': {
      const day = date(fields, 1, 'date');
      const direction = fields[2];
      if (direction !== 'up' && direction !== 'down')
        throw new Mistake(2, {
          en: `"${(direction ?? '').slice(0, 30)}" is neither up (上げDR) nor down (下げDR)`,
          ja: `"${(direction ?? '').slice(0, 30)}" は up (上げDR) でも down (下げDR) でもありません`,
        });
      const [fromHour, toHour] = [hour(fields, 3, 0, 23), hour(fields, 4, 1, 24)];
      if (toHour <= fromHour)
        throw new Mistake(4, { en: 'it ends before it begins', ja: '終わりが始まりより前です' });
      if (fields[5] !== undefined && fields[5] !== '' && !taken(5))
        throw new Mistake(5, {
          en: `only ${WITHDRAW} can stand here, to take it back`,
          ja: `ここに書けるのは、取り消しの ${WITHDRAW} だけです`,
        });
      return draft({ kind, date: day, direction, fromHour, toHour }, 5);
    }
    default: {
      const optimization =
        fields[3] === undefined || fields[3] === '' ? null : decimal(fields, 3, 'optimization', MOST_AMOUNT);
      const ordinary = taken(2) ? '0' : decimal(fields, 2, 'ordinary', MOST_AMOUNT);
      return draft({ kind: 'year', fiscalYear: year(fields, 1), ordinary, optimization }, 2);
    }
  }
}

function draftOf(record: Fields, fuels: readonly string[]): EntryDraft {
  const [name = ''] = record;
  const kind = ENTRY_KINDS.find((each) => each === name);
  if (!kind) {
    const hint = hintOf(name, ENTRY_KINDS);
    throw new Mistake(0, {
      en: `"${name.slice(0, 30)}" is no kind of entry; ${hint.en}`,
      ja: `"${name.slice(0, 30)}" という種類はありません。${hint.ja}`,
    });
  }
  const names = ENTRY_FIELDS[kind];
  const least = names.filter((each) => !each.endsWith('?')).length;
  const count = record.length - 1;
  // A word that takes something back stands in the place of the figures that follow it.
  const short = kind === 'co2' && record[5] === WITHDRAW && count >= 5;
  if ((count < least && !short) || count > names.length) {
    const listed = names.map((each) => each.replace('?', '')).join(', ');
    throw new Mistake(Math.min(record.length, names.length + 1) - (count > names.length ? 0 : 1), {
      en: `${kind} takes ${listed}: like ${ENTRY_EXAMPLES[kind]}`,
      ja: `${kind} に書くのは ${listed} です (例: ${ENTRY_EXAMPLES[kind]})`,
    });
  }
  return entryOf(kind, record, fuels);
}

function refusal(source: string, { line, column }: Place, reason: Said): CodedError {
  return new CodedError(fault('report-entry-invalid', { source, where: `${line}:${column}`, reason }));
}

function decoded(bytes: Uint8Array, source: string): string {
  if (bytes.byteLength > MAX_ENTRY_BYTES)
    throw new CodedError(fault('document-too-large', { source, limitBytes: MAX_ENTRY_BYTES }));
  for (const encoding of ['utf-8', 'shift_jis']) {
    try {
      return new TextDecoder(encoding, { fatal: true }).decode(bytes);
    } catch {
      // The next one may fit.
    }
  }
  throw refusal(source, FILE_START, NO_ENCODING);
}

/**
 * Reads a file of entries.
 * @param fuels ids of config/report-factors
 * @throws CodedError report-entry-invalid (`line:column`), document-too-large
 */
export function readReportEntries(
  bytes: Uint8Array,
  source: string,
  fuels: readonly string[],
): readonly EntryDraft[] {
  const rows = readRows(decoded(bytes, source));
  if ('reason' in rows) throw refusal(source, rows.place, rows.reason);
  const drafts: EntryDraft[] = [];
  const seen = new Map<string, number>();
  for (const [n, row] of rows.entries()) {
    const placeAt = placesOf(row);
    const fields = unpadded(row.record);
    if ((n === 0 && fields[0] === 'kind') || fields[0]?.startsWith('#')) continue;
    const wrong = (field: number, reason: Said): CodedError => refusal(source, placeAt(field), reason);
    if (drafts.length >= MAX_LINES)
      throw wrong(0, { en: `more than ${MAX_LINES} entries`, ja: `${MAX_LINES} 件を超えています` });
    let draft: EntryDraft;
    try {
      draft = draftOf(fields, fuels);
    } catch (error) {
      if (!(error instanceof Mistake)) throw error;
      throw wrong(error.field, error.reason);
    }
    const key = `${draft.entry.kind} ${keyOf(draft.entry)}`;
    const before = seen.get(key);
    if (before !== undefined)
      throw wrong(0, {
        en: `says the same thing as line ${before}: one of the two is wrong`,
        ja: `${before} 行と同じ内容です。どちらかが誤りです`,
      });
    seen.set(key, placeAt(0).line);
    drafts.push(draft);
  }
  if (drafts.length === 0)
    throw refusal(source, FILE_START, {
      en: 'there is no entry in it',
      ja: '入力が 1 件もありません',
    });
  return drafts;
}
