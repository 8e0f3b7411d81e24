import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Latest } from './latest.ts';

it('L2: keeps the last few of any values, and says which went', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.array(fc.nat()), (most, added) => {
      const latest = new Latest<number>(most);
      for (const [at, value] of added.entries()) {
        expect(latest.add(value)).toBe(added[at - most]);
      }
      expect(latest.values.toSorted()).toEqual(added.slice(-most).toSorted());
    }),
  );
});
