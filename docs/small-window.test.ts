import { type MockRequest, type MockService, startMockService } from '@overseer/adapters/mock-llm';
import { createOverseer } from '@overseer/core';
import { toolSchema } from '@overseer/core/plugin';
import type { Tool } from '@overseer/core/spec';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { everyAdapter } from '../packages/adapters/src/internal/every-adapter.fixture.ts';
import { refusalsOf } from '../packages/adapters/src/internal/strict-wire.fixture.ts';

const WINDOW = 3_000;
const CITIES = ['Oslo', 'Rome'];

const read: Tool = {
  spec: 'tool/1',
  description: 'Reads about a city.',
  input: toolSchema(z.object({ city: z.string() })),
  permissions: [],
  effect: 'none',
  timeoutMs: 1_000,
  execute: async (input) => `${(input as { readonly city: string }).city} is a city. `.repeat(400),
};

const resultsIn = ({ messages }: Pick<MockRequest, 'messages'>): number =>
  messages.reduce((sum, { toolResults }) => sum + toolResults.length, 0);

let service: MockService;
beforeAll(async () => {
  service = await startMockService({
    scenario: {
      models: [{ id: 'm', contextWindow: WINDOW }],
      rules: [
        ...CITIES.map((city, nth) => ({
          name: city,
          when: (request: MockRequest) => resultsIn(request) === nth,
          reply: { toolCalls: [{ name: 'read', input: { city } }] },
        })),
        { name: 'end', reply: { text: 'Both are cities.' } },
      ],
    },
  });
});
afterAll(() => service.close());

describe.each(everyAdapter)('a conversation that is longer than the window of $name', (one) => {
  it('M10 R9: loses the oldest results of tools and goes on', async () => {
    const before = service.requests.length;
    await using overseer = await createOverseer({
      overseer: 'm',
      models: { m: { model: one.create('m', service.url) } },
      tools: { read },
      roles: { worker: { text: 'Work.', tools: ['read'] } },
    });
    const { status, reason, output } = await overseer.run({
      tasks: [{ instruction: 'Read about Oslo and Rome.' }],
    }).result;
    expect([status, output], reason).toEqual(['completed', 'Both are cities.']);
    const asked = service.requests.slice(before);
    expect(asked.map(({ status: code }) => code === 200)).toEqual([true, true, false, true]);
    // The service counts, and has taken the last.
    const last = asked[3]?.body;
    const sent = JSON.stringify(last);
    expect(sent).toContain('characters left out');
    expect(sent).toContain('Rome is a city.');
    expect(refusalsOf(one.dialect, last)).toEqual([]);
  });
});
