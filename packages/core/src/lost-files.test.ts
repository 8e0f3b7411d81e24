import { expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { mortalDisk, until } from './mortal-disk.fixture.ts';
import type { Tool } from './spec/tool.ts';
import type { WorkspaceProvider } from './spec/workspace.ts';
import { fakeModel } from './testing/fake-model.ts';

const WRITES = { toolCalls: [{ name: 'write', input: {} }] };

it('R2 G1: an attempt whose files cannot be written again after a crash is not taken for done', async () => {
  const accepted: string[] = [];
  let isFull = false;
  const workspaces: WorkspaceProvider = {
    spec: 'workspace/1',
    prepare: async () => undefined,
    open: async ({ attempt }) => ({ path: attempt, base: 'b', changed: async () => [] }),
    accept: async ({ trailers }) => {
      accepted.push(trailers.attempt);
      return { kind: 'accepted', commit: 'c', files: [] };
    },
    probe: async () => undefined,
    close: async () => undefined,
  };
  const write: Tool<unknown> = {
    spec: 'tool/1',
    description: 'writes a file',
    input: { jsonSchema: { type: 'object' }, parse: (value) => ({ ok: true, value }) },
    permissions: [],
    effect: 'idempotent',
    timeoutMs: 10_000,
    execute: async () => {
      if (isFull) throw new Error('no space left on device');
      return 'written';
    },
  };
  const disk = mortalDisk();
  const hangs = fakeModel({
    reply: (_request, nth) => (nth === 1 ? WRITES : { text: 'late', delayMs: 60_000 }),
  });
  const team = {
    overseer: 'a',
    tools: { write },
    roles: { worker: { text: 'Work.', tools: ['write'] } },
    workspaces,
    store: disk.open,
  } as const;
  const first = await createOverseer({ ...team, models: { a: { model: hangs } } });
  const { id } = first.run({ tasks: [{ key: 't', instruction: 'x' }] });
  await until(() => hangs.requests.length === 2);
  await disk.kill();

  isFull = true;
  const answers = fakeModel({ reply: () => ({ text: 'done' }) });
  await using second = await createOverseer({ ...team, models: { a: { model: answers } } });
  const run = second.open(id);
  run.resume();
  await run.result;
  const events = await disk.events();
  const ended = events.find(({ type }) => type === 'attempt.ended');
  expect(ended).toMatchObject({
    data: {
      outcome: 'failed',
      fault: 'infrastructure',
      because: expect.stringMatching(/no space left.*workspace\.lost/),
    },
  });
  expect(accepted).not.toContain(ended?.attempt);
});
