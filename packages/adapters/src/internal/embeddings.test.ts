import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { cohereEmbedding } from '../cohere/index.ts';
import { googleEmbedding } from '../google/index.ts';
import { type MockService, startMockService } from '../mock-llm/index.ts';

let service: MockService;
beforeAll(async () => {
  service = await startMockService();
});
afterAll(() => service.close());
beforeEach(() => {
  for (const name of ['GOOGLE_API_KEY', 'GEMINI_API_KEY', 'CO_API_KEY', 'COHERE_API_KEY'])
    vi.stubEnv(name, '');
});
afterEach(() => vi.unstubAllEnvs());

const makers = { google: googleEmbedding, cohere: cohereEmbedding };

describe.each(Object.entries(makers))('vectors by %s', (_, make) => {
  it('M6: are the same for the same text, of the length that is asked for', async () => {
    const options = { apiKey: 'k', baseURL: service.url };
    const embed = make('m', options);
    const vector = await embed('Hello');
    expect(vector).toHaveLength(8);
    expect(await embed('Hello')).toEqual(vector);
    expect(await embed('Goodbye')).not.toEqual(vector);
    expect(await make('m', { ...options, dimensions: 3 })('Hello')).toHaveLength(3);
  });

  it('M6 M18: fail as calls do', async () => {
    const options = { apiKey: 'k', baseURL: service.url };
    await expect(make('err-401', options)('Hello')).rejects.toMatchObject({ kind: 'auth' });
    await expect(make('m', { baseURL: service.url })('Hello')).rejects.toMatchObject({
      kind: 'auth',
      message: expect.stringContaining('API_KEY'),
    });
    const late = make('stall', { ...options, timeoutMs: 1 });
    await expect(late('Hello')).rejects.toMatchObject({ kind: 'timeout' });
  });
});
