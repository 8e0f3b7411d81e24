import { describe, expect, it } from 'vitest';
import { ESTIMATE_ERROR } from './call/estimate-error.ts';
import { estimateTokens } from './call/estimate-tokens.ts';
import { createOverseer } from './create-overseer.ts';
import { ModelError } from './errors/model-error.ts';
import { until } from './mortal-disk.fixture.ts';
import type { OverseerOptions } from './options.ts';
import type { Run } from './run/run-handle.ts';
import type { OverseerEvent } from './spec/event.ts';
import type { Message } from './spec/message.ts';
import type { ModelRequest } from './spec/model.ts';
import type { TaskGraph } from './spec/task.ts';
import { createFakeClock } from './testing/fake-clock.ts';
import { type FakeModel, type FakeModelOptions, fakeModel } from './testing/fake-model.ts';

/** A model whose tokenizer makes less of a text than is estimated. */
function counting(
  options: Partial<FakeModelOptions> = {},
): FakeModel & { readonly asked: () => number } {
  let asked = 0;
  const most = (request: ModelRequest): number => {
    asked++;
    return Math.round(estimateTokens(request) * 0.7);
  };
  const model = fakeModel({
    info: { price: { input: 100, output: 0 }, maxOutput: 10, contextWindow: 100_000 },
    reply: (request) => ({
      text: 'x',
      usage: { input: { total: Math.round(estimateTokens(request) * 0.7) }, output: { total: 1 } },
    }),
    countTokens: most,
    ...options,
  });
  return { ...model, asked: () => asked };
}

async function open(model: FakeModel, options: Partial<OverseerOptions> = {}) {
  return await createOverseer({
    overseer: 'a',
    models: { a: { model, concurrency: 20 } },
    ...options,
  } as OverseerOptions);
}

const LONG = { context: 'A fact that is known. '.repeat(500), tasks: [{ instruction: 'Say it.' }] };

async function eventsOf(run: Run): Promise<readonly OverseerEvent[]> {
  const events: OverseerEvent[] = [];
  for await (const event of run) events.push(event);
  return events;
}

function of<T extends OverseerEvent['type']>(
  events: readonly OverseerEvent[],
  type: T,
): readonly (OverseerEvent & { readonly type: T })[] {
  return events.filter(
    (event): event is OverseerEvent & { readonly type: T } => event.type === type,
  );
}

describe('counting for people', () => {
  it('M12: says how many tokens, who counted, and within what', async () => {
    const rough = fakeModel({ reply: () => ({ text: 'x' }) });
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model: counting() }, b: { model: rough } },
    });
    const messages = 'Read the file and say what is in it.';
    const exact = await overseer.countTokens({ model: 'a', messages });
    expect(exact).toMatchObject({ source: 'tokenizer', within: 0 });
    const estimate = await overseer.countTokens({ model: 'b', messages });
    expect(estimate.source).toBe('estimate');
    expect(estimate.tokens).toBeGreaterThan(exact.tokens);
    expect(estimate.within).toBe(Math.ceil(estimate.tokens * ESTIMATE_ERROR.ascii));
    const grown: Message[] = [{ role: 'user', parts: [{ type: 'text', text: messages }] }];
    expect(await overseer.countTokens({ model: 'a', messages: grown })).toEqual(exact);
    const output = { type: 'json' } as const;
    const free = await overseer.countTokens({ model: 'a', messages, output });
    expect(free).toEqual(exact);
    grown.push({ role: 'assistant', parts: [{ type: 'text', text: 'It says no.' }] });
    const longer = await overseer.countTokens({ model: 'a', messages: grown });
    expect(longer.tokens).toBeGreaterThan(exact.tokens);
    await expect(overseer.countTokens({ model: 'c', messages })).rejects.toMatchObject({
      code: 'config.unknown-model',
    });
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(overseer.countTokens({ model: 'a', messages, signal })).rejects.toMatchObject({
      kind: 'aborted',
    });
  });
});

describe('what a budget has left', () => {
  it('L6 M12: is not refused to a call that fits by its count, and nothing is counted where there is enough', async () => {
    const known = counting();
    await using overseer = await open(known);
    const first = await overseer.run(LONG, { budget: { usd: 5 } }).result;
    expect(known.asked()).toBe(0);
    const { cost = 0 } = first;
    // The estimate is more than that, and its worst case twice as much again.
    const run = overseer.run(LONG, { budget: { usd: cost * 1.2 } });
    expect(await run.result).toMatchObject({ status: 'completed', cost });
    expect(known.asked()).toBe(1);
    const [started] = of(await eventsOf(run), 'call.started');
    expect(started?.data.worst?.inputTokens).toBe(started?.data.estimate.inputTokens);
  });

  it('L6 M12: is refused by the count where that does not fit, with what the call would use', async () => {
    const known = counting();
    await using overseer = await open(known);
    const { cost = 0 } = await overseer.run(LONG).result;
    const run = overseer.run(LONG, { budget: { usd: cost * 0.9 } });
    expect(await run.result).toMatchObject({ status: 'stopped', cost: 0 });
    expect(known.asked()).toBe(1);
  });

  it('L6 M12: is refused by the estimate where the count fails, and it is not asked again for a minute', async () => {
    let asked = 0;
    const silent = counting({
      countTokens: () => {
        asked++;
        throw new ModelError('server', 'no count today');
      },
    });
    await using overseer = await open(silent);
    const { cost = 0 } = await overseer.run(LONG).result;
    for (let nth = 0; nth < 3; nth++) {
      const run = overseer.run(LONG, { budget: { usd: cost * 1.2 } });
      expect(await run.result).toMatchObject({ status: 'stopped', cost: 0 });
    }
    expect(asked).toBe(1);
  });

  it('L6 M12 K6: a run that is cancelled while its call is counted ends at once', async () => {
    const { promise: counted, resolve } = Promise.withResolvers<void>();
    const slow = counting({
      countTokens: async () => {
        resolve();
        return await new Promise<number>(() => undefined);
      },
    });
    await using overseer = await open(slow);
    const { cost = 0 } = await overseer.run(LONG).result;
    const run = overseer.run(LONG, { budget: { usd: cost * 1.2 } });
    await counted;
    await run.cancel();
    expect(overseer.queue()).toEqual([]);
    expect(await run.result).toMatchObject({ status: 'stopped', cost: 0 });
  });

  it('M12 K3 K5: a task whose request is counted is listed with that, and what is ordered of it meanwhile holds', async () => {
    const counted = Promise.withResolvers<void>();
    const told = Promise.withResolvers<void>();
    const busy = Promise.withResolvers<void>();
    const slow = counting({
      reply: async (request) => {
        const total = Math.round(estimateTokens(request) * 0.7);
        if (total < 500) await busy.promise;
        return { text: 'x', usage: { input: { total }, output: { total: 1 } } };
      },
      countTokens: async (request) => {
        counted.resolve();
        await told.promise;
        return Math.round(estimateTokens(request) * 0.7);
      },
    });
    await using overseer = await open(slow, { models: { a: { model: slow, concurrency: 1 } } });
    const { cost = 0 } = await overseer.run(LONG).result;
    const task = { key: 'one', instruction: 'Say it.', priority: 'low' } as const;
    const run = overseer.run({ ...LONG, tasks: [task] }, { budget: { usd: cost * 1.2 } });
    await counted.promise;
    const waitsFor = 'a is counting its tokens';
    expect(overseer.queue()).toMatchObject([{ run: run.id, task: 'one', position: 1, waitsFor }]);
    const tasks = [1, 2, 3].map((nth) => ({
      key: `${nth}`,
      instruction: 'x',
      priority: 'critical',
    }));
    const others = overseer.run({ tasks } as TaskGraph);
    await until(() => slow.requests.length === 2);
    await overseer.expedite(run.id, 'one', { by: 'ann', reason: 'the site is down' });
    told.resolve();
    await until(() => overseer.queue().every((one) => one.waitsFor !== waitsFor));
    expect(overseer.queue().map(({ task: key }) => key)).toEqual(['one', '2', '3']);
    busy.resolve();
    expect(await run.result).toMatchObject({ status: 'completed' });
    expect(await others.result).toMatchObject({ status: 'completed' });
    expect(overseer.queue()).toEqual([]);
  });

  it('L1 M12: a window of tokens lets through what fits by the count', async () => {
    const clock = createFakeClock();
    const known = counting();
    const estimate = estimateTokens({
      messages: [{ role: 'user', parts: [{ type: 'text', text: LONG.context }] }],
    });
    await using overseer = await createOverseer({
      overseer: 'a',
      clock,
      models: {
        a: { model: known, limits: [`${Math.round(estimate * 1.2)} input tokens / 1h`] },
      },
    });
    expect(await overseer.run(LONG).result).toMatchObject({ status: 'completed' });
    expect(known.asked()).toBeGreaterThan(0);
  });
});

describe('a request near its window', () => {
  it('M12 R9: is counted, and one that is too long is shortened without being sent', async () => {
    const info = { contextWindow: 2_000, maxOutput: 10, can: { tools: true } } as const;
    const sent: number[] = [];
    const model = fakeModel({
      info: { ...info, can: { tools: true, json: 'none', reasoning: false, image: false } },
      // Older vocabularies have five times what is estimated.
      countTokens: (request) => estimateTokens(request) * 5,
      reply: (request) => {
        sent.push(estimateTokens(request) * 5);
        return { text: 'x' };
      },
    });
    await using overseer = await open(model);
    const tasks = [{ key: 'one', instruction: 'Say it.' }];
    const run = overseer.run({ context: 'ფაილი წაკითხულია. '.repeat(500), tasks });
    expect(await run.result).toMatchObject({ status: 'completed' });
    expect(sent.every((tokens) => tokens < 2_000)).toBe(true);
    const events = await eventsOf(run);
    expect(of(events, 'call.failed').map(({ data }) => data)).toMatchObject([
      { kind: 'context-overflow', settled: { inputTokens: 0, microUsd: 0 } },
    ]);
    expect(of(events, 'attempt.recovered')).toMatchObject([{ data: { action: 'shorten' } }]);
  });

  it('M12: one that is far from it is sent uncounted', async () => {
    const known = counting();
    await using overseer = await open(known);
    await overseer.run(LONG).result;
    expect(known.asked()).toBe(0);
  });

  it('M12 M18: what is no request is refused with its place', async () => {
    await using overseer = await open(counting());
    const wrong = [
      [{ messages: 5 }, 'messages is a list'],
      [{}, 'messages is a list'],
      [{ messages: [{ role: 'user', content: 'x' }] }, 'messages[0].parts'],
      [{ messages: 'x', tools: 'x' }, 'tools is a list'],
      [{ messages: 'x', output: 'json' }, 'output is'],
    ] as const;
    for (const [given, place] of wrong) {
      const error = await overseer
        .countTokens({ model: 'a', ...given } as never)
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'config.invalid' });
      expect(String(error)).toContain(place);
    }
  });
});
