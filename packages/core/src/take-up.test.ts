import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { ModelError } from './errors/model-error.ts';
import { mortalDisk, until } from './mortal-disk.fixture.ts';
import type { OverseerOptions } from './options.ts';
import type { ModelRequest } from './spec/model.ts';
import type { Effect } from './spec/tool.ts';
import type { WorkspaceProvider } from './spec/workspace.ts';
import { createFakeClock } from './testing/fake-clock.ts';
import { type FakeModel, type FakeReply, fakeModel } from './testing/fake-model.ts';
import { eventsOf, toolThat } from './tool-calls.fixture.ts';

const GRAPH = { tasks: [{ key: 't', instruction: 'Count the words.' }] };

/** What a model was told by tools, in one request. */
function toldBy(request: ModelRequest | undefined): readonly unknown[] {
  const parts = request?.messages.flatMap((message) => message.parts) ?? [];
  return parts.flatMap((part) => (part.type === 'tool-result' ? [part.output] : []));
}

/** Calls the tool once, thinking aloud, and then breaks. */
function breaking(error: Error): FakeModel {
  return fakeModel({
    id: 'first',
    reply: (request): FakeReply =>
      toldBy(request).length === 0
        ? { reasoning: 'hm', toolCalls: [{ name: 'count', input: { of: 'words' } }] }
        : { error },
  });
}

const ANSWERS = (id: string): FakeModel =>
  fakeModel({ id, reply: (request) => ({ text: `It was ${toldBy(request).join()}.` }) });

const GONE = new ModelError('auth', 'the key was withdrawn');

interface Scene {
  readonly options: OverseerOptions<'first' | 'second'>;
  readonly second: FakeModel;
  /** The keys with which the tool was called. */
  readonly keys: string[];
}

function scene(some: {
  readonly first?: FakeModel;
  readonly second?: FakeModel;
  readonly effect?: Effect;
  readonly permissions?: readonly string[];
  readonly output?: string;
  readonly more?: Partial<OverseerOptions<'first' | 'second'>>;
}): Scene {
  const { first = breaking(GONE), second = ANSWERS('second'), effect = 'once', more } = some;
  const keys: string[] = [];
  const count = toolThat(
    async (_input, { key }) => {
      keys.push(key);
      return some.output ?? 'forty-two';
    },
    { effect, permissions: some.permissions ?? [] },
  );
  const options: OverseerOptions<'first' | 'second'> = {
    overseer: 'first',
    models: {
      first: { model: first, role: 'worker' },
      second: { model: second, role: 'worker' },
    },
    tools: { count },
    roles: { worker: { text: 'Work.', tools: ['count'] } },
    ...more,
  };
  return { options, second, keys };
}

describe('an attempt whose model broke', () => {
  it('M10 K6: another model goes on with what the tools gave, and no tool is called twice', async () => {
    const { options, second, keys } = scene({});
    await using overseer = await createOverseer(options);
    const run = overseer.run(GRAPH);
    const events = await eventsOf(run);
    expect((await run.result).tasks[0]).toMatchObject({
      status: 'done',
      model: 'second',
      output: 'It was forty-two.',
    });
    expect(keys).toHaveLength(1);
    expect(second.requests).toHaveLength(1);
    const assigned = events.filter(({ type }) => type === 'task.assigned');
    expect(assigned[1]?.data).toMatchObject({ model: 'second', continues: assigned[0]?.attempt });
    expect(assigned[0]?.data).not.toHaveProperty('continues');
  });

  it('M10: what was said stands behind a prompt of its own', async () => {
    const { options, second } = scene({});
    await using overseer = await createOverseer(options);
    await overseer.run(GRAPH).result;
    const { messages = [] } = second.requests[0] ?? {};
    expect(messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'tool']);
    expect(messages[2]?.parts).toMatchObject([
      { type: 'reasoning' },
      { type: 'tool-call', name: 'count', input: { of: 'words' } },
    ]);
  });

  it('M10: somebody who gives the task to another model loses nothing of it', async () => {
    const first = fakeModel({
      id: 'first',
      reply: (request) =>
        toldBy(request).length === 0
          ? { toolCalls: [{ name: 'count', input: {} }] }
          : { text: 'too late', delayMs: 60_000 },
    });
    const { options, keys } = scene({ first });
    await using overseer = await createOverseer(options);
    const run = overseer.run(GRAPH);
    await until(() => first.requests.length === 2);
    await overseer.reassign({ run: run.id, task: 't' }, 'second');
    expect((await run.result).tasks[0]).toMatchObject({ output: 'It was forty-two.' });
    expect(keys).toHaveLength(1);
  });

  it('M10 R2: the process may die while the other model is at work', async () => {
    const disk = mortalDisk();
    const hangs = fakeModel({ id: 'second', reply: () => ({ text: '', delayMs: 60_000 }) });
    const { options, keys } = scene({ second: hangs, more: { store: disk.open } });
    const overseer = await createOverseer(options);
    const { id } = overseer.run(GRAPH);
    await until(() => hangs.requests.length === 1);
    await disk.kill();

    const next = scene({ more: { store: disk.open } });
    await using after = await createOverseer(next.options);
    const run = after.open(id);
    run.resume();
    expect((await run.result).tasks[0]).toMatchObject({ output: 'It was forty-two.' });
    expect([...keys, ...next.keys]).toHaveLength(1);
  });

  it('M10 G1: its folder is made again from the same base by the same calls, with their keys', async () => {
    const opened: object[] = [];
    const accepted: string[] = [];
    const workspaces: WorkspaceProvider = {
      spec: 'workspace/1',
      prepare: async () => undefined,
      open: async ({ attempt, base, keep }) => {
        opened.push({ attempt, base, keep });
        return { path: attempt, base: base ?? 'newest', changed: async () => ['a.txt'] };
      },
      accept: async ({ workspace, trailers }) => {
        accepted.push(workspace.path, trailers.attempt);
        return { kind: 'accepted', commit: 'c', files: ['a.txt'] };
      },
      probe: async () => undefined,
      close: async () => undefined,
    };
    const { options, keys } = scene({ effect: 'idempotent', more: { workspaces } });
    await using overseer = await createOverseer(options);
    const run = overseer.run(GRAPH);
    const events = await eventsOf(run);
    const [one, two] = events.flatMap(({ type, attempt }) =>
      type === 'task.assigned' ? [attempt] : [],
    );
    expect(opened).toEqual([
      { attempt: one, base: undefined, keep: undefined },
      { attempt: two, base: 'newest', keep: false },
    ]);
    expect(keys).toEqual([`${one}/1/call_1`, `${one}/1/call_1`]);
    expect(accepted).toEqual([two, two]);
  });

  it('M10: old results are cut where the other model takes less, and it says so', async () => {
    const second = fakeModel({
      id: 'second',
      info: { contextWindow: 4_000 },
      reply: (request) => ({ text: String(toldBy(request)).slice(-60) }),
    });
    const { options } = scene({ second, output: 'word '.repeat(8_000) });
    await using overseer = await createOverseer(options);
    const run = overseer.run(GRAPH);
    const events = await eventsOf(run);
    expect(events.find(({ type }) => type === 'attempt.recovered')?.data).toMatchObject({
      trouble: 'context-overflow',
      action: 'shorten',
      because: expect.stringMatching(/^second takes 4000 tokens: what it goes on with was cut/),
    });
    expect(String(toldBy(second.requests[0]))).toContain('characters left out');
  });
});

describe('what is not gone on with', () => {
  it('M10: a request that was refused as such', async () => {
    const { options, second, keys } = scene({
      first: breaking(new ModelError('invalid', 'the tools are wrong')),
    });
    await using overseer = await createOverseer(options);
    await overseer.run(GRAPH).result;
    expect(toldBy(second.requests[0])).toEqual([]);
    expect(keys).toHaveLength(1);
  });

  it('M10 T1: calls of tools that the other model may not use', async () => {
    const first = breaking(GONE);
    const { options, second, keys } = scene({ first, permissions: ['write'] });
    await using overseer = await createOverseer({
      ...options,
      models: {
        first: { model: first, role: 'worker', grants: ['write'] },
        second: { model: second, role: 'worker' },
      },
    });
    await overseer.run(GRAPH).result;
    expect(keys).toHaveLength(1);
    expect(second.requests).toHaveLength(1);
    expect(toldBy(second.requests[0])).toEqual([]);
  });

  it('M10 K6: a model that would be back soon is waited for where no other could go on, and no tool is called again', async () => {
    const clock = createFakeClock();
    const first = breaking(new ModelError('rate-limit', 'slow down', { retryAfterMs: 30_000 }));
    const { options, second, keys } = scene({
      first,
      permissions: ['write'],
      more: { clock },
    });
    await using overseer = await createOverseer({
      ...options,
      models: {
        first: { model: first, role: 'worker', grants: ['write'] },
        second: { model: second, role: 'worker' },
      },
    });
    const run = overseer.run(GRAPH);
    run.result.catch(() => undefined);
    for (let turn = 0; turn < 300; turn++) {
      clock.advance(100);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(second.requests).toHaveLength(0);
    expect(keys).toHaveLength(1);
  });
});
