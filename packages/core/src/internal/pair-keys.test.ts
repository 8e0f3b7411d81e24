import { expect, it } from 'vitest';
import { PairKeys } from './pair-keys.ts';

it('M15: a key that is kept is the one that would be made, however many there are', () => {
  const keys = new PairKeys('/');
  for (let round = 0; round < 2; round++) {
    for (let at = 0; at < 5_000; at++) {
      const [model, kind] = [`model-${at % 1_700}`, `kind-${at % 3}`];
      expect(keys.of(model, kind)).toBe(`${model}/${kind}`);
    }
  }
});
