import { describe, expect, it } from 'vitest';
import { generate } from './call/generate.ts';
import { createOverseer } from './create-overseer.ts';
import { ModelError } from './errors/model-error.ts';
import { mortalDisk, until } from './mortal-disk.fixture.ts';
import { ASK, asModel, calling, EACH, replying, teamOf } from './nesting.fixture.ts';
import type { Overseer } from './overseer.ts';
import type { FakeModel } from './testing/fake-model.ts';

describe('an outer overseer that dies in the middle of a call', () => {
  it('K11 R2: goes on with the run below, which goes on too, and both pay once', async () => {
    const [above, below] = [mortalDisk(), mortalDisk()];
    const tasks = ['first', 'second'].map((key) => ({ key, instruction: `Do ${key}.` }));
    const graph = { tasks: [tasks[0], { ...tasks[1], needs: ['first'] }] };
    const answers = (isSlow: boolean): FakeModel =>
      replying((request) => {
        const isSecond = JSON.stringify(request).includes('Do second.');
        return { text: 'done', usage: EACH, ...(isSecond && isSlow ? { delayMs: 60_000 } : {}) };
      });
    const open = async (inner: FakeModel) => {
      const lower = await teamOf(inner, { store: below.open });
      const model = asModel(lower, { as: () => graph as never });
      const models = { below: { model } };
      return {
        lower,
        upper: await createOverseer({ overseer: 'below', models, store: above.open }),
      };
    };
    const slow = answers(true);
    const first = await open(slow);
    const run = first.upper.run({ tasks: [{ instruction: 'Do both.' }] });
    await until(() => slow.requests.length === 2);
    await above.kill();
    await below.kill();

    const fast = answers(false);
    const second = await open(fast);
    const again = second.upper.open(run.id);
    again.resume();
    expect(await again.result).toMatchObject({
      status: 'completed',
      usage: { calls: 1, failedCalls: 1, uncertainCalls: 0 },
    });
    // The first of the two is not asked again.
    expect(fast.requests).toHaveLength(1);
    const starts = (await below.events()).filter(({ type }) => type === 'run.started');
    expect(starts).toHaveLength(1);
    const [{ run: nested = '' } = {}] = starts;
    const { usage } = await second.lower.open(nested).result;
    const { inputTokens, outputTokens } = (await again.result).usage;
    expect([inputTokens, outputTokens]).toEqual([usage.inputTokens, usage.outputTokens]);
    await second.upper.close();
    await second.lower.close();
  });

  it('K11 R2: takes what the run below gave meanwhile, and asks nobody again', async () => {
    const above = mortalDisk();
    const inner = replying(() => ({ text: 'done', usage: EACH, delayMs: 30 }));
    await using lower = await teamOf(inner);
    const open = (): Promise<Overseer> =>
      createOverseer({
        overseer: 'below',
        models: { below: { model: asModel(lower) } },
        store: above.open,
      });
    const run = (await open()).run({ tasks: [{ instruction: 'Do it.' }] });
    await until(() => inner.requests.length === 1);
    await above.kill();
    await until(() => lower.unfinished().length === 0);
    await using upper = await open();
    const again = upper.open(run.id);
    again.resume();
    expect(await again.result).toMatchObject({
      ...{ status: 'completed', output: 'done' },
      usage: { inputTokens: 100, outputTokens: 20, microUsd: 120 },
    });
    expect(inner.requests).toHaveLength(1);
  });

  it('K11: begins anew where the run below failed', async () => {
    const inner = replying((_, nth) =>
      nth === 1 ? { error: new ModelError('invalid', 'no') } : { text: 'ok' },
    );
    await using overseer = await teamOf(inner, { maxAttempts: 1 });
    const model = asModel(overseer);
    const ctx = { ...calling(), key: 'attempt/1' };
    await expect(generate(model, ASK, ctx)).rejects.toMatchObject({ kind: 'invalid' });
    expect(await generate(model, ASK, ctx)).toMatchObject({ text: 'ok' });
    expect(await generate(model, ASK, ctx)).toMatchObject({ text: 'ok' });
    expect(inner.requests).toHaveLength(2);
  });
});
