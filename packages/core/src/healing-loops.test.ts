import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createOverseer } from './create-overseer.ts';
import { ToolError } from './errors/tool-error.ts';
import { eventsOf, storyOf, wayfinder, wordsOf } from './healing.fixture.ts';
import { toolSchema } from './internal/tool-schema.ts';
import type { RunResult } from './run/run-result.ts';
import type { OverseerEvent } from './spec/event.ts';
import type { Tool } from './spec/tool.ts';
import { type FakeModel, type FakeReply, fakeModel } from './testing/fake-model.ts';

/** Calls the tool with this input, again and again. */
const asking = (path: string): FakeReply => ({ toolCalls: [{ name: 'read', input: { path } }] });

describe('an attempt that goes round in circles', () => {
  it('K10: is ended before it burns its budget, and another model is told', async () => {
    const mad = fakeModel({ reply: () => asking('a') });
    const sane = fakeModel({ reply: () => ({ text: 'done' }) });
    const { result, events } = await worked({ mad, sane }, tool());
    expect(result).toMatchObject({ status: 'completed', output: 'done' });
    expect(mad.requests).toHaveLength(5);
    expect(storyOf(events)[0]).toBe('t1 looping → another-try');
    const diagnosed = events.find((event) => event.type === 'task.diagnosed');
    expect(diagnosed?.data.diagnosis).toMatchObject({
      because: 'it called read 5 times with the same input and the same outcome',
      likely: 'model',
      cost: { calls: 5 },
    });
    const calls = events.flatMap((event) => (event.type === 'call.finished' ? [event.call] : []));
    expect(diagnosed?.data.diagnosis.evidence.calls).toEqual(calls.slice(0, 5));
    const ended = events.find((event) => event.type === 'attempt.ended');
    expect(ended?.data).toMatchObject({ outcome: 'failed', fault: 'model' });
    expect(wordsOf(sane.requests[0])).toContain('it goes round in circles');
    expect(wordsOf(sane.requests[0])).toContain('Do not repeat that');
  });

  it('K10: has another way looked for where it was the only model that could do it', async () => {
    const mad = fakeModel({ reply: () => asking('a') });
    const { result, events } = await worked({ mad }, tool());
    expect(result.reason).toBe('t1: given up: no way');
    expect(storyOf(events).slice(0, 3)).toEqual([
      't1 looping → another-try',
      't1 failing → re-plan',
      't1 patched by model: + ~ -t1',
    ]);
  });

  it('K10: is found out when it goes to and fro', async () => {
    const mad = fakeModel({ reply: (_, nth) => asking(nth % 2 === 0 ? 'a' : 'b') });
    const sane = fakeModel({ reply: () => ({ text: 'done' }) });
    const { result, events } = await worked({ mad, sane }, tool());
    expect(result.status).toBe('completed');
    expect(mad.requests).toHaveLength(8);
    const diagnosed = events.find((event) => event.type === 'task.diagnosed');
    expect(diagnosed?.data.diagnosis.because).toBe(
      'it went 4 times round the same 2 calls (read) with the same outcomes',
    );
  });

  it('K10: blames the tool where all that comes are errors, and nobody is kept from the task', async () => {
    const mad = fakeModel({ reply: (_, nth) => (nth > 5 ? { text: 'done' } : asking('nothing')) });
    const { result, events } = await worked({ mad }, tool());
    expect(result.status).toBe('completed');
    const diagnosed = events.find((event) => event.type === 'task.diagnosed');
    expect(diagnosed?.data.diagnosis.likely).toBe('tool');
  });

  it('K10: is left alone while anything is new, as where somebody waits for progress', async () => {
    let percent = 0;
    const execute = async (): Promise<number> => {
      percent += 5;
      return percent;
    };
    const growing = tool({ execute });
    const model = fakeModel({ reply: (_, nth) => (nth > 20 ? { text: 'done' } : asking('a')) });
    const { result, events } = await worked({ model }, growing);
    expect(result.status).toBe('completed');
    expect(storyOf(events)).toEqual(['t1 done']);
  });

  it('K10: is left alone where its tool is there to be asked again and again', async () => {
    const model = fakeModel({ reply: (_, nth) => (nth > 20 ? { text: 'done' } : asking('a')) });
    const { result, events } = await worked({ model }, tool({ polls: true }));
    expect(result.status).toBe('completed');
    expect(storyOf(events)).toEqual(['t1 done']);
  });

  it('K10: goes on as before where nobody watches', async () => {
    const model = fakeModel({ reply: (_, nth) => (nth > 20 ? { text: 'done' } : asking('a')) });
    const { result } = await worked({ model }, tool(), false);
    expect(result.status).toBe('completed');
  });
});

function tool(more: Partial<Tool> = {}): Tool {
  return {
    spec: 'tool/1',
    description: 'Reads.',
    input: toolSchema(z.object({ path: z.string() })),
    permissions: [],
    effect: 'none',
    timeoutMs: 1_000,
    execute: async (input) => {
      const { path } = input as { readonly path: string };
      if (path === 'nothing') throw new ToolError('tool.nothing', 'there is nothing');
      return `what is in ${path}`;
    },
    ...more,
  };
}

async function worked(
  models: Readonly<Record<string, FakeModel>>,
  read: Tool,
  healing = true,
): Promise<{ readonly result: RunResult; readonly events: readonly OverseerEvent[] }> {
  await using overseer = await createOverseer({
    overseer: 'chief',
    models: {
      ...Object.fromEntries(Object.entries(models).map(([name, model]) => [name, { model }])),
      chief: { model: wayfinder([{ action: 'give-up', because: 'no way', tasks: [] }]) },
    },
    roles: { worker: { text: 'Work.', tools: ['read'] } },
    tools: { read },
    maxAttempts: 2,
    healing,
  });
  const run = overseer.run({ tasks: [{ instruction: 'Read it.' }] });
  return { result: await run.result, events: await eventsOf(run) };
}
