import { describe, expect, it } from 'vitest';
import { keyring } from '../credentials/index.ts';
import { startMockService } from '../mock-llm/index.ts';
import { openaiCompatible } from '../openai-compatible/index.ts';
import { discover } from './discover.ts';

const scenario = {
  models: [{ id: 'large' }, { id: 'small', state: 'not-loaded' as const }],
  rules: [],
};

describe('discover', () => {
  it('M3: asks a server which models it has, with and without /v1, on every wire', async () => {
    await using service = await startMockService({ scenario });
    const bases = [service.url, `${service.url}/v1`, `${service.url}/v1/`];
    for (const baseURL of bases) {
      const { server, models } = await discover({ baseURL });
      expect(server).toBe(service.url);
      expect(models).toMatchObject([
        { id: 'large', state: 'ready' },
        { id: 'small', state: 'cold' },
      ]);
    }
    for (const kind of ['ollama', 'openai-compatible'] as const) {
      const { models } = await discover({ kind, baseURL: service.url });
      expect(models.map(({ id }) => id.replace(/:latest$/, '')).sort()).toEqual(['large', 'small']);
    }
    for (const kind of ['openai', 'anthropic', 'google', 'cohere'] as const) {
      for (const baseURL of bases) {
        const { models } = await discover({ kind, baseURL, apiKey: keyring(['key-of-discover']) });
        expect(models.map(({ id }) => id).sort(), `${kind} ${baseURL}`).toEqual(['large', 'small']);
      }
    }
    for (const none of [null, 'http://127.0.0.1:1', 5]) {
      await expect(discover(none as never)).rejects.toMatchObject({ code: 'config.model-option' });
    }
    const { models } = await discover(openaiCompatible('any', { baseURL: service.url }));
    expect(models).toHaveLength(2);
  });

  it('M3: without an address it is LM Studio where that is by itself', async () => {
    const asked: string[] = [];
    const fetch: typeof globalThis.fetch = async (input) => {
      asked.push(String(input instanceof Request ? input.url : input));
      return Response.json({ models: [{ key: 'one', type: 'llm', loaded_instances: [] }] });
    };
    expect(await discover({ fetch })).toMatchObject({
      server: 'http://127.0.0.1:1234',
      models: [{ id: 'one', state: 'cold' }],
    });
    expect(asked).toEqual(['http://127.0.0.1:1234/api/v1/models']);
  });

  it('M3: a server that is not there, or does not answer in time, is an error of the model', async () => {
    await expect(discover({ baseURL: 'http://127.0.0.1:1' })).rejects.toMatchObject({
      code: 'model.network',
    });
    const fetch: typeof globalThis.fetch = (_, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason));
      });
    await expect(discover({ fetch, timeoutMs: 20 })).rejects.toMatchObject({
      code: expect.stringMatching(/^model\.(timeout|aborted)$/),
    });
    await expect(discover({ baseURL: 'there' })).rejects.toMatchObject({ code: 'config.base-url' });
  });
});
