import type { Model } from '@overseer/core/spec';
import { type ModelFeature, modelConformance } from '@overseer/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anthropic } from '../anthropic/index.ts';
import { cohere } from '../cohere/index.ts';
import { google } from '../google/index.ts';
import { lmstudio } from '../lmstudio/index.ts';
import { builtInModel, builtInReply } from '../mock-llm/built-in.ts';
import { type MockService, startMockService } from '../mock-llm/index.ts';
import { ollama } from '../ollama/index.ts';
import { openai } from '../openai/index.ts';
import { openaiCompatible } from '../openai-compatible/index.ts';

/** Every model of the rules, listed, so that adapters can look it up first. */
const LISTED = [
  ...['m', 'm-tool', 'm-think', 'm-slow', 'm-cache', 'trunc', 'midstream', 'cut', 'malformed'],
  ...[400, 401, 403, 404, 413, '429-2', 500, 503, 529].map((status) => `err-${status}`),
];

let service: MockService;
let listing: MockService;

beforeAll(async () => {
  service = await startMockService();
  const rules = [{ name: 'by name', reply: builtInReply }];
  listing = await startMockService({ scenario: { models: LISTED.map(builtInModel), rules } });
});
afterAll(() => Promise.all([service.close(), listing.close()]));

interface Subject {
  readonly create: (name: string) => Model;
  readonly without?: readonly ModelFeature[];
}

const NO_COUNTS: readonly ModelFeature[] = ['cache', 'rate'];

const adapters: Readonly<Record<string, Subject>> = {
  openai: { create: (name) => openai(name, { apiKey: 'k', baseURL: `${service.url}/v1` }) },
  'openai, responses': {
    create: (name) => openai(name, { apiKey: 'k', baseURL: `${service.url}/v1`, api: 'responses' }),
  },
  'openai-compatible, responses': {
    create: (name) => openaiCompatible(name, { baseURL: service.url, api: 'responses' }),
  },
  anthropic: { create: (name) => anthropic(name, { apiKey: 'k', baseURL: service.url }) },
  'openai-compatible': { create: (name) => openaiCompatible(name, { baseURL: service.url }) },
  // Google tells of limits when one is met, and not before.
  google: {
    create: (name) => google(name, { apiKey: 'k', baseURL: service.url }),
    without: ['rate'],
  },
  cohere: { create: (name) => cohere(name, { apiKey: 'k', baseURL: service.url }) },
  lmstudio: { create: (name) => lmstudio(name, { baseURL: service.url, verify: false }) },
  'lmstudio, verified': { create: (name) => lmstudio(name, { baseURL: listing.url }) },
  ollama: {
    create: (name) => ollama(name, { baseURL: service.url, verify: false }),
    without: NO_COUNTS,
  },
  'ollama, verified': {
    create: (name) => ollama(name, { baseURL: listing.url }),
    without: NO_COUNTS,
  },
};

describe.each(Object.entries(adapters))('the %s adapter', (_, { create, without = [] }) => {
  const closedEarly = () =>
    [service, listing].flatMap(({ requests }) => requests.filter((one) => one.closedEarly)).length;
  it.each(
    modelConformance({ create, closedEarly, without }).map((rule) => [rule.name, rule] as const),
  )('%s', (_name, rule) => rule.check());
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
