/** The last line of `npm test` is honest: what did not run does not count as passed. */
import { expect, test } from 'vitest';
import { readReport } from '../../.ci/report.ts';

const clean = { numPassedTests: 3, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] };
const said = (change: object, exitCode: number | null = 0) =>
  readReport(JSON.stringify({ ...clean, ...change }), exitCode);

test('a clean run', () => {
  expect(said({})).toEqual({ passed: 3, failed: 0 });
});

test('failed, skipped and put-off tests all fail', () => {
  expect(said({ numFailedTests: 2, numPendingTests: 1, numTodoTests: 1 }, 1)).toEqual({
    passed: 3,
    failed: 4,
  });
});

test('a test file that could not be loaded fails once', () => {
  const testResults = [
    { status: 'failed', assertionResults: [] },
    { status: 'passed', assertionResults: [{}] },
  ];
  expect(said({ testResults }, 1)).toEqual({ passed: 3, failed: 1 });
});

test('an exit code that no test explains fails once', () => {
  expect(said({}, 1)).toEqual({ passed: 3, failed: 1 });
  expect(said({}, null)).toEqual({ passed: 3, failed: 1 });
});

test('no test at all, or no report, is a failure', () => {
  expect(said({ numPassedTests: 0 })).toEqual({ passed: 0, failed: 1 });
  expect(readReport(null, 0)).toEqual({ passed: 0, failed: 1 });
});
