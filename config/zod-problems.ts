/** Turns what zod found into problems with a place, a reason and advice. */
import type { core } from 'zod';
import type { Language } from '../gateway/domain/faults.ts';
import { type IssueParams, KNOWN_KEYS, LIVE_CONDITION, MEASURED_CONDITION } from './fields.ts';
import { HINTS, hintFor } from './hints.ts';
import { nearest } from './nearest.ts';
import type { Path, Place, Places } from './places.ts';
import { suggestionText } from './problem-texts.ts';
import type { RawProblem } from './yaml-source.ts';

export function valueAtPath(data: unknown, path: Path): unknown {
  let value = data;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.hasOwn(value, step) ? (value as Record<string | number, unknown>)[step] : undefined;
  }
  return value;
}

/** Where a problem with the value of a path is shown: a block or list at its key, which stands before it. */
export function placeOf(data: unknown, places: Places, path: Path): Place {
  return typeof valueAtPath(data, path) === 'object' ? places.keyAt(path) : places.valueAt(path);
}

const KINDS = {
  en: {
    string: 'text',
    number: 'a number',
    boolean: 'yes or no',
    array: 'a list',
    object: 'a block of keys',
    nothing: 'empty',
  },
  ja: {
    string: '文字列',
    number: '数値',
    boolean: '真偽値',
    array: '一覧',
    object: 'キーの集まり',
    nothing: '空',
  },
} as const;

/** A value as it was written, for showing; blocks and lists by their kind. */
function wordOf(value: unknown, language: Language): string {
  const simple = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return simple ? String(value).slice(0, 40) : kindOf(value, language);
}

function kindOf(value: unknown, language: Language): string {
  const kinds = KINDS[language];
  if (value === null || value === undefined) return kinds.nothing;
  if (Array.isArray(value)) return kinds.array;
  const kind = typeof value;
  return kind === 'string' || kind === 'number' || kind === 'boolean' ? kinds[kind] : kinds.object;
}

function boundsOf(
  path: Path,
  low: number | bigint | undefined,
  high: number | bigint | undefined,
  language: Language,
): string {
  const range = HINTS[hintFor(path)]?.range;
  if (range !== undefined) return range;
  if (low !== undefined) return language === 'ja' ? `${low} 以上` : `at least ${low}`;
  return language === 'ja' ? `${high ?? '?'} 以下` : `at most ${high ?? '?'}`;
}

interface Setting {
  readonly data: unknown;
  readonly places: Places;
  readonly language: Language;
}

function oneOf(path: Path, known: readonly string[], setting: Setting): RawProblem {
  const { data, places, language } = setting;
  const found = valueAtPath(data, path);
  const field = String(path.at(-1) ?? '');
  if (found === undefined) return missing(path, setting);
  const word = wordOf(found, language);
  const aliases = HINTS[hintFor(path)]?.aliases ?? {};
  const near = (Object.hasOwn(aliases, word) ? aliases[word] : null) ?? nearest(word, known);
  const values = { field, found: word, suggestion: suggestionText(near, known, language) };
  return { path, place: placeOf(data, places, path), text: 'wrong-value', values };
}

function missing(path: Path, { places }: Setting): RawProblem {
  const field = String(path.at(-1) ?? '');
  return {
    path,
    place: places.keyAt(path),
    text: 'missing',
    values: { field, hint: HINTS[hintFor(path)]?.example ?? `\`${field}: …\`` },
  };
}

function unknownKeys(issue: core.$ZodIssueUnrecognizedKeys, { places, language }: Setting): RawProblem[] {
  const path = issue.path as Path;
  const known = issue.message.startsWith(KNOWN_KEYS) ? issue.message.slice(KNOWN_KEYS.length).split(',') : [];
  return issue.keys.map((key) => {
    const at = [...path, key];
    const values = { key, suggestion: suggestionText(nearest(key, known), known, language) };
    return { path: at, place: places.keyAt(at), text: 'unknown-key', values };
  });
}

/** What is wrong in the only shape of a union that is meant: where a block or a list fits, but something in it does not. */
function meantBranch(errors: readonly (readonly core.$ZodIssue[])[]): readonly core.$ZodIssue[] | null {
  const inside = errors.filter((issues) =>
    issues.every(({ code, path }) => path.length > 0 || code === 'unrecognized_keys'),
  );
  return inside.length === 1 ? (inside[0] ?? null) : null;
}

function one(issue: core.$ZodIssue, setting: Setting): RawProblem[] {
  const { data, places, language } = setting;
  const path = issue.path as Path;
  const field = String(path.at(-1) ?? '');
  const hint = HINTS[hintFor(path)]?.example ?? `\`${field}: …\``;
  const found = valueAtPath(data, path);
  const place = placeOf(data, places, path);
  if (issue.code === 'unrecognized_keys') return unknownKeys(issue, setting);
  if (issue.code === 'custom') {
    const { text, values } = issue.params as unknown as IssueParams;
    return [{ path, place, text, values: { field, hint, found: wordOf(found, language), ...values } }];
  }
  if (issue.code === 'invalid_key')
    return [{ path, place: places.keyAt(path), text: 'bad-id', values: { found: field } }];
  if (found === undefined) return [missing(path, setting)];
  if ((field === 'password' || field === 'secret') && typeof found !== 'object')
    return [{ path, place, text: 'secret-plain', values: { field } }];
  if (issue.code === 'invalid_union' && issue.message === MEASURED_CONDITION) {
    // A block of keys, or else a constant: each is told what is wrong with it as such.
    const kind = kindOf(found, 'en');
    const isBlock = kind === KINDS.en.object;
    const isScalar = kind === KINDS.en.string || kind === KINDS.en.number;
    const inner = isBlock ? issue.errors[1] : isScalar ? issue.errors[0] : null;
    if (inner) return inner.flatMap((each) => one({ ...each, path: [...path, ...each.path] }, setting));
  }
  if (issue.message === LIVE_CONDITION && kindOf(found, 'en') === KINDS.en.object)
    return [{ path, place, text: 'condition-live', values: { field } }];
  const branch = issue.code === 'invalid_union' ? meantBranch(issue.errors) : null;
  if (branch) return branch.flatMap((inner) => one({ ...inner, path: [...path, ...inner.path] }, setting));
  if (issue.code === 'invalid_value') return [oneOf(path, issue.values.map(String), setting)];
  if (issue.code === 'invalid_union' && 'options' in issue && Array.isArray(issue.options)) {
    return [oneOf(path, issue.options.map(String), setting)];
  }
  if (issue.code === 'too_small' || issue.code === 'too_big') {
    if (issue.code === 'too_small' && typeof found === 'object')
      return [{ path, place, text: 'nothing-there', values: { field, hint } }];
    const low = issue.code === 'too_small' ? issue.minimum : undefined;
    const high = issue.code === 'too_big' ? issue.maximum : undefined;
    const bounds =
      typeof found === 'string'
        ? language === 'ja'
          ? '1〜200 文字'
          : '1 to 200 letters'
        : boundsOf(path, low, high, language);
    return [{ path, place, text: 'out-of-range', values: { field, hint, bounds } }];
  }
  if (issue.code === 'invalid_format') {
    const text = issue.message === 'bad-id' ? 'bad-id' : 'wrong-form';
    return [{ path, place, text, values: { field, hint, found: wordOf(found, language) } }];
  }
  return [{ path, place, text: 'wrong-kind', values: { field, hint, found: kindOf(found, language) } }];
}

/** All of zod's issues as problems, without those of values that could not even be read: `unread` tells of them. */
export function zodProblems(
  issues: readonly core.$ZodIssue[],
  setting: Setting,
  unread: readonly RawProblem[],
): RawProblem[] {
  const told = new Set(
    unread.filter(({ text }) => text === 'alias' || text === 'too-deep').map(({ path }) => path.join('.')),
  );
  return issues.flatMap((issue) => one(issue, setting)).filter(({ path }) => !told.has(path.join('.')));
}
