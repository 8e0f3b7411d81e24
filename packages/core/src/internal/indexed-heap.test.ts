import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IndexedHeap } from './indexed-heap.ts';

interface Item {
  value: number;
  place: number;
}

const step = fc.oneof(
  fc.record({ kind: fc.constant('push' as const), value: fc.nat(20) }),
  fc.record({ kind: fc.constant('pop' as const) }),
  fc.record({ kind: fc.constant('remove' as const), which: fc.nat(50) }),
  fc.record({ kind: fc.constant('change' as const), which: fc.nat(50), value: fc.nat(20) }),
);

describe('IndexedHeap', () => {
  it('K3: gives the least, whatever is taken out or changed in between', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const heap = new IndexedHeap<Item>(
          (a, b) => a.value < b.value,
          (item, place) => {
            item.place = place;
          },
        );
        let all: readonly Item[] = [];
        for (const step of steps) {
          all = afterStep(heap, all, step);
          expect(heap.peek()?.value).toBe(leastOf(all));
          expect(heap.size).toBe(all.length);
          for (const item of all) expect(heap.items[item.place]).toBe(item);
        }
      }),
    );
  });

  it('K3: taking out what is not there changes nothing', () => {
    const heap = new IndexedHeap<number>(
      (a, b) => a < b,
      () => undefined,
    );
    heap.push(1);
    heap.remove(5);
    heap.moved(5);
    expect([heap.pop(), heap.pop()]).toEqual([1, undefined]);
  });
});

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Does one thing to the heap; gives what must be in it then. */
function afterStep(heap: IndexedHeap<Item>, all: readonly Item[], step: Step): readonly Item[] {
  if (step.kind === 'push') {
    const item = { value: step.value, place: -1 };
    heap.push(item);
    return [...all, item];
  }
  if (step.kind === 'pop') {
    const item = heap.pop();
    expect(item?.value).toBe(leastOf(all));
    return all.filter((other) => other !== item);
  }
  const chosen = all[step.which % Math.max(1, all.length)];
  if (chosen === undefined) return all;
  if (step.kind === 'change') {
    chosen.value = step.value;
    heap.moved(chosen.place);
    return all;
  }
  heap.remove(chosen.place);
  expect(chosen.place).toBe(-1);
  return all.filter((other) => other !== chosen);
}

function leastOf(items: readonly Item[]): number | undefined {
  return items.length === 0 ? undefined : Math.min(...items.map(({ value }) => value));
}
