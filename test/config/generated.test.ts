/** What is generated is committed, and equals what would be generated now. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { generatedFiles } from '../../config/generate-schema.ts';
import { JSON_TEXT } from '../coefficients/documents.ts';

const ROOT = join(import.meta.dirname, '../..');
const files = generatedFiles();

it.each([...files.keys()])('%s is up to date (else run `npm run generate`)', (name) => {
  expect(readFileSync(join(ROOT, name), 'utf8')).toBe(files.get(name));
});

function validator(name: string): (data: unknown) => boolean {
  const check = new Ajv2020({ strict: false }).compile(JSON.parse(files.get(name) ?? '') as object);
  return (data) => check(data);
}

it('describes the demo site to editors, and not a typo of it', () => {
  const valid = validator('config/generated/site.schema.json');
  const demo = readFileSync(join(ROOT, 'config/sites/demo.yaml'), 'utf8');
  expect(valid(parse(demo))).toBe(true);
  expect(valid(parse(demo.replace('gridArea:', 'gridAera:')))).toBe(false);
  expect(valid(parse(demo.replace('role: sub', 'role: subb')))).toBe(false);
});

it('describes coefficient documents', () => {
  const valid = validator('config/generated/coefficients.schema.json');
  expect(valid(JSON.parse(JSON_TEXT))).toBe(true);
  expect(valid(JSON.parse(JSON_TEXT.replace('tightDays', 'tightDay')))).toBe(false);
});
