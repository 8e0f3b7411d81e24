import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import type { LanguageModelV4, LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { generate } from '@overseer/core/plugin';
import type { Message, ModelRequest, Part } from '@overseer/core/spec';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MockService, startMockService } from '../mock-llm/index.ts';
import { fromAiSdk } from './from-ai-sdk.ts';

let service: MockService;
beforeAll(async () => {
  service = await startMockService();
});
afterAll(() => service.close());

const ctx = (): { readonly signal: AbortSignal } => ({ signal: AbortSignal.timeout(5_000) });
const says = (role: Message['role'], text: string): Message => {
  return { role, parts: [{ type: 'text', text }] };
};
const LATE: ModelRequest = {
  messages: [says('system', 'first'), says('user', 'hi'), says('system', 'late')],
};

/** A provider that refuses calls before it sends them, as Google's does with what the system says later. */
function refusing(isTaken: (options: LanguageModelV4CallOptions) => boolean): {
  readonly model: LanguageModelV4;
  readonly calls: LanguageModelV4CallOptions[];
} {
  const calls: LanguageModelV4CallOptions[] = [];
  const doStream: LanguageModelV4['doStream'] = async (options) => {
    calls.push(options);
    if (!isTaken(options))
      throw Object.assign(new Error('not supported'), { name: 'AI_UnsupportedFunctionalityError' });
    const usage = { inputTokens: { total: 1 }, outputTokens: { total: 1 } };
    const end = { type: 'finish', finishReason: { unified: 'stop', raw: 'stop' }, usage };
    return { stream: ReadableStream.from([end]) as unknown as ReadableStream };
  };
  const doGenerate = (): Promise<never> => Promise.reject(new Error('no'));
  const names = { provider: 'acme.chat', modelId: 'm', supportedUrls: {} };
  return { model: { specificationVersion: 'v4', ...names, doStream, doGenerate }, calls };
}

describe('a call that a provider of the AI SDK does not take as it is', () => {
  const file: Part = { type: 'file', mediaType: 'text/csv', data: btoa('a;b'), name: 'a.csv' };
  const ask: ModelRequest = { messages: [{ role: 'user', parts: [file] }] };

  it('M9: has its files of text written out, with a warning, and is sent once', async () => {
    const provider = createOpenAI({ apiKey: 'k', baseURL: `${service.url}/v1` });
    const before = service.requests.length;
    const { warnings } = await generate(fromAiSdk(provider.chat('m')), ask, ctx());
    expect(warnings).toEqual([
      {
        kind: 'adjusted',
        what: 'file',
        detail: 'openai.chat does not take a.csv (text/csv) as a file; it is written out',
      },
    ]);
    expect(service.requests.slice(before).map(({ body }) => JSON.stringify(body))).toEqual([
      expect.stringContaining('a;b'),
    ]);
  });

  it('M9: keeps files of text as they are where the provider takes them', async () => {
    const { model, calls } = refusing(() => true);
    expect((await generate(fromAiSdk(model), ask, ctx())).warnings).toEqual([]);
    expect(calls[0]?.prompt[0]?.content).toMatchObject([{ type: 'file', mediaType: 'text/csv' }]);
  });

  it('M9 M18: fails as refused where no plainer form means the same', async () => {
    const { model, calls } = refusing(() => false);
    const video: Part = { ...file, mediaType: 'video/mp4' };
    const request = { messages: [{ role: 'user', parts: [video] }] } as const;
    await expect(generate(fromAiSdk(model), request, ctx())).rejects.toMatchObject({
      kind: 'unsupported',
    });
    expect(calls).toHaveLength(1);
    await expect(generate(fromAiSdk(model), ask, ctx())).rejects.toMatchObject({
      kind: 'unsupported',
    });
    expect(calls).toHaveLength(3);
  });

  it('M9 M10: has what the system says later at the front, with a warning', async () => {
    const { model, calls } = refusing(({ prompt }) => prompt.at(-1)?.role !== 'system');
    const { warnings } = await generate(fromAiSdk(model), LATE, ctx());
    expect(calls.at(-1)?.prompt.map(({ role }) => role)).toEqual(['system', 'system', 'user']);
    expect(warnings).toMatchObject([{ kind: 'adjusted', what: 'system' }]);
  });

  it("M9 M10: of Anthropic's has it in its place where the model takes it there", async () => {
    const provider = createAnthropic({ apiKey: 'k', baseURL: `${service.url}/v1` });
    const sent = async (id: string, request: ModelRequest) => {
      const { warnings } = await generate(fromAiSdk(provider(id)), request, ctx());
      return { warnings, body: Object(service.requests.at(-1)?.body) };
    };
    const newer = await sent('claude-opus-4-8', LATE);
    expect(newer.body['messages'].map(({ role }: Message) => role)).toEqual(['user', 'system']);
    expect(newer.warnings).toEqual([]);
    const headless = { messages: LATE.messages.slice(1) };
    for (const other of [sent('claude-opus-4-7', LATE), sent('claude-opus-4-8', headless)]) {
      const { body, warnings } = await other;
      expect(body['messages'].map(({ role }: Message) => role)).toEqual(['user']);
      expect(JSON.stringify(body['system'])).toContain('late');
      expect(warnings).toMatchObject([{ kind: 'adjusted', what: 'system' }]);
    }
  });
});
