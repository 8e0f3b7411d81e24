import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import { generate } from '@overseer/core/plugin';
import OpenAI from 'openai';
import { afterAll, describe, expect, it } from 'vitest';
import { everyAdapter } from '../internal/every-adapter.fixture.ts';
import { startMockService } from './service.ts';

const service = await startMockService({
  scenario: {
    models: [{ id: 'm' }],
    rules: [{ name: 'no', reply: { text: 'It was', filtered: true, toolCalls: [] } }],
  },
});
const quiet = { apiKey: 'k', maxRetries: 0, logLevel: 'off' } as const;
const openai = new OpenAI({ ...quiet, baseURL: `${service.url}/v1` });
const anthropic = new Anthropic({ ...quiet, baseURL: service.url });
const google = new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: service.url } });
const messages = [{ role: 'user' as const, content: 'hi' }];
const HI = { messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }] } as const;

afterAll(() => service.close());

describe('a reply that a filter stops', () => {
  it("M17: ends in each provider's own word", async () => {
    const { choices } = await openai.chat.completions.create({ model: 'm', messages });
    expect(choices[0]).toMatchObject({
      finish_reason: 'content_filter',
      message: { content: 'It was' },
    });
    expect(await openai.responses.create({ model: 'm', input: 'hi' })).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'content_filter' },
      output_text: 'It was',
    });
    const body = { model: 'm', max_tokens: 99, messages };
    expect(await anthropic.messages.create(body)).toMatchObject({
      stop_reason: 'refusal',
      stop_details: { type: 'refusal' },
    });
    expect(await anthropic.messages.stream(body).finalMessage()).toMatchObject({
      stop_reason: 'refusal',
      stop_details: { type: 'refusal' },
    });
    const { candidates } = await google.models.generateContent({ model: 'm', contents: 'hi' });
    expect(candidates?.[0]?.finishReason).toBe('SAFETY');
  });

  const own = everyAdapter.filter(({ dialect }) => !/^(cohere|ollama)/.test(dialect));
  it.each(own)('M9 M17: is told as such by the adapter $name', async ({ create }) => {
    const { signal } = new AbortController();
    const { reason, text } = await generate(create('m', service.url), HI, { signal });
    expect({ reason, text }).toEqual({ reason: 'content-filter', text: 'It was' });
  });
});
