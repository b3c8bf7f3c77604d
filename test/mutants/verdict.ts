/** What a run of Vitest says about one named test. */

/** An error as it was thrown, with what it was caused by: a property test keeps what its property threw there. */
export interface Thrown {
  readonly name: string;
  readonly message: string;
  readonly cause: Thrown | null;
}

/** One test that was found in a file, whether the pattern of the run chose it or not. */
export interface TestResult {
  /** From the root of the tree. */
  readonly file: string;
  /** The test's own title, without those of the groups around it. */
  readonly title: string;
  readonly state: 'passed' | 'failed' | 'skipped' | 'pending';
  readonly errors: readonly Thrown[];
}

export interface RunReport {
  readonly tests: readonly TestResult[];
  /** Of files that could not be loaded, and of code that threw outside every test. */
  readonly errors: readonly Thrown[];
}

/**
 * `passed`; `caught`: the test failed by an assertion; `broken`: it failed in another way (an exception, a time-out) or
 * could not be run at all (its file does not load, or it is not there exactly once). Only the second shows that the
 * test looks at what the mutant changed.
 */
export interface Verdict {
  readonly kind: 'passed' | 'caught' | 'broken';
  /** The first line of what was thrown, or why there is no result; empty when passed. */
  readonly why: string;
}

function firstLine({ name, message }: Thrown): string {
  return `${name}: ${message.split('\n')[0] ?? ''}`;
}

function assertionIn(thrown: Thrown | null): Thrown | null {
  return thrown === null || thrown.name === 'AssertionError' ? thrown : assertionIn(thrown.cause);
}

/** @param report null when the run ended without one */
export function verdictOn(report: RunReport | null, file: string, title: string): Verdict {
  if (report === null) return { kind: 'broken', why: 'the run took too long or ended without a report' };
  const found = report.tests.filter((test) => test.file === file && test.title === title);
  const [test] = found;
  if (!test || found.length > 1) {
    const [error] = report.errors;
    return { kind: 'broken', why: error ? firstLine(error) : `the test is there ${found.length} times` };
  }
  if (test.state === 'passed') return { kind: 'passed', why: '' };
  if (test.state !== 'failed') return { kind: 'broken', why: `the test is ${test.state}` };
  const assertion = test.errors.map(assertionIn).find((error) => error !== null);
  if (assertion) return { kind: 'caught', why: firstLine(assertion) };
  const [error] = test.errors;
  return { kind: 'broken', why: error ? firstLine(error) : 'the test failed and said nothing' };
}
