import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { ModelError } from './errors/model-error.ts';
import { memory } from './journal/memory-store.ts';
import type { OverseerEvent } from './spec/event.ts';
import type { Message } from './spec/message.ts';
import type { ModelRequest } from './spec/model.ts';
import type { Tool } from './spec/tool.ts';
import type { Validator } from './spec/validator.ts';
import { fakeModel } from './testing/fake-model.ts';

const userText = (request: ModelRequest): string =>
  request.messages
    .filter((message: Message) => message.role === 'user')
    .flatMap((message) => message.parts.map((part) => (part.type === 'text' ? part.text : '')))
    .join('\n');

const noop: Tool = {
  spec: 'tool/1',
  description: 'Gives back its input.',
  input: {
    jsonSchema: { type: 'object' },
    parse: (value) => ({ ok: true, value }),
  },
  permissions: [],
  effect: 'none',
  timeoutMs: 1_000,
  execute: async (input) => input as never,
};

async function eventsOf(run: AsyncIterable<OverseerEvent>): Promise<readonly OverseerEvent[]> {
  const events: OverseerEvent[] = [];
  for await (const event of run) events.push(event);
  return events;
}

describe('createOverseer', () => {
  it('K1 K2: works a graph in the order of its needs and gives outputs on', async () => {
    const model = fakeModel({
      reply: (request) => ({ text: `done ${userText(request).includes('first result')}` }),
    });
    const first = fakeModel({ reply: () => ({ text: 'first result' }) });
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model: first, goodAt: ['write'] }, b: { model, goodAt: ['code'] } },
    });
    const run = overseer.run({
      tasks: [
        { key: 'one', instruction: 'Say the first thing.' },
        { key: 'two', instruction: 'Go on from it.', kind: 'code', needs: ['one'] },
      ],
    });
    const result = await run.result;
    expect(result.status).toBe('completed');
    expect(result.output).toBe('done true');
    expect(result.usage.calls).toBe(2);
    const types = (await eventsOf(run)).map(({ type }) => type);
    expect(types[0]).toBe('run.started');
    expect(types.at(-1)).toBe('run.finished');
    expect(types.indexOf('task.done')).toBeLessThan(types.lastIndexOf('task.assigned'));
  });

  it('R1: a run can be read from its first event after it is over, with gapless order', async () => {
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model: fakeModel({ reply: () => ({ text: 'x' }) }) } },
    });
    const run = overseer.run({ tasks: [{ instruction: 'x' }] });
    await run.result;
    const events = await eventsOf(overseer.open(run.id));
    const seqs = events.map(({ seq }) => seq);
    expect(seqs).toEqual([...seqs].sort((x, y) => x - y));
    expect((await overseer.open(run.id).result).status).toBe('completed');
  });

  it('K1: a goal in words becomes a plan, and the plan is worked', async () => {
    const plan = {
      tasks: [
        {
          key: 'w',
          title: 'Write',
          instruction: 'Write it',
          kind: 'write',
          needs: [],
          files: [],
          role: null,
          priority: 'medium',
          checks: [],
        },
      ],
    };
    const planner = fakeModel({
      reply: (request) => ({
        text: userText(request).includes('Review of')
          ? '{"verdict":"pass","findings":[]}'
          : `\`\`\`json\n${JSON.stringify(plan)}\n\`\`\``,
      }),
    });
    const worker = fakeModel({ reply: () => ({ text: 'the work' }) });
    await using overseer = await createOverseer({
      overseer: 'planner',
      models: { planner: { model: planner }, worker: { model: worker } },
    });
    const result = await overseer.run('Get something written').result;
    expect(result).toMatchObject({ status: 'completed', output: 'the work' });
    expect(planner.requests[0]?.output?.type).toBe('json');
  });

  it('V1 V2: a refused answer is repaired by the next attempt, which is told what was wrong', async () => {
    const isGood: Validator = {
      spec: 'validator/1',
      tier: 'automated',
      validate: async ({ text }) =>
        text === 'good' ? { kind: 'pass' } : { kind: 'fail', findings: [{ message: 'say good' }] },
    };
    const model = fakeModel({
      reply: (request) => ({ text: userText(request).includes('say good') ? 'good' : 'bad' }),
    });
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model } },
      validators: { isGood },
    });
    const run = overseer.run({ tasks: [{ instruction: 'x', checks: [{ kind: 'isGood' }] }] });
    const result = await run.result;
    expect(result).toMatchObject({ status: 'completed', output: 'good' });
    expect(result.tasks[0]?.attempts).toBe(2);
    const ended = (await eventsOf(run)).find(({ type }) => type === 'attempt.ended');
    expect(ended?.data).toMatchObject({ outcome: 'rejected', findings: [{ message: 'say good' }] });
  });

  it('V2: a task that never passes fails within its bound, and what needs it is skipped', async () => {
    const never: Validator = {
      spec: 'validator/1',
      tier: 'automated',
      validate: async () => ({ kind: 'fail', findings: [{ message: 'no' }] }),
    };
    const model = fakeModel({ reply: () => ({ text: 'x' }) });
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model } },
      validators: { never },
      maxAttempts: 3,
    });
    const result = await overseer.run({
      tasks: [
        { key: 'one', instruction: 'x', checks: [{ kind: 'never' }] },
        { key: 'two', instruction: 'y', needs: ['one'] },
      ],
    }).result;
    expect(result.status).toBe('failed');
    expect(result.tasks.map(({ status }) => status)).toEqual(['failed', 'skipped']);
    expect(model.requests).toHaveLength(3);
  });

  it('V1: a review is a task of the overseer model, and its refusal is repaired', async () => {
    const reviewer = fakeModel({
      reply: (request) => ({
        text: userText(request).includes('better work')
          ? '{"verdict":"pass","score":0.9,"findings":[]}'
          : '{"verdict":"fail","score":0.1,"findings":["do better"]}',
      }),
    });
    const worker = fakeModel({
      reply: (request) => ({
        text: userText(request).includes('do better') ? 'better work' : 'work',
      }),
    });
    await using overseer = await createOverseer({
      overseer: 'boss',
      models: { boss: { model: reviewer }, worker: { model: worker } },
    });
    const result = await overseer.run({
      tasks: [{ instruction: 'x', checks: [{ kind: 'review' }] }],
    }).result;
    expect(result).toMatchObject({ status: 'completed', output: 'better work' });
    expect(result.usage.calls).toBe(4);
  });

  it('T1: a model uses its tools, and an unknown tool goes back to it as an error', async () => {
    const model = fakeModel({
      reply: (_request, nth) =>
        nth === 1
          ? {
              toolCalls: [
                { id: 'a', name: 'noop', input: { x: 1 } },
                { id: 'b', name: 'nop', input: {} },
              ],
            }
          : { text: 'used' },
    });
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model } },
      tools: { noop },
      roles: { worker: { text: 'Work.', tools: ['noop'] } },
    });
    const result = await overseer.run({ tasks: [{ instruction: 'x' }] }).result;
    expect(result.output).toBe('used');
    const results = model.requests[1]?.messages.at(-1)?.parts;
    expect(results).toMatchObject([
      { type: 'tool-result', id: 'a', output: { x: 1 } },
      { type: 'tool-result', id: 'b', isError: true },
    ]);
    expect(JSON.stringify(results)).toContain('did you mean');
  });

  it('K2: a task that a tool does needs no model', async () => {
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model: fakeModel({ reply: () => ({ text: 'x' }) }) } },
      tools: { noop },
    });
    const result = await overseer.run({
      tasks: [{ instruction: 'x', step: { tool: 'noop', input: 'hello' } }],
    }).result;
    expect(result).toMatchObject({ status: 'completed', output: 'hello', usage: { calls: 0 } });
  });

  it('R9 L5: a model that is down is replaced by its fallback, and the event says so', async () => {
    const down = fakeModel({
      reply: () => ({ error: new ModelError('network', 'connection refused') }),
    });
    const up = fakeModel({ reply: () => ({ text: 'up' }) });
    await using overseer = await createOverseer({
      overseer: 'boss',
      models: {
        boss: { model: fakeModel({ reply: () => ({ text: 'x' }) }) },
        main: { model: down, role: 'coder', fallback: ['spare'] },
        spare: { model: up, goodAt: ['write'] },
      },
      patienceMs: 0,
    });
    const run = overseer.run({ tasks: [{ instruction: 'x', kind: 'code' }] });
    expect(await run.result).toMatchObject({ status: 'completed', output: 'up' });
    const assigned = (await eventsOf(run)).filter(({ type }) => type === 'task.assigned');
    expect(assigned.at(-1)?.data).toMatchObject({ model: 'spare', insteadOf: 'main' });
  });

  it('K6: cancel aborts what is under way and says so', async () => {
    const model = fakeModel({ reply: () => ({ text: 'late', delayMs: 60_000 }) });
    await using overseer = await createOverseer({ overseer: 'a', models: { a: { model } } });
    const run = overseer.run({ tasks: [{ instruction: 'x' }, { instruction: 'y' }] });
    while (model.requests.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
    await run.cancel('enough');
    expect(await run.result).toMatchObject({ status: 'stopped', reason: 'enough' });
  });

  it('R2: a closed overseer leaves a run that another one resumes, without paying finished calls again', async () => {
    const store = await memory()();
    const open = async () => ({ ...store, close: async () => undefined });
    const slow = fakeModel({
      reply: (_request, nth) => (nth === 1 ? { text: 'first' } : { text: 'late', delayMs: 60_000 }),
    });
    const first = await createOverseer({
      overseer: 'a',
      models: { a: { model: slow, concurrency: 1 } },
      store: open,
      graceMs: 20,
    });
    const run = first.run({
      tasks: [
        { key: 'one', instruction: 'x' },
        { key: 'two', instruction: 'y', needs: ['one'] },
      ],
    });
    while (slow.requests.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
    await first.close();
    expect(await run.result).toMatchObject({ status: 'stopped' });

    const quick = fakeModel({ reply: () => ({ text: 'second' }) });
    await using second = await createOverseer({
      overseer: 'a',
      models: { a: { model: quick } },
      store: open,
    });
    expect(second.unfinished()).toMatchObject([{ id: run.id, status: 'suspended', open: 1 }]);
    const again = second.open(run.id);
    again.resume();
    const result = await again.result;
    expect(result).toMatchObject({ status: 'completed', output: 'second' });
    expect(quick.requests).toHaveLength(1);
    expect(result.usage).toMatchObject({ calls: 2, failedCalls: 1, uncertainCalls: 1 });
  });
});
