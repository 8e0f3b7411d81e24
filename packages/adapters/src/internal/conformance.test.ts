import type { Model } from '@overseer/core/spec';
import { type ModelFeature, modelConformance } from '@overseer/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anthropic } from '../anthropic/index.ts';
import { cohere } from '../cohere/index.ts';
import { google } from '../google/index.ts';
import { lmstudio } from '../lmstudio/index.ts';
import { type MockService, startMockService } from '../mock-llm/index.ts';
import { openai } from '../openai/index.ts';
import { openaiCompatible } from '../openai-compatible/index.ts';

let service: MockService;

beforeAll(async () => {
  service = await startMockService();
});
afterAll(() => service.close());

const adapters: Readonly<Record<string, (name: string) => Model>> = {
  openai: (name) => openai(name, { apiKey: 'k', baseURL: `${service.url}/v1` }),
  anthropic: (name) => anthropic(name, { apiKey: 'k', baseURL: service.url }),
  'openai-compatible': (name) => openaiCompatible(name, { baseURL: service.url }),
  google: (name) => google(name, { apiKey: 'k', baseURL: service.url }),
  cohere: (name) => cohere(name, { apiKey: 'k', baseURL: service.url }),
  lmstudio: (name) => lmstudio(name, { baseURL: service.url, verify: false }),
};

/** What a provider's wire cannot carry: Google tells of limits when one is met, and not before. */
const without: Readonly<Record<string, readonly ModelFeature[]>> = { google: ['rate'] };

describe.each(Object.entries(adapters))('the %s adapter', (adapter, create) => {
  const closedEarly = () => service.requests.filter((request) => request.closedEarly).length;
  const rules = modelConformance({ create, closedEarly, without: without[adapter] ?? [] });
  it.each(rules.map((rule) => [rule.name, rule] as const))('%s', (_name, rule) => rule.check());
});

describe('the kit itself', () => {
  it('Q1: holds more than one rule and fails a model that breaks its contract', async () => {
    const broken: Model = {
      ...openaiCompatible('m', { baseURL: service.url }),
      stream: async function* () {
        yield { type: 'part', index: 0, part: { type: 'text', text: 'Something else.' } };
      },
    };
    const rules = modelConformance({ create: () => broken });
    expect(rules.length).toBeGreaterThanOrEqual(15);
    const results = await Promise.allSettled(rules.map((rule) => rule.check()));
    expect(results.filter(({ status }) => status === 'fulfilled').length).toBeLessThan(3);
  });
});
