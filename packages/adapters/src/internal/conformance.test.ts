import type { Model } from '@overseer/core/spec';
import { modelConformance } from '@overseer/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MockService, startMockService } from '../mock-llm/index.ts';
import { openaiCompatible } from '../openai-compatible/index.ts';
import { everyAdapter } from './every-adapter.fixture.ts';

let service: MockService;

beforeAll(async () => {
  service = await startMockService();
});
afterAll(() => service.close());

describe.each(everyAdapter)('the adapter $name', ({ create, without = [] }) => {
  const closedEarly = () => service.requests.filter((request) => request.closedEarly).length;
  const rules = modelConformance({
    create: (name) => create(name, service.url),
    closedEarly,
    without,
  });
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
