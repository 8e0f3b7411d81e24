import { modelConformance } from '@overseer/core/testing';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { type MockService, startMockService } from '../mock-llm/index.ts';
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
