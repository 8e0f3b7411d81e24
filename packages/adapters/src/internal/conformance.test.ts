import { modelConformance } from '@overseer/core/testing';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { builtInModel, builtInReply } from '../mock-llm/built-in.ts';
import { type MockService, startMockService } from '../mock-llm/index.ts';
import { everyAdapter, verifyingAdapters } from './every-adapter.fixture.ts';

/** Every model of the rules, listed, so that adapters can look it up first. */
const LISTED = [
  ...['m', 'm-tool', 'm-tools', 'm-unicode', 'm-think', 'm-slow', 'm-large', 'm-cache'],
  ...['trunc', 'midstream', 'cut', 'malformed'],
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

const subjects = [
  ...everyAdapter.map((adapter) => ({ ...adapter, urlOf: () => service.url })),
  ...verifyingAdapters.map((adapter) => ({ ...adapter, urlOf: () => listing.url })),
];

describe.each(subjects)('the adapter $name', ({ create, urlOf, without = [] }) => {
  const closedEarly = () =>
    [service, listing].flatMap(({ requests }) => requests.filter((one) => one.closedEarly)).length;
  const rules = modelConformance({
    create: (name) => create(name, urlOf()),
    closedEarly,
    without,
  });
  it.each(rules.map((rule) => [rule.name, rule] as const))('%s', (_name, rule) => rule.check());
});
