import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import type { LimitRule, LimitText } from './spec/limit.ts';
import type { ModelEntry } from './spec/plugin.ts';
import { fakeModel } from './testing/fake-model.ts';

const price = { input: 1, output: 2 };
const budget = { usd: 0.5 };
const rule: LimitRule = { metric: 'usd', capacity: 5, windowMs: 1_000 };

describe('dollars of models without a price', () => {
  it('L6 X5: a budget names each that is neither priced nor local', async () => {
    const models = { boss: cloud(), coder: cloud(), local: local(), known: { ...cloud(), price } };
    const wrong = createOverseer({ overseer: 'boss', models, budget });
    await expect(wrong).rejects.toMatchObject({
      code: 'config.price',
      message: expect.stringMatching(/\$0\.5 .*"boss", "coder": add price: \{ input, output \}/),
    });
  });

  it('L6 X5: a budget of a run of its own is refused before the run starts', async () => {
    await using overseer = await createOverseer({ overseer: 'boss', models: { boss: cloud() } });
    const tasks = [{ instruction: 'x' }];
    expect(() => overseer.run({ tasks }, { budget })).toThrow(
      expect.objectContaining({ code: 'config.price' }),
    );
    expect(overseer.unfinished()).toEqual([]);
    const { status } = await overseer.run({ tasks }, { budget: { calls: 9 } }).result;
    expect(status).toBe('completed');
  });

  it.each<LimitText | LimitRule>(['$5 / 1d', rule])(
    'L6 X5: a limit of %j is refused',
    async (limit) => {
      const limits = ['4 at once', limit] as const;
      const wrong = createOverseer({ overseer: 'boss', models: { boss: { ...cloud(), limits } } });
      await expect(wrong).rejects.toMatchObject({
        code: 'config.price',
        message: expect.stringContaining('"boss"'),
      });
      for (const boss of [{ ...cloud(), price }, local()]) {
        await using overseer = await createOverseer({
          overseer: 'boss',
          models: { boss: { ...boss, limits } },
          budget,
        });
        expect(overseer.models()).toHaveLength(1);
      }
    },
  );
});

function cloud(): Pick<ModelEntry, 'model'> {
  return { model: fakeModel({ info: { local: false }, reply: () => ({ text: 'x' }) }) };
}

function local(): Pick<ModelEntry, 'model'> {
  return { model: fakeModel({ reply: () => ({ text: 'x' }) }) };
}
