import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Heap } from './heap.ts';

const bySize = (a: number, b: number): boolean => a < b;

describe('Heap', () => {
  it('K3: gives items in sorted order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), (items) => {
        const heap = new Heap(bySize);
        for (const item of items) heap.push(item);
        expect(drain(heap)).toEqual([...items].sort((a, b) => a - b));
      }),
    );
  });

  it('K3: gives the first item whatever pushes and pops came before', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.integer({ min: 0, max: 9 }))), (steps) => {
        const heap = new Heap(bySize);
        const model: number[] = [];
        for (const step of steps) {
          expect(heap.peek()).toBe(model[0]);
          if (step === null) expect(heap.pop()).toBe(model.shift());
          else {
            heap.push(step);
            model.push(step);
            model.sort((a, b) => a - b);
          }
          expect(heap.size).toBe(model.length);
        }
      }),
    );
  });

  it('K3: has nothing to give when it is empty, and takes items again', () => {
    const heap = new Heap(bySize);
    expect(heap.pop()).toBeUndefined();
    expect(heap.peek()).toBeUndefined();
    heap.push(1);
    expect(heap.pop()).toBe(1);
    expect(heap.pop()).toBeUndefined();
    expect(heap.size).toBe(0);
  });
});

function drain(heap: Heap<number>): readonly number[] {
  const items: number[] = [];
  for (let item = heap.pop(); item !== undefined; item = heap.pop()) items.push(item);
  return items;
}
