/**
 * YAML as a person wrote it: plain data with the place of every key and value. Numbers that must be exact are handed
 * on as their source text, so that `0.1` never becomes a float. What YAML would silently accept or guess (a key
 * twice, `0123`, an alias, a tag) is a problem with its place.
 */
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { type Path, type Place, type PlaceBook, type Places, placeBook } from './places.ts';
import type { TextKey, TextValues } from './problem-texts.ts';

/** A problem before it is put into words. */
export interface RawProblem {
  readonly path: Path;
  readonly place: Place;
  readonly text: TextKey;
  readonly values: TextValues;
}

export interface YamlSource {
  /** Plain objects, arrays and scalars; exact numbers as text. Undefined when the text is not YAML at all. */
  readonly data: unknown;
  readonly places: Places;
  readonly problems: readonly RawProblem[];
}

/** Numbers under these keys, at any depth, stay text. */
const EXACT_KEYS: ReadonlySet<string> = new Set([
  'rated',
  'pulseWeight',
  'ct',
  'vt',
  'multiplier',
  'registerMultiplier',
  'scale',
  'step',
  'wrapsAt',
  'invalid',
  'mjPerKwh',
  'gj',
  'per',
]);

/** Deeper nesting than any of our files needs. */
const MAX_DEPTH = 12;

interface Walk {
  readonly book: PlaceBook;
  readonly placeOf: (node: unknown) => Place;
  readonly report: (path: Path, place: Place, text: TextKey, values?: TextValues) => void;
}

function scalarValue(
  node: Node & { value?: unknown; source?: string },
  path: Path,
  exact: boolean,
  walk: Walk,
): unknown {
  const { value, source } = node;
  if (typeof value !== 'number' && typeof value !== 'bigint') return value;
  const written = source ?? String(value);
  if (/^[+-]?0\d/.test(written)) walk.report(path, walk.placeOf(node), 'leading-zero', { found: written });
  return exact ? written : Number(value);
}

function plain(node: unknown, path: Path, exact: boolean, walk: Walk): unknown {
  if (path.length > MAX_DEPTH) {
    walk.report(path, walk.placeOf(node), 'too-deep');
    return null;
  }
  if (isAlias(node)) {
    walk.report(path, walk.placeOf(node), 'alias');
    return null;
  }
  if (isScalar(node)) return scalarValue(node, path, exact, walk);
  if (isSeq(node)) {
    return node.items.map((item, index) => {
      const at = [...path, index];
      walk.book.add(at, walk.placeOf(item), null);
      return plain(item, at, exact, walk);
    });
  }
  if (!isMap(node)) return null;
  const result: Record<string, unknown> = {};
  for (const { key, value } of node.items) {
    const keyPlace = walk.placeOf(key);
    const name = isScalar(key) ? ((key as { source?: string }).source ?? String(key.value)) : null;
    if (name === null || name === '__proto__') {
      walk.report(path, keyPlace, 'odd-key');
      continue;
    }
    const at = [...path, name];
    const empty =
      value === null || (isScalar(value) && value.value === null && !(value as { source?: string }).source);
    walk.book.add(at, empty ? keyPlace : walk.placeOf(value), keyPlace);
    // `key:` with nothing after it means that the key is not given; an unknown one is still seen.
    // `multiplier` is a ratio of a meter, and the place of a register in a map: there the keys say what is exact.
    const inherits = exact && path.at(-1) !== 'multiplier';
    result[name] = empty ? undefined : plain(value, at, inherits || EXACT_KEYS.has(name), walk);
  }
  return result;
}

/** Reads a text; never throws. Problems of the text as such are listed, content is judged by the caller. */
export function readYaml(text: string): YamlSource {
  const lines = new LineCounter();
  const book = placeBook();
  const problems: RawProblem[] = [];
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return line === 0 ? { line: 1, column: 1 } : { line, column: col };
  };
  // A byte order mark would shift the first line's columns.
  const document = parseDocument(text.replace(/^\uFEFF/, ''), {
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'silent',
  });
  let readable = true;
  for (const error of [...document.errors, ...document.warnings]) {
    const place = placeAt(error.pos[0]);
    const duplicate = error.code === 'DUPLICATE_KEY';
    readable &&= duplicate;
    problems.push({
      path: [],
      place,
      text: duplicate ? 'duplicate-key' : 'yaml-syntax',
      values: { message: error.message },
    });
  }
  if (!readable) return { data: undefined, places: book, problems };
  const walk: Walk = {
    book,
    placeOf: (node) => placeAt((node as { range?: readonly number[] } | null)?.range?.[0] ?? 0),
    report: (path, place, key, values = {}) => problems.push({ path, place, text: key, values }),
  };
  book.add([], walk.placeOf(document.contents), null);
  return { data: plain(document.contents, [], false, walk), places: book, problems };
}
