/** Holds the table of README.md to the tests and to the mutants. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { MUTANTS } from '../mutants/mutants.ts';
import { OF_READING } from '../mutants/mutants-of-reading.ts';
import { ROOT } from '../mutants/tree.ts';

const ROWS = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8')
  .split('\n')
  .flatMap((line) => {
    const [, pitfall, test, mutant] = /^\| (.+) \| `(test\/[^`]+)` \| (.+) \|$/.exec(line) ?? [];
    return pitfall && test && mutant ? [{ pitfall, test, mutant }] : [];
  });

it.each(ROWS)('$pitfall', ({ test, mutant }) => {
  expect(existsSync(join(ROOT, test))).toBe(true);
  expect(MUTANTS.find(({ name }) => name === mutant)).toMatchObject({ test });
});

it('no guard of reading is without its pitfall', () => {
  const told = new Set(ROWS.map(({ mutant }) => mutant));
  const spare = ['hints are forgotten at a restart', 'a meter at rest is called frozen'];
  expect(OF_READING.map(({ name }) => name).filter((name) => !told.has(name))).toEqual(spare);
});
