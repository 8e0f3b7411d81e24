import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecentMap } from './recent-map.ts';

type Step =
  | { readonly kind: 'set'; readonly key: string; readonly value: number }
  | { readonly kind: 'delete'; readonly key: string };

const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', '__proto__');
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), key, value: fc.integer() }),
  fc.record({ kind: fc.constant('delete' as const), key }),
);

describe('a map of what is recent', () => {
  it('M14: holds what a map holds whose keys are taken out and put in again', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(step), (most, steps) => {
        const map = new RecentMap<number>(most);
        const plain = new Map<string, number>();
        for (const one of steps) {
          const wasThere = plain.delete(one.key);
          if (one.kind === 'delete') expect(map.delete(one.key)).toBe(wasThere);
          else {
            plain.set(one.key, one.value);
            const [oldest] = plain.keys();
            const gone = plain.size > most ? oldest : undefined;
            if (gone !== undefined) plain.delete(gone);
            expect(map.set(one.key, one.value)).toBe(gone);
          }
          expect([...map]).toEqual([...plain]);
          expect(map.size).toBe(plain.size);
          expect(map.get(one.key)).toBe(plain.get(one.key));
        }
        map.clear();
        expect([...map]).toEqual([]);
      }),
    );
  });
});
