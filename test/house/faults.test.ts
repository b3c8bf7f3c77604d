/** Every fault has a code, a sentence in both languages, a line in docs/faults.md, and a place where it is raised. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { faultsPage } from '../../.ci/faults-page.ts';
import { FAULT_TEXTS } from '../../gateway/domain/fault-texts.ts';
import { codeOf, ROOT, sourcesBelow } from './sources.ts';

const codes = Object.keys(FAULT_TEXTS);
const texts = Object.entries(FAULT_TEXTS);
const page = readFileSync(join(ROOT, 'docs/faults.md'), 'utf8');

const placeholders = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g))].sort();

test('docs/faults.md lists every code with both sentences', () => {
  const rows = new Map(
    page
      .split('\n')
      .flatMap((line) => (/^\| `([a-z0-9-]+)` \|/.exec(line)?.[1] ? [[line.split('`')[1], line]] : [])),
  );
  expect([...rows.keys()]).toEqual(codes);
  const incomplete = texts.filter(
    ([code, { en, ja }]) => !rows.get(code)?.includes(en) || !rows.get(code)?.includes(ja),
  );
  expect(incomplete).toEqual([]);
});

test('docs/faults.md is what `npm run generate` makes', () => {
  expect(page).toBe(faultsPage());
  expect(page.match(/^## /gm)).toHaveLength(7);
});

test('the sentences of both languages are filled in with the same values', () => {
  const different = texts.filter(([, { en, ja }]) => placeholders(en).join() !== placeholders(ja).join());
  expect(different.map(([code]) => code)).toEqual([]);
});

test('each language is itself, and each sentence ends', () => {
  const wrong = texts.filter(
    ([, { en, ja }]) =>
      /[\u3040-\u9fff]/.test(en) || !/[\u3040-\u9fff]/.test(ja) || !en.endsWith('.') || !ja.endsWith('。'),
  );
  expect(wrong.map(([code]) => code)).toEqual([]);
});

test('every code is raised somewhere', () => {
  const code = ['gateway', 'config', 'drivers']
    .flatMap(sourcesBelow)
    .filter(({ path }) => !path.endsWith('fault-texts.ts'))
    .map(codeOf)
    .join('\n');
  expect(codes.filter((name) => !code.includes(`'${name}'`))).toEqual([]);
});
