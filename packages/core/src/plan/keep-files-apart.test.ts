import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PlanTask } from '../spec/task.ts';
import { keepFilesApart } from './keep-files-apart.ts';
import { drawTasks, everythingNeeded, inOrder, isAcyclic, planTask } from './task.fixture.ts';

const acyclicTasks = fc.array(fc.nat(1_000), { maxLength: 70 }).map(drawTasks);

describe('keepFilesApart', () => {
  it('A4: has tasks that write one file wait for each other, in the given order', () => {
    const tasks = [
      planTask('a', [], ['x.ts', 'y.ts']),
      planTask('b', [], ['x.ts']),
      planTask('c', [], ['z.ts']),
      planTask('d', ['c'], ['y.ts', 'x.ts']),
    ];
    expect(needsOf(keepFilesApart(tasks))).toEqual(['', 'a', '', 'c b a']);
  });

  it('A4: follows the needs where they go against the given order', () => {
    const tasks = [planTask('a', ['b'], ['x.ts']), planTask('b', [], ['x.ts'])];
    expect(needsOf(keepFilesApart(tasks))).toEqual(['b', '']);
  });

  it('A4: knows one file by its several spellings, and a task by one of its own', () => {
    const tasks = [
      planTask('a', [], ['src/x.ts', './src/x.ts']),
      planTask('b', [], ['./src/x.ts']),
      planTask('c', [], ['src//y/../x.ts']),
    ];
    expect(needsOf(keepFilesApart(tasks))).toEqual(['', 'a', 'b']);
  });

  it('A4: leaves tasks alone that share nothing', () => {
    const tasks = [planTask('a', [], ['x.ts']), planTask('b', ['a'], ['y.ts'])];
    expect(keepFilesApart(tasks)).toBe(tasks);
  });

  it('K2 A4: no two tasks that share a file can run at once, and no circle comes of it', () => {
    fc.assert(
      fc.property(acyclicTasks, (tasks) => {
        const apart = keepFilesApart(tasks);
        expect(isAcyclic(apart)).toBe(true);
        for (const [at, task] of apart.entries()) {
          const before = tasks[at];
          expect({ ...task, needs: before?.needs }).toEqual(before);
          expect(task.needs).toEqual(expect.arrayContaining([...(before?.needs ?? [])]));
        }
        const needed = everythingNeeded(apart);
        for (const [one, other] of pairsThatShare(apart)) {
          const waits = needed.get(other)?.has(one) === true;
          expect(needed.get(one)?.has(other) === true).toBe(!waits);
        }
      }),
    );
  });

  it('A4: needs only what comes before, where the tasks came in an order that works', () => {
    fc.assert(
      fc.property(acyclicTasks, (tasks) => {
        const sorted = inOrder(tasks);
        const seen = new Set<string>();
        for (const { key, needs } of keepFilesApart(sorted)) {
          for (const need of needs) expect(seen).toContain(need);
          seen.add(key);
        }
      }),
    );
  });

  it('K2: 100,000 tasks over 1,000 files', () => {
    const tasks = Array.from({ length: 100_000 }, (_, at) =>
      planTask(`t${at}`, at < 10 ? [] : [`t${at - 7}`], [`f${at % 1_000}.ts`]),
    );
    const before = process.cpuUsage();
    const apart = keepFilesApart(tasks);
    const { user } = process.cpuUsage(before);
    console.log(`keep files apart: ${(user / tasks.length).toFixed(2)} µs of CPU a task`);
    expect(apart[1_500]?.needs).toEqual(['t1493', 't500']);
  });
});

function needsOf(tasks: readonly PlanTask[]): readonly string[] {
  return tasks.map(({ needs }) => needs.join(' '));
}

/** The keys of every two tasks that write one file. */
function pairsThatShare(tasks: readonly PlanTask[]): readonly (readonly [string, string])[] {
  return tasks.flatMap((one, at) =>
    tasks
      .slice(at + 1)
      .filter(({ files }) => files.some((file) => one.files.includes(file)))
      .map((other) => [one.key, other.key] as const),
  );
}
