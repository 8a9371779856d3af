import { expect, test } from 'vitest';
import { readReport, summary } from '../../scripts/test_report.mjs';

const report = (...files: { status: string; tests: string[] }[]) =>
  JSON.stringify({
    testResults: files.map(({ status, tests }) => ({
      status,
      assertionResults: tests.map((one) => ({ status: one })),
    })),
  });

test('tests are counted by how they ended', () => {
  const json = report(
    { status: 'failed', tests: ['passed', 'failed', 'skipped'] },
    { status: 'passed', tests: ['passed'] },
  );
  expect(readReport(json, 1)).toEqual({ passed: 2, failed: 1, skipped: 1 });
});

test('a file that could not be loaded counts as one failed test', () => {
  expect(readReport(report({ status: 'failed', tests: [] }), 1)).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

test.each([
  ['no report', undefined, 1, { passed: 0, failed: 1, skipped: 0 }],
  [
    'an exit code that no test explains',
    report({ status: 'passed', tests: ['passed'] }),
    134,
    { passed: 1, failed: 1, skipped: 0 },
  ],
])('a crash counts as one failed test: %s', (_, json, code, counts) => {
  expect(readReport(json, code)).toEqual(counts);
});

test('the last line names skipped tests only when there are any', () => {
  expect(summary({ passed: 3, failed: 0, skipped: 0 })).toBe('3 passed, 0 failed');
  expect(summary({ passed: 3, failed: 1, skipped: 2 })).toBe('3 passed, 1 failed, 2 skipped');
});
