import { describe, expect, it, onTestFinished } from 'vitest';
import { ModelError } from './errors/model-error.ts';
import { keyedModel, keysTold, tasks } from './several-keys.fixture.ts';
import { workersPlace } from './workers.fixture.ts';

describe('several keys of a model whose calls workers make', () => {
  it('M11 R12 L1: the overseer says with which key a worker calls, by the limits and breakers of each', async () => {
    const there = workersPlace(onTestFinished);
    const { model, used } = keyedModel(there.clock, ['a', 'b', 'c'], (keyName) =>
      keyName === 'a' ? { error: new ModelError('auth', 'the key was refused') } : { text: 'done' },
    );
    await there.startWorker('w1', () => ({ text: 'done' }), { models: { a: model } });
    const overseer = await there.start('first', {
      ...there.remote,
      models: { a: { model, workers: true, concurrency: 1 } },
      limits: [{ per: 'key', of: 'b', limits: ['1 calls / 1h'] }],
    }).overseer;
    const run = overseer.run({ tasks: tasks(3) });
    await there.advance(20_000);
    expect(await run.result).toMatchObject({ status: 'completed' });
    expect(used()).toBe('a b c c');
    expect(keysTold(await there.events())).toEqual(['a down']);
    const alone = overseer.breakers().filter(({ state }) => state !== 'closed');
    expect(alone).toMatchObject([{ kind: 'key', keyName: 'a' }]);
  });
});
