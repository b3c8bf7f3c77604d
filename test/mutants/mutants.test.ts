/** Keeps the list of mutants in step with the code, and the judge of their runs honest. `npm run mutants` runs them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MUTANTS } from './mutants.ts';
import { occurrences, ROOT } from './tree.ts';
import { type TestResult, type Thrown, verdictOn } from './verdict.ts';

describe('the list of mutants', () => {
  it('has as many bugs as were asked for, each with a name of its own', () => {
    expect(MUTANTS.length).toBeGreaterThanOrEqual(16);
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
  });

  it('changes one line of the product each, and finds it exactly once', () => {
    const unclear = MUTANTS.filter(
      (mutant) =>
        occurrences(mutant) !== 1 ||
        mutant.find === mutant.replace ||
        mutant.find.includes('\n') ||
        !/^(gateway|drivers|config)\//.test(mutant.file),
    );
    expect(unclear.map(({ name, file }) => `${name}: ${file}`)).toEqual([]);
  });

  it('names tests that are there, each once', () => {
    const lost = MUTANTS.filter(({ test, story, template }) => {
      const text = readFileSync(join(ROOT, test), 'utf8');
      return text.split(`'${template ?? story}'`).length !== 2;
    });
    expect(lost.map(({ test, story }) => `${test}: ${story}`)).toEqual([]);
  });
});

describe('a mutant', () => {
  const FILE = 'test/a.test.ts';
  const thrown = (name: string, message: string, cause: Thrown | null = null): Thrown => ({
    name,
    message,
    cause,
  });
  const judge = (change: Partial<TestResult>, errors: readonly Thrown[] = []) => {
    const test: TestResult = { file: FILE, title: 'tells', state: 'failed', errors: [], ...change };
    return verdictOn({ tests: [test], errors }, FILE, 'tells');
  };
  const assertion = thrown('AssertionError', 'expected 1 to be 2\n- 2\n+ 1');

  it('is caught by an assertion, also by one inside a property', () => {
    const caught = { kind: 'caught', why: 'AssertionError: expected 1 to be 2' };
    expect(judge({ errors: [assertion] })).toEqual(caught);
    expect(judge({ errors: [thrown('Error', 'Property failed after 3 tests', assertion)] })).toEqual(caught);
  });

  it('survives when the test passes', () => {
    expect(judge({ state: 'passed' })).toEqual({ kind: 'passed', why: '' });
  });

  it('is not caught by anything else: a crash, a time-out, a file that does not load, no result at all', () => {
    const crash = thrown('TypeError', 'x is not a function');
    expect(judge({ errors: [crash] })).toEqual({ kind: 'broken', why: 'TypeError: x is not a function' });
    expect(judge({ errors: [thrown('Error', 'Property failed after 1 tests', crash)] }).kind).toBe('broken');
    expect(judge({ errors: [thrown('Error', 'Test timed out in 30000ms.')] }).kind).toBe('broken');
    expect(judge({ state: 'skipped' }).kind).toBe('broken');
    const unloaded = { tests: [], errors: [thrown('SyntaxError', 'Unexpected token')] };
    expect(verdictOn(unloaded, FILE, 'tells')).toEqual({
      kind: 'broken',
      why: 'SyntaxError: Unexpected token',
    });
    expect(judge({ file: 'test/b.test.ts' }).kind).toBe('broken');
    expect(verdictOn(null, FILE, 'tells').kind).toBe('broken');
  });
});
