import { expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { ModelError } from './errors/model-error.ts';
import { lookAtPractices } from './look-at-practices.ts';
import { livingJournal, tasksOf } from './practices.fixture.ts';
import { createFakeClock } from './testing/fake-clock.ts';
import { type FakeReply, fakeModel } from './testing/fake-model.ts';

const usage = { input: { total: 100, cacheRead: 80 }, output: { total: 20 } };

it('M16: what a model could not do, what worked instead, its tokens and its months are on record, over restarts too', async () => {
  const store = await livingJournal();
  const clock = createFakeClock(Date.UTC(2026, 0, 31, 23));
  const message = "This model's maximum context length is 8192 tokens";
  const replies: FakeReply[] = [
    { text: 'one two ', reason: 'length', usage },
    { text: 'three', usage },
  ];
  const model = fakeModel({ id: 'a-1', reply: () => replies.shift() ?? { text: 'four', usage } });
  const other = fakeModel({ id: 'b-1', reply: () => ({ text: 'five', usage }) });
  const open = () =>
    createOverseer({
      overseer: 'boss',
      models: {
        boss: { model: fakeModel({ id: 'boss', reply: () => ({ text: 'ok' }) }) },
        a: { model, fallback: ['b'] },
        b: { model: other, goodAt: ['nothing else'] },
      },
      store,
      clock,
    });
  const task = { checks: [] };
  {
    await using first = await open();
    await first.run(tasksOf(1, task)).result;
    clock.advance(2 * 3_600_000);
    replies.push(...[1, 2].map(() => ({ error: new ModelError('context-overflow', message) })));
    await first.run(tasksOf(1, task)).result;
  }
  await using second = await open();
  await second.run(tasksOf(1, task)).result;
  const [ofA] = second.practices().filter((one) => one.model === 'fake/a-1');
  expect(ofA?.limits).toMatchObject([
    { limit: 'cut-answer', workaround: 'go-on', times: 1, worked: 1 },
    { limit: 'context-overflow', workaround: 'shorten', times: 1, worked: 0 },
    {
      limit: 'context-overflow',
      detail: 'window of 8192 tokens',
      workaround: 'another-model',
      times: 1,
      worked: 1,
    },
  ]);
  expect(ofA?.tokens).toEqual({ input: 150, cached: 120, output: 30 });
  expect(ofA?.history).toMatchObject([
    { month: '2026-01', begun: 1, firstPasses: 1 },
    { month: '2026-02', begun: 1, firstPasses: 1 },
  ]);
  expect(await lookAtPractices(store)).toEqual(second.practices());
});
