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

async function stateOf(model: string): Promise<string> {
  return (await ask(`/api/v0/models/${model}`)).state;
}

async function ask(path: string, body?: object) {
  const init = { method: 'POST', body: JSON.stringify(body) };
  const response = await fetch(service.url + path, body === undefined ? {} : init);
  return JSON.parse(await response.text());
}
