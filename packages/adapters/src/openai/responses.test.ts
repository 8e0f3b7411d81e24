import { generate } from '@overseer/core/plugin';
import type { CallContext, Message, ModelRequest, Part } from '@overseer/core/spec';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type MockService, startMockService } from '../mock-llm/index.ts';
import { type OpenAiCompatibleOptions, openaiCompatible } from '../openai-compatible/index.ts';
import { type OpenAiOptions, openai } from './openai.ts';

const REQUEST: ModelRequest = { messages: [said('hi')] };

let service: MockService;
let from = 0;
beforeAll(async () => {
  service = await startMockService();
});
afterAll(() => service.close());
beforeEach(() => {
  from = service.requests.length;
});

/** The same model through the official SDK and over our own wire. */
const ways = {
  sdk: (id: string, options: Partial<OpenAiOptions> = {}) =>
    openai(id, { apiKey: 'k', baseURL: `${service.url}/v1`, api: 'responses', ...options }),
  wire: (id: string, options: Partial<OpenAiCompatibleOptions> = {}) =>
    openaiCompatible(id, {
      baseURL: service.url,
      api: 'responses',
      provider: 'openai',
      store: true,
      sendReasoning: true,
      ...options,
    }),
};

describe.each(Object.entries(ways))('responses, by the %s', (_, create) => {
  it('M6: sends the whole form of a request, and says what has no place in it', async () => {
    const { warnings } = await generate(
      create('m'),
      {
        messages: [
          { role: 'system', parts: [{ type: 'text', text: 'Be brief.' }] },
          {
            role: 'user',
            parts: [
              { type: 'text', text: 'See:' },
              { type: 'file', mediaType: 'image/png', data: 'aGk=' },
              { type: 'file', mediaType: 'text/plain', data: 'aGVsbG8=' },
              { type: 'file', mediaType: 'application/pdf', data: 'aGk=', name: 'a.pdf' },
              { type: 'file', mediaType: 'application/pdf', data: 'https://x.example/a.pdf' },
              { type: 'file', mediaType: 'audio/wav', data: 'aGk=' },
            ],
          },
        ],
        tools: [{ name: 'get', input: { type: 'object' } }],
        toolChoice: { tool: 'get' },
        output: {
          type: 'json',
          schema: { type: 'object', additionalProperties: false },
          strict: true,
        },
        maxTokens: 50,
        temperature: 0.5,
        topP: 0.9,
        effort: 'low',
        stop: ['.'],
        seed: 1,
        options: { openai: { service_tier: 'flex' } },
      },
      ctx(),
    );
    expect(last()).toMatchObject({
      model: 'm',
      stream: true,
      include: ['reasoning.encrypted_content'],
      input: [
        { role: 'system', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'See:' },
            { type: 'input_image', image_url: 'data:image/png;base64,aGk=' },
            { type: 'input_text', text: 'hello' },
            {
              type: 'input_file',
              filename: 'a.pdf',
              file_data: 'data:application/pdf;base64,aGk=',
            },
            { type: 'input_file', file_url: 'https://x.example/a.pdf' },
            { type: 'input_text', text: '[A file was left out: file (audio/wav)]' },
          ],
        },
      ],
      tools: [{ type: 'function', name: 'get', parameters: { type: 'object' }, strict: false }],
      tool_choice: { type: 'function', name: 'get' },
      text: {
        format: {
          type: 'json_schema',
          name: 'output',
          schema: { type: 'object', additionalProperties: false },
          strict: true,
        },
      },
      max_output_tokens: 50,
      temperature: 0.5,
      top_p: 0.9,
      reasoning: { effort: 'low' },
      service_tier: 'flex',
    });
    expect(warnings.map(({ what }) => what).sort()).toEqual(['file', 'seed', 'stop']);
  });

  it('M6: sends only what is new where the server has kept the rest', async () => {
    const model = create('m-tool');
    const first = await generate(model, REQUEST, ctx());
    expect(first.reason).toBe('tool-calls');
    const second: ModelRequest = { messages: [...REQUEST.messages, ...answered(first.parts)] };
    const answer = await generate(model, second, ctx());
    expect(answer.text).toBe('Hello from mock.');
    expect(last()).toMatchObject({
      previous_response_id: expect.stringMatching(/^resp_\d+$/),
      input: [{ type: 'function_call_output', output: '7' }],
    });
    const third = { messages: [...second.messages, turn(answer.parts), said('And now?')] };
    await generate(model, third, ctx());
    expect(last()).toMatchObject({ input: [{ content: 'And now?' }] });
    expect(paths()).toEqual(Array(3).fill('/v1/responses'));
  });

  it('M6: sends everything where anything was changed since, or nothing may be kept', async () => {
    const model = create('m');
    const { parts } = await generate(model, REQUEST, ctx());
    const changed = { messages: [said('other'), turn(parts), said('more')] };
    await generate(model, changed, ctx());
    expect(last()).toMatchObject({ input: [{ content: 'other' }, { role: 'assistant' }, {}] });
    expect(last()).not.toHaveProperty('previous_response_id');
    const never = create('m', { store: false });
    const { parts: unkept } = await generate(never, REQUEST, ctx());
    await generate(never, { messages: [...REQUEST.messages, turn(unkept), said('more')] }, ctx());
    expect(last()).toMatchObject({ store: false, input: [{}, {}, {}] });
    expect(last()).not.toHaveProperty('previous_response_id');
  });

  it('M6: sends everything in the same call where the server has forgotten', async () => {
    const model = create('m');
    const { parts } = await generate(model, REQUEST, ctx());
    const forgotten = parts.map((part) =>
      JSON.parse(JSON.stringify(part).replace(/resp_\d+/, 'resp_gone')),
    );
    const next = { messages: [...REQUEST.messages, turn(forgotten), said('more')] };
    const answer = await generate(model, next, ctx());
    expect(answer.text).toBe('Hello from mock.');
    expect(answer.warnings).toEqual([]);
    expect(paths()).toHaveLength(3);
    expect(last()).toMatchObject({ input: [{}, {}, { content: 'more' }] });
  });

  it('M6: does not trust a server that does not heed what it went on from', async () => {
    const model = create('m');
    const { parts } = await generate(model, REQUEST, ctx());
    const heedless: typeof globalThis.fetch = (input, init) =>
      fetch(input, {
        ...init,
        body: String(init?.body).replace('"previous_response_id"', '"ignored"'),
      });
    const next = { messages: [...REQUEST.messages, turn(parts), said('more')] };
    const answer = await generate(model, next, { ...ctx(), fetch: heedless });
    expect(answer.text).toBe('Hello from mock.');
    expect(last()).toMatchObject({ input: [{}, {}, {}] });
    await generate(model, { messages: [...next.messages, turn(answer.parts), said('?')] }, ctx());
    expect(paths()).toHaveLength(4);
  });

  it('M9: carries reasoning back as it came, to its own provider only', async () => {
    const model = create('m-think', { store: false });
    const { parts } = await generate(model, { ...REQUEST, effort: 'high' }, ctx());
    const foreign: Part = {
      type: 'reasoning',
      text: 'Elsewhere.',
      meta: { anthropic: { signature: 's' } },
    };
    await generate(
      model,
      { messages: [...REQUEST.messages, turn([foreign, ...parts]), said('?')] },
      ctx(),
    );
    expect(last()).toMatchObject({
      input: [
        {},
        {
          type: 'reasoning',
          id: expect.stringMatching(/^rs_/),
          encrypted_content: expect.stringMatching(/^encrypted-/),
          summary: [{ type: 'summary_text', text: 'Let me think.' }],
        },
        { type: 'message', role: 'assistant', content: 'Hello from mock.' },
        {},
      ],
    });
  });

  it.each([404, 405, 501])(
    'M6: asks by chat completions after a %s, says so once, and looks again in 10 minutes',
    async (status) => {
      let now = 0;
      const clock = { now: Date.now, elapsed: () => now, after: () => () => undefined };
      let has = false;
      let asked = 0;
      const old: typeof globalThis.fetch = (input, init) => {
        const path = new URL(input instanceof Request ? input.url : input).pathname;
        if (path !== '/v1/responses') return fetch(input, init);
        asked++;
        return has
          ? fetch(input, init)
          : Promise.resolve(Response.json({ detail: 'Not Found' }, { status }));
      };
      const model = create('m', { clock });
      const call = async () => {
        const { text, warnings } = await generate(model, REQUEST, { ...ctx(), fetch: old });
        expect(text).toBe('Hello from mock.');
        return warnings.map(({ what }) => what);
      };
      expect(await call()).toEqual(['api']);
      expect(await call()).toEqual([]);
      expect(asked).toBe(1);
      now = 599_999;
      await call();
      expect(asked).toBe(1);
      now = 600_000;
      expect(await call()).toEqual([]);
      expect(asked).toBe(2);
      has = true;
      now = 1_200_000;
      await call();
      await call();
      expect(asked).toBe(4);
      expect(paths()).toEqual([
        ...Array(4).fill('/v1/chat/completions'),
        '/v1/responses',
        '/v1/responses',
      ]);
    },
  );

  it('M4: a wrong name is one, and no missing endpoint', async () => {
    await expect(generate(create('err-404'), REQUEST, ctx())).rejects.toMatchObject({
      kind: 'not-found',
      availableModels: expect.arrayContaining(['m-tool']),
    });
    expect(paths()).toEqual(['/v1/responses', '/v1/models']);
  });

  it('K6: an abort between two ways of asking ends the call', async () => {
    const controller = new AbortController();
    const none: typeof globalThis.fetch = () => {
      controller.abort();
      return Promise.resolve(Response.json({}, { status: 405 }));
    };
    const call = generate(create('m'), REQUEST, { signal: controller.signal, fetch: none });
    await expect(call).rejects.toMatchObject({ kind: 'aborted' });
    expect(paths()).toEqual([]);
  });
});

describe('responses of a server that has none', () => {
  it('M6: are chat completions too where it says so with 200, as LM Studio does', async () => {
    const body = { error: 'Unexpected endpoint or method. (POST /v1/responses)' };
    const lmStudio: typeof globalThis.fetch = (input, init) =>
      String(input).endsWith('/responses')
        ? Promise.resolve(Response.json(body))
        : fetch(input, init);
    const { text, warnings } = await generate(ways.wire('m'), REQUEST, {
      ...ctx(),
      fetch: lmStudio,
    });
    expect(text).toBe('Hello from mock.');
    expect(warnings).toMatchObject([{ what: 'api' }]);
  });
});

function said(text: string): Message {
  return { role: 'user', parts: [{ type: 'text', text }] };
}

function turn(parts: readonly Part[]): Message {
  return { role: 'assistant', parts };
}

function answered(parts: readonly Part[]): readonly Message[] {
  const results = parts.flatMap((part) =>
    part.type === 'tool-call'
      ? [{ type: 'tool-result' as const, id: part.id, name: part.name, output: 7 }]
      : [],
  );
  return [turn(parts), { role: 'tool', parts: results }];
}

function ctx(): CallContext {
  return { signal: AbortSignal.timeout(5000) };
}

function paths(): readonly string[] {
  return service.requests.slice(from).map(({ path }) => path);
}

function last(): unknown {
  return service.requests.at(-1)?.body;
}
