import Anthropic from '@anthropic-ai/sdk';
import { FunctionCallingConfigMode, GoogleGenAI } from '@google/genai';
import { CohereClientV2 } from 'cohere-ai';
import OpenAI from 'openai';
import { afterAll, describe, expect, it } from 'vitest';
import { startMockService } from './service.ts';

const service = await startMockService();
const quiet = { apiKey: 'k', maxRetries: 0, logLevel: 'off' } as const;
const openai = new OpenAI({ ...quiet, baseURL: `${service.url}/v1` });
const anthropic = new Anthropic({ ...quiet, baseURL: service.url });
const google = new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: service.url } });
const cohere = new CohereClientV2({ token: 'k', environment: service.url, maxRetries: 0 });

afterAll(() => service.close());

type Choice = 'none' | 'auto' | 'required' | { readonly tool: string };

/** What a client is told: the names of the tools that are called, in order, or what is said. */
type Said = readonly string[] | string;

const messages = [{ role: 'user' as const, content: 'Is it warm?' }];
const CITY = {
  type: 'object' as const,
  properties: { city: { type: 'string', enum: ['Rome', 'Oslo'] } },
  required: ['city'],
};
const TOOLS = [
  { name: 'get_time', schema: { type: 'object' as const, properties: {} } },
  { name: 'get_weather', schema: CITY },
];
const functions = TOOLS.map(({ name, schema }) => ({
  type: 'function' as const,
  function: { name, parameters: schema },
}));

function chatAbout(
  model: string,
  choice: Choice,
  parallel: boolean | undefined,
): Omit<OpenAI.ChatCompletionCreateParamsNonStreaming, 'stream'> {
  return {
    model,
    messages,
    tools: functions,
    tool_choice:
      typeof choice === 'string' ? choice : { type: 'function', function: { name: choice.tool } },
    ...(parallel === undefined ? {} : { parallel_tool_calls: parallel }),
  };
}

function saidInChat(message: Partial<OpenAI.ChatCompletionMessage> = {}): Said {
  const { tool_calls: calls = [], content } = message;
  return calls.length === 0
    ? (content ?? '')
    : calls.map((call) =>
        call.type === 'function' ? call.function.name + call.function.arguments : '',
      );
}

const sides: Readonly<
  Record<string, (model: string, choice: Choice, parallel?: boolean) => Promise<Said>>
> = {
  'OpenAI chat completions': async (model, choice, parallel) => {
    const { choices } = await openai.chat.completions.create(chatAbout(model, choice, parallel));
    return saidInChat(choices[0]?.message);
  },
  'OpenAI chat completions, streamed': async (model, choice, parallel) => {
    const stream = openai.chat.completions.stream(chatAbout(model, choice, parallel));
    return saidInChat(await stream.finalMessage());
  },
  'OpenAI responses': async (model, choice, parallel) => {
    const { output, output_text } = await openai.responses.create({
      model,
      input: 'Is it warm?',
      tools: TOOLS.map(({ name, schema }) => ({
        type: 'function',
        name,
        parameters: schema,
        strict: false,
      })),
      tool_choice: typeof choice === 'string' ? choice : { type: 'function', name: choice.tool },
      ...(parallel === undefined ? {} : { parallel_tool_calls: parallel }),
    });
    const calls = output.filter((item) => item.type === 'function_call');
    return calls.length === 0 ? output_text : calls.map((call) => call.name + call.arguments);
  },
  'Anthropic messages': async (model, choice, parallel) => {
    const types = { none: 'none', auto: 'auto', required: 'any' } as const;
    const single = parallel === false ? { disable_parallel_tool_use: true } : {};
    const named =
      typeof choice === 'string'
        ? { type: types[choice], ...(choice === 'none' ? {} : single) }
        : { type: 'tool' as const, name: choice.tool, ...single };
    const { content } = await anthropic.messages.create({
      model,
      messages,
      max_tokens: 99,
      tools: TOOLS.map(({ name, schema }) => ({ name, input_schema: schema })),
      tool_choice: named,
    });
    const calls = content.filter((block) => block.type === 'tool_use');
    const [text] = content.filter((block) => block.type === 'text');
    return calls.length === 0
      ? (text?.text ?? '')
      : calls.map(({ name, input }) => name + JSON.stringify(input));
  },
  'Google content': async (model, choice) => {
    const modes = {
      none: FunctionCallingConfigMode.NONE,
      auto: FunctionCallingConfigMode.AUTO,
      required: FunctionCallingConfigMode.ANY,
    };
    const functionCallingConfig =
      typeof choice === 'string'
        ? { mode: modes[choice] }
        : { mode: FunctionCallingConfigMode.ANY, allowedFunctionNames: [choice.tool] };
    const { functionCalls, text } = await google.models.generateContent({
      model,
      contents: 'Is it warm?',
      config: {
        tools: [
          {
            functionDeclarations: TOOLS.map(({ name, schema }) => ({
              name,
              parametersJsonSchema: schema,
            })),
          },
        ],
        toolConfig: { functionCallingConfig },
      },
    });
    return functionCalls?.map(({ name, args }) => `${name}${JSON.stringify(args)}`) ?? text ?? '';
  },
  'Cohere chat': async (model, choice) => {
    if (typeof choice !== 'string') throw new Error('It cannot name a tool.');
    const { message } = await cohere.chat({
      model,
      messages,
      tools: functions,
      ...(choice === 'auto' ? {} : { toolChoice: choice === 'none' ? 'NONE' : 'REQUIRED' }),
    });
    const text = message.content?.map((block) => ('text' in block ? block.text : '')).join('');
    return (
      message.toolCalls?.map((call) => `${call.function?.name}${call.function?.arguments}`) ??
      text ??
      ''
    );
  },
};

const HELLO = 'Hello from mock.';
const ROME = 'get_weather{"city":"Rome"}';

const all = Object.entries(sides);
const naming = all.filter(([name]) => name !== 'Cohere chat');
const bounding = naming.filter(([name]) => name !== 'Google content');

describe('which tools are called', () => {
  it.each(all)('M17: is left to the model of %s where nothing else is said', async (_, ask) => {
    expect(await ask('m', 'auto')).toBe(HELLO);
    expect(await ask('m-tool', 'auto')).toEqual(['get_weather{"city":"Oslo"}']);
  });

  it.each(all)('M17: is none in %s where none may be, whatever is scripted', async (_, ask) => {
    expect(await ask('m-tool', 'none')).toBe(HELLO);
    expect(await ask('m', 'none')).toBe(HELLO);
  });

  it.each(all)('M17: is the first in %s where one must be, after its schema', async (_, ask) => {
    expect(await ask('m', 'required')).toEqual(['get_time{}']);
    expect(await ask('m-tool', 'required')).toEqual(['get_weather{"city":"Oslo"}']);
  });

  it.each(naming)('M17: is in %s the one that is named, which must be there', async (_, ask) => {
    expect(await ask('m', { tool: 'get_weather' })).toEqual([ROME]);
    expect(await ask('m-tool', { tool: 'get_time' })).toEqual(['get_time{}']);
    await expect(ask('m', { tool: 'get_lost' })).rejects.toMatchObject({ status: 400 });
  });

  it.each(bounding)('M17: is one at a time in %s where no more may be', async (_, ask) => {
    expect(await ask('m-tools', 'auto')).toHaveLength(2);
    expect(await ask('m-tools', 'auto', false)).toHaveLength(1);
  });
});

describe('a choice of tools without tools', () => {
  const body = { model: 'm', messages, tool_choice: 'none' as const };

  it("M17: is refused in OpenAI's words", async () => {
    await expect(openai.chat.completions.create(body)).rejects.toMatchObject({
      status: 400,
      param: 'tool_choice',
    });
    await expect(
      openai.responses.create({ model: 'm', input: 'hi', tool_choice: 'required' }),
    ).rejects.toMatchObject({ status: 400, param: 'tool_choice' });
  });
});
