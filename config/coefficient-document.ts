/**
 * Coefficient documents, our format `hakaru-coefficients/2` (and `/1`), as JSON or CSV. A document is taken whole or
 * not at all: the first thing wrong in it, with its line and column, refuses all of it.
 */
import * as z from 'zod';
import {
  contentProblem,
  type DocumentProblem,
  MAX_DOCUMENT_DAYS,
  ruleProblem,
} from '../gateway/domain/coefficients/documents.ts';
import { isDate, isMonth, parseInstant } from '../gateway/domain/coefficients/jst.ts';
import { type CoefficientDocument, GRID_AREAS, type RuleSet } from '../gateway/domain/coefficients/types.ts';
import { CodedError, fault, type Said } from '../gateway/domain/faults.ts';
import { readCoefficientCsv } from './coefficient-csv.ts';
import { documentText, refuse, whereText } from './coefficient-text.ts';
import { KNOWN_KEYS, strict } from './fields.ts';
import { type JsonSource, readJson } from './json-source.ts';
import { nearest } from './nearest.ts';
import type { Path, Places } from './places.ts';
import { valueAtPath } from './zod-problems.ts';

/**
 * `/2` is what is written today: its CSV must close with an `end` record, so that a copy that was cut between two
 * lines is not taken for whole. `/1` differs in nothing else, and there the record may be left out.
 */
export const DOCUMENT_FORMATS = ['hakaru-coefficients/2', 'hakaru-coefficients/1'] as const;
/** No document announces more single days or spans of hours than it may speak for days, times hours. */
const MAX_ENTRIES = MAX_DOCUMENT_DAYS * 4;

/** What is wrong with a value that has not the form of its field; the schema names them by their keys. */
const FORMS = {
  date: {
    en: 'is not a date of the calendar; write it like 2026-11-03',
    ja: 'は暦にない日付です。2026-11-03 のように書いてください',
  },
  hour: {
    en: 'is not a whole hour; write it like 13:00',
    ja: 'は正時ではありません。13:00 のように書いてください',
  },
  hourFrom: { en: "must be 0 to 23 o'clock", ja: 'は 0 時から 23 時まででなければなりません' },
  hourTo: { en: "must be 1 to 24 o'clock", ja: 'は 1 時から 24 時まででなければなりません' },
  month: {
    en: 'is not a month; write it like 2026-04',
    ja: 'は月ではありません。2026-04 のように書いてください',
  },
  figure: {
    en: 'is not a coefficient as printed; write it like "9.12"',
    ja: 'は公表値の形ではありません。"9.12" のように書いてください',
  },
  name: {
    en: 'takes 1 to 64 of A–Z, a–z, 0–9, . _ and -',
    ja: 'は A–Z a–z 0–9 . _ - の 1〜64 文字で書いてください',
  },
  ruleSet: {
    en: 'is not the id of a rule set, e.g. fy2023',
    ja: 'は規則の id ではありません (例: fy2023)',
  },
  instant: {
    en: 'is not an instant with its offset; write it like 2026-11-01T10:00:00+09:00',
    ja: 'は時差付きの日時ではありません。2026-11-01T10:00:00+09:00 のように書いてください',
  },
} as const satisfies Readonly<Record<string, Said>>;
type Form = keyof typeof FORMS;
const form = (key: Form): Form => key;

const date = z.string().refine(isDate, form('date'));
const hour = (low: number, high: number, outside: Form) =>
  z
    .string()
    .regex(/^\d\d:00$/, form('hour'))
    .transform((text) => Number(text.slice(0, 2)))
    .refine((value) => value >= low && value <= high, outside);
const range = strict({ from: date, to: date });
const days = z.array(date).max(MAX_DOCUMENT_DAYS).optional();

/** No table lists more months than it may speak for days. */
const MAX_MONTHS = 120;
const months = z
  .array(
    strict({
      month: z.string().refine(isMonth, form('month')),
      mjPerKwh: z
        .union([z.string(), z.number()], { error: form('figure') })
        .transform(String)
        .refine((text) => /^\d{1,3}(\.\d{1,4})?$/.test(text), form('figure'))
        .describe('MJ/kWh as printed; as text, so that its last digit is kept'),
    }),
  )
  .max(MAX_MONTHS);

const parts = {
  format: z.enum(DOCUMENT_FORMATS),
  document: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, form('name')),
  revision: z.int().min(1).max(999_999_999),
  ruleSet: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, form('ruleSet')),
  area: z.enum(GRID_AREAS),
  issuedAt: z.string().refine((text) => parseInstant(text) !== null, form('instant')),
  source: z.string().trim().min(1).max(500),
  curtailmentDays: days,
  curtailmentHours: z
    .array(strict({ date, from: hour(0, 23, 'hourFrom'), to: hour(1, 24, 'hourTo') }))
    .max(MAX_ENTRIES)
    .optional(),
  tightDays: days,
};
const complete = z.array(range).min(1).max(MAX_DOCUMENT_DAYS);
/** Announcements, which may bring a monthly table along … */
const announcementSchema = strict({ ...parts, complete, monthly: months.optional() });
/** … or a monthly table alone. */
const tableSchema = strict({ ...parts, complete: complete.optional(), monthly: months.min(1) });

export const coefficientDocumentSchema = z.union([announcementSchema, tableSchema]);

const NO_FIT: Said = { en: 'it does not fit the format', ja: '書式に合いません' };

/** What zod finds; its own sentences stay in English, behind ours. */
function misfit(issue: z.core.$ZodIssue, field: string, found: unknown): Said {
  const shown = typeof found === 'string' ? found.slice(0, 40) : null;
  if (issue.code === 'invalid_value') {
    const known = issue.values.join(', ');
    const given = shown ?? typeof found;
    return {
      en: `${given} is not a value of ${field}; write ${known}`,
      ja: `${given} は ${field} の値ではありません。${known} のいずれかを書いてください`,
    };
  }
  if (Object.hasOwn(FORMS, issue.message)) {
    const { en, ja } = FORMS[issue.message as Form];
    const isText = issue.code === 'custom' || issue.code === 'invalid_format';
    const given = isText && shown !== null ? shown : null;
    return {
      en: given === null ? `${field}: ${en}` : `${field}: ${given} ${en}`,
      ja: given === null ? `${field} ${ja}` : `${field}: ${given} ${ja}`,
    };
  }
  return { en: `${field}: ${issue.message}`, ja: `${field} の値が正しくありません (${issue.message})` };
}

function issueText(
  issue: z.core.$ZodIssue,
  data: unknown,
): { readonly path: Path; readonly reason: Said; readonly key: boolean } {
  const path = issue.path as Path;
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    const near = nearest(key, issue.message.slice(KNOWN_KEYS.length).split(','));
    const written = JSON.stringify(key);
    const reason = {
      en: `the key ${written} is not known${near ? `; did you mean ${near}?` : ''}`,
      ja: `キー ${written} はありません${near ? `。${near} ではありませんか` : ''}`,
    };
    return { path: [...path, key], reason, key: true };
  }
  const field = path.findLast((step) => typeof step === 'string');
  const found = valueAtPath(data, path);
  if (found === undefined) {
    const reason = { en: `${field ?? 'the document'} is missing`, ja: `${field ?? '文書'} がありません` };
    return { path, reason, key: true };
  }
  return { path, reason: misfit(issue, field ?? 'the document', found), key: false };
}

/** What the rules find wrong, with its place in the text instead of its place among the dates. */
function inText(
  { path, fault: { code, about } }: DocumentProblem,
  places: Places,
  source: string,
): CodedError {
  const where = whereText(places.valueAt(path));
  return new CodedError(fault(code, { ...about, ...('source' in about ? { source } : {}), where }));
}

interface Parsed {
  readonly document: CoefficientDocument;
  readonly places: Places;
  /** False for a CSV without its `end` record: nobody can tell whether lines are missing at its end. */
  readonly isWhole: boolean;
}

function parseWithPlaces(bytes: Uint8Array, source: string): Parsed {
  return parseText(documentText(bytes, source), source);
}

function parseText(text: string, source: string): Parsed {
  const read = /^\s*[{[]/.test(text) ? { ...readJson(text), isWhole: true } : readCoefficientCsv(text);
  if ('reason' in read) throw refuse('document-unreadable', source, read.place, read.reason);
  return { ...shaped(read, source), isWhole: read.isWhole };
}

function shaped({ data, places }: JsonSource, source: string): Omit<Parsed, 'isWhole'> {
  const isTable = typeof data === 'object' && data !== null && 'monthly' in data && !('complete' in data);
  const parsed = (isTable ? tableSchema : announcementSchema).safeParse(data);
  if (!parsed.success) {
    const found = parsed.error.issues.map((issue) => issueText(issue, data));
    const placed = found.map(({ path, reason, key }) => ({
      place: key ? places.keyAt(path) : places.valueAt(path),
      reason,
    }));
    const first = placed.sort((a, b) => a.place.line - b.place.line || a.place.column - b.place.column)[0];
    throw refuse('document-invalid', source, first?.place ?? { line: 1, column: 1 }, first?.reason ?? NO_FIT);
  }
  const {
    format: _,
    issuedAt,
    complete: ranges = [],
    monthly,
    curtailmentDays = [],
    curtailmentHours = [],
    tightDays = [],
    ...rest
  } = parsed.data;
  const instant = parseInstant(issuedAt);
  if (instant === null) throw new Error('the schema let an instant pass that is none');
  const hours = curtailmentHours.map((entry) => ({
    date: entry.date,
    fromHour: entry.from,
    toHour: entry.to,
  }));
  const document = {
    ...rest,
    issuedAt: instant,
    complete: ranges,
    curtailmentDays,
    curtailmentHours: hours,
    tightDays,
    ...(monthly ? { monthly } : {}),
  };
  const wrong = contentProblem(document);
  if (wrong) throw inText(wrong, places, source);
  return { document, places };
}

/**
 * Reads a document: its form, its dates, and that it contradicts nowhere itself. Whether its rule set knows such
 * announcements is {@link readCoefficientDocument}'s to say.
 * @param source shown in faults: an URL or a file name
 * @throws CodedError document-unreadable, document-invalid (both with `line L, column C`), document-too-large
 */
export function parseCoefficientDocument(bytes: Uint8Array, source: string): CoefficientDocument {
  return parseWithPlaces(bytes, source).document;
}

/** A document whose text is known to be whole, or a CSV that does not say. */
export interface ReadDocument {
  readonly document: CoefficientDocument;
  readonly isWhole: boolean;
  /** Where its revision stands: what is wrong beside a document that is in force already has its place there. */
  readonly where: Said;
}

/**
 * Reads a document that may be applied: {@link parseCoefficientDocument}, and its rule set is known and has words for
 * all of it.
 * @throws CodedError as above, and rule-set-unknown, tight-day-without-factor
 */
export function readDocumentText(
  text: string,
  source: string,
  ruleSets: ReadonlyMap<string, RuleSet>,
): ReadDocument {
  const { document, places, isWhole } = parseText(text, source);
  const ruleSet = ruleSets.get(document.ruleSet);
  if (!ruleSet) {
    const where = places.valueAt(['ruleSet']);
    throw new CodedError(
      fault('rule-set-unknown', {
        ruleSet: document.ruleSet,
        known: [...ruleSets.keys()].join(', '),
        where: whereText(where),
      }),
    );
  }
  const wrong = ruleProblem(document, ruleSet);
  if (wrong) throw inText(wrong, places, source);
  return { document, isWhole, where: whereText(places.valueAt(['revision'])) };
}

/** {@link readDocumentText} from bytes. @throws CodedError as that, and document-too-large */
export function readCoefficientDocument(
  bytes: Uint8Array,
  source: string,
  ruleSets: ReadonlyMap<string, RuleSet>,
): CoefficientDocument {
  return readDocumentText(documentText(bytes, source), source, ruleSets).document;
}
