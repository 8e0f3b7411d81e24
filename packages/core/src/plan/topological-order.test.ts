import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TopologicalOrder } from './topological-order.ts';

const NODES = 9;
const pairs = fc.array(fc.tuple(fc.nat(NODES - 1), fc.nat(NODES - 1)), { maxLength: 30 });

describe('TopologicalOrder', () => {
  it('A4: begins with the order given where that works', () => {
    const order = new TopologicalOrder([[], [0], [], [1]]);
    expect([0, 1, 2, 3].map((node) => order.place(node))).toEqual([0, 1, 2, 3]);
  });

  it('A4: moves what is needed before the one that needs it, and nothing else', () => {
    const order = new TopologicalOrder([[], [], [], [2], []]);
    order.connect(1, 3);
    expect([0, 2, 3, 1, 4].map((node) => order.place(node))).toEqual([0, 1, 2, 3, 4]);
    expect(order.waitsFor(1, 2)).toBe(true);
    expect(order.needs(1, 2)).toBe(false);
    expect(order.waitsFor(2, 1)).toBe(false);
    expect(order.waitsFor(2, 2)).toBe(true);
  });

  it('A4: knows who waits for whom, and keeps an order that works, whatever is connected', () => {
    fc.assert(
      fc.property(pairs, fc.boolean(), (wanted, isReversed) => {
        const begin = Array.from({ length: NODES }, (_, node) =>
          isReversed && node + 3 < NODES ? [node + 3] : [],
        );
        const needs = begin.map((mine) => new Set(mine));
        const order = new TopologicalOrder(begin);
        for (const [later, earlier] of wanted) {
          if (waits(needs, earlier, later)) continue;
          order.connect(later, earlier);
          needs[later]?.add(earlier);
          expectToWork(order, needs);
        }
        const pairsOfAll = needs.flatMap((_a, a) => needs.map((_b, b) => [a, b] as const));
        for (const [a, b] of pairsOfAll) expect(order.waitsFor(a, b)).toBe(waits(needs, a, b));
      }),
    );
  });
});

/** Every node has a place of its own, behind all that it needs. */
function expectToWork(order: TopologicalOrder, needs: readonly ReadonlySet<number>[]): void {
  const places = needs.map((_, node) => order.place(node));
  expect([...places].sort()).toEqual(needs.map((_, node) => node));
  for (const [node, mine] of needs.entries()) {
    for (const need of mine) expect(order.place(need)).toBeLessThan(order.place(node));
  }
}

/** By going through all that `later` needs. */
function waits(needs: readonly ReadonlySet<number>[], later: number, earlier: number): boolean {
  const all = new Set([later]);
  for (const node of all) for (const need of needs[node] ?? []) all.add(need);
  return all.has(earlier);
}
