import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PlanTask } from '../spec/task.ts';
import { keepFilesApart } from './keep-files-apart.ts';
import { sortByNeeds } from './sort-by-needs.ts';
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
    expect(needsOf(keepFilesApart(tasks))).toEqual(['', 'a', '', 'c b']);
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

  it('A4: keeps the given order where a task needs a later one', () => {
    const tasks = [
      planTask('a', ['z'], ['x.ts']),
      planTask('b', [], ['x.ts']),
      planTask('z', []),
      planTask('c', [], ['y.ts']),
      planTask('d', ['e']),
      planTask('e', [], ['y.ts']),
    ];
    expect(needsOf(keepFilesApart(tasks))).toEqual(['z', 'a', '', '', 'e', 'c']);
  });

  it('A4: adds no need where one task waits for the other already', () => {
    const tasks = [
      planTask('a', [], ['x.ts']),
      planTask('b', ['a']),
      planTask('c', ['b'], ['x.ts']),
    ];
    expect(keepFilesApart(tasks).map(({ needs }) => needs)).toEqual([[], ['a'], ['b']]);
  });

  it('A4: takes a folder for all that is in it', () => {
    const tasks = [
      planTask('a', [], ['docs/a.md']),
      planTask('b', [], ['docs/b/c.md']),
      planTask('all', [], ['./docs/']),
      planTask('later', [], ['docs/b/']),
      planTask('other', [], ['docs.md', 'docs']),
    ];
    expect(needsOf(keepFilesApart(tasks))).toEqual(['', '', 'b a', 'all', '']);
  });

  it('A4 K2: has new tasks wait for existing ones, and leaves those as they are', () => {
    const existing = [
      planTask('old', [], ['x.ts']),
      planTask('older', ['old'], ['x.ts']),
      planTask('apart', [], ['./y.ts']),
    ];
    const tasks = [
      planTask('a', [], ['x.ts', 'y.ts']),
      planTask('b', ['older'], ['x.ts']),
      planTask('c', [], ['z.ts']),
    ];
    expect(needsOf(keepFilesApart(tasks, existing))).toEqual(['apart older', 'older a', '']);
    expect(needsOf(keepFilesApart([planTask('a', [], ['x.ts'])], existing))).toEqual(['older']);
  });

  it('A4: leaves tasks alone that share nothing', () => {
    const tasks = [planTask('a', [], ['x.ts']), planTask('b', ['a'], ['y.ts'])];
    expect(keepFilesApart(tasks)).toBe(tasks);
  });

  it('K2 A4: no two tasks that share a file can run at once, and no circle comes of it', () => {
    fc.assert(
      fc.property(acyclicTasks, (tasks) => {
        const apart = keepFilesApart(tasks);
        for (const [at, task] of apart.entries()) {
          const before = tasks[at];
          expect({ ...task, needs: before?.needs }).toEqual(before);
          expect(task.needs.slice(0, before?.needs.length)).toEqual(before?.needs);
        }
        const needed = everythingNeeded(apart);
        expect(isAcyclic(apart)).toBe(true);
        for (const [one, other] of pairsThatShare(apart)) {
          const waits = needed.get(other)?.has(one) === true;
          expect(needed.get(one)?.has(other) === true).toBe(!waits);
        }
      }),
    );
  });

  it('A4: adds only needs between tasks that share a file and do not wait for each other', () => {
    fc.assert(
      fc.property(acyclicTasks, (tasks) => {
        const needed = everythingNeeded(tasks);
        const sharing = new Set(
          pairsThatShare(tasks).flatMap(([a, b]) => [`${a} ${b}`, `${b} ${a}`]),
        );
        for (const [at, { key, needs }] of keepFilesApart(tasks).entries()) {
          for (const need of needs.slice(tasks[at]?.needs.length)) {
            expect(sharing).toContain(`${key} ${need}`);
            expect(needed.get(key)).not.toContain(need);
          }
        }
      }),
    );
  });

  it('A4 K2: keeps tasks that come in two plans apart too', () => {
    fc.assert(
      fc.property(acyclicTasks, fc.nat(), (tasks, at) => {
        const sorted = inOrder(tasks);
        const split = at % (sorted.length + 1);
        const old = keepFilesApart(sorted.slice(0, split));
        const apart = [...old, ...keepFilesApart(sorted.slice(split), old)];
        const needed = everythingNeeded(apart);
        for (const [one, other] of pairsThatShare(apart)) {
          expect(needed.get(other)).toContain(one);
        }
      }),
    );
  });

  it('A4: keeps tasks apart where there are too many to find the best order', () => {
    const count = 3_000;
    const tasks = Array.from({ length: count }, (_, at) =>
      planTask(`t${at}`, at % 2 === 0 && at + 7 < count ? [`t${at + 7}`] : [], [
        `f${at % 3}.ts`,
        `g${at % 5}.ts`,
        `h${at % 7}.ts`,
      ]),
    );
    const apart = keepFilesApart(tasks);
    const indexes = new Map(apart.map(({ key }, at) => [key, at]));
    const { order, cycles } = sortByNeeds(
      apart.map(({ needs }) => needs.flatMap((need) => indexes.get(need) ?? [])),
    );
    expect(cycles).toEqual([]);
    for (const file of ['f0.ts', 'g4.ts', 'h3.ts']) {
      const writers = [...order].filter((at) => apart[at]?.files.includes(file));
      // Each waits for the one before it, directly or through what lies between them.
      for (const [place, at] of writers.entries()) {
        const previous = apart[writers[place - 1] ?? -1]?.key;
        if (previous !== undefined) expect(reaches(apart, indexes, at, previous)).toBe(true);
      }
    }
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

/** Whether a task waits for another, directly or not. */
function reaches(
  tasks: readonly PlanTask[],
  indexes: ReadonlyMap<string, number>,
  from: number,
  to: string,
): boolean {
  const met = new Set(tasks[from]?.needs);
  for (const key of met) {
    if (key === to) return true;
    for (const need of tasks[indexes.get(key) ?? -1]?.needs ?? []) met.add(need);
  }
  return false;
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
