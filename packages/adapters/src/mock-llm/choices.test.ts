import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import { afterAll, describe, expect, it } from 'vitest';
import { startMockService } from './service.ts';

const service = await startMockService();
const quiet = { apiKey: 'k', maxRetries: 0, logLevel: 'off' } as const;
const openai = new OpenAI({ ...quiet, baseURL: `${service.url}/v1` });
const google = new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: service.url } });
const messages = [{ role: 'user' as const, content: 'What is new?' }];
const HELLO = 'Hello from mock.';

afterAll(() => service.close());

describe('several choices of one reply', () => {
  it('M17: come in one completion, and all of them are counted', async () => {
    const { choices, usage } = await openai.chat.completions.create({
      model: 'm-tool',
      messages,
      n: 3,
    });
    expect(choices.map(({ index, message }) => [index, message.tool_calls?.length])).toEqual([
      [0, 1],
      [1, 1],
      [2, 1],
    ]);
    const ids = choices.flatMap(({ message }) => message.tool_calls ?? []).map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
    const one = await openai.chat.completions.create({ model: 'm-tool', messages });
    expect(usage?.completion_tokens).toBe(3 * (one.usage?.completion_tokens ?? 0));
    expect(usage?.prompt_tokens).toBe(one.usage?.prompt_tokens);
  });

  it('M17: come side by side in one stream, each whole and with an end of its own', async () => {
    const stream = openai.chat.completions.stream({ model: 'm', messages, n: 2 });
    const order: number[] = [];
    for await (const { choices } of stream) order.push(choices[0]?.index ?? -1);
    expect(order.slice(0, 4)).toEqual([0, 1, 0, 1]);
    const { choices } = await stream.finalChatCompletion();
    expect(choices.map(({ message }) => message.content)).toEqual([HELLO, HELLO]);
    expect(choices.map(({ finish_reason }) => finish_reason)).toEqual(['stop', 'stop']);
  });

  it.each([0, 129, 1.5])('M17: cannot be %d', async (n) => {
    const asked = openai.chat.completions.create({ model: 'm', messages, n });
    await expect(asked).rejects.toMatchObject({ status: 400, param: 'n' });
  });

  it("M17: are Google's candidates", async () => {
    const config = { candidateCount: 2 };
    const asked = { model: 'm', contents: 'What is new?', config };
    const { candidates, usageMetadata } = await google.models.generateContent(asked);
    expect(candidates?.map(({ index }) => index)).toEqual([0, 1]);
    expect(candidates?.map(({ content }) => content?.parts?.[0]?.text)).toEqual([HELLO, HELLO]);
    expect(usageMetadata?.candidatesTokenCount).toBe(8);
    const texts = ['', ''];
    for await (const piece of await google.models.generateContentStream(asked)) {
      for (const { index = 0, content } of piece.candidates ?? [])
        texts[index] += content?.parts?.[0]?.text ?? '';
    }
    expect(texts).toEqual([HELLO, HELLO]);
    const many = { ...asked, config: { candidateCount: 9 } };
    await expect(google.models.generateContent(many)).rejects.toMatchObject({ status: 400 });
  });
});
