import { type MockRule, type MockService, startMockService } from '@overseer/adapters/mock-llm';
import { ollama } from '@overseer/adapters/ollama';
import { openai } from '@overseer/adapters/openai';
import { createOverseer } from '@overseer/core';
import type { Model, Tool } from '@overseer/core/spec';
import { describe, expect, it } from 'vitest';

/** Looks twice, and then says so; thinks before each. */
const looking: MockRule = {
  name: 'look',
  reply: ({ messages, tools }) => {
    const looks = messages.filter(({ toolResults }) => toolResults.length > 0).length;
    const [name] = tools;
    return looks < 2 && name !== undefined
      ? { reasoning: 'Let me look.', toolCalls: [{ name, input: { place: `place ${looks}` } }] }
      : { text: 'Looked.' };
  },
};

const look: Tool<{ place: string }> = {
  spec: 'tool/1',
  description: 'Looks at a place.',
  input: {
    jsonSchema: { type: 'object', properties: { place: { type: 'string' } } },
    parse: (value) => ({ ok: true, value: value as { place: string } }),
  },
  permissions: [],
  effect: 'none',
  timeoutMs: 1000,
  execute: async ({ place }) => ({ seen: place }),
};

/** The bodies of the calls that an attempt with a tool makes. */
async function bodiesOf(service: MockService, model: Model): Promise<readonly unknown[]> {
  const options = { tools: { look }, roles: { worker: { text: 'Work.', tools: ['look'] } } };
  await using overseer = await createOverseer({
    overseer: 'm',
    models: { m: { model } },
    ...options,
  });
  const { output } = await overseer.run({ tasks: [{ instruction: 'Look.' }] }).result;
  expect(output).toBe('Looked.');
  return service.requests.filter(({ model }) => model !== undefined).map(({ body }) => body);
}

describe('what the pages of the providers say, under the kernel', () => {
  it('M6 M9: OpenAI is sent only what is new in the turns of an attempt', async () => {
    await using service = await startMockService({
      scenario: { models: [{ id: 'm' }], rules: [looking] },
    });
    const options = { apiKey: 'k', baseURL: `${service.url}/v1`, api: 'responses' } as const;
    const bodies = await bodiesOf(service, openai('m', options));
    expect(bodies).toHaveLength(3);
    expect(bodies.slice(1)).toMatchObject([
      {
        previous_response_id: 'resp_1',
        input: [{ type: 'function_call_output', output: '{"seen":"place 0"}' }],
      },
      {
        previous_response_id: 'resp_2',
        input: [{ type: 'function_call_output', output: '{"seen":"place 1"}' }],
      },
    ]);
  });

  it('M9: Ollama gets back what it thought, beside its calls', async () => {
    await using service = await startMockService({
      scenario: { models: [{ id: 'm' }], rules: [looking] },
    });
    const bodies = await bodiesOf(service, ollama('m', { baseURL: service.url }));
    const call = { function: { name: 'look', arguments: { place: 'place 0' } } };
    expect(bodies.at(-1)).toMatchObject({
      messages: [
        { role: 'system' },
        { role: 'user' },
        { role: 'assistant', thinking: 'Let me look.', tool_calls: [call] },
        { role: 'tool', tool_name: 'look', content: '{"seen":"place 0"}' },
        { role: 'assistant' },
        { role: 'tool' },
      ],
    });
  });

  it('M12: a prompt that no window of one model holds goes to another', async () => {
    const models = [{ id: 'small', contextWindow: 4096 }, { id: 'large' }];
    await using service = await startMockService({ scenario: { models, rules: [] } });
    const team = Object.fromEntries(
      models.map(({ id }) => [id, { model: ollama(id, { baseURL: service.url }) }]),
    );
    await using overseer = await createOverseer({ overseer: 'small', models: team });
    const instruction = `Count these: ${'word '.repeat(8000)}`;
    const { status, output } = await overseer.run({ tasks: [{ instruction }] }).result;
    expect([status, output]).toEqual(['completed', 'Hello from mock.']);
    expect(Object.keys(service.counts())).toEqual(['large']);
  });
});
