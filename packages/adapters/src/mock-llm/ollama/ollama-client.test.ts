import { Ollama } from 'ollama';
import { afterAll, describe, expect, it } from 'vitest';
import { startMockService } from '../service.ts';

const service = await startMockService();
const client = new Ollama({ host: service.url });
const messages = [{ role: 'user', content: 'What is new?' }];

afterAll(() => service.close());

describe('Ollama through the official client', () => {
  it('M17: answers whole, with tokens and durations', async () => {
    const answer = await client.chat({ model: 'm', messages });
    expect(answer).toMatchObject({
      model: 'm',
      message: { role: 'assistant', content: 'Hello from mock.' },
      done: true,
      done_reason: 'stop',
      prompt_eval_count: 3,
      eval_count: 4,
    });
    expect(new Date(answer.created_at).getTime()).toBeGreaterThan(0);
  });

  it('M17: streams the same text line by line', async () => {
    const lines = [];
    for await (const line of await client.chat({ model: 'm', messages, stream: true })) {
      lines.push(line);
    }
    expect(lines.map(({ message }) => message.content)).toEqual([
      'Hell',
      'o fr',
      'om m',
      'ock.',
      '',
    ]);
    expect(lines.at(-1)).toMatchObject({ done: true, done_reason: 'stop', eval_count: 4 });
    expect(lines.slice(0, -1).every(({ done }) => !done)).toBe(true);
  });

  it('M17: streams where nothing is said of it, as the real one does', async () => {
    const response = await post('/api/chat', { model: 'm', messages });
    expect(response.headers.get('content-type')).toBe('application/x-ndjson');
    expect((await response.text()).trim().split('\n')).toHaveLength(5);
  });

  it('M17: calls a tool with its arguments as an object, and takes its result', async () => {
    const first = await client.chat({ model: 'm-tool', messages });
    expect(first.message.tool_calls).toMatchObject([
      { function: { name: 'get_weather', arguments: { city: 'Oslo' } } },
    ]);
    const result = { role: 'tool', content: 'Rain', tool_name: 'get_weather' };
    const again = [...messages, first.message, result];
    const second = await client.chat({ model: 'm-tool', messages: again });
    expect(second.message.content).toBe('Hello from mock.');
  });

  it('M17: thinks apart from the text, and not at all where it is told not to', async () => {
    const thinking = await client.chat({ model: 'm-think', messages, think: true });
    expect(thinking.message).toMatchObject({
      thinking: 'Let me think.',
      content: 'Hello from mock.',
    });
    const silent = await client.chat({ model: 'm-think', messages, think: false });
    expect(silent.message.thinking).toBeUndefined();
  });

  it('M17: completes one prompt, embeds, and tells its version', async () => {
    expect(await client.generate({ model: 'm', prompt: 'Hi' })).toMatchObject({
      response: 'Hello from mock.',
      done: true,
    });
    const pieces = [];
    for await (const { response } of await client.generate({
      model: 'm',
      prompt: 'Hi',
      stream: true,
    })) {
      pieces.push(response);
    }
    expect(pieces.join('')).toBe('Hello from mock.');
    const { embeddings } = await client.embed({ model: 'm', input: ['a', 'b', 'a'] });
    expect(embeddings[0]).toEqual(embeddings[2]);
    expect(embeddings[0]).not.toEqual(embeddings[1]);
    expect(await client.version()).toEqual({ version: expect.stringMatching(/^\d+\.\d+/) });
  });

  it('M17: refuses in its own words, and says so in mid-stream', async () => {
    await expect(client.chat({ model: 'err-500', messages })).rejects.toMatchObject({
      status_code: 500,
      error: expect.stringContaining('500'),
    });
    await expect(all(client.chat({ model: 'midstream', messages, stream: true }))).rejects.toThrow(
      'llama runner process has terminated',
    );
    await expect(all(client.chat({ model: 'trunc', messages, stream: true }))).rejects.toThrow(
      'Did not receive done',
    );
    await expect(all(client.chat({ model: 'cut', messages, stream: true }))).rejects.toThrow();
    const lost = await post('/api/nothing', {});
    expect(lost.status).toBe(404);
    expect(await lost.json()).toEqual({ error: expect.any(String) });
  });

  it('M17: counts what the client leaves before its end', async () => {
    for await (const _ of await client.chat({ model: 'm-slow', messages, stream: true })) break;
    client.abort();
    await expect.poll(() => service.counts()['m-slow']?.closedEarly).toBe(1);
  });
});

describe('the memory of a mock Ollama', () => {
  it('M17: lists what is on disk and in memory, loads, unloads and forgets', async () => {
    let now = 1_800_000_000_000;
    const clock = {
      now: () => now,
      elapsed: () => now,
      after: (_: number, callback: () => void) => {
        queueMicrotask(callback);
        return () => undefined;
      },
    };
    const models = [
      { id: 'cold', state: 'not-loaded' as const, contextWindow: 8192 },
      { id: 'b:1b' },
    ];
    await using own = await startMockService({
      clock,
      scenario: { models, rules: [], maxLoaded: 1 },
    });
    const local = new Ollama({ host: own.url });
    const loaded = async () => (await local.ps()).models.map(({ name }) => name);
    expect((await local.list()).models.map(({ name }) => name)).toEqual(['cold:latest', 'b:1b']);
    expect(await loaded()).toEqual(['b:1b']);
    const order = { model: 'cold', prompt: '', keep_alive: '1m', options: { num_ctx: 2048 } };
    expect(await local.generate(order)).toMatchObject({ done: true, done_reason: 'load' });
    expect(await loaded()).toEqual(['cold:latest']);
    expect((await local.ps()).models[0]).toMatchObject({ context_length: 2048 });
    now += 60_000;
    expect(await loaded()).toEqual([]);
    await local.chat({ model: 'cold:latest', messages, keep_alive: -1 });
    now += 3_600_000;
    expect(await loaded()).toEqual(['cold:latest']);
    const unload = { model: 'cold', prompt: '', keep_alive: 0 };
    expect(await local.generate(unload)).toMatchObject({ done_reason: 'unload' });
    expect(await loaded()).toEqual([]);
    const shown = await local.show({ model: 'cold' });
    expect(shown.model_info).toMatchObject({ 'mock.context_length': 8192 });
    await expect(local.chat({ model: 'nobody', messages })).rejects.toMatchObject({
      status_code: 404,
      error: "model 'nobody' not found",
    });
  });

  it('M17: cuts a prompt that is too long in front without a word, and refuses it where it may not', async () => {
    const seen: number[] = [];
    await using own = await startMockService({
      scenario: {
        models: [{ id: 'm', contextWindow: 8192 }],
        rules: [
          {
            name: 'count',
            reply: (request) => {
              seen.push(request.messages.length);
              return { text: `${request.system}|${request.lastText}` };
            },
          },
        ],
      },
    });
    const local = new Ollama({ host: own.url });
    const long = [
      { role: 'system', content: 'Rules.' },
      { role: 'user', content: 'a'.repeat(400) },
      { role: 'user', content: 'The question.' },
    ];
    const options = { num_ctx: 50 };
    const cut = await local.chat({ model: 'm', messages: long, options });
    expect(cut).toMatchObject({
      message: { content: 'Rules.|The question.' },
      prompt_eval_count: 5,
    });
    expect(seen).toEqual([1]);
    const whole = await local.chat({ model: 'm', messages: long });
    expect(whole.prompt_eval_count).toBe(105);
    const strict = { model: 'm', messages: long, options, truncate: false };
    await expect(local.chat(strict)).rejects.toMatchObject({
      status_code: 400,
      error: 'the input length exceeds the context length',
    });
  });

  it('M17: takes its time to load a model, for everybody who asks meanwhile', async () => {
    const models = [{ id: 'slow', state: 'not-loaded' as const, loadMs: 60 }];
    await using own = await startMockService({ scenario: { models, rules: [] } });
    const local = new Ollama({ host: own.url });
    const startedAt = performance.now();
    const asked = ['one', 'two'].map(() => local.chat({ model: 'slow', messages }));
    await Promise.all([...asked, local.generate({ model: 'slow', prompt: '' })]);
    // Timers may be early by a fraction of a ms.
    expect(performance.now() - startedAt).toBeGreaterThan(58);
    await local.chat({ model: 'slow', messages });
    expect((await local.ps()).models).toHaveLength(1);
  });

  it('M17: says what a model cannot do', async () => {
    const models = [{ id: 'plain', capabilities: ['completion'] }];
    await using own = await startMockService({ scenario: { models, rules: [] } });
    const local = new Ollama({ host: own.url });
    await expect(local.chat({ model: 'plain', messages, think: true })).rejects.toMatchObject({
      status_code: 400,
      error: '"plain" does not support thinking',
    });
    const tools = [{ type: 'function', function: { name: 'f' } }];
    await expect(local.chat({ model: 'plain', messages, tools })).rejects.toThrow('support tools');
  });
});

async function all(stream: Promise<AsyncIterable<unknown>>): Promise<void> {
  for await (const _ of await stream);
}

function post(path: string, body: object): Promise<Response> {
  return fetch(service.url + path, { method: 'POST', body: JSON.stringify(body) });
}
