import OpenAI from 'openai';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type MockService, startMockService } from '../service.ts';

let service: MockService;

beforeEach(async () => {
  const models = [
    { id: 'here' },
    { id: 'resting', state: 'idle' as const, contextWindow: 4096 },
    { id: 'cold', state: 'not-loaded' as const },
  ];
  service = await startMockService({ scenario: { models, rules: [] } });
});
afterEach(() => service.close());

describe("LM Studio's own API", () => {
  it('M17: lists states and windows in its first form', async () => {
    const { object, data } = await ask('/api/v0/models');
    expect(object).toBe('list');
    expect(data).toMatchObject([
      { id: 'here', type: 'llm', state: 'loaded' },
      { id: 'resting', state: 'idle', max_context_length: 4096, loaded_context_length: 4096 },
      { id: 'cold', state: 'not-loaded' },
    ]);
    expect(data[2]).not.toHaveProperty('loaded_context_length');
    expect(await ask('/api/v0/models/here')).toEqual(data[0]);
  });

  it('M17: lists instances in its second form', async () => {
    const { models } = await ask('/api/v1/models');
    expect(models).toMatchObject([
      { key: 'here', type: 'llm', loaded_instances: [{ id: 'here' }] },
      { key: 'resting', loaded_instances: [{ config: { context_length: 4096 } }] },
      { key: 'cold', loaded_instances: [] },
    ]);
  });

  it('M17: loads a model, again as a second instance, and unloads by instance', async () => {
    const load = () => ask('/api/v1/models/load', { model: 'cold' });
    expect(await load()).toMatchObject({ instance_id: 'cold', status: 'loaded' });
    expect(await load()).toMatchObject({ instance_id: 'cold:2' });
    const unload = (instance_id: string) => ask('/api/v1/models/unload', { instance_id });
    expect(await unload('cold')).toEqual({ instance_id: 'cold' });
    expect(await stateOf('cold')).toBe('loaded');
    await unload('cold:2');
    expect(await stateOf('cold')).toBe('not-loaded');
    expect(await unload('cold:2')).toMatchObject({ error: { type: 'model_not_found' } });
  });

  it('M17: loads a model at its first request, and one that rested is in use', async () => {
    for (const model of ['cold', 'resting']) {
      await ask('/v1/chat/completions', { model, messages: [{ role: 'user', content: 'hi' }] });
      expect(await stateOf(model)).toBe('loaded');
    }
  });

  it('M17: refuses a model that it does not have', async () => {
    const { error } = await ask('/api/v1/models/load', { model: 'nobody' });
    expect(error).toMatchObject({ type: 'model_not_found', param: 'model' });
  });
});

describe("LM Studio's own chat", () => {
  it('M17: is in its first form that of OpenAI, by whose SDK it is asked, with how it went', async () => {
    const baseURL = `${service.url}/api/v0`;
    const client = new OpenAI({ apiKey: 'k', baseURL, maxRetries: 0 });
    const messages = [{ role: 'user' as const, content: 'hi' }];
    const whole = await client.chat.completions.create({ model: 'cold', messages });
    expect(whole).toMatchObject({
      choices: [{ message: { content: 'Hello from mock.' } }],
      stats: { stop_reason: 'eosFound' },
      model_info: { format: 'gguf' },
    });
    let text = '';
    const stream = await client.chat.completions.create({ model: 'cold', messages, stream: true });
    for await (const { choices } of stream) text += choices[0]?.delta.content ?? '';
    expect(text).toBe('Hello from mock.');
    expect(await stateOf('cold')).toBe('loaded');
    expect((await client.models.list()).data.map(({ id }) => id)).toContain('resting');
    const { data } = await client.embeddings.create({ model: 'here', input: 'hi' });
    expect(data[0]?.embedding).toHaveLength(8);
    const lost = client.chat.completions.create({ model: 'nobody', messages });
    await expect(lost).rejects.toMatchObject({ status: 404, type: 'model_not_found' });
  });

  it('M17: has in its second form events of its own, which end with the whole', async () => {
    const said = await ask('/api/v1/chat', {
      model: 'here',
      input: 'hi',
      system_prompt: 'Be brief.',
    });
    expect(said).toMatchObject({
      model_instance_id: 'here',
      output: [{ type: 'message', content: 'Hello from mock.' }],
      stats: { input_tokens: 3, total_output_tokens: 4 },
      response_id: expect.stringMatching(/^resp_/),
    });
    const body = JSON.stringify({ model: 'here', input: 'hi', stream: true });
    const response = await fetch(`${service.url}/api/v1/chat`, { method: 'POST', body });
    const lines = (await response.text()).split('\n').filter((line) => line.startsWith('data: '));
    const events: readonly { type: string; content?: string; result?: object }[] = lines.map(
      (line) => JSON.parse(line.slice(6)),
    );
    expect(events[0]).toEqual({ type: 'chat.start', model_instance_id: 'here' });
    expect(events.map(({ content = '' }) => content).join('')).toBe('Hello from mock.');
    expect(events.at(-1)).toMatchObject({ type: 'chat.end', result: { output: said.output } });
  });

  it('M17: goes on from an answer that it has kept, and from no other', async () => {
    const { response_id } = await ask('/api/v1/chat', { model: 'here', input: 'I am Ada.' });
    const body = { model: 'here', input: 'Who?', previous_response_id: response_id };
    const longer = await ask('/api/v1/chat', body);
    expect(longer.stats.input_tokens).toBe(8);
    const { error } = await ask('/api/v1/chat', { ...body, previous_response_id: 'resp_none' });
    expect(error).toMatchObject({ type: 'invalid_request', param: 'previous_response_id' });
    expect((await ask('/api/v1/chat', { ...body, store: false })).response_id).toBeUndefined();
    expect((await ask('/api/v1/chat', { model: 'here' })).error.message).toContain('"input"');
  });
});

async function stateOf(model: string): Promise<string> {
  return (await ask(`/api/v0/models/${model}`)).state;
}

async function ask(path: string, body?: object) {
  const init = { method: 'POST', body: JSON.stringify(body) };
  const response = await fetch(service.url + path, body === undefined ? {} : init);
  return JSON.parse(await response.text());
}
