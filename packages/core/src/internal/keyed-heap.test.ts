import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyedHeap } from './keyed-heap.ts';

interface Item {
  key: number;
  /** No two have the same. */
  readonly born: number;
  place: number;
}

const step = fc.oneof(
  fc.record({ kind: fc.constant('push' as const), key: fc.integer({ min: -9, max: 9 }) }),
  fc.record({ kind: fc.constant('pop' as const) }),
  fc.record({ kind: fc.constant('remove' as const), which: fc.nat(50) }),
  fc.record({ kind: fc.constant('rekey' as const), which: fc.nat(50), key: fc.nat(9) }),
  fc.record({ kind: fc.constant('retain' as const), odd: fc.boolean() }),
);

describe('KeyedHeap', () => {
  it('K3: gives the least, of equals the one before, whatever is taken out or changed in between', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
        const heap = new KeyedHeap<Item>(
          (a, b) => a.born < b.born,
          (item, place) => {
            item.place = place;
          },
        );
        let all: readonly Item[] = [];
        for (const [born, step] of steps.entries()) {
          all = afterStep(heap, all, step, born);
          expect(heap.peek()).toBe(leastOf(all));
          expect(heap.leastKey).toBe(leastOf(all)?.key ?? Number.NaN);
          expect(heap.size).toBe(all.length);
          for (const item of all) expect(heap.items[item.place]).toBe(item);
          for (const item of all) expect(heap.keyAt(item.place)).toBe(item.key);
        }
      }),
    );
  });

  it('K3: without places to tell, all come in order', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true })), (numbers) => {
        const heap = new KeyedHeap<number>(() => false);
        for (const number of numbers) heap.push(number, number);
        const sorted = numbers.map(() => heap.pop() ?? Number.NaN);
        expect(sorted.map((number) => number + 0)).toEqual(
          numbers.toSorted((a, b) => a - b).map((number) => number + 0),
        );
        expect(heap.pop()).toBeUndefined();
      }),
    );
  });

  it('K3: taking out what is not there changes nothing', () => {
    const heap = new KeyedHeap<string>(() => false);
    heap.push('one', 1);
    heap.remove(5);
    heap.rekey(5, 0);
    heap.remove(-1);
    expect([heap.leastKey, heap.pop(), heap.leastKey]).toEqual([1, 'one', Number.NaN]);
  });
});

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Does one thing to the heap; gives what must be in it then. */
function afterStep(
  heap: KeyedHeap<Item>,
  all: readonly Item[],
  step: Step,
  born: number,
): readonly Item[] {
  if (step.kind === 'push') {
    const item = { key: step.key, born, place: -1 };
    heap.push(item, item.key);
    return [...all, item];
  }
  if (step.kind === 'pop') {
    const least = leastOf(all);
    expect(heap.pop()).toBe(least);
    return all.filter((other) => other !== least);
  }
  if (step.kind === 'retain') {
    const isKept = (item: Item): boolean => item.born % 2 === (step.odd ? 1 : 0);
    heap.retain(isKept);
    for (const item of all) if (!isKept(item)) expect(item.place).toBe(-1);
    return all.filter(isKept);
  }
  const chosen = all[step.which % Math.max(1, all.length)];
  if (chosen === undefined) return all;
  if (step.kind === 'rekey') {
    chosen.key = step.key;
    heap.rekey(chosen.place, step.key);
    return all;
  }
  heap.remove(chosen.place);
  expect(chosen.place).toBe(-1);
  return all.filter((other) => other !== chosen);
}

function leastOf(items: readonly Item[]): Item | undefined {
  return items.toSorted((a, b) => a.key - b.key || a.born - b.born)[0];
}
