import { inspect } from 'node:util';
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import type {
  LanguageModelV2,
  LanguageModelV2StreamPart,
  LanguageModelV3,
  LanguageModelV3StreamPart,
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4StreamPart,
} from '@ai-sdk/provider';
import { generate } from '@overseer/core/plugin';
import type { ModelRequest } from '@overseer/core/spec';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MockService, startMockService } from '../mock-llm/index.ts';
import type { AiSdkModel } from './ai-sdk-model.ts';
import { fromAiSdk } from './from-ai-sdk.ts';

const ASK: ModelRequest = {
  messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }],
};

let service: MockService;
beforeAll(async () => {
  service = await startMockService();
});
afterAll(() => service.close());

const ctx = (): { readonly signal: AbortSignal } => ({ signal: AbortSignal.timeout(5000) });

const COMMON = {
  modelId: 'm',
  supportedUrls: {},
  doGenerate: () => Promise.reject(new Error('no')),
};
type Parts = readonly (
  | LanguageModelV2StreamPart
  | LanguageModelV3StreamPart
  | LanguageModelV4StreamPart
)[];

/** A model that streams these parts, and remembers what it was asked. */
function scripted(
  specificationVersion: AiSdkModel['specificationVersion'],
  parts: Parts,
  provider = 'acme.chat',
): { readonly model: AiSdkModel; readonly calls: LanguageModelV4CallOptions[] } {
  const calls: LanguageModelV4CallOptions[] = [];
  const doStream = (options: LanguageModelV4CallOptions) => {
    calls.push(options);
    return Promise.resolve({ stream: ReadableStream.from(parts) });
  };
  const model = { ...COMMON, specificationVersion, provider, doStream };
  return { model: model as unknown as LanguageModelV2 | LanguageModelV3 | LanguageModelV4, calls };
}

const TEXT = [
  { type: 'text-start', id: '1' },
  { type: 'text-delta', id: '1', delta: 'Hel' },
  { type: 'text-delta', id: '1', delta: 'lo' },
  { type: 'text-end', id: '1' },
] as const;
const TREE = {
  inputTokens: { total: 10, noCache: 5, cacheRead: 3, cacheWrite: 2 },
  outputTokens: { total: 4, text: 3, reasoning: 1 },
};
const STOP = {
  type: 'finish',
  finishReason: { unified: 'stop', raw: 'end' },
  usage: TREE,
} as const;

describe('models of each specification of the AI SDK', () => {
  it('M8: v4 and v3 tell usage in parts', async () => {
    for (const version of ['v3', 'v4'] as const) {
      const { model } = scripted(version, [...TEXT, STOP]);
      const answer = await generate(fromAiSdk(model), ASK, ctx());
      expect(answer).toMatchObject({
        text: 'Hello',
        reason: 'stop',
        usage: {
          input: { total: 10, cacheRead: 3, cacheWrite: 2 },
          output: { total: 4, reasoning: 1 },
        },
      });
    }
  });

  it('M8: v2 tells usage flat, and of Anthropic without what its cache read and wrote', async () => {
    const usage = { inputTokens: 5, outputTokens: 4, totalTokens: 9, cachedInputTokens: 3 };
    const finish = { type: 'finish', finishReason: 'stop', usage } as const;
    const plain = await generate(fromAiSdk(scripted('v2', [...TEXT, finish]).model), ASK, ctx());
    expect(plain.usage.input).toEqual({ total: 5, cacheRead: 3 });
    const written = { anthropic: { cacheCreationInputTokens: 2 } };
    const told = [...TEXT, { ...finish, providerMetadata: written }];
    const { model } = scripted('v2', told, 'anthropic.messages');
    const cached = await generate(fromAiSdk(model), ASK, ctx());
    expect(cached.usage.input).toEqual({ total: 10, cacheRead: 3, cacheWrite: 2 });
  });

  it('M18: an end without a reason is no end, in the words of each of them', async () => {
    const usage = { inputTokens: 5, outputTokens: 4, totalTokens: 9 };
    const ends = [
      ['v2', { type: 'finish', finishReason: 'unknown', usage }],
      ['v3', { ...STOP, finishReason: { unified: 'other', raw: undefined } }],
      ['v4', { ...STOP, finishReason: { unified: 'interrupted', raw: undefined } }],
    ] as const;
    for (const [version, end] of ends) {
      const { model } = scripted(version, [...TEXT, end]);
      await expect(generate(fromAiSdk(model), ASK, ctx())).rejects.toMatchObject({
        kind: 'interrupted',
        partial: [{ type: 'text', text: 'Hello' }],
      });
    }
  });

  it('M9: v4 is told the effort, and the others answer with a warning', async () => {
    const v4 = scripted('v4', [...TEXT, STOP]);
    expect(
      (await generate(fromAiSdk(v4.model), { ...ASK, effort: 'high' }, ctx())).warnings,
    ).toEqual([]);
    expect(v4.calls[0]?.reasoning).toBe('high');
    const v3 = scripted('v3', [...TEXT, STOP]);
    const answer = await generate(fromAiSdk(v3.model), { ...ASK, effort: 'high' }, ctx());
    expect(answer.warnings).toMatchObject([{ kind: 'unsupported', what: 'effort' }]);
    expect(v3.calls[0]).not.toHaveProperty('reasoning');
  });

  it('M9: files go as each of them takes them', async () => {
    const parts = [
      { type: 'file', mediaType: 'image/png', data: 'AQID' },
      { type: 'file', mediaType: 'image/png', data: 'https://example.com/a.png' },
    ] as const;
    const sent = async (version: 'v3' | 'v4'): Promise<readonly unknown[]> => {
      const { model, calls } = scripted(version, [...TEXT, STOP]);
      await generate(fromAiSdk(model), { messages: [{ role: 'user', parts }] }, ctx());
      const content = calls[0]?.prompt[0]?.content;
      return typeof content === 'string'
        ? []
        : (content ?? []).map((part) => 'data' in part && part.data);
    };
    const url = new URL('https://example.com/a.png');
    expect(await sent('v4')).toEqual([
      { type: 'data', data: 'AQID' },
      { type: 'url', url },
    ]);
    expect(await sent('v3')).toEqual(['AQID', url]);
  });
});

describe('what comes from a provider and goes back to it', () => {
  it('M9: data of parts is kept, and returned to the provider untouched', async () => {
    const signed = { acme: { signature: 's' } };
    const { model, calls } = scripted('v4', [
      { type: 'reasoning-start', id: 'r' },
      { type: 'reasoning-delta', id: 'r', delta: 'Hm.' },
      { type: 'reasoning-end', id: 'r', providerMetadata: signed },
      {
        type: 'tool-call',
        toolCallId: 'c',
        toolName: 't',
        input: '{"a":1}',
        providerMetadata: signed,
      },
      STOP,
    ]);
    const adapter = fromAiSdk(model);
    const { parts } = await generate(adapter, ASK, ctx());
    expect(parts).toMatchObject([
      { type: 'reasoning', text: 'Hm.', meta: signed },
      { type: 'tool-call', id: 'c', name: 't', input: { a: 1 }, raw: '{"a":1}', meta: signed },
    ]);
    await generate(adapter, { messages: [{ role: 'assistant', parts }] }, ctx());
    expect(calls[1]?.prompt[0]?.content).toMatchObject([
      { type: 'reasoning', text: 'Hm.', providerOptions: signed },
      { type: 'tool-call', toolCallId: 'c', providerOptions: signed },
    ]);
    const other = scripted('v4', [...TEXT, STOP], 'other.chat');
    await generate(fromAiSdk(other.model), { messages: [{ role: 'assistant', parts }] }, ctx());
    const content = other.calls[0]?.prompt[0]?.content;
    expect(content).toMatchObject([{ type: 'tool-call', toolCallId: 'c' }]);
    expect(content).toHaveLength(1);
  });

  it('M9: what a provider ran itself is no call for the host, and goes back to that provider alone', async () => {
    const { model, calls } = scripted('v4', [
      { type: 'tool-call', toolCallId: 'c', toolName: 'web', input: '{}', providerExecuted: true },
      { type: 'tool-result', toolCallId: 'c', toolName: 'web', result: { hits: 1 } },
      { type: 'source', sourceType: 'url', id: 's', url: 'https://example.com/' },
      ...TEXT,
      STOP,
    ]);
    const adapter = fromAiSdk(model);
    const { parts, reason } = await generate(adapter, ASK, ctx());
    expect(reason).toBe('stop');
    expect(parts.map((part) => (part.type === 'custom' ? part.kind : part.type))).toEqual([
      'ai-sdk.tool-call',
      'ai-sdk.tool-result',
      'ai-sdk.source',
      'text',
    ]);
    await generate(adapter, { messages: [{ role: 'assistant', parts }] }, ctx());
    expect(calls[1]?.prompt[0]?.content).toMatchObject([
      { type: 'tool-call', toolCallId: 'c', providerExecuted: true },
      { type: 'tool-result', toolCallId: 'c', output: { type: 'json', value: { hits: 1 } } },
      { type: 'text', text: 'Hello' },
    ]);
  });

  it('M9: a result and an error of a tool are told apart, as text or JSON', async () => {
    const { model, calls } = scripted('v4', [...TEXT, STOP]);
    const result = { type: 'tool-result' as const, id: 'c', name: 't' };
    const parts = [
      { ...result, output: 'fine' },
      { ...result, output: { code: 1 }, isError: true },
    ];
    await generate(fromAiSdk(model), { messages: [{ role: 'tool', parts }] }, ctx());
    expect(calls[0]?.prompt[0]?.content).toMatchObject([
      { output: { type: 'text', value: 'fine' } },
      { output: { type: 'error-json', value: { code: 1 } } },
    ]);
  });
});

describe('the network of a model from the AI SDK', () => {
  it('M8: one that was made before cannot use the fetch of a host, and says what can', async () => {
    const provider = createOpenAI({ apiKey: 'k', baseURL: `${service.url}/v1` });
    const model = fromAiSdk(provider('m'));
    await expect(generate(model, ASK, { ...ctx(), fetch })).rejects.toMatchObject({
      kind: 'unsupported',
      message: expect.stringContaining('give fromAiSdk a function'),
    });
    expect((await generate(model, ASK, ctx())).text).toBe('Hello from mock.');
  });

  it('M8 M11 R10: sends headers of the host under those of a call, keeps them out of errors, and says whose key it has', async () => {
    const { model, calls } = scripted('v4', [...TEXT, STOP]);
    const headers = { 'x-api-key': 'secret-of-the-host-1', 'x-team': 'a' };
    using kept = fromAiSdk(model, { headers, keyId: 'key of the team' });
    expect(kept.info).toMatchObject({ keyId: 'key of the team' });
    expect(fromAiSdk(model).info.keyId).toBeUndefined();
    await generate(kept, ASK, { ...ctx(), headers: { 'x-team': 'b' } });
    expect(calls[0]?.headers).toMatchObject({ 'x-api-key': 'secret-of-the-host-1', 'x-team': 'b' });
    const refusing = {
      ...(model as LanguageModelV4),
      doStream: () => Promise.reject(new Error('wrong key secret-of-the-host-1')),
    };
    const error: unknown = await generate(fromAiSdk(refusing, { headers }), ASK, ctx()).catch(
      (thrown: unknown) => thrown,
    );
    expect(String(error)).toContain('[key]');
    expect(inspect(error, { depth: 9 })).not.toContain('secret-of-the-host-1');
  });

  it('M8: what is no model is refused at once', () => {
    const provider = createAnthropic({ apiKey: 'k' });
    expect(() => fromAiSdk(provider as unknown as AiSdkModel)).toThrow(
      /no language model|specification/,
    );
    expect(() => fromAiSdk({} as AiSdkModel)).toThrow('is no language model');
  });

  it('M9: gives up a stream that has gone silent', async () => {
    const provider = createOpenAI({ apiKey: 'k', baseURL: `${service.url}/v1` });
    const model = fromAiSdk(provider('stall'), { idleTimeoutMs: 60 });
    await expect(generate(model, ASK, ctx())).rejects.toMatchObject({ kind: 'timeout' });
  });

  it('M9: a slow reader is not flooded', async () => {
    let made = 0;
    const stream = new ReadableStream({
      pull: (controller) => {
        controller.enqueue({ type: 'text-delta', id: '1', delta: String(made++) });
      },
    });
    const doStream = (): Promise<{ stream: ReadableStream }> => Promise.resolve({ stream });
    const model = { ...scripted('v4', []).model, doStream } as unknown as AiSdkModel;
    const events = fromAiSdk(model).stream(ASK, ctx())[Symbol.asyncIterator]();
    await events.next();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(made).toBeLessThan(2000);
    await events.return?.();
  });
});
