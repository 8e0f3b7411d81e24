import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findCycle, type Needing } from './find-cycle.ts';
import { drawTasks } from './task.fixture.ts';

const keys = ['a', 'b', 'c', 'd', 'e'];
const graphs: fc.Arbitrary<readonly Needing[]> = fc
  .uniqueArray(fc.constantFrom(...keys))
  .chain((some) =>
    fc.tuple(...some.map((key) => fc.record({ key: fc.constant(key), needs: fc.subarray(keys) }))),
  );

const acyclicTasks = fc.array(fc.nat(1_000), { maxLength: 70 }).map(drawTasks);

describe('findCycle', () => {
  it('K2: names the tasks of a circle, the first again at the end', () => {
    const tasks = [
      { key: 'start', needs: ['a'] },
      { key: 'a', needs: ['b'] },
      { key: 'b', needs: ['end', 'c'] },
      { key: 'c', needs: ['a'] },
      { key: 'end', needs: [] },
    ];
    expect(findCycle(tasks)).toEqual(['a', 'b', 'c', 'a']);
    expect(findCycle([{ key: 'a', needs: ['a'] }])).toEqual(['a', 'a']);
  });

  it('K2: finds a true circle where there is one, and none elsewhere', () => {
    fc.assert(
      fc.property(graphs, (tasks) => {
        const cycle = findCycle(tasks);
        expect(cycle !== undefined).toBe(hasCycle(tasks));
        if (cycle === undefined) return;
        expect(cycle.length).toBeGreaterThan(1);
        expect(cycle.at(-1)).toBe(cycle[0]);
        expect(new Set(cycle).size).toBe(cycle.length - 1);
        for (const [at, key] of cycle.slice(0, -1).entries()) {
          expect(tasks.find((task) => task.key === key)?.needs).toContain(cycle[at + 1]);
        }
      }),
    );
  });

  it('K2: finds none among tasks that only need earlier ones, in whatever order they come', () => {
    fc.assert(
      fc.property(acyclicTasks, (tasks) => {
        expect(findCycle(tasks)).toBeUndefined();
      }),
    );
  });

  it('K2: goes through a chain of 100,000 tasks, and through a circle of as many', () => {
    const chain = Array.from({ length: 100_000 }, (_, at) => ({
      key: `t${at}`,
      needs: at === 99_999 ? [] : [`t${at + 1}`],
    }));
    expect(findCycle(chain)).toBeUndefined();
    expect(findCycle([...chain.slice(0, -1), { key: 't99999', needs: ['t0'] }])).toHaveLength(
      100_001,
    );
  });
});

/** By taking away what needs nothing until nothing can be taken away. */
function hasCycle(tasks: readonly Needing[]): boolean {
  const left = new Map(tasks.map(({ key, needs }) => [key, needs]));
  for (let before = -1; before !== left.size; ) {
    before = left.size;
    for (const [key, needs] of left) {
      if (!needs.some((need) => left.has(need))) left.delete(key);
    }
  }
  return left.size > 0;
}
