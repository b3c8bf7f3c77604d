/**
 * Coefficient documents, our format `hakaru-coefficients/2` (and `/1`), as JSON or CSV. A document is taken whole or
 * not at all: the first thing wrong in it, with its line and column, refuses all of it.
 */
import * as z from 'zod';
import { contentProblem, MAX_DOCUMENT_DAYS, ruleProblem } from '../gateway/domain/coefficients/documents.ts';
import { isDate, isMonth, parseInstant } from '../gateway/domain/coefficients/jst.ts';
import { type CoefficientDocument, GRID_AREAS, type RuleSet } from '../gateway/domain/coefficients/types.ts';
import { CodedError, fault } from '../gateway/domain/faults.ts';
import { readCoefficientCsv } from './coefficient-csv.ts';
import { documentText, refuse } from './coefficient-text.ts';
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

const date = z.string().refine(isDate, 'is not a date of the calendar; write it like 2026-11-03');
const hour = (low: number, high: number) =>
  z
    .string()
    .regex(/^\d\d:00$/, 'is not a whole hour; write it like 13:00')
    .transform((text) => Number(text.slice(0, 2)))
    .refine((value) => value >= low && value <= high, `must be ${low} to ${high} o'clock`);
const range = strict({ from: date, to: date });
const days = z.array(date).max(MAX_DOCUMENT_DAYS).optional();

/** No table lists more months than it may speak for days. */
const MAX_MONTHS = 120;
const months = z
  .array(
    strict({
      month: z.string().refine(isMonth, 'is not a month; write it like 2026-04'),
      mjPerKwh: z
        .union([z.string(), z.number()], { error: 'is not a coefficient as printed; write it like "9.12"' })
        .transform(String)
        .refine(
          (text) => /^\d{1,3}(\.\d{1,4})?$/.test(text),
          'is not a coefficient as printed; write it like "9.12"',
        )
        .describe('MJ/kWh as printed; as text, so that its last digit is kept'),
    }),
  )
  .max(MAX_MONTHS);

const parts = {
  format: z.enum(DOCUMENT_FORMATS),
  document: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'takes 1 to 64 of A–Z, a–z, 0–9, . _ and -'),
  revision: z.int().min(1).max(999_999_999),
  ruleSet: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'is not the id of a rule set, e.g. fy2023'),
  area: z.enum(GRID_AREAS),
  issuedAt: z
    .string()
    .refine(
      (text) => parseInstant(text) !== null,
      'is not an instant with its offset; write it like 2026-11-01T10:00:00+09:00',
    ),
  source: z.string().trim().min(1).max(500),
  curtailmentDays: days,
  curtailmentHours: z
    .array(strict({ date, from: hour(0, 23), to: hour(1, 24) }))
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

function issueText(
  issue: z.core.$ZodIssue,
  data: unknown,
): { readonly path: Path; readonly reason: string; readonly key: boolean } {
  const path = issue.path as Path;
  const field = path.findLast((step) => typeof step === 'string') ?? 'the document';
  const found = valueAtPath(data, path);
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    const near = nearest(key, issue.message.slice(KNOWN_KEYS.length).split(','));
    return {
      path: [...path, key],
      reason: `the key ${JSON.stringify(key)} is not known${near ? `; did you mean ${near}?` : ''}`,
      key: true,
    };
  }
  if (found === undefined) return { path, reason: `${field} is missing`, key: true };
  if (issue.code === 'invalid_value') {
    const shown = typeof found === 'string' ? found.slice(0, 40) : typeof found;
    return {
      path,
      reason: `${shown} is not a value of ${field}; write ${issue.values.join(', ')}`,
      key: false,
    };
  }
  const own = issue.code === 'custom' || issue.code === 'invalid_format';
  const shown = typeof found === 'string' ? `${found.slice(0, 40)} ` : '';
  return {
    path,
    reason: own ? `${field}: ${shown}${issue.message}` : `${field}: ${issue.message}`,
    key: false,
  };
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
    throw refuse(
      'document-invalid',
      source,
      first?.place ?? { line: 1, column: 1 },
      first?.reason ?? 'it does not fit the format',
    );
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
  if (wrong)
    throw refuse('document-invalid', source, places.valueAt(wrong.path), String(wrong.fault.about.reason));
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
  readonly where: string;
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
        where: `line ${where.line}, column ${where.column}`,
      }),
    );
  }
  const wrong = ruleProblem(document, ruleSet);
  const at = places.valueAt(['revision']);
  if (!wrong) return { document, isWhole, where: `line ${at.line}, column ${at.column}` };
  const place = places.valueAt(wrong.path);
  const { code, about } = wrong.fault;
  if (code !== 'document-invalid')
    throw new CodedError(fault(code, { ...about, where: `line ${place.line}, column ${place.column}` }));
  throw refuse('document-invalid', source, place, String(about.reason));
}

/** {@link readDocumentText} from bytes. @throws CodedError as that, and document-too-large */
export function readCoefficientDocument(
  bytes: Uint8Array,
  source: string,
  ruleSets: ReadonlyMap<string, RuleSet>,
): CoefficientDocument {
  return readDocumentText(documentText(bytes, source), source, ruleSets).document;
}
