import { describe, expect, it } from 'vitest';
import { openTeam } from './create-overseer.ts';
import { ModelError } from './errors/model-error.ts';
import { settle } from './hedging.fixture.ts';
import { type HeldModel, heldModel } from './held-model.fixture.ts';
import type { OverseerOptions } from './options.ts';
import { Overseer } from './overseer.ts';
import { createFakeClock } from './testing/fake-clock.ts';
import { fakeModel } from './testing/fake-model.ts';
import { toolOf } from './tool/tool.fixture.ts';

/** Opens a team of these models, and a boss that does no work. */
async function open(
  models: OverseerOptions['models'],
  more: Partial<OverseerOptions> = {},
): Promise<Overseer> {
  const team = await openTeam({
    overseer: 'boss',
    models: {
      boss: { model: fakeModel({ id: 'boss', reply: () => ({ text: 'ok' }) }) },
      ...models,
    },
    clock: createFakeClock(),
    ...more,
  });
  return new Overseer(team.settings, team.open, team.dispose);
}

/** Has a model make the one call of its day. */
async function useUp(overseer: Overseer, model: HeldModel): Promise<void> {
  const run = overseer.run({ tasks: [{ instruction: 'x', model: model.info.id }] });
  await settle();
  model.calls[0]?.answer('x');
  await run.result;
}

describe('a ready task never waits behind one that other models have to do', () => {
  it('K5: which was granted tools, where it is for a model that has none', async () => {
    const a = heldModel('a');
    const b = heldModel('b', {
      can: { tools: false, json: 'schema', reasoning: false, image: false },
    });
    const overseer = await open({
      a: { model: a, role: 'worker', limits: ['1 call / 1d'] },
      b: { model: b, role: 'worker' },
    });
    await useUp(overseer, a);
    const run = overseer.run({
      tasks: [
        { key: 'granted', instruction: 'x', grants: ['write'] },
        { key: 'plain', instruction: 'y' },
      ],
    });
    await settle();
    expect(overseer.queue().map(({ task }) => task)).toEqual(['granted']);
    expect(b.calls).toHaveLength(1);
    await run.cancel('seen');
    await overseer.close();
  });

  it('K5: whose role takes more calls, where both were given to one model', async () => {
    const a = heldModel('a');
    const overseer = await open(
      { a: { model: a, role: 'worker', limits: ['2 calls / 1d'] } },
      {
        tools: { look: toolOf() },
        roles: { handy: { text: 'You have tools.', tools: ['look'] } },
      },
    );
    await useUp(overseer, a);
    await overseer.pause();
    const run = overseer.run({
      tasks: [
        { key: 'tools', instruction: 'x', role: 'handy', priority: 'critical' },
        { key: 'plain', instruction: 'y' },
      ],
    });
    for (const task of ['tools', 'plain']) await overseer.reassign({ run: run.id, task }, 'a');
    await overseer.resume();
    await settle();
    expect(overseer.queue().map(({ task }) => task)).toEqual(['tools']);
    expect(a.calls).toHaveLength(2);
    await run.cancel('seen');
    await overseer.close();
  });

  it('K5 R9: whose prompt was too long, where it is for a smaller model', async () => {
    const a = heldModel('a', { contextWindow: 4_000 });
    const b = heldModel('b', { contextWindow: 100_000 });
    const c = heldModel('c', { contextWindow: 3_000 });
    const overseer = await open({
      a: { model: a, role: 'worker', fallback: ['b', 'c'] },
      b: { model: b, role: 'coder', limits: ['1 call / 1d'] },
      c: { model: c, role: 'coder' },
    });
    await useUp(overseer, b);
    const run = overseer.run({
      tasks: [
        { key: 'long', instruction: 'x' },
        { key: 'short', instruction: 'y' },
      ],
    });
    await settle();
    a.calls[0]?.fail(new ModelError('context-overflow', 'too long'));
    await settle();
    a.calls[1]?.fail(new ModelError('invalid', 'no'));
    await settle();
    expect(overseer.queue().map(({ task }) => task)).toEqual(['long']);
    expect(c.calls).toHaveLength(1);
    await run.cancel('seen');
    await overseer.close();
  });
});
