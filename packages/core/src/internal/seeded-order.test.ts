import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededOrder } from './seeded-order.ts';

describe('an order by seed', () => {
  it('M15: has the same items in the same order for one seed', () => {
    fc.assert(
      fc.property(fc.array(fc.nat()), fc.string(), (items, seed) => {
        const order = seededOrder(items, seed);
        expect(order.toSorted()).toEqual(items.toSorted());
        expect(seededOrder(items, seed)).toEqual(order);
      }),
    );
  });

  it('M15: puts each item about as often at each place', () => {
    const counts = [0, 0, 0];
    for (let seed = 0; seed < 3_000; seed++) {
      const place = seededOrder(['x', 'y', 'z'], `run-${seed}/answer`).indexOf('x');
      counts[place] = (counts[place] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(100);
  });
});
