import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { ModelError } from './errors/model-error.ts';
import type { Run } from './run/run-handle.ts';
import type { Framework } from './spec/framework.ts';
import type { Tool } from './spec/tool.ts';
import type { ChangeAnswer, WorkspaceProvider } from './spec/workspace.ts';
import { fakeModel } from './testing/fake-model.ts';

async function typesOf(run: Run): Promise<readonly string[]> {
  const types: string[] = [];
  for await (const { type } of run) types.push(type);
  return types;
}

const framework = (parse: Framework['parse']): Framework => ({
  spec: 'framework/1',
  definition: {
    schema: 'overseer.framework/1',
    id: 'strict',
    version: '1.0.0',
    name: 'Strict',
    attribution: {},
    components: [
      { id: 'why', title: 'Why', describe: 'the reason', source: 'task', required: true },
    ],
    layout: 'headings',
    rules: [
      {
        id: 'why-present',
        on: 'prompt',
        component: 'why',
        severity: 'error',
        message: 'say why',
        check: { type: 'pattern', pattern: 'because' },
      },
    ],
    scoring: { pass: 100 },
    decompose: 'none',
    tests: [{ input: { why: 'because' }, expect: { pass: true } }],
  },
  ...(parse === undefined ? {} : { parse }),
});

describe('isolation', () => {
  it('Q4: a framework that throws ends the task that it was for, and nothing else', async () => {
    const model = fakeModel({ reply: () => ({ text: 'fine' }) });
    const faulty = framework(() => {
      throw new Error('parse is broken');
    });
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model } },
      frameworks: { faulty },
      roles: { thinker: { text: 'Think.', framework: 'faulty' } },
    });
    const result = await overseer.run({
      tasks: [
        { key: 'a', instruction: 'x', role: 'thinker' },
        { key: 'b', instruction: 'y' },
      ],
    }).result;
    expect(result.tasks).toMatchObject([{ status: 'failed' }, { status: 'done' }]);
    expect(result.reason).toMatch(/could not be given away: .*"strict"/);
  });

  it('F1: a prompt that its framework refuses fails the task before any call', async () => {
    const model = fakeModel({ reply: () => ({ text: 'fine' }) });
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model } },
      frameworks: { strict: framework(undefined) },
      roles: { worker: { text: 'Work.', framework: 'strict' } },
    });
    const run = overseer.run({ tasks: [{ instruction: 'just do it' }] });
    const result = await run.result;
    expect(result.status).toBe('failed');
    expect(result.reason).toContain('say why');
    expect(model.requests).toHaveLength(0);
    expect(await typesOf(run)).not.toContain('task.assigned');
  });

  it('O1: a listener that throws does not touch the call that it listens to', async () => {
    const model = fakeModel({ reply: () => ({ text: 'a b c' }) });
    await using overseer = await createOverseer({ overseer: 'a', models: { a: { model } } });
    let heard = 0;
    overseer.onLive(() => {
      throw new Error('a broken screen');
    });
    overseer.onLive(() => {
      heard += 1;
    });
    const result = await overseer.run({ tasks: [{ instruction: 'x' }] }).result;
    expect(result).toMatchObject({ status: 'completed', usage: { calls: 1, failedCalls: 0 } });
    expect(heard).toBeGreaterThan(0);
  });

  it('K5: a task that no model can do any more ends with what each of them said', async () => {
    const refuses = (why: string) =>
      fakeModel({ reply: () => ({ error: new ModelError('invalid', why) }) });
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model: refuses('too blue') }, b: { model: refuses('too round') } },
    });
    const result = await overseer.run({ tasks: [{ instruction: 'x', kind: 'plain' }] }).result;
    expect(result.status).toBe('failed');
    expect(result.reason).toContain('too round');
    expect(result.usage.failedCalls).toBeLessThanOrEqual(2);
  });

  it('K1: a plan that uses the key of the planning task is sent back, and the next one is taken', async () => {
    const plan = (key: string) =>
      JSON.stringify({
        tasks: [
          { key, title: 't', instruction: 'do it', kind: 'write', checks: [{ kind: 'answer' }] },
        ],
      });
    const model = fakeModel({
      reply: (_, nth) => ({ text: nth === 1 ? plan('plan') : nth === 2 ? plan('work') : 'done' }),
    });
    await using overseer = await createOverseer({ overseer: 'a', models: { a: { model } } });
    const result = await overseer.run('a goal', { finalChecks: [] }).result;
    expect(result).toMatchObject({ status: 'completed', output: 'done', usage: { calls: 3 } });
  });

  it('T1: every tool call has a key of its own, whatever ids the model gives', async () => {
    const keys: string[] = [];
    const notes: Tool<unknown> = {
      spec: 'tool/1',
      description: 'notes its key',
      input: { jsonSchema: { type: 'object' }, parse: (value) => ({ ok: true, value }) },
      permissions: [],
      effect: 'idempotent',
      timeoutMs: 1_000,
      execute: async (_: unknown, ctx) => {
        keys.push(ctx.key);
        return keys.length;
      },
    };
    const model = fakeModel({
      reply: (_, nth) => {
        const call = { id: 'call_1', name: 'notes', input: {} };
        return nth <= 2 ? { toolCalls: [call, call] } : { text: 'done' };
      },
    });
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model } },
      tools: { notes },
      roles: { worker: { text: 'Work.', tools: ['notes'] } },
    });
    const result = await overseer.run({ tasks: [{ instruction: 'x' }] }).result;
    expect(result.status).toBe('completed');
    expect(new Set(keys).size).toBe(4);
    const outputs = model.requests[2]?.messages
      .flatMap(({ parts }) => parts)
      .flatMap((part) => (part.type === 'tool-result' ? [part.output] : []));
    expect(outputs).toEqual([1, 2, 3, 4]);
  });

  it('G1 R1: a change that went in before accepting failed is found, and not made twice', async () => {
    const commits = new Map<string, ChangeAnswer>();
    const workspaces: WorkspaceProvider = {
      spec: 'workspace/1',
      prepare: async () => undefined,
      open: async () => ({ path: '/nowhere', base: 'b', changed: async () => ['a.txt'] }),
      accept: async ({ trailers }) => {
        commits.set(trailers.attempt, { kind: 'accepted', commit: 'c1', files: ['a.txt'] });
        throw new Error('the disk went away');
      },
      probe: async (attempt) => commits.get(attempt),
      close: async () => undefined,
    };
    const model = fakeModel({ reply: () => ({ text: 'done' }) });
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model } },
      workspaces,
    });
    const result = await overseer.run({ tasks: [{ instruction: 'x' }] }).result;
    expect(result).toMatchObject({ status: 'completed', usage: { calls: 1 } });
    expect(commits.size).toBe(1);
  });
});
