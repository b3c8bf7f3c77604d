/** Reads the data files that come with the gateway: one folder, one file a thing, found by folder. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as z from 'zod';
import { CodedError, fault, type Language } from '../gateway/domain/faults.ts';
import type { Report } from './map-schema.ts';
import { ConfigError, worded } from './problems.ts';
import type { ConfigProblem } from './types.ts';
import { type RawProblem, readYaml } from './yaml-source.ts';
import { placeOf, zodProblems } from './zod-problems.ts';

export interface DataFile<Value> {
  readonly value: Value | null;
  readonly problems: readonly ConfigProblem[];
}

/**
 * Judges one text against a schema, then builds the value. `build` may report problems of its own.
 * @returns null as the value when there is any problem
 */
export function readDataText<Schema extends z.ZodType, Value>(
  source: string,
  schema: Schema,
  build: (content: z.output<Schema>, report: Report) => Value,
  language: Language = 'en',
): DataFile<Value> {
  const { data, places, problems } = readYaml(source);
  const found: RawProblem[] = [...problems];
  let value: Value | null = null;
  if (data !== undefined) {
    const parsed = schema.safeParse(data);
    if (parsed.success) {
      value = build(parsed.data, (path, text, values) =>
        found.push({ path, place: placeOf(data, places, path), text, values }),
      );
    } else found.push(...zodProblems(parsed.error.issues, { data, places, language }, problems));
  }
  return { value: found.length === 0 ? value : null, problems: worded(found, language) };
}

/**
 * Every `*.yaml` of a folder, by id (the file name without `.yaml`), in the order of the names.
 * @throws ConfigError `data-file-invalid` for the first file with problems; CodedError `file-missing`
 */
export function loadFolder<Value>(
  folder: string,
  read: (source: string, id: string) => DataFile<Value>,
): ReadonlyMap<string, Value> {
  return new Map(listFolder(folder).map((id) => [id, loadFile(folder, id, read)]));
}

/** What is known by id: the ids at once, the rest when it is asked for. */
export type Lookup<Value> = Pick<ReadonlyMap<string, Value>, 'get' | 'keys'>;

/**
 * The same, but each file is read when its value is first asked for: of all meter types a site has a few, and reading
 * the others would make every start wait. @throws CodedError `file-missing`; `get` throws ConfigError
 */
export function openFolder<Value>(
  folder: string,
  read: (source: string, id: string) => DataFile<Value>,
): Lookup<Value> {
  const ids = new Set(listFolder(folder));
  const values = new Map<string, Value>();
  return {
    keys: () => ids.keys(),
    get(id) {
      if (ids.has(id) && !values.has(id)) values.set(id, loadFile(folder, id, read));
      return values.get(id);
    },
  };
}

function loadFile<Value>(
  folder: string,
  id: string,
  read: (source: string, id: string) => DataFile<Value>,
): Value {
  const path = join(folder, `${id}.yaml`);
  const source = readText(path);
  const { value, problems } = read(source, id);
  if (value === null) throw new ConfigError('data-file-invalid', path, source, problems);
  return value;
}

/** The ids of a folder, in order. */
function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => name.replace(/\.yaml$/, ''))
      .sort();
  } catch (error) {
    throw new CodedError(fault('file-missing', { path: folder, reason: reasonOf(error) }), { cause: error });
  }
}

/** @throws CodedError `file-missing`, `file-not-utf8` */
export function readText(path: string): string {
  const bytes = readBytes(path);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    const end = firstBadByte(bytes);
    const line = bytes.subarray(0, end).reduce((count, byte) => count + (byte === 0x0a ? 1 : 0), 1);
    throw new CodedError(fault('file-not-utf8', { path, line }), { cause });
  }
}

/** Where the text stops being UTF-8: the longest prefix that decodes, found by halving. */
function firstBadByte(bytes: Uint8Array): number {
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    // With `stream` an unfinished character at the end is no error.
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, middle), { stream: true });
      good = middle;
    } catch {
      bad = middle;
    }
  }
  return good;
}

function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new CodedError(fault('file-missing', { path, reason: reasonOf(error) }), { cause: error });
  }
}

/** Why a file could not be read, in a word a person knows; ENOENT and its like carry no more. */
function reasonOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  const known: Readonly<Record<string, string>> = {
    ENOENT: 'it does not exist',
    EACCES: 'no permission',
    EISDIR: 'it is a folder',
    ENOTDIR: 'not a folder',
  };
  return known[code ?? ''] ?? code ?? String(error);
}
