import { describe, expect, it } from 'vitest';
import { createOverseer } from '../create-overseer.ts';
import { ToolError } from '../errors/tool-error.ts';
import { inTime } from '../mortal-disk.fixture.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { Tool } from '../spec/tool.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import { fakeModel } from '../testing/fake-model.ts';
import type { Run } from './run-handle.ts';

function toolThat(execute: Tool['execute']): Tool {
  return {
    spec: 'tool/1',
    description: 'Searches.',
    input: { jsonSchema: { type: 'object' }, parse: (value) => ({ ok: true, value }) },
    permissions: [],
    effect: 'none',
    timeoutMs: 1_000,
    execute,
  };
}

async function eventsOf(run: Run): Promise<readonly OverseerEvent[]> {
  const events: OverseerEvent[] = [];
  for await (const event of run) events.push(event);
  return events;
}

describe('a tool that breaks', () => {
  it('R10 T1: is not run for a while after three failures, and the model is told so; a new attempt is not offered it', async () => {
    let runs = 0;
    const search = toolThat(async () => {
      runs += 1;
      throw new ToolError('tool.search', 'the search service is gone', { retryable: true });
    });
    const model = fakeModel({
      reply: (request, nth) => {
        const isNew = JSON.stringify(request.messages).includes('second');
        if (isNew || nth > 5) return { text: `tools: ${(request.tools ?? []).length}` };
        return { toolCalls: [{ name: 'search', input: {} }] };
      },
    });
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model } },
      tools: { search },
      roles: { worker: { text: 'Work.', tools: ['search'] } },
      clock: createFakeClock(),
    });
    const run = overseer.run({
      tasks: [
        { key: 'one', instruction: 'first' },
        { key: 'two', instruction: 'second', needs: ['one'] },
      ],
    });
    const result = await run.result;
    expect(result.status).toBe('completed');
    expect(result.output).toBe('tools: 0');
    expect(runs).toBe(3);
    const finished = (await eventsOf(run)).flatMap((event) =>
      event.type === 'tool.finished' ? [event.data] : [],
    );
    expect(finished.map(({ isBroken }) => isBroken ?? false)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
    expect(overseer.tools()).toMatchObject([{ name: 'search', state: 'open' }]);
    expect(finished[3]?.output).toMatch(
      /^The tool search is out of order, and it is left alone for 30 s\./,
    );
    const prompts = JSON.stringify(model.requests.at(-1)?.messages);
    expect(prompts).toContain('Out of order at the moment, and therefore not offered: search.');
  });

  it('R10 K2: keeps the tasks that it does waiting, and other tools work meanwhile', async () => {
    const clock = createFakeClock();
    const startedAt = clock.now();
    let runs = 0;
    const flaky = toolThat(async () => {
      runs += 1;
      if (clock.now() < startedAt + 20_000) throw new Error('no connection');
      return 'found';
    });
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model: fakeModel({ reply: () => ({ text: 'x' }) }) } },
      tools: { flaky, steady: toolThat(async () => 'steady') },
      maxAttempts: 4,
      clock,
    });
    const run = overseer.run({
      tasks: [
        { key: 'f', instruction: 'x', step: { tool: 'flaky', input: {} } },
        { key: 's', instruction: 'y', step: { tool: 'steady', input: {} } },
      ],
    });
    const result = await inTime(clock, run.result);
    expect(result).toMatchObject({ status: 'completed' });
    expect(runs).toBe(4);
    expect(clock.now() - startedAt).toBe(30_000);
    const events = await eventsOf(run);
    const waiting = events.find(({ type }) => type === 'task.waiting');
    expect(waiting).toMatchObject({
      task: 'f',
      data: { because: expect.stringContaining('the tool flaky is out of order') },
    });
    const steady = events.find(({ type, task }) => type === 'task.done' && task === 's');
    expect(steady?.at).toBe(startedAt);
  });
});
