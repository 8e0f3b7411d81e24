import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { needsItsOwn, sortTestFiles } from './sort-test-files.ts';

const root = join(import.meta.dirname, '..', '..');

describe('sortTestFiles', () => {
  const { apart, together } = sortTestFiles(root);

  it('Q6: every test file runs once', () => {
    expect(together.filter((path) => apart.includes(path))).toEqual([]);
    expect(together.length).toBeGreaterThan(300);
    expect(together).toContain('packages/core/src/limit/backoff.test.ts');
  });

  it('Q6: one that starts processes runs apart', () => {
    expect(apart).toContain('packages/adapters/src/git/crash.test.ts');
    expect(apart).toContain('examples/main-job/main.test.ts');
  });
});

describe('needsItsOwn', () => {
  it.each([
    ["process.env['A'] = 'b';", true],
    ["process.on('exit', f)", true],
    ['process.cpuUsage()', true],
    ['vi.stubEnv("A", "b")', true],
    ["import { Worker } from 'node:worker_threads';", true],
    ["import { spawn } from 'node:child_process';", true],
    ["import { readFile } from 'node:fs/promises';", false],
    ['it("works through a process of steps", f)', false],
  ])('Q6: %s: %s', (text, expected) => expect(needsItsOwn(text)).toBe(expected));
});
