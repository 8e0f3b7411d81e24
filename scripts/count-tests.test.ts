import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'overseer-count-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const passing = { name: 'a.test.ts', status: 'passed', assertionResults: [{ status: 'passed' }] };
const failing = { name: 'b.test.ts', status: 'failed', assertionResults: [{ status: 'failed' }] };
const broken = { name: 'c.test.ts', status: 'failed', assertionResults: [] };

describe('the last line of a full run', () => {
  it.each([
    ['all passed', true, 3, 0, [passing], '3 passed, 0 failed', 0],
    ['one failed', false, 2, 1, [passing, failing], '2 passed, 1 failed', 1],
    ['a file did not load', false, 2, 0, [passing, broken], '2 passed, 1 failed', 1],
    ['an error outside of tests', false, 2, 0, [passing], '2 passed, 0 failed', 1],
    ['nothing ran', true, 0, 0, [], '0 passed, 0 failed', 1],
  ])('Q6: %s', (_what, success, numPassedTests, numFailedTests, testResults, line, code) => {
    const report = { success, numPassedTests, numFailedTests, testResults };
    expect(count(JSON.stringify(report))).toEqual({ line, code });
  });

  it('Q6: no report at all', () => {
    expect(count('')).toEqual({ line: '0 passed, 0 failed', code: 1 });
  });
});

function count(report: string): {
  readonly line: string | undefined;
  readonly code: number | null;
} {
  const file = join(folder, 'report.json');
  writeFileSync(file, report);
  const script = join(import.meta.dirname, 'count-tests.mjs');
  const { stdout, status } = spawnSync(process.execPath, [script, file], { encoding: 'utf8' });
  return { line: stdout.trim().split('\n').at(-1), code: status };
}
