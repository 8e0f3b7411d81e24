import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mapBounded } from './map-bounded.ts';

describe('bounded work', () => {
  it('K4: gives every result in order, with never more under way than it was told', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(3), { maxLength: 30 }),
        fc.integer({ min: 1, max: 5 }),
        check,
      ),
    );
  });

  it('K4: fails as the first that fails, and begins nothing after it', async () => {
    const begun: number[] = [];
    const { promise: end, resolve } = Promise.withResolvers<void>();
    const work = mapBounded([1, 2, 3, 4, 5], 2, async (item) => {
      begun.push(item);
      if (item === 2) throw new Error('no');
      await end;
      return item;
    });
    await expect(work).rejects.toThrow('no');
    resolve();
    await new Promise((next) => setImmediate(next));
    expect(begun).toEqual([1, 2]);
  });
});

async function check(delays: readonly number[], atOnce: number): Promise<void> {
  let running = 0;
  let most = 0;
  const results = await mapBounded(delays, atOnce, async (turns) => {
    running += 1;
    most = Math.max(most, running);
    for (let turn = 0; turn <= turns; turn++) await Promise.resolve();
    running -= 1;
    return turns;
  });
  expect(results).toEqual(delays);
  expect(most).toBe(Math.min(atOnce, delays.length));
}
