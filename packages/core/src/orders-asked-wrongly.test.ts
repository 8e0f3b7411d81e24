import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import type { Overseer } from './overseer.ts';
import { fakeModel } from './testing/fake-model.ts';

const quick = (id: string) => fakeModel({ id, reply: () => ({ text: 'ok' }) });

function open(options: object = {}): Promise<Overseer> {
  const models = { a: { model: quick('a') }, b: { model: quick('b') } };
  return createOverseer({ overseer: 'a', models, ...options });
}

const NO_TEXT: readonly unknown[] = [undefined, null, 5, -1, Number.NaN, true, [], {}];
const NO_ORDER: readonly unknown[] = [null, 5, 'mia', [], { who: 'mia' }, { by: '' }, { by: 5 }];

describe('orders and options asked for wrongly', () => {
  it('K3 X5: bounds at once that are left out as undefined stay as they were, and stop nothing', async () => {
    await using overseer = await open({ concurrency: 0 });
    const left: object = { workers: undefined, concurrency: undefined, models: undefined };
    overseer.setWorkers(left);
    const run = overseer.run({ tasks: [{ instruction: 'Do it.' }] });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(overseer.queue()).toHaveLength(1);
    overseer.setWorkers({ concurrency: 1 });
    expect((await run.result).status).toBe('completed');
  });

  it('M3 X5: names of models that are no text are refused in words', async () => {
    await using overseer = await open();
    const unknown = { code: 'config.unknown-model' };
    for (const name of NO_TEXT as readonly string[]) {
      // Whoever names no model leaves it to the overseer.
      const reassigned =
        name === undefined ? overseer.setOverseer('x') : overseer.reassign({}, name);
      await expect(reassigned, String(name)).rejects.toMatchObject(unknown);
      await expect(overseer.setOverseer(name), String(name)).rejects.toMatchObject(unknown);
      const added = overseer.addModel(name, { model: quick('c') });
      await expect(added, String(name)).rejects.toMatchObject({ code: 'config.invalid' });
    }
    expect(overseer.models().map(({ name }) => name)).toEqual(['a', 'b']);
    expect(overseer.overseerModel).toBe('a');
  });

  it('M3 X5: orders about models say who and why in a form that is known, or are refused', async () => {
    await using overseer = await open();
    const refused = { code: 'config.order' };
    for (const order of NO_ORDER as readonly object[]) {
      await expect(overseer.setOverseer('b', order)).rejects.toMatchObject(refused);
      const added = overseer.addModel('c', { model: quick('c') }, order);
      await expect(added).rejects.toMatchObject(refused);
      await expect(overseer.removeModel('b', order)).rejects.toMatchObject(refused);
      const changed = overseer.reconfigureModel('b', { concurrency: 2 }, order);
      await expect(changed).rejects.toMatchObject(refused);
    }
    for (const order of [{ calls: 'stop' }, { force: 'yes' }, { forc: true }] as object[]) {
      await expect(overseer.removeModel('b', order)).rejects.toMatchObject(refused);
    }
    for (const change of [undefined, null, 5, '', true, [], () => 1] as object[]) {
      const changed = overseer.reconfigureModel('b', change);
      await expect(changed).rejects.toMatchObject({ code: 'config.invalid' });
    }
    expect(overseer.models()).toHaveLength(2);
  });

  it('K3 X5: an approval that is none is refused in words', async () => {
    await using overseer = await open({ concurrency: 0 });
    const { id } = overseer.run({ tasks: [{ key: 't', instruction: 'Do it.' }] });
    for (const approval of [undefined, null, 5, 'ann', {}, { by: 'ann' }] as never[]) {
      await expect(overseer.expedite(id, 't', approval)).rejects.toMatchObject({
        code: 'config.approval',
      });
    }
    await overseer.cancel({ run: id });
  });

  it('L1 X5: what no option takes is refused, saying where and what would do', async () => {
    const limit = { metric: 'calls', capacity: 5, windowMs: 1_000 };
    const model = quick('a');
    const wrong: readonly (readonly [object, RegExp])[] = [
      [{ toolLimits: [{ tool: 5, limits: ['1 calls / 1h'] }] }, /toolLimits\.0\.tool: .*a list/],
      [
        { models: { a: { model, limits: [{ ...limit, graduated: { from: 0.5, step: true } }] } } },
        /"step" is more than 0 and at most 1/,
      ],
    ];
    for (const [options, words] of wrong) await expect(open(options)).rejects.toThrow(words);
    await using overseer = await open();
    const budget = { calls: 5, warnAt: null } as never;
    expect(() => overseer.run({ tasks: [{ instruction: 'x' }] }, { budget })).toThrow(/warnAt/);
  });
});
