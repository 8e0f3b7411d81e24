import { GoogleGenAI } from '@google/genai';
import { CohereClientV2 } from 'cohere-ai';
import { Ollama } from 'ollama';
import OpenAI from 'openai';
import { afterAll, describe, expect, it } from 'vitest';
import { startMockService } from './service.ts';

const service = await startMockService();
const quiet = { apiKey: 'k', maxRetries: 0, logLevel: 'off' } as const;
const openai = new OpenAI({ ...quiet, baseURL: `${service.url}/v1` });
const google = new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: service.url } });
const cohere = new CohereClientV2({ token: 'k', environment: service.url, maxRetries: 0 });
const ollama = new Ollama({ host: service.url });
const messages = [{ role: 'user' as const, content: 'What is new?' }];
const PIECES = ['Hell', 'o fr', 'om m', 'ock.'];

afterAll(() => service.close());

/** Every chance is one, the likeliest first, and what was said is the likeliest. */
function areChances(tokens: readonly { logprob: number; top?: readonly { logprob: number }[] }[]) {
  for (const { logprob, top = [] } of tokens) {
    const chances = top.map((one) => one.logprob);
    expect(logprob).toBeLessThanOrEqual(0);
    expect(chances).toEqual([...chances].sort((a, b) => b - a));
    expect(chances[0] ?? logprob).toBe(logprob);
    expect(chances.reduce((sum, one) => sum + Math.exp(one), 0)).toBeLessThanOrEqual(1);
  }
}

describe('the chances of tokens', () => {
  const asked = { model: 'm', messages, logprobs: true, top_logprobs: 2 };

  it('M17: come with a completion that asks for them, the same each time', async () => {
    const { choices } = await openai.chat.completions.create(asked);
    const { content = null } = choices[0]?.logprobs ?? {};
    expect(content?.map(({ token }) => token)).toEqual(PIECES);
    expect(content?.[0]?.bytes).toEqual([...Buffer.from('Hell')]);
    expect(content?.every(({ top_logprobs }) => top_logprobs.length === 2)).toBe(true);
    areChances((content ?? []).map((one) => ({ ...one, top: one.top_logprobs })));
    const again = await openai.chat.completions.create({ ...asked, seed: 7 });
    expect(again.choices[0]?.logprobs).toEqual(choices[0]?.logprobs);
    expect(again.system_fingerprint).toMatch(/^fp_/);
    const plain = await openai.chat.completions.create({ model: 'm', messages });
    expect(plain.choices[0]?.logprobs).toBeNull();
  });

  it('M17: come with the pieces of a stream', async () => {
    const stream = openai.chat.completions.stream(asked);
    const { choices } = await stream.finalChatCompletion();
    const whole = await openai.chat.completions.create(asked);
    expect(choices[0]?.logprobs?.content).toEqual(whole.choices[0]?.logprobs?.content);
  });

  it('M17: are refused where only their number is told, or too many are asked for', async () => {
    const { logprobs: _, ...lone } = asked;
    for (const body of [lone, { ...asked, top_logprobs: 21 }]) {
      await expect(openai.chat.completions.create(body)).rejects.toMatchObject({
        status: 400,
        param: 'top_logprobs',
      });
    }
  });

  it('M17: come with a response that includes them, whole and streamed', async () => {
    const include = ['message.output_text.logprobs' as const];
    const body = { model: 'm', input: 'What is new?', include, top_logprobs: 2 };
    const whole = await openai.responses.create(body);
    const chances = (response: OpenAI.Responses.Response) => {
      const [message] = response.output.filter((item) => item.type === 'message');
      const [text] = message?.content.filter((part) => part.type === 'output_text') ?? [];
      return text?.logprobs ?? [];
    };
    expect(chances(whole).map(({ token }) => token)).toEqual(PIECES);
    areChances(chances(whole).map((one) => ({ ...one, top: one.top_logprobs })));
    const streamed: string[] = [];
    const stream = openai.responses.stream(body);
    for await (const event of stream)
      if (event.type === 'response.output_text.delta')
        streamed.push(...event.logprobs.map(({ token }) => token));
    expect(streamed).toEqual(PIECES);
    expect(chances(await stream.finalResponse())).toEqual(chances(whole));
    const plain = await openai.responses.create({ model: 'm', input: 'What is new?' });
    expect(chances(plain)).toEqual([]);
  });

  it("M17: come with Google's candidates", async () => {
    const { candidates } = await google.models.generateContent({
      model: 'm',
      contents: 'What is new?',
      config: { responseLogprobs: true, logprobs: 2 },
    });
    const { logprobsResult, avgLogprobs } = candidates?.[0] ?? {};
    const { chosenCandidates = [], topCandidates = [] } = logprobsResult ?? {};
    expect(chosenCandidates.map(({ token }) => token)).toEqual(PIECES);
    expect(topCandidates.map(({ candidates: top }) => top?.length)).toEqual([2, 2, 2, 2]);
    areChances(
      chosenCandidates.map(({ logProbability = 1 }, at) => ({
        logprob: logProbability,
        top: (topCandidates[at]?.candidates ?? []).map((one) => ({
          logprob: one.logProbability ?? 1,
        })),
      })),
    );
    const sum = chosenCandidates.reduce((all, one) => all + (one.logProbability ?? 0), 0);
    expect(avgLogprobs).toBeCloseTo(sum / 4);
    const lone = { model: 'm', contents: 'hi', config: { logprobs: 2 } };
    await expect(google.models.generateContent(lone)).rejects.toMatchObject({ status: 400 });
  });

  it("M17: come with Cohere's chat, whole and streamed", async () => {
    const body = { model: 'm', messages, logprobs: true };
    const { logprobs = [] } = await cohere.chat(body);
    expect(logprobs.map(({ text }) => text)).toEqual(PIECES);
    areChances(logprobs.map(({ logprobs: [logprob = 1] = [] }) => ({ logprob })));
    const streamed: unknown[] = [];
    for await (const event of await cohere.chatStream(body))
      if (event.type === 'content-delta') streamed.push(event.logprobs);
    expect(streamed).toEqual(logprobs);
    expect(await cohere.chat({ model: 'm', messages })).not.toHaveProperty('logprobs');
  });

  it("M17: come with Ollama's replies, whole and streamed", async () => {
    const ask = { model: 'm', logprobs: true, top_logprobs: 2 };
    const { logprobs = [] } = await ollama.chat({ ...ask, messages });
    expect(logprobs.map(({ token }) => token)).toEqual(PIECES);
    areChances(logprobs.map((one) => ({ ...one, top: one.top_logprobs ?? [] })));
    const streamed: unknown[] = [];
    for await (const line of await ollama.generate({ ...ask, prompt: 'hi', stream: true }))
      streamed.push(...(line.logprobs ?? []));
    expect(streamed).toEqual(logprobs);
    const many = { ...ask, messages, top_logprobs: 21 };
    await expect(ollama.chat(many)).rejects.toMatchObject({ status_code: 400 });
  });
});
