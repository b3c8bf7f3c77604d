/** What a run of vitest amounts to, out of its JSON report and its exit code. */

export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

/**
 * A skipped test, a file that could not be loaded, and an exit code that no test explains each count as failed.
 * @param text the report; null when there is none
 * @param exitCode null when vitest was killed
 */
export function readReport(text: string | null, exitCode: number | null): Counts {
  if (text === null) return { passed: 0, failed: 1 };
  const report = JSON.parse(text) as Report;
  const unloaded = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  );
  const named = report.numFailedTests + report.numPendingTests + report.numTodoTests + unloaded.length;
  const unexplained = named === 0 && (exitCode !== 0 || report.numPassedTests === 0);
  return { passed: report.numPassedTests, failed: named + (unexplained ? 1 : 0) };
}
