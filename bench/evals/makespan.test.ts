import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { playGraph } from '../makespan/play-graph.ts';
import { work } from './makespan.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'makespan-eval-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const DOCUMENT = `# Tasks: Notes

## Phase 1: Setup

- [x] T001 Create the project in package.json
- [ ] T002 [P] Write src/a.ts
- [ ] T003 [P] Write src/b.ts

## Phase 2: Polish

- [ ] T004 Write README.md
`;

describe('the evaluation of makespans', () => {
  it('K4: plays the graph of every task file, whatever is ticked off in it', async () => {
    mkdirSync(join(folder, 'one'));
    writeFileSync(join(folder, 'one/tasks.md'), DOCUMENT);
    const { figures } = await work.evaluate({ data: folder, progress: () => undefined });
    const values = Object.fromEntries(figures.map(({ metric, value }) => [metric, value]));
    expect(values).toMatchObject({ makespanRatio: 1, within: 1, busyShare: 1, tasks: 4 });
    expect(figures[0]).toMatchObject({ atMost: 1.1, n: 1 });
  });

  it('K4: sees a time that is longer than it must be, and that a chain takes no longer than itself', async () => {
    const tasks = ['a', 'b', 'c', 'd', 'e'].map((key) => ({ key, instruction: 'Work.' }));
    const two = await playGraph(tasks, 2, 1);
    expect(two.busyShare).toBe(1);
    expect(two.makespanMs).toBeGreaterThan(two.leastMs);
    const chain = tasks.map((task, at) => ({
      ...task,
      needs: tasks.slice(0, at).map(({ key }) => key),
    }));
    const one = await playGraph(chain, 2, 1);
    expect(one.makespanMs).toBe(one.leastMs);
  });
});
