import { generate } from '@overseer/core/plugin';
import { expect, it } from 'vitest';
import { mockFetch } from '../mock-llm/index.ts';
import { openaiCompatible } from '../openai-compatible/index.ts';
import { schemaName } from './openai-request.ts';

it.each([
  ['plan', 'plan'],
  ['a plan: größe', 'a_plan__gr__e'],
  ['x'.repeat(70), 'x'.repeat(64)],
  ['', 'output'],
  [undefined, 'output'],
])('M9: a schema named %j is sent under a name that OpenAI takes', async (name, sent) => {
  expect(schemaName(name)).toBe(sent);
  const mock = mockFetch();
  const output = { type: 'json', schema: { type: 'object' }, ...(name && { name }) } as const;
  const messages = [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }] as const;
  for (const api of ['chat', 'responses'] as const) {
    using model = openaiCompatible('m', { baseURL: 'http://mock', api });
    const ctx = { signal: AbortSignal.timeout(5_000), fetch: mock.fetch };
    await generate(model, { messages, output }, ctx);
    expect(JSON.stringify(mock.requests.at(-1)?.body)).toContain(`"name":"${sent}"`);
  }
});
