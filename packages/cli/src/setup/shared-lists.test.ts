import { anthropic } from '@overseer/adapters/anthropic';
import { cohere } from '@overseer/adapters/cohere';
import { google } from '@overseer/adapters/google';
import { startMockService } from '@overseer/adapters/mock-llm';
import { openai } from '@overseer/adapters/openai';
import { createOverseer } from '@overseer/core';
import type { Model } from '@overseer/core/spec';
import { afterEach, describe, expect, it, vi } from 'vitest';

interface Provider {
  readonly create: (id: string, options?: { readonly baseURL?: string }) => Model;
  readonly key: string;
  readonly base: string;
  readonly path: string;
  readonly own: string;
}

const providers: Readonly<Record<string, Provider>> = {
  openai: {
    create: openai,
    key: 'OPENAI_API_KEY',
    base: 'OPENAI_BASE_URL',
    path: '/v1',
    own: 'https://api.openai.com',
  },
  'openai, by the variable of other tools': {
    create: openai,
    key: 'OPENAI_API_KEY',
    base: 'OPENAI_API_BASE',
    path: '/v1',
    own: 'https://api.openai.com',
  },
  anthropic: {
    create: anthropic,
    key: 'ANTHROPIC_API_KEY',
    base: 'ANTHROPIC_BASE_URL',
    path: '',
    own: 'https://api.anthropic.com',
  },
  google: {
    create: google,
    key: 'GOOGLE_API_KEY',
    base: 'GOOGLE_GEMINI_BASE_URL',
    path: '',
    own: 'https://generativelanguage.googleapis.com',
  },
  cohere: {
    create: cohere,
    key: 'CO_API_KEY',
    base: 'CO_API_URL',
    path: '',
    own: 'https://api.cohere.com',
  },
};

afterEach(() => vi.unstubAllEnvs());

describe.each(Object.entries(providers))('models of %s', (_, { create, key, base, path, own }) => {
  it('M4: of one server and key ask for one list, wherever its address is said', async () => {
    const ids = ['first', 'second', 'third'];
    const scenario = { models: ids.map((id) => ({ id })), rules: [] };
    await using service = await startMockService({ scenario });
    vi.stubEnv(key, 'k');
    vi.stubEnv(base, `${service.url}${path}`);
    const models = Object.fromEntries(ids.map((id) => [id, { model: create(id) }]));
    await using overseer = await createOverseer({ overseer: 'first', models, verifyModels: true });
    const tasks = ids.map((id) => ({ instruction: `Ask ${id}.`, model: id }));
    const { status } = await overseer.run({ tasks }).result;
    expect(status).toBe('completed');
    expect(service.requests.filter(({ method }) => method === 'GET')).toHaveLength(1);
  });

  it('M4: say where they are served', () => {
    vi.stubEnv(key, '');
    vi.stubEnv(base, '');
    expect(create('m').info.server).toBe(own);
    expect(create('m', { baseURL: 'https://here.test/v1' }).info.server).toBe('https://here.test');
  });
});
