import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leastTime, type TimedTask } from './least-time.ts';

const task = (key: string, lastsMs: number, ...needs: readonly string[]): TimedTask => ({
  key,
  needs,
  lastsMs,
});

describe('the least time', () => {
  it('K4: is the longest chain, or the work shared out evenly', () => {
    expect(leastTime([task('a', 10), task('b', 10), task('c', 10)], 2)).toBe(15);
    expect(leastTime([task('a', 10), task('b', 30, 'a'), task('c', 5)], 2)).toBe(40);
    expect(leastTime([], 2)).toBe(0);
  });

  it('K4: adds up where everything passes one task, as no order gets around it', () => {
    const wide = ['x', 'y', 'z'].map((key) => task(key, 10, 'gate'));
    const chain = [task('first', 40), task('gate', 20, 'first')];
    // By the whole of it, the longest chain would say 70 and the even share 45.
    expect(leastTime([...chain, ...wide, task('last', 5, 'x', 'y', 'z')], 2)).toBe(
      40 + 20 + 15 + 5,
    );
  });

  it('K4: is beaten by no order of graphs of chance', () => {
    fc.assert(
      fc.property(
        graph,
        fc.integer({ min: 1, max: 3 }),
        fc.array(fc.nat(), { minLength: 7, maxLength: 7 }),
        (tasks, places, order) => {
          expect(played(tasks, places, order)).toBeGreaterThanOrEqual(leastTime(tasks, places));
        },
      ),
      { numRuns: 300 },
    );
  });
});

const graph: fc.Arbitrary<readonly TimedTask[]> = fc
  .array(fc.record({ lastsMs: fc.nat(9), needs: fc.array(fc.nat(6), { maxLength: 3 }) }), {
    minLength: 1,
    maxLength: 7,
  })
  .map((drawn) =>
    drawn.map(({ lastsMs, needs }, at) =>
      task(`t${at}`, lastsMs, ...needs.filter((need) => need < at).map((need) => `t${need}`)),
    ),
  );

/** How long it takes where whoever has a place takes the ready task that comes first by chance. */
function played(tasks: readonly TimedTask[], places: number, order: readonly number[]): number {
  const ends = new Map<string, number>();
  const free = Array.from({ length: places }, () => 0);
  const left = new Set(tasks);
  while (left.size > 0) {
    const ready = [...left].filter(({ needs }) => needs.every((need) => ends.has(need)));
    const next = ready.sort(
      (a, b) => (order[tasks.indexOf(a)] ?? 0) - (order[tasks.indexOf(b)] ?? 0),
    )[0];
    if (next === undefined) break;
    free.sort((a, b) => a - b);
    const start = Math.max(free[0] ?? 0, ...next.needs.map((need) => ends.get(need) ?? 0));
    free[0] = start + next.lastsMs;
    ends.set(next.key, free[0]);
    left.delete(next);
  }
  return Math.max(...ends.values());
}
