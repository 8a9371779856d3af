// Counts from one Vitest run.

/**
 * Passed, failed and skipped tests of a run, from its JSON report and exit code. A file that failed before any of its
 * tests could fail counts as one failed test, and so does a run that crashed: without a report, or with an exit code
 * that no failed test explains.
 */
export function readReport(json, exitCode) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  if (json !== undefined) {
    for (const file of JSON.parse(json).testResults) {
      const statuses = file.assertionResults.map((result) => result.status);
      counts.passed += statuses.filter((status) => status === 'passed').length;
      counts.failed += statuses.filter((status) => status === 'failed').length;
      counts.skipped += statuses.filter((status) => status !== 'passed' && status !== 'failed').length;
      if (file.status === 'failed' && !statuses.includes('failed')) counts.failed++;
    }
  }
  const crashed = json === undefined || exitCode !== 0;
  if (crashed && counts.failed === 0) counts.failed = 1;
  return counts;
}

/** The last line of `npm test`. */
export function summary({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
