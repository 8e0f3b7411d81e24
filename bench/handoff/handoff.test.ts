import { afterAll, describe, expect, it } from 'vitest';
import { work } from '../faults/handoff.ts';
import { seeded } from '../harness/random.ts';
import { scratch } from '../harness/scratch.ts';

const place = await scratch('handoff-test');
afterAll(() => place[Symbol.asyncDispose]());

describe('a handoff between two stores', { tags: ['slow'], timeout: 240_000 }, () => {
  it('R8: survives kill -9 of either side at every step: nothing lost, nothing twice, live in one store', async () => {
    const setting = { random: seeded(5), trials: 1, folder: place.folder, progress: () => {} };
    const { violations, counts } = await work.run(setting);
    expect(violations).toEqual([]);
    expect(counts['killsOfSender']).toBeGreaterThan(8);
    expect(counts['killsOfReceiver']).toBeGreaterThan(8);
  });
});
