import { expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { type FakeModel, fakeModel } from './testing/fake-model.ts';

it('M12 L1: a task whose prompt turns out too long for a limit of its model goes to another that is free', async () => {
  const counting = (id: string): FakeModel =>
    fakeModel({
      id,
      reply: () => ({ text: id }),
      countTokens: () => 5_000,
    });
  const [a, b] = [counting('a'), counting('b')];
  await using overseer = await createOverseer({
    overseer: 'boss',
    models: {
      boss: { model: fakeModel({ reply: () => ({ text: 'ok' }) }) },
      a: { model: a, role: 'worker', limits: ['2000 tokens / 1m'] },
      b: { model: b, role: 'worker' },
    },
    maxOutputTokens: 100,
  });
  const { tasks } = await overseer.run({
    tasks: [{ instruction: 'word '.repeat(1_150) }],
  }).result;
  expect(tasks[0]).toMatchObject({ status: 'done', model: 'b' });
  expect(a.requests).toHaveLength(0);
});
