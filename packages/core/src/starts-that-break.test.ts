import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { mortalDisk } from './mortal-disk.fixture.ts';
import type { Validator } from './spec/validator.ts';
import { fakeModel } from './testing/fake-model.ts';

const refuses: Validator = {
  spec: 'validator/1',
  tier: 'automated',
  validate: async () => ({ kind: 'fail', findings: [{ message: 'no' }] }),
};

/** A plugin that breaks at a moment that nobody planned for: when a task is about to be begun. */
function breaksLater(): { readonly validator: Validator; break(): void } {
  let isBroken = false;
  return {
    validator: {
      ...refuses,
      get tier(): Validator['tier'] {
        if (isBroken) throw new Error('the plugin broke');
        return 'automated';
      },
    },
    break: () => {
      isBroken = true;
    },
  };
}

describe('starts that break', () => {
  it('K6 X5: a task whose check nobody makes any more is not tried again', async () => {
    const disk = mortalDisk();
    const model = fakeModel({
      reply: (request) =>
        JSON.stringify(request.messages).includes('slowly')
          ? { text: 'late', delayMs: 60_000 }
          : { text: 'fine' },
    });
    const team = { overseer: 'a', models: { a: { model } }, maxAttempts: 1 } as const;
    const first = await createOverseer({
      ...team,
      validators: { mine: refuses },
      store: disk.open,
    });
    const left = first.run({
      tasks: [
        { key: 'one', instruction: 'x', checks: [{ kind: 'mine' }] },
        { key: 'other', instruction: 'slowly' },
      ],
    });
    for await (const { type } of left) if (type === 'task.failed') break;
    await disk.kill();
    const { id } = left;
    await using second = await createOverseer({ ...team, store: disk.open, graceMs: 1 });
    second.open(id).resume();
    await expect(second.retry({ run: id, task: 'one' })).rejects.toMatchObject({
      code: 'plan.unknown-check',
    });
    const types = (await disk.events()).map(({ type }) => type);
    expect(types).not.toContain('task.reopened');
  });

  it.each(['write', 'check'])(
    'R9: what breaks as a %s task begins ends that task alone',
    async (kind) => {
      const model = fakeModel({ reply: () => ({ text: 'fine' }) });
      const plugin = breaksLater();
      await using overseer = await createOverseer({
        overseer: 'a',
        models: { a: { model, concurrency: 1 } },
        validators: { mine: plugin.validator },
      });
      const run = overseer.run({
        tasks: [
          { key: 'one', instruction: 'x', kind, checks: [{ kind: 'mine' }, { kind: 'mine' }] },
          { key: 'other', instruction: 'y' },
        ],
      });
      plugin.break();
      const { status, reason, tasks, usage } = await run.result;
      expect({ status, reason }).toEqual({
        status: 'failed',
        reason: 'one: it could not be given away: the plugin broke',
      });
      expect(tasks.map((task) => task.status)).toEqual(['failed', 'done']);
      expect(usage).toMatchObject({ calls: 1, uncertainCalls: 0 });
      expect(overseer.models()[0]?.running).toBe(0);
    },
  );
});
