import Anthropic from '@anthropic-ai/sdk';
import { createFakeClock } from '@overseer/core/testing';
import OpenAI from 'openai';
import { afterEach, describe, expect, it } from 'vitest';
import type { MockRequest } from './mock-request.ts';
import type { MockScenario } from './scenario.ts';
import { type MockService, type MockServiceOptions, startMockService } from './service.ts';

const services: MockService[] = [];
const messages = [{ role: 'user' as const, content: 'hi' }];

afterEach(async () => {
  for (const service of services.splice(0)) await service.close();
});

describe('a scenario', () => {
  it('M17: shows every dialect to its rules in the same form', async () => {
    const seen: MockRequest[] = [];
    const look = (request: MockRequest) => {
      seen.push(request);
      return { text: 'Seen.' };
    };
    const { openai, anthropic } = await start(withRule({ name: 'look', reply: look }));
    const parameters = { type: 'object' as const, properties: {} };
    const input = { city: 'Oslo' };
    const call = { name: 'weather', arguments: JSON.stringify(input) };
    await openai.chat.completions.create({
      model: 'a',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: [{ type: 'text', text: 'Weather?' }] },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c1', type: 'function', function: call }],
        },
        { role: 'tool', tool_call_id: 'c1', content: 'Rain' },
      ],
      tools: [{ type: 'function', function: { name: 'weather', parameters } }],
    });
    await openai.responses.create({
      model: 'a',
      instructions: 'Be brief.',
      input: [
        { role: 'user', content: 'Weather?' },
        { type: 'function_call', call_id: 'c1', ...call },
        { type: 'function_call_output', call_id: 'c1', output: 'Rain' },
      ],
      tools: [{ type: 'function', name: 'weather', parameters, strict: false }],
    });
    await anthropic.messages.create({
      model: 'a',
      max_tokens: 9,
      system: 'Be brief.',
      messages: [
        { role: 'user', content: 'Weather?' },
        { role: 'assistant', content: [{ type: 'tool_use', id: 'c1', name: 'weather', input }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c1', content: 'Rain' }] },
      ],
      tools: [{ name: 'weather', input_schema: parameters }],
    });
    expect(seen.map(({ dialect, nth }) => [dialect, nth])).toEqual([
      ['openai-chat', 1],
      ['openai-responses', 2],
      ['anthropic-messages', 3],
    ]);
    for (const { model, system, tools, lastText, messages: sent } of seen) {
      expect({ model, system, tools, lastText }).toEqual({
        model: 'a',
        system: 'Be brief.',
        tools: ['weather'],
        lastText: 'Rain',
      });
      expect(sent.map(({ text }) => text)).toEqual(['Weather?', '', '']);
      expect(sent[1]?.toolCalls).toEqual([{ id: 'c1', name: 'weather', input }]);
      expect(sent[2]?.toolResults).toEqual([{ id: 'c1', text: 'Rain' }]);
    }
  });

  it('M17: has no other models: the rest are the 404 of the dialect', async () => {
    const { openai, anthropic } = await start(withRule());
    const chat = openai.chat.completions.create({ model: 'b', messages });
    await expect(chat).rejects.toMatchObject({ status: 404, code: 'model_not_found' });
    const message = anthropic.messages.create({ model: 'b', messages, max_tokens: 9 });
    await expect(message).rejects.toMatchObject({ status: 404, type: 'not_found_error' });
    expect((await openai.models.list()).data.map(({ id }) => id)).toEqual(['a']);
  });

  it('M17: a rule that throws is a 500 that says so, and the service lives on', async () => {
    const fail = ({ nth }: MockRequest) => {
      if (nth === 1) throw new Error('no such answer');
      return { text: 'Fine.' };
    };
    const { openai } = await start(withRule({ name: 'fail', reply: fail }));
    const ask = () => openai.chat.completions.create({ model: 'a', messages });
    await expect(ask()).rejects.toThrowError('no such answer');
    expect((await ask()).choices[0]?.message.content).toBe('Fine.');
  });

  it('M17: a scripted quota refusal carries its own code', async () => {
    const fault = { kind: 'status', status: 429, code: 'insufficient_quota' } as const;
    const { openai } = await start(withRule({ name: 'spent', reply: { fault } }));
    await expect(openai.chat.completions.create({ model: 'a', messages })).rejects.toMatchObject({
      code: 'insufficient_quota',
      type: 'insufficient_quota',
    });
  });

  it('M17: a model that is down destroys the connection, or answers with its status', async () => {
    const models = [
      { id: 'dead', down: true },
      { id: 'busy', down: { status: 503, retryAfterMs: 2_000 } },
    ];
    const { openai, service } = await start({ models, rules: [] });
    const ask = (model: string) => openai.chat.completions.create({ model, messages });
    await expect(ask('dead')).rejects.toBeInstanceOf(OpenAI.APIConnectionError);
    await expect(ask('busy')).rejects.toMatchObject({ status: 503 });
    expect(service.counts()).toMatchObject({ dead: { cut: 1 }, busy: { failed: { 503: 1 } } });
    expect(service.requests[0]).toMatchObject({ outcome: 'cut', closedEarly: false });
  });

  it('M17: a request longer than the window is the error of the dialect', async () => {
    const models = [{ id: 'small', contextWindow: 10 }];
    const { openai, anthropic } = await start({ models, rules: [] });
    const long = [{ role: 'user' as const, content: 'x'.repeat(41) }];
    await expect(
      openai.chat.completions.create({ model: 'small', messages: long }),
    ).rejects.toMatchObject({ status: 400, code: 'context_length_exceeded' });
    await expect(
      anthropic.messages.create({ model: 'small', messages: long, max_tokens: 9 }),
    ).rejects.toThrowError('prompt is too long: 11 tokens > 10 maximum');
  });
});

describe('the limit of a model', () => {
  const limited = { models: [{ id: 'a', limit: { requests: 2, perMs: 10_000 } }], rules: [] };

  it('M17: admits exactly so many in any window, and says when to come back', async () => {
    const clock = createFakeClock();
    const { openai, service } = await start(limited, { clock });
    const ask = async () => {
      const asked = openai.chat.completions.create({ model: 'a', messages }).withResponse();
      const { headers } = await asked.then(
        ({ response }) => response,
        (error: InstanceType<typeof OpenAI.RateLimitError>) => error,
      );
      const of = (name: string) => headers.get(name);
      return [of('x-ratelimit-remaining-requests'), of('retry-after-ms'), of('retry-after')];
    };
    expect(await ask()).toEqual(['1', null, null]);
    clock.advance(4000);
    expect(await ask()).toEqual(['0', null, null]);
    clock.advance(500);
    expect(await ask()).toEqual(['0', '5500', '6']);
    clock.advance(5499);
    expect(await ask()).toEqual(['0', '1', '1']);
    clock.advance(1);
    expect(await ask()).toEqual(['0', null, null]);
    expect(service.counts()['a']).toMatchObject({ completed: 3, failed: { 429: 2 } });
  });

  it('M17 M11: is that of each key where it says so, and rules see the key', async () => {
    const perKey = {
      models: [{ id: 'a', limit: { requests: 1, perMs: 10_000, perKey: true } }],
      rules: [
        {
          name: 'revoked',
          when: ({ key }: MockRequest) => key === 'gone-key',
          reply: { fault: { kind: 'status' as const, status: 401 } },
        },
      ],
    };
    const { service } = await start(perKey);
    const ask = async (key?: string) => {
      const authorization = key === undefined ? {} : { authorization: `Bearer ${key}` };
      const answer = await fetch(`${service.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...authorization },
        body: JSON.stringify({ model: 'a', messages }),
      });
      await answer.text();
      return answer.status;
    };
    const statuses: number[] = [];
    for (const key of ['one', 'two', 'one', undefined, undefined, 'gone-key']) {
      statuses.push(await ask(key));
    }
    expect(statuses).toEqual([200, 200, 429, 200, 429, 401]);
  });

  it('M17: holds when many ask at once', async () => {
    const { openai } = await start(limited);
    const asked = Array.from({ length: 20 }, () =>
      openai.chat.completions.create({ model: 'a', messages }),
    );
    const ends = await Promise.allSettled(asked);
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
  });

  it('M17: reads in the headers of Anthropic as moments', async () => {
    const clock = createFakeClock(Date.UTC(2026, 0, 1));
    const { anthropic } = await start(limited, { clock });
    const asked = anthropic.messages.create({ model: 'a', messages, max_tokens: 9 });
    const { headers } = await asked.asResponse();
    expect(headers.get('anthropic-ratelimit-requests-limit')).toBe('2');
    expect(headers.get('anthropic-ratelimit-requests-reset')).toBe('2026-01-01T00:00:10.000Z');
  });
});

describe('the pace of a model', () => {
  it('M17: is its first wait and then its tokens a second, also where nothing is streamed', async () => {
    for (const stream of [true, false]) {
      const clock = createFakeClock();
      const models = [{ id: 'a', firstTokenMs: 300, tokensPerSecond: 10 }];
      const { openai, service } = await start({ models, rules: [] }, { clock });
      const done = openai.chat.completions.create({ model: 'a', messages, stream }).then(drain);
      const outcome = () => service.requests[0]?.outcome;
      await stepsOf(clock, 599);
      expect(outcome()).toBeUndefined();
      await stepsOf(clock, 1);
      await done;
      expect(outcome()).toBe('completed');
    }
  });

  it('M17: varies by its jitter, the same for the same seed', async () => {
    const times = async (seed: number) => {
      const clock = createFakeClock(0);
      const models = [{ id: 'a', firstTokenMs: 1000, jitter: 0.5 }];
      const { openai, service } = await start({ models, rules: [] }, { clock, seed });
      const ends: number[] = [];
      for (let n = 0; n < 3; n++) {
        const before = clock.now();
        const asked = openai.chat.completions.create({ model: 'a', messages }).then(drain);
        while (service.requests[n]?.outcome === undefined) await stepsOf(clock, 1);
        ends.push(clock.now() - before);
        await asked;
      }
      return ends;
    };
    const first = await times(5);
    expect(new Set(first).size).toBe(3);
    expect(first.every((ms) => ms >= 500 && ms <= 1500)).toBe(true);
    expect(await times(5)).toEqual(first);
    expect(await times(6)).not.toEqual(first);
  });
});

async function start(scenario: MockScenario, options: MockServiceOptions = {}) {
  const service = await startMockService({ ...options, scenario });
  services.push(service);
  const silent = { apiKey: 'k', maxRetries: 0, logLevel: 'off' } as const;
  return {
    service,
    openai: new OpenAI({ ...silent, baseURL: `${service.url}/v1` }),
    anthropic: new Anthropic({ ...silent, baseURL: service.url }),
  };
}

function withRule(...rules: MockScenario['rules']): MockScenario {
  return { models: [{ id: 'a' }], rules };
}

async function drain(reply: object): Promise<void> {
  if (Symbol.asyncIterator in reply) for await (const _ of reply as AsyncIterable<unknown>) void _;
}

/** Lets a fake clock go by in steps, each of which waits until something waits for it. */
async function stepsOf(clock: ReturnType<typeof createFakeClock>, ms: number): Promise<void> {
  for (let step = 0; step < ms; step++) {
    while (clock.pending === 0) await turn();
    clock.advance(1);
    await turn();
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
