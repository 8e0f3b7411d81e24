import { expect, it } from 'vitest';
import { createOverseer } from '../create-overseer.ts';
import { ModelError } from '../errors/model-error.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { Validator } from '../spec/validator.ts';
import type { WorkspaceProvider } from '../spec/workspace.ts';
import { fakeModel } from '../testing/fake-model.ts';

it('M14: a disk hiccup excludes no model: the only one that there is does the task', async () => {
  let opened = 0;
  const workspaces: WorkspaceProvider = {
    spec: 'workspace/1',
    prepare: async () => undefined,
    open: async () => {
      opened += 1;
      if (opened === 1) throw new Error('EIO: the disk hiccups');
      return { path: '/nowhere', base: 'b', changed: async () => [] };
    },
    accept: async () => ({ kind: 'accepted', commit: 'c', files: [] }),
    probe: async () => undefined,
    close: async () => undefined,
  };
  await using overseer = await createOverseer({
    overseer: 'a',
    models: { a: { model: fakeModel({ reply: () => ({ text: 'work' }) }) } },
    workspaces,
  });
  const run = overseer.run({ tasks: [{ instruction: 'x', kind: 'write' }] });
  expect(await run.result).toMatchObject({ status: 'completed', output: 'work' });
  expect(await endsOf(run)).toEqual([['failed', 'infrastructure']]);
});

it('M14: a check that breaks is no refusal of the model, which is not left out for it', async () => {
  let checks = 0;
  const breaks: Validator = {
    spec: 'validator/1',
    tier: 'automated',
    validate: async () => {
      checks += 1;
      if (checks <= 2) throw new Error('the compiler is out of order');
      return { kind: 'pass' };
    },
  };
  await using overseer = await createOverseer({
    overseer: 'boss',
    models: {
      boss: { model: fakeModel({ reply: () => ({ text: 'of boss' }) }) },
      a: { model: fakeModel({ reply: () => ({ text: 'of a' }) }), goodAt: ['write'] },
      b: { model: fakeModel({ reply: () => ({ text: 'of b' }) }) },
    },
    validators: { breaks },
  });
  const tasks = [{ instruction: 'x', kind: 'write', checks: [{ kind: 'breaks' }] }];
  const run = overseer.run({ tasks });
  expect(await run.result).toMatchObject({ status: 'completed', output: 'of a' });
  expect(await endsOf(run)).toEqual([
    ['rejected', 'infrastructure'],
    ['rejected', 'infrastructure'],
  ]);
});

it('M14: a model whose provider refuses it is left out of that task', async () => {
  const refused = fakeModel({ reply: () => ({ error: new ModelError('invalid', 'no') }) });
  await using overseer = await createOverseer({
    overseer: 'boss',
    models: {
      boss: { model: fakeModel({ reply: () => ({ text: 'of boss' }) }) },
      a: { model: refused, goodAt: ['write'] },
      b: { model: fakeModel({ reply: () => ({ text: 'of b' }) }) },
    },
  });
  const run = overseer.run({ tasks: [{ instruction: 'x', kind: 'write' }] });
  expect(await run.result).toMatchObject({ status: 'completed', output: 'of b' });
  expect(refused.requests).toHaveLength(1);
  expect(await endsOf(run)).toEqual([['failed', 'model']]);
});

async function endsOf(
  run: AsyncIterable<OverseerEvent>,
): Promise<readonly (readonly [string, string | undefined])[]> {
  const ends: [string, string | undefined][] = [];
  for await (const { type, data } of run) {
    if (type === 'attempt.ended') ends.push([data.outcome, data.fault]);
  }
  return ends;
}
