import process from 'node:process';
import { afterAll, expect } from 'vitest';
import { seen, surroundings } from './surroundings.ts';

// Files that share a process: none may leave anything behind that another could notice.
const before = surroundings(process, globalThis);
afterAll(() => {
  expect(seen(before, surroundings(process, globalThis)), 'what this file left behind').toEqual([]);
});
