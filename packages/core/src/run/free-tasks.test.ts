import { expect, it } from 'vitest';
import { foldRun, type Runs } from '../journal/fold-run.ts';
import { drawHistory } from '../journal/history.fixture.ts';
import { FreeTasks } from './free-tasks.ts';

const runs: Runs = new Map();
for (const event of drawHistory([0, 0])) foldRun(runs, event);

function add(free: FreeTasks, keys: readonly string[]): void {
  for (const key of keys) {
    const run = runs.get('r1');
    const task = run?.tasks.get(key);
    if (run === undefined || task === undefined) throw new Error(`There is no task ${key}.`);
    free.add(run, task);
  }
}

it('K6: a task that is queued again and again waits once', () => {
  const free = new FreeTasks();
  add(free, ['a', 'b', 'a', 'b', 'a']);
  expect(free.size).toBe(2);
  const seen: string[] = [];
  free.offer((_, { task }) => {
    seen.push(task.key);
  });
  expect([seen, free.size]).toEqual([['a', 'b'], 0]);
});

it('K2: what a start makes ready is offered in the same turn, itself included', () => {
  const free = new FreeTasks();
  add(free, ['a']);
  const seen: string[] = [];
  free.offer((_, { task }) => {
    seen.push(task.key);
    if (seen.length === 1) add(free, ['b', 'a']);
  });
  expect([seen, free.size]).toEqual([['a', 'b', 'a'], 0]);
});
