import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sortByNeeds } from './sort-by-needs.ts';

const MOST = 6;
const graphs: fc.Arbitrary<readonly (readonly number[])[]> = fc.nat(MOST).chain((count) =>
  fc.array(fc.uniqueArray(fc.nat(Math.max(0, count - 1))), {
    minLength: count,
    maxLength: count,
  }),
);

describe('sortByNeeds', () => {
  it('K2: leaves an order that works as it is, and takes needs first where it does not', () => {
    expect([...sortByNeeds([[], [0], [], [0, 2]]).order]).toEqual([0, 1, 2, 3]);
    expect([...sortByNeeds([[3], [], [0], []]).order]).toEqual([3, 0, 1, 2]);
  });

  it('K2: names the nodes of a circle, the first again at the end', () => {
    expect(sortByNeeds([[1], [2], [4, 3], [1], []]).cycles).toEqual([[1, 2, 3, 1]]);
    expect(sortByNeeds([[0]]).cycles).toEqual([[0, 0]]);
  });

  it('K2: names each of several circles', () => {
    expect(sortByNeeds([[1], [0], [3, 0], [2]]).cycles).toEqual([
      [0, 1, 0],
      [2, 3, 2],
    ]);
  });

  it('K2: gives true circles where there are any, no two with a node in common, else an order that works', () => {
    fc.assert(
      fc.property(graphs, (needs) => {
        const { order, cycles } = sortByNeeds(needs);
        expect(cycles.length > 0).toBe(hasCycle(needs));
        const met = cycles.flatMap((cycle) => cycle.slice(0, -1));
        expect(new Set(met).size).toBe(met.length);
        for (const cycle of cycles) expectToBeCycle(cycle, needs);
        if (cycles.length === 0) expectToWork([...order], needs);
      }),
    );
  });

  it('K2: goes through a chain of 100,000 nodes, and through a circle of as many', () => {
    const chain = Array.from({ length: 100_000 }, (_, at) => (at === 99_999 ? [] : [at + 1]));
    expect(sortByNeeds(chain).order[0]).toBe(99_999);
    expect(sortByNeeds([...chain.slice(0, -1), [0]]).cycles[0]).toHaveLength(100_001);
  });
});

function expectToBeCycle(cycle: readonly number[], needs: readonly (readonly number[])[]): void {
  expect(cycle.at(-1)).toBe(cycle[0]);
  for (const [at, node] of cycle.slice(0, -1).entries()) {
    expect(needs[node]).toContain(cycle[at + 1]);
  }
}

function expectToWork(order: readonly number[], needs: readonly (readonly number[])[]): void {
  expect([...order].sort()).toEqual([...needs.keys()]);
  for (const [place, node] of order.entries()) {
    for (const need of needs[node] ?? []) expect(order.slice(0, place)).toContain(need);
  }
}

/** By taking away what needs nothing until nothing can be taken away. */
function hasCycle(needs: readonly (readonly number[])[]): boolean {
  const left = new Map(needs.entries());
  for (let before = -1; before !== left.size; ) {
    before = left.size;
    for (const [node, mine] of left) if (!mine.some((need) => left.has(need))) left.delete(node);
  }
  return left.size > 0;
}
