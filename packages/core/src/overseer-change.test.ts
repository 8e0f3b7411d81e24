import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { memory } from './journal/memory-store.ts';
import type { ModelRequest } from './spec/model.ts';
import { fakeModel } from './testing/fake-model.ts';

const plan = JSON.stringify({
  tasks: [{ key: 'one', title: 'One', instruction: 'Do it.', kind: 'write', checks: [] }],
});

const PASS = '{"verdict":"pass","score":1,"findings":[]}';

/** What a model does with a request, and what it says. */
function answerTo({ output, messages }: ModelRequest): readonly [string, string] {
  if (output?.type === 'json') return ['plans', plan];
  return JSON.stringify(messages).includes('verdict') ? ['judges', PASS] : ['works', 'fine'];
}

/** A team whose models say who they are, and plan where they are asked to. */
function team() {
  const asked: string[] = [];
  const named = (name: string) =>
    fakeModel({
      reply: (request) => {
        const [does, text] = answerTo(request);
        asked.push(`${name} ${does}`);
        return { text };
      },
    });
  const models = {
    a: { model: named('a') },
    b: { model: named('b') },
    worker: { model: named('worker'), goodAt: ['write'] },
  } as const;
  return { asked, models };
}

describe('setOverseer', () => {
  it('R8: another model plans and judges from then on, over restarts, until the options name another', async () => {
    const { asked, models } = team();
    const store = memory();
    const first = await createOverseer({ overseer: 'a', models, store });
    const goal = { finalChecks: [] };
    expect(await first.run('Write one.', goal).result).toMatchObject({ status: 'completed' });
    await first.setOverseer('b', { by: 'mia', because: 'a is too dear' });
    expect(first.overseerModel).toBe('b');
    await first.run('Write one.', goal).result;
    await first.close();
    const second = await createOverseer({ overseer: 'a', models, store });
    expect(second.overseerModel).toBe('b');
    await second.run('Write one.', goal).result;
    await second.close();
    await using third = await createOverseer({ overseer: 'worker', models, store });
    expect(third.overseerModel).toBe('worker');
    expect(asked.filter((one) => !one.endsWith('works'))).toEqual([
      'a plans',
      'a judges',
      'b plans',
      'b judges',
      'b plans',
      'b judges',
    ]);
  });

  it('R8: a plan that waits for the one before is made by the other', async () => {
    const { asked, models } = team();
    await using overseer = await createOverseer({ overseer: 'a', models });
    await overseer.pause();
    const run = overseer.run('Write one.', { finalChecks: [] });
    await overseer.setOverseer('b');
    await overseer.resume();
    expect((await run.result).status).toBe('completed');
    expect(asked[0]).toBe('b plans');
  });

  it('R8 X5: refuses a model that is not in the team', async () => {
    const { models } = team();
    await using overseer = await createOverseer({ overseer: 'a', models });
    await expect(overseer.setOverseer('bb')).rejects.toMatchObject({
      code: 'config.unknown-model',
      message: expect.stringContaining('"bb"'),
    });
  });
});
