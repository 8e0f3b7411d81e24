import { expect, it } from 'vitest';
import { z } from 'zod';
import { type MockService, startMockService } from '../service.ts';

// As LM Studio documents its API: https://lmstudio.ai/docs/developer/rest/streaming-events, read on 2026-04-29 and the same since.
const instance = { model_instance_id: z.string() };
const provider_info = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('plugin'), plugin_id: z.string() }),
  z.strictObject({ type: z.literal('ephemeral_mcp'), server_label: z.string() }),
]);
const tool = { tool: z.string(), provider_info };
const input = z.record(z.string(), z.unknown());
const item = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('message'), content: z.string() }),
  z.strictObject({ type: z.literal('reasoning'), content: z.string() }),
  z.strictObject({ type: z.literal('tool_call'), ...tool, arguments: input, output: z.string() }),
]);
const result = z.strictObject({
  ...instance,
  output: z.array(item),
  stats: z.strictObject({
    input_tokens: z.number(),
    total_output_tokens: z.number(),
    reasoning_output_tokens: z.number(),
    tokens_per_second: z.number(),
    time_to_first_token_seconds: z.number(),
    model_load_time_seconds: z.number().optional(),
  }),
  response_id: z.string().startsWith('resp_').optional(),
});
const share = z.number().min(0).max(1);
const event = <Name extends string, Shape extends z.ZodRawShape>(name: Name, shape: Shape) =>
  z.strictObject({ type: z.literal(name), ...shape });
const documented = z.discriminatedUnion('type', [
  event('chat.start', instance),
  event('model_load.start', instance),
  event('model_load.progress', { ...instance, progress: share }),
  event('model_load.end', { ...instance, load_time_seconds: z.number() }),
  event('prompt_processing.start', {}),
  event('prompt_processing.progress', { progress: share }),
  event('prompt_processing.end', {}),
  event('reasoning.start', {}),
  event('reasoning.delta', { content: z.string() }),
  event('reasoning.end', {}),
  event('tool_call.start', tool),
  event('tool_call.arguments', { ...tool, arguments: input }),
  event('tool_call.success', { ...tool, arguments: input, output: z.string() }),
  event('message.start', {}),
  event('message.delta', { content: z.string() }),
  event('message.end', {}),
  event('error', {
    error: z.strictObject({
      type: z.enum(['invalid_request', 'unknown', 'model_not_found', 'internal_error']),
      message: z.string(),
      code: z.string().optional(),
      param: z.string().optional(),
    }),
  }),
  event('chat.end', { result }),
]);

const toolCalls = [{ name: 'get_weather', input: { city: 'Oslo' } }];
const rules = [
  {
    name: 'broken',
    model: 'broken',
    reply: { text: 'a b c d e', fault: { kind: 'midstream-error', afterTokens: 1 } },
  },
  { name: 'all', reply: { text: 'Hello there.', reasoning: 'Let me think.', toolCalls } },
] as const;
const models = [
  { id: 'here' },
  { id: 'broken' },
  { id: 'cold', state: 'not-loaded', loadMs: 40 },
] as const;

async function ask(service: MockService, body: object): Promise<Response> {
  return await fetch(`${service.url}/api/v1/chat`, { method: 'POST', body: JSON.stringify(body) });
}

async function streamed(service: MockService, model: string) {
  const response = await ask(service, { model, input: 'hi', stream: true });
  const began = performance.now();
  const told = (await response.text()).trim().split('\n\n');
  const tookMs = performance.now() - began;
  const events = told.map((text) => {
    const [, name, data = ''] = /^event: (\S+)\ndata: (.*)$/s.exec(text) ?? [];
    const parsed = documented.parse(JSON.parse(data));
    expect(parsed.type).toBe(name);
    return parsed;
  });
  return { events, tookMs, types: [...new Set(events.map(({ type }) => type))] };
}

it('M17: every event of LM Studio is one that its documentation names, in its order', async () => {
  await using service = await startMockService({ scenario: { models, rules } });
  const said = [
    'prompt_processing.start',
    'prompt_processing.progress',
    'prompt_processing.end',
    'reasoning.start',
    'reasoning.delta',
    'reasoning.end',
    'tool_call.start',
    'tool_call.arguments',
    'tool_call.success',
    'message.start',
    'message.delta',
    'message.end',
    'chat.end',
  ];
  const here = await streamed(service, 'here');
  expect(here.types).toEqual(['chat.start', ...said]);
  const cold = await streamed(service, 'cold');
  const loads = ['model_load.start', 'model_load.progress', 'model_load.end'];
  expect(cold.types).toEqual(['chat.start', ...loads, ...said]);
  expect(cold.tookMs).toBeGreaterThan(20);
  expect(cold.events.find(({ type }) => type === 'model_load.end')).toMatchObject({
    load_time_seconds: 0.04,
  });
  const end = cold.events.at(-1);
  expect(end?.type === 'chat.end' && end.result.stats.model_load_time_seconds).toBe(0.04);
  expect((await streamed(service, 'broken')).types.slice(-2)).toEqual(['error', 'chat.end']);
  const whole = await (await ask(service, { model: 'here', input: 'hi' })).json();
  expect(result.parse(whole).output.map(({ type }) => type)).toEqual([
    'reasoning',
    'tool_call',
    'message',
  ]);
});

it('M17: LM Studio takes texts and images as input, and nothing else', async () => {
  await using service = await startMockService({ scenario: { models, rules } });
  const image = { type: 'image', data_url: 'data:image/png;base64,aGk=' };
  const asked = async (...input: readonly object[]) =>
    (await ask(service, { model: 'here', input })).status;
  expect(await asked({ type: 'text', content: 'hi' }, image)).toBe(200);
  expect(await asked({ type: 'message', content: 'hi' })).toBe(200);
  expect(await asked({ type: 'input_text', text: 'hi' })).toBe(400);
  expect(await asked({ ...image, data_url: 'https://example.org/a.png' })).toBe(400);
});
