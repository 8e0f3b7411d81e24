import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where tests lie. */
const TESTS: readonly string[] = [
  'packages/*/src/**/*.test.ts',
  'scripts/**/*.test.ts',
  'docs/**/*.test.ts',
  'examples/*.test.ts',
  'examples/main-job/*.test.ts',
  'bench/**/*.test.ts',
  'deploy/*.test.ts',
];

/** Whose tests are many and short, and hardly need more than memory: there the start of a process is most of the cost. */
const LIGHT = /^packages\/(core|frameworks)\/src\//;

/** Test files by how they run. */
export interface SortedFiles {
  /** Each in a process of its own. */
  readonly apart: readonly string[];
  /** One after the other in the same few processes, whose start and modules then cost but once. */
  readonly together: readonly string[];
}

/** Sorts the test files below `root`; paths are relative to it. */
export function sortTestFiles(root: string): SortedFiles {
  const all = globSync([...TESTS], { cwd: root })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !path.includes('node_modules/'))
    .sort();
  const isApart = (path: string): boolean =>
    !LIGHT.test(path) || needsItsOwn(readFileSync(join(root, path), 'utf8'));
  const apart = new Set(all.filter(isApart));
  return { apart: [...apart], together: all.filter((path) => !apart.has(path)) };
}

/**
 * Whether a test says something that is a matter of its whole process: what it measures, sets or listens to there, mocks, and
 * processes and threads of its own.
 */
export function needsItsOwn(text: string): boolean {
  return /\bprocess\.|\bvi\.|\bnode:(child_process|worker_threads|v8|vm|module|async_hooks)\b/.test(
    text,
  );
}
