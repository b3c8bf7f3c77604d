/** The project's own source files, for the tests that look at their text. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Source {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
}

const IS_SOURCE = /\.(ts|tsx|mjs|css|sql|html)$/;
const IS_FOREIGN = /(^|\/)(node_modules|dist|generated|coverage)(\/|$)/;

/** Every source file below a folder, in the order of the paths. */
export function sourcesBelow(folder: string): Source[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => IS_SOURCE.test(path) && !IS_FOREIGN.test(path))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
}

/** Without comments: what is written about a thing is not the thing. Texts in quotes stay. */
export function codeOf({ text }: Source): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}

/** `path: what` for each match of a pattern in the code of the files. */
export function findings(sources: readonly Source[], pattern: RegExp): string[] {
  return sources.flatMap((source) =>
    [...codeOf(source).matchAll(pattern)].map(([found]) => `${source.path}: ${found}`),
  );
}
