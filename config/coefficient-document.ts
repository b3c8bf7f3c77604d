/**
 * Coefficient documents, our format `hakaru-coefficients/1`, as JSON or CSV. A document is taken whole or not at all:
 * the first thing wrong in it, with its line and column, refuses all of it.
 */
import * as z from 'zod';
import { contentProblem, MAX_DOCUMENT_DAYS, ruleProblem } from '../gateway/domain/coefficients/documents.ts';
import { isDate, parseInstant } from '../gateway/domain/coefficients/jst.ts';
import { type CoefficientDocument, GRID_AREAS, type RuleSet } from '../gateway/domain/coefficients/types.ts';
import { CodedError, fault } from '../gateway/domain/faults.ts';
import { readCoefficientCsv } from './coefficient-csv.ts';
import { KNOWN_KEYS, strict } from './fields.ts';
import { type JsonSource, readJson } from './json-source.ts';
import { nearest } from './nearest.ts';
import type { Path, Place, Places } from './places.ts';
import { valueAtPath } from './zod-problems.ts';

export const DOCUMENT_FORMAT = 'hakaru-coefficients/1';
/** A year of one area takes some kilobytes; larger input is not read. */
export const MAX_DOCUMENT_BYTES = 1_000_000;
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

export const coefficientDocumentSchema = strict({
  format: z.literal(DOCUMENT_FORMAT),
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
  complete: z.array(range).min(1).max(MAX_DOCUMENT_DAYS),
  curtailmentDays: days,
  curtailmentHours: z
    .array(strict({ date, from: hour(0, 23), to: hour(1, 24) }))
    .max(MAX_ENTRIES)
    .optional(),
  tightDays: days,
});

function refuse(
  code: 'document-unreadable' | 'document-invalid',
  source: string,
  place: Place,
  reason: string,
): CodedError {
  return new CodedError(fault(code, { source, where: `line ${place.line}, column ${place.column}`, reason }));
}

/** Strict UTF-8, with or without a byte order mark; for CSV also Shift_JIS, which Excel writes in Japan. */
function decodeText(bytes: Uint8Array, source: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // Not UTF-8. JSON must be (RFC 8259); what begins like JSON is not guessed at.
    if (bytes[0] === 0x7b)
      throw refuse('document-unreadable', source, { line: 1, column: 1 }, 'a JSON document must be UTF-8');
  }
  try {
    return new TextDecoder('shift_jis', { fatal: true }).decode(bytes);
  } catch {
    throw refuse(
      'document-unreadable',
      source,
      { line: 1, column: 1 },
      'the text is neither UTF-8 nor Shift_JIS',
    );
  }
}

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
}

function parseWithPlaces(bytes: Uint8Array, source: string): Parsed {
  if (bytes.byteLength > MAX_DOCUMENT_BYTES) {
    throw new CodedError(fault('document-too-large', { source, limitBytes: MAX_DOCUMENT_BYTES }));
  }
  const text = decodeText(bytes, source);
  const read = /^\s*[{[]/.test(text) ? readJson(text) : readCoefficientCsv(text);
  if ('reason' in read) throw refuse('document-unreadable', source, read.place, read.reason);
  return shaped(read, source);
}

function shaped({ data, places }: JsonSource, source: string): Parsed {
  const parsed = coefficientDocumentSchema.safeParse(data);
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
  const document = { ...rest, issuedAt: instant, curtailmentDays, curtailmentHours: hours, tightDays };
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

/**
 * Reads a document that may be applied: {@link parseCoefficientDocument}, and its rule set is known and has words for
 * all of it.
 * @throws CodedError as above, and rule-set-unknown, tight-day-without-factor
 */
export function readCoefficientDocument(
  bytes: Uint8Array,
  source: string,
  ruleSets: ReadonlyMap<string, RuleSet>,
): CoefficientDocument {
  const { document, places } = parseWithPlaces(bytes, source);
  const ruleSet = ruleSets.get(document.ruleSet);
  if (!ruleSet) {
    throw new CodedError(
      fault('rule-set-unknown', { ruleSet: document.ruleSet, known: [...ruleSets.keys()].join(', ') }),
    );
  }
  const wrong = ruleProblem(document, ruleSet);
  if (!wrong) return document;
  if (wrong.fault.code !== 'document-invalid') throw new CodedError(wrong.fault);
  throw refuse('document-invalid', source, places.valueAt(wrong.path), String(wrong.fault.about.reason));
}
