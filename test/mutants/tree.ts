/** Copies of the source tree in which a mutant may live. */
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Mutant } from './mutant.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Not sources: packages (linked instead), history, what is built, and what the demo wrote. */
const LEFT_OUT: ReadonlySet<string> = new Set(['node_modules', '.git', 'dist', 'data', 'coverage']);

/** Copies the tree as it stands into an empty folder. */
export function copyTree(folder: string): void {
  const isSource = (path: string): boolean =>
    !path
      .slice(ROOT.length)
      .split(sep)
      .some((part) => LEFT_OUT.has(part));
  cpSync(ROOT, folder, { recursive: true, filter: isSource });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
}

/** How often the text to be replaced occurs in the file as it stands. */
export function occurrences({ file, find }: Pick<Mutant, 'file' | 'find'>): number {
  return readFileSync(join(ROOT, file), 'utf8').split(find).length - 1;
}

/** @throws Error when the text is not there exactly once */
export function mutate(folder: string, { name, file, find, replace }: Mutant): void {
  const path = join(folder, file);
  const parts = readFileSync(path, 'utf8').split(find);
  if (parts.length !== 2) throw new Error(`${name}: its text occurs ${parts.length - 1} times in ${file}`);
  writeFileSync(path, parts.join(replace));
}
