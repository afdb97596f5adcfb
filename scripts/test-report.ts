/** The part of vitest's JSON report that is counted. */
interface Report {
  readonly numPassedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

export interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/**
 * Counts one run of vitest from its JSON report and exit code. A file that fails outside its tests (an import,
 * a hook) counts as one failed; so does a run that ends badly with all tests passed (an unhandled error,
 * no tests found) or leaves no report (a crash).
 */
export function countTests(json: string | undefined, code: number): Count {
  if (json === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const report = JSON.parse(json) as Report;
  const failed = report.testResults.reduce((sum, file) => {
    const inTests = file.assertionResults.filter((test) => test.status === 'failed').length;
    return sum + (inTests === 0 && file.status === 'failed' ? 1 : inTests);
  }, 0);
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** The last line of every test run: `N passed, N failed`. */
export function summary({ passed, failed }: Pick<Count, 'passed' | 'failed'>): string {
  return `${passed} passed, ${failed} failed`;
}
