import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { until } from './mortal-disk.fixture.ts';
import { fakeModel } from './testing/fake-model.ts';

describe('orders about everything', () => {
  it('K3 K6: everything is given another priority and another model, over all runs', async () => {
    const stuck = fakeModel({ reply: () => ({ text: 'late', delayMs: 60_000 }) });
    const helpful = fakeModel({ reply: () => ({ text: 'fine' }) });
    await using overseer = await createOverseer({
      overseer: 'helpful',
      models: { stuck: { model: stuck, concurrency: 2 }, helpful: { model: helpful } },
    });
    const runs = [1, 2, 3].map(() =>
      overseer.run({ tasks: ['one', 'two'].map((key) => ({ key, instruction: 'x' })) }),
    );
    await until(() => stuck.requests.length === 2);
    await overseer.reprioritise({}, 'high');
    await overseer.reassign({}, 'helpful', { because: 'stuck is down', by: 'mia' });
    for (const run of runs) {
      expect(await run.result).toMatchObject({
        status: 'completed',
        tasks: [{ model: 'helpful' }, { model: 'helpful' }],
      });
      const changes: unknown[] = [];
      for await (const { type, task, actor, data } of run) {
        if (type === 'task.changed') changes.push({ task, actor, data });
      }
      expect(changes).toEqual([
        ...['one', 'two'].map((task) => ({
          task,
          actor: 'host',
          data: { because: 'made high', priority: 'high' },
        })),
        ...['one', 'two'].map((task) => ({
          task,
          actor: 'person:mia',
          data: { because: 'stuck is down', model: 'helpful' },
        })),
      ]);
    }
    await overseer.reprioritise({}, 'low');
    await overseer.reassign({});
  });
});
