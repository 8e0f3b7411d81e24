// Sums up vitest's JSON report in one line, "N passed, N failed", and exits 1 when something failed or nothing ran.
// A test file that could not be loaded counts as one failure: it has no tests that could fail.
//   node scripts/count-tests.mjs REPORT
import { readFileSync } from 'node:fs';
import process from 'node:process';

const report = readReport(process.argv[2]);
const broken = report.testResults.filter(
  ({ status, assertionResults }) =>
    status === 'failed' && !assertionResults.some((result) => result.status === 'failed'),
);
const failed = report.numFailedTests + broken.length;
const whole = report.success && failed === 0 && report.numPassedTests > 0;
for (const { name } of broken) console.log(`could not run ${name}`);
console.log(`${report.numPassedTests} passed, ${failed} failed`);
process.exit(whole ? 0 : 1);

/** An empty report where vitest ended before it wrote one. */
function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return { success: false, numPassedTests: 0, numFailedTests: 0, testResults: [] };
  }
}
