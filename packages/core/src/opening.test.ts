import { expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { memory } from './journal/memory-store.ts';
import { fakeModel } from './testing/fake-model.ts';

it('K4 R2: a long journal is read in pieces, between which everything else has its turn', async () => {
  const store = memory();
  const model = fakeModel({ reply: () => ({ text: 'x' }) });
  const models = { a: { model, concurrency: 50, limits: ['1000000 calls / 1h'] as const } };
  const first = await createOverseer({ overseer: 'a', models, store });
  const tasks = Array.from({ length: 1_500 }, (_, n) => ({ key: `t${n}`, instruction: 'x' }));
  await first.run({ tasks }).result;
  await first.close();
  let turns = 0;
  let isOpen = false;
  const turn = (): void => {
    turns += 1;
    if (!isOpen) setImmediate(turn);
  };
  setImmediate(turn);
  await using second = await createOverseer({ overseer: 'a', models, store });
  isOpen = true;
  expect(turns).toBeGreaterThan(1);
  expect(second.models()[0]?.limits[0]?.used).toBe(1_500);
});
