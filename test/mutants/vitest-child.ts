/**
 * A process of its own that runs some tests of the tree it stands in and sends what became of them to its parent, as a
 * {@link RunReport}. Arguments: the pattern of the titles, then the test files. Vitest's own JSON report would not do:
 * it has neither the names of errors nor their causes, so an assertion in a property looks like any exception.
 */
import { relative } from 'node:path';
import { type Reporter, startVitest, type TestModule } from 'vitest/node';
import type { RunReport, TestResult, Thrown } from './verdict.ts';

interface LooseError {
  readonly name?: string;
  readonly message?: string;
  readonly cause?: unknown;
}

/** Causes deeper than this are not looked at. */
const DEPTH = 5;

function thrown(error: LooseError, depth = 0): Thrown {
  const { name = 'Error', message = '', cause } = error;
  const isError = typeof cause === 'object' && cause !== null && depth < DEPTH;
  return { name, message, cause: isError ? thrown(cause, depth + 1) : null };
}

function resultsOf(module: TestModule): TestResult[] {
  return [...module.children.allTests()].map((test) => {
    const { state, errors = [] } = test.result();
    const file = relative(process.cwd(), module.moduleId);
    return { file, title: test.name, state, errors: errors.map((error) => thrown(error)) };
  });
}

const [testNamePattern = '', ...files] = process.argv.slice(2);
const reporter: Reporter = {
  onTestRunEnd(modules, unhandled) {
    const report: RunReport = {
      tests: modules.flatMap(resultsOf),
      errors: [...unhandled, ...modules.flatMap((module) => module.errors())].map((error) => thrown(error)),
    };
    process.send?.(report);
  },
};
const vitest = await startVitest('test', files, {
  watch: false,
  testNamePattern,
  reporters: [reporter],
  configLoader: 'native',
});
await vitest.close();
process.disconnect();
