import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBounded } from './bounded.ts';
import { Cancellation } from './cancellation.ts';

const nobody = new Cancellation();

describe('createBounded', () => {
  it('K4: runs everything once, in order, never more than so many at once', async () => {
    const turns = fc.nat(5);
    const jobs = fc.array(fc.record({ arrives: turns, lasts: turns, fails: fc.boolean() }));
    await fc.assert(
      fc.asyncProperty(jobs, fc.integer({ min: 1, max: 4 }), async (all, atOnce) => {
        const bounded = createBounded(atOnce);
        let running = 0;
        let most = 0;
        const arrived: number[] = [];
        const started: number[] = [];
        const outcomes = all.map(async ({ arrives, lasts, fails }, job) => {
          await pass(arrives);
          arrived.push(job);
          return bounded(async () => {
            started.push(job);
            running += 1;
            most = Math.max(most, running);
            await pass(lasts);
            running -= 1;
            if (fails) throw new Error(`job ${job}`);
          }, nobody);
        });
        const settled = await Promise.allSettled(outcomes);
        expect(started).toEqual(arrived);
        expect(most).toBeLessThanOrEqual(atOnce);
        expect(settled.map(({ status }) => status === 'rejected')).toEqual(
          all.map(({ fails }) => fails),
        );
      }),
    );
  });

  it('K4: who comes while a place is handed over waits behind those who waited', async () => {
    const bounded = createBounded(1);
    const seen: string[] = [];
    const first = Promise.withResolvers<void>();
    const one = bounded(() => first.promise, nobody);
    const two = bounded(async () => {
      seen.push('two starts');
      await pass(3);
      seen.push('two ends');
    }, nobody);
    first.resolve();
    // One ends two turns from now; from the first of them on, somebody asks in every turn.
    const others: (Promise<undefined> | undefined)[] = [];
    for (let turn = 0; turn < 6; turn++) {
      await Promise.resolve();
      others.push(bounded(async () => void seen.push('another'), nobody));
    }
    await Promise.all([one, two, ...others]);
    expect(seen.slice(0, 2)).toEqual(['two starts', 'two ends']);
    expect(seen).toHaveLength(8);
  });
});

it('K4: work that is over at once is answered at once, and those who wait are not forgotten behind it', async () => {
  const bounded = createBounded(1);
  expect(bounded(() => 'at once', nobody)).toBe('at once');
  expect(() =>
    bounded(() => {
      throw new Error('at once');
    }, nobody),
  ).toThrow('at once');
  const first = Promise.withResolvers<void>();
  const one = bounded(() => first.promise, nobody);
  const others = [
    bounded(() => 'two', nobody),
    bounded((): string => {
      throw new Error('three');
    }, nobody),
    bounded(async () => 'four', nobody),
  ];
  first.resolve();
  await one;
  const settled = await Promise.allSettled(others);
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

it('K6: who is cancelled while waiting is told at once and takes no place', async () => {
  const bounded = createBounded(1);
  const first = Promise.withResolvers<void>();
  const one = bounded(() => first.promise, nobody);
  const cancel = new Cancellation();
  let ran = false;
  const two = bounded(() => {
    ran = true;
  }, cancel);
  const three = bounded(() => 'three', nobody);
  cancel.abort('enough');
  await expect(two).rejects.toBe('enough');
  first.resolve();
  await one;
  expect(await three).toBe('three');
  expect(ran).toBe(false);
});

async function pass(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await Promise.resolve();
}
