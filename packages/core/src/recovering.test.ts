import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { estimateTokens } from './call/estimate-tokens.ts';
import { createOverseer } from './create-overseer.ts';
import { ModelError } from './errors/model-error.ts';
import { toolSchema } from './internal/tool-schema.ts';
import { memory } from './journal/memory-store.ts';
import type { OverseerOptions } from './options.ts';
import type { Run } from './run/run-handle.ts';
import type { OverseerEvent } from './spec/event.ts';
import type { ModelInfo, ModelRequest } from './spec/model.ts';
import type { TaskGraph } from './spec/task.ts';
import { type FakeModel, type FakeReply, fakeModel } from './testing/fake-model.ts';

const VERDICT: FakeReply = { text: '{"verdict": "pass", "findings": []}' };
const TOO_LONG = 'This model takes less; maximum context length is 2000 tokens';

describe('a prompt that is too long', () => {
  it('R9: is written again shorter for the same model, and the journal says so', async () => {
    const model = windowed(2_000);
    const { status, events } = await worked({ a: model }, longGraph(24_000));
    expect(status).toBe('completed');
    expect(model.requests).toHaveLength(2);
    const [first, second] = model.requests.map((request) => estimateTokens(request));
    expect(first).toBeGreaterThan(2_000);
    expect(second).toBeLessThan(2_000);
    expect(textOf(model.requests[1])).toContain('Say what follows.');
    expect(recoveriesIn(events)).toEqual([['context-overflow', 'shorten']]);
    const [said] = events.filter(({ type }) => type === 'attempt.recovered');
    expect(said).toMatchObject({
      model: 'a',
      data: {
        because: expect.stringMatching(
          /^a takes 2000 tokens: its prompt of about \d+ was cut to about \d+/,
        ),
      },
    });
  });

  it('R9: goes to a model with a larger window where nothing more can be left out, and to no smaller one', async () => {
    const small = windowed(2_000);
    const tiny = windowed(1_500, { contextWindow: 1_500 });
    const large = windowed(50_000, { contextWindow: 50_000 });
    const instruction = 'Mind this. '.repeat(1_500);
    const { status, events } = await worked({ small, tiny, large }, { tasks: [{ instruction }] });
    expect(status).toBe('completed');
    expect([small.requests.length, tiny.requests.length, large.requests.length]).toEqual([1, 0, 1]);
    const assigned = events.flatMap((event) =>
      event.type === 'task.assigned' ? [event.data.model] : [],
    );
    expect(assigned).toEqual(['small', 'large']);
  });

  it('R9: leaves a quarter of a small window for the answer, and no more', async () => {
    const small = new ModelError('context-overflow', 'maximum context length is 600 tokens');
    const model = fakeModel({
      reply: (request) => (estimateTokens(request) > 450 ? { error: small } : { text: 'x' }),
    });
    const { status, events } = await worked({ a: model }, longGraph(24_000));
    expect(status).toBe('completed');
    const [said] = events.filter((event) => event.type === 'attempt.recovered');
    expect(said?.data).toMatchObject({ action: 'shorten', maxTokens: 150 });
  });

  it('R9: is shortened twice at most', async () => {
    const never = fakeModel({ reply: () => ({ error: new ModelError('context-overflow', 'no') }) });
    const { status, events, reason } = await worked({ a: never }, longGraph(24_000));
    expect(status).toBe('failed');
    expect(never.requests).toHaveLength(3);
    expect(recoveriesIn(events)).toHaveLength(2);
    expect(reason).toContain('no');
  });

  it('R9: loses the oldest results of tools first', async () => {
    const read = {
      spec: 'tool/1' as const,
      description: 'Reads.',
      input: toolSchema(z.object({ of: z.string() })),
      permissions: [],
      effect: 'none' as const,
      timeoutMs: 1_000,
      execute: async (input: unknown) => `${(input as { of: string }).of} `.repeat(2_000),
    };
    const model = fakeModel({
      reply: (request, nth) => {
        if (estimateTokens(request) > 3_500) {
          return {
            error: new ModelError('context-overflow', 'maximum context length is 3500 tokens'),
          };
        }
        if (nth <= 2)
          return { toolCalls: [{ name: 'read', input: { of: nth === 1 ? 'old' : 'new' } }] };
        return { text: 'done' };
      },
    });
    const { status, events } = await worked(
      { a: model },
      { tasks: [{ instruction: 'Read.' }] },
      { tools: { read }, roles: { worker: { text: 'Work.', tools: ['read'] } } },
    );
    expect(status).toBe('completed');
    expect(recoveriesIn(events)).toEqual([['context-overflow', 'shorten']]);
    const results = model.requests
      .at(-1)
      ?.messages.flatMap(({ parts }) =>
        parts.flatMap((part) => (part.type === 'tool-result' ? [String(part.output)] : [])),
      );
    expect(results?.map((text) => text.includes('left out'))).toEqual([true, false]);
  });
});

describe('an answer that is cut off', () => {
  it('R9: is gone on with, and what it gave is one text', async () => {
    const model = replying(
      { text: 'one two ', reason: 'length' },
      { text: 'three ', reason: 'length' },
      { text: 'four' },
    );
    const { status, events, output } = await worked(
      { a: model },
      { tasks: [{ instruction: 'Count.' }] },
    );
    expect([status, output]).toEqual(['completed', 'one two three four']);
    expect(recoveriesIn(events)).toEqual([
      ['cut-answer', 'go-on'],
      ['cut-answer', 'go-on'],
    ]);
    expect(model.requests[2]?.messages.map(({ role }) => role)).toEqual([
      'system',
      'user',
      'assistant',
      'user',
      'assistant',
      'user',
    ]);
  });

  it('R9: is asked for again with more room where no word was said, as far as the model and the host allow', async () => {
    const silent: FakeReply = { reasoning: 'hm', reason: 'length' };
    const model = replying(silent, silent, { text: 'at last' });
    const { output, events } = await worked({ a: model }, { tasks: [{ instruction: 'Think.' }] });
    expect(output).toBe('at last');
    expect(model.requests.map(({ maxTokens }) => maxTokens)).toEqual([8_192, 16_384, 32_768]);
    expect(model.requests[2]?.messages).toHaveLength(2);
    expect(recoveriesIn(events)).toEqual([
      ['cut-answer', 'more-room'],
      ['cut-answer', 'more-room'],
    ]);
    const bound = replying(silent, { text: 'never asked' });
    const other = replying({ text: 'of another' });
    const second = await worked(
      { bound, other },
      { tasks: [{ instruction: 'Think.' }] },
      { maxOutputTokens: 500 },
    );
    expect([second.output, bound.requests.length]).toEqual(['of another', 1]);
  });

  it('R9 M1: gets no more room than a budget has left', async () => {
    const silent: FakeReply = { reasoning: 'hm', reason: 'length' };
    const model = replying(silent, silent, silent, silent);
    const { events } = await worked(
      { a: model },
      { tasks: [{ instruction: 'Think.' }] },
      { budget: { tokens: 10_000 }, maxAttempts: 1 },
    );
    expect(model.requests).toHaveLength(1);
    expect(recoveriesIn(events)).toEqual([]);
  });

  it('R9: is gone on with three times at most, then asked with more room, then left to another model', async () => {
    const endless = fakeModel({ reply: () => ({ text: 'and ', reason: 'length' }) });
    const other = replying({ text: 'short' });
    const { output, events } = await worked(
      { endless, other },
      { tasks: [{ instruction: 'Count.' }] },
    );
    expect(output).toBe('short');
    expect(endless.requests).toHaveLength(6);
    expect(recoveriesIn(events).map(([, action]) => action)).toEqual([
      'go-on',
      'go-on',
      'go-on',
      'more-room',
      'more-room',
    ]);
    const ended = events.find(({ type }) => type === 'attempt.ended');
    expect(ended?.data).toMatchObject({ because: expect.stringContaining('maxOutputTokens') });
  });
});

describe('JSON that is none', () => {
  const plan = JSON.stringify({
    tasks: [
      {
        key: 'x',
        title: 'X',
        instruction: 'Do x.',
        kind: 'write',
        needs: [],
        files: [],
        role: null,
        priority: 'medium',
        checks: [],
      },
    ],
  });

  it('R9: is put right in a plan where that can be done in one way', async () => {
    const broken = plan.replace('"key"', "'key'").replace('"checks":[]', '"checks":[],');
    const model = replying({ text: broken }, { text: 'did x' }, VERDICT);
    const { status, events } = await worked({ a: model }, 'Do x');
    expect(status).toBe('completed');
    expect(recoveriesIn(events)).toEqual([['broken-json', 'repair']]);
    const ended = events.filter(({ type }) => type === 'attempt.ended');
    expect(ended).toEqual([]);
  });

  it('R9: is asked for again with the exact error where it can not', async () => {
    const model = replying({ text: plan.slice(0, 60) }, { text: plan }, { text: 'did x' }, VERDICT);
    const { status, events } = await worked({ a: model }, 'Do x');
    expect(status).toBe('completed');
    expect(recoveriesIn(events)).toEqual([]);
    expect(textOf(model.requests[1])).toMatch(
      /The plan is not JSON: it ends before its last brace/,
    );
  });

  it.each([
    ["{'text': 'hi',}", [['broken-json', 'repair']], 'said hi'],
    ['{"text": "hal', [], 'The input is not JSON: Unexpected end'],
  ])('R9: in the input of a tool, %j', async (input, recovered, answered) => {
    const said: string[] = [];
    const say = {
      spec: 'tool/1' as const,
      description: 'Says.',
      input: toolSchema(z.object({ text: z.string() })),
      permissions: [],
      effect: 'none' as const,
      timeoutMs: 1_000,
      execute: async (wish: unknown) => `said ${(wish as { text: string }).text}`,
    };
    const model = fakeModel({
      reply: (request, nth) => {
        if (nth === 1) return { toolCalls: [{ name: 'say', input, invalid: 'Unexpected end' }] };
        for (const { parts } of request.messages) {
          for (const part of parts) if (part.type === 'tool-result') said.push(String(part.output));
        }
        return { text: 'done' };
      },
    });
    const { status, events } = await worked(
      { a: model },
      { tasks: [{ instruction: 'Say hi.' }] },
      { tools: { say }, roles: { worker: { text: 'Work.', tools: ['say'] } } },
    );
    expect(status).toBe('completed');
    expect(recoveriesIn(events)).toEqual(recovered);
    expect(said).toEqual([answered]);
  });
});

describe('a model that is refused', () => {
  it.each(['content-filter', 'auth', 'permission'] as const)(
    'R9: leaves its task to another after %s',
    async (kind) => {
      const refused = fakeModel({
        reply: () => ({ error: new ModelError(kind, `refused: ${kind}`) }),
      });
      const other = replying({ text: 'done' });
      const { status, events } = await worked(
        { refused, other },
        { tasks: [{ instruction: 'Do it.' }] },
      );
      expect([status, refused.requests.length, other.requests.length]).toEqual(['completed', 1, 1]);
      const told = events.some(
        (event) => event.type === 'model.changed' && event.data.work === 'error',
      );
      expect(told).toBe(kind !== 'content-filter');
    },
  );

  it('R9: leaves its task to another where content rules stopped its answer', async () => {
    const filtered = replying({ text: 'I wi', reason: 'content-filter' });
    const other = replying({ text: 'done' });
    const { output } = await worked({ filtered, other }, { tasks: [{ instruction: 'Do it.' }] });
    expect(output).toBe('done');
  });
});

describe('a recovery', () => {
  it('R9 R1: holds over a restart', async () => {
    const parts = ['one ', 'two ', 'three'];
    const cutTwice = (delayMs: number): FakeModel =>
      fakeModel({
        reply: (request) => {
          const at = request.messages.filter(({ role }) => role === 'assistant').length;
          const reason = at < 2 ? 'length' : 'stop';
          return { text: parts[at] ?? '', reason, ...(at === 1 ? { delayMs } : {}) };
        },
      });
    const store = memory();
    const first = await createOverseer({
      overseer: 'a',
      models: { a: { model: cutTwice(60_000) } },
      store,
      graceMs: 0,
    });
    const begun = first.run({ tasks: [{ instruction: 'Count.' }] });
    for await (const event of begun) if (event.type === 'attempt.recovered') break;
    await first.close();
    const model = cutTwice(0);
    await using next = await createOverseer({ overseer: 'a', models: { a: { model } }, store });
    const run = next.open(begun.id);
    run.resume();
    expect(await run.result).toMatchObject({ status: 'completed', output: 'one two three' });
    expect(model.requests).toHaveLength(2);
  });
});

function windowed(tokens: number, info: Partial<ModelInfo> = {}): FakeModel {
  return fakeModel({
    info,
    reply: (request) =>
      estimateTokens(request) > tokens
        ? { error: new ModelError('context-overflow', TOO_LONG) }
        : { text: 'what follows' },
  });
}

/** Answers these in turn, then the last for ever. */
function replying(...replies: readonly FakeReply[]): FakeModel {
  return fakeModel({ reply: (_, nth) => replies[nth - 1] ?? replies.at(-1) ?? {} });
}

function longGraph(characters: number): TaskGraph {
  return {
    context: 'Known fact. '.repeat(characters / 12),
    tasks: [{ instruction: 'Say what follows.' }],
  };
}

interface Worked {
  readonly status: string;
  readonly output: string | undefined;
  readonly reason: string | undefined;
  readonly events: readonly OverseerEvent[];
}

async function worked(
  models: Readonly<Record<string, FakeModel>>,
  request: string | TaskGraph,
  options: Partial<OverseerOptions> = {},
): Promise<Worked> {
  const names = Object.keys(models);
  await using overseer = await createOverseer({
    overseer: names[0] ?? '',
    models: Object.fromEntries(
      names.map((name, at) => [
        name,
        {
          model: models[name] as FakeModel,
          ...(at === 0 ? { role: 'worker', fallback: names.slice(1) } : {}),
        },
      ]),
    ),
    ...options,
  });
  const run: Run = overseer.run(request);
  const { status, output, tasks } = await run.result;
  const events: OverseerEvent[] = [];
  for await (const event of run) events.push(event);
  return {
    status,
    output,
    events,
    reason: tasks.find(({ reason }) => reason !== undefined)?.reason,
  };
}

function recoveriesIn(events: readonly OverseerEvent[]): readonly (readonly [string, string])[] {
  return events.flatMap((event) =>
    event.type === 'attempt.recovered' ? [[event.data.trouble, event.data.action] as const] : [],
  );
}

function textOf(request: ModelRequest | undefined): string {
  return JSON.stringify(request?.messages ?? '');
}
