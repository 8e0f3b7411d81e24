import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterAll, describe, expect, it } from 'vitest';
import { startMockService } from './service.ts';

const service = await startMockService();
const silent = { apiKey: 'k', maxRetries: 0, logLevel: 'off' } as const;
const openai = new OpenAI({ ...silent, baseURL: `${service.url}/v1` });
const anthropic = new Anthropic({ ...silent, baseURL: service.url });
const messages = [{ role: 'user' as const, content: 'hi' }];

afterAll(() => service.close());

/** Each dialect's stream as pieces of text, so that one table covers all. */
const dialects = {
  async *'openai-chat'(model: string, signal?: AbortSignal) {
    const body = { model, messages, stream: true } as const;
    for await (const { choices } of await openai.chat.completions.create(body, options(signal)))
      yield choices[0]?.delta.content ?? '';
  },
  async *'openai-responses'(model: string, signal?: AbortSignal) {
    const body = { model, input: 'hi', stream: true } as const;
    for await (const event of await openai.responses.create(body, options(signal)))
      yield event.type === 'response.output_text.delta' ? event.delta : '';
  },
  async *'anthropic-messages'(model: string, signal?: AbortSignal) {
    const body = { model, messages, max_tokens: 50, stream: true } as const;
    for await (const event of await anthropic.messages.create(body, options(signal)))
      yield event.type === 'content_block_delta' && event.delta.type === 'text_delta'
        ? event.delta.text
        : '';
  },
};

describe.each(Object.entries(dialects))('%s, streamed', (name, stream) => {
  it('M17: an error in the middle is the SDK error of an event, after the text so far', async () => {
    const { text, error } = await read(stream('midstream'));
    expect(text).toBe('Hello fr');
    expect(error).toBeInstanceOf(
      name === 'anthropic-messages' ? Anthropic.APIError : OpenAI.APIError,
    );
    expect(error).toMatchObject({ status: undefined });
  });

  it('M17: a cut is a connection that ends in the middle', async () => {
    const { text, error } = await read(stream('cut'));
    expect(text).toBe('Hello fr');
    expect(String(error)).toContain('terminated');
  });

  it('M17: a truncated reply ends in peace, which the SDKs take for its end', async () => {
    expect(await read(stream('trunc'))).toEqual({ text: 'Hello fr', error: undefined });
    expect(last().outcome).toBe('cut');
  });

  it('M17: a malformed piece is no JSON to the SDK', async () => {
    const { text, error } = await read(stream('malformed'));
    expect(text).toBe('Hello fr');
    expect(String(error)).toMatch(/JSON/);
  });

  it.each(['m-slow', 'stall'])(
    'M17: %s goes on until the client leaves, which is seen',
    async (model) => {
      const abort = new AbortController();
      let text = '';
      const reading = read(stream(model, abort.signal), (piece) => {
        text += piece;
        if (text.length >= 8) abort.abort();
      });
      await reading;
      expect(text.startsWith('Hello fr')).toBe(true);
      await expect.poll(() => last().closedEarly).toBe(true);
      expect(last()).toMatchObject({ model, dialect: name, outcome: 'closed-early' });
    },
  );
});

describe('in one piece', () => {
  const whole = {
    'openai-chat': (model: string) => openai.chat.completions.create({ model, messages }),
    'openai-responses': (model: string) => openai.responses.create({ model, input: 'hi' }),
    'openai-embeddings': (model: string) => openai.embeddings.create({ model, input: 'hi' }),
    'anthropic-messages': (model: string) =>
      anthropic.messages.create({ model, messages, max_tokens: 50 }),
  };

  it.each(Object.entries(whole))('M17: %s breaks off as the fault says', async (name, ask) => {
    const status = name === 'anthropic-messages' ? 529 : 500;
    await expect(ask('midstream')).rejects.toMatchObject({ status });
    await expect(ask('cut')).rejects.toThrowError('terminated');
    await expect(ask('trunc')).rejects.toBeInstanceOf(SyntaxError);
    await expect(ask('malformed')).rejects.toBeInstanceOf(SyntaxError);
  });
});

describe('counts', () => {
  it('M17: tell what broke off from what the client left', async () => {
    const counts = service.counts();
    expect(counts['cut']).toMatchObject({ requests: 7, cut: 7, completed: 0, outputTokens: 0 });
    expect(counts['midstream']).toMatchObject({ cut: 3, failed: { 500: 3, 529: 1 } });
    expect(counts['m-slow']).toMatchObject({ requests: 3, closedEarly: 3, cut: 0 });
  });
});

function options(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

function last() {
  const exchange = service.requests.at(-1);
  if (exchange === undefined) throw new Error('Nothing was asked.');
  return exchange;
}

/** The text of a stream, and the error that it ended with. */
async function read(stream: AsyncIterable<string>, onPiece?: (piece: string) => void) {
  let text = '';
  try {
    for await (const piece of stream) {
      text += piece;
      onPiece?.(piece);
    }
  } catch (error) {
    return { text, error };
  }
  return { text, error: undefined };
}
