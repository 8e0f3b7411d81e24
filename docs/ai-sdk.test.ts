import { toAiSdk } from '@overseer/adapters/ai-sdk';
import { createOverseer, overseerAsModel } from '@overseer/core';
import { fakeModel } from '@overseer/core/testing';
import { generateText, jsonSchema, Output, streamText } from 'ai';
import { describe, expect, it } from 'vitest';

describe('a whole overseer as a model of the AI SDK', () => {
  const budget = { tokens: 50_000, usd: 0.1 };

  it('M8 K11: answers generateText and streamText, with usage and structured output', async () => {
    const worker = fakeModel({
      info: { price: { input: 1, output: 1 } },
      reply: () => ({
        text: '{"answer":42}',
        usage: { input: { total: 100 }, output: { total: 20 } },
      }),
    });
    await using overseer = await createOverseer({
      overseer: 'worker',
      models: { worker: { model: worker } },
    });
    const model = toAiSdk(overseerAsModel(overseer, { as: 'task', budget }));
    const schema = jsonSchema<{ answer: number }>({
      type: 'object',
      properties: { answer: { type: 'number' } },
      required: ['answer'],
    });
    const whole = await generateText({
      model,
      prompt: 'What is the answer?',
      output: Output.object({ schema }),
    });
    expect(whole.output).toEqual({ answer: 42 });
    expect(whole.usage).toMatchObject({ inputTokens: 100, outputTokens: 20 });
    const streamed = streamText({ model, prompt: 'What is the answer, again?' });
    expect(await streamed.text).toBe('{"answer":42}');
    expect(await streamed.finishReason).toBe('stop');
  });

  it('M8 K11: takes the results of the tools of the AI SDK as words', async () => {
    const worker = fakeModel({
      info: { price: { input: 1, output: 1 } },
      reply: (request) => ({
        text: JSON.stringify(request.messages).includes('7 degrees') ? 'Cold.' : 'No.',
      }),
    });
    await using overseer = await createOverseer({
      overseer: 'worker',
      models: { worker: { model: worker } },
    });
    const { text } = await generateText({
      model: toAiSdk(overseerAsModel(overseer, { as: 'task', budget })),
      messages: [
        { role: 'user', content: 'How is the weather?' },
        {
          role: 'assistant',
          content: [{ type: 'tool-call', toolCallId: 'c1', toolName: 'get_weather', input: {} }],
        },
        {
          role: 'tool',
          content: [
            {
              type: 'tool-result',
              toolCallId: 'c1',
              toolName: 'get_weather',
              output: { type: 'text', value: '7 degrees' },
            },
          ],
        },
      ],
    });
    expect(text).toBe('Cold.');
  });
});
