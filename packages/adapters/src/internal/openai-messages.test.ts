import type { Message, ModelWarning } from '@overseer/core/spec';
import { describe, expect, it } from 'vitest';
import { openAiMessages } from './openai-messages.ts';
import { openAiSettings, openAiTools } from './openai-request.ts';

const CONVERSATION: readonly Message[] = [
  {
    role: 'system',
    parts: [
      { type: 'text', text: 'Be brief.' },
      { type: 'text', text: 'Be kind.' },
    ],
  },
  { role: 'user', parts: [{ type: 'text', text: 'Weather?' }] },
  {
    role: 'assistant',
    parts: [
      { type: 'reasoning', text: 'I need a tool.', meta: { us: {} } },
      { type: 'reasoning', text: 'And they?', meta: { them: { signature: 's' } } },
      { type: 'tool-call', id: 'a', name: 'get', input: { city: 'Oslo' }, raw: '{"city": "Oslo"}' },
      { type: 'tool-call', id: 'b', name: 'get', input: { city: 'Rome' } },
    ],
  },
  {
    role: 'tool',
    parts: [
      { type: 'tool-result', id: 'a', name: 'get', output: { temperature: 7 } },
      { type: 'tool-result', id: 'b', name: 'get', output: 'no such city', isError: true },
    ],
  },
];

describe('messages on the wire of chat completions', () => {
  it('M9: carries system text, tool calls as they were written, and each result under its id', () => {
    expect(openAiMessages(CONVERSATION, [])).toEqual([
      { role: 'system', content: 'Be brief.\n\nBe kind.' },
      { role: 'user', content: 'Weather?' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          { id: 'a', type: 'function', function: { name: 'get', arguments: '{"city": "Oslo"}' } },
          { id: 'b', type: 'function', function: { name: 'get', arguments: '{"city":"Rome"}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'a', content: '{"temperature":7}' },
      { role: 'tool', tool_call_id: 'b', content: 'Error: no such city' },
    ]);
  });

  it('M9: sends reasoning back only where that is wanted', () => {
    const [, , assistant] = openAiMessages(CONVERSATION, [], {
      provider: 'us',
      sendReasoning: true,
    });
    expect(assistant).toMatchObject({ reasoning_content: 'I need a tool.' });
  });

  it.each([
    ['image/png', 'AAAA', { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }],
    [
      'image/png',
      'https://x.test/a.png',
      { type: 'image_url', image_url: { url: 'https://x.test/a.png' } },
    ],
    ['audio/mpeg', 'AAAA', { type: 'input_audio', input_audio: { data: 'AAAA', format: 'mp3' } }],
    ['text/plain', btoa('hello'), { type: 'text', text: 'hello' }],
    [
      'application/pdf',
      'AAAA',
      { type: 'file', file: { filename: 'f', file_data: 'data:application/pdf;base64,AAAA' } },
    ],
  ])('M9: carries a file of %s', (mediaType, data, expected) => {
    const warnings: ModelWarning[] = [];
    const file = { type: 'file' as const, mediaType, data, name: 'f' };
    const [message] = openAiMessages(
      [{ role: 'user', parts: [{ type: 'text', text: 'See:' }, file] }],
      warnings,
    );
    expect(message?.['content']).toEqual([{ type: 'text', text: 'See:' }, expected]);
    expect(warnings).toEqual([]);
  });

  it('M9: leaves a note and a warning for a file that it cannot carry', () => {
    const warnings: ModelWarning[] = [];
    const file = {
      type: 'file' as const,
      mediaType: 'application/pdf',
      data: 'https://x.test/a.pdf',
      name: 'a.pdf',
    };
    const [message] = openAiMessages([{ role: 'user', parts: [file] }], warnings);
    expect(JSON.stringify(message)).toContain('A file was left out: a.pdf (application/pdf)');
    expect(warnings).toMatchObject([{ kind: 'unsupported', what: 'file' }]);
  });
});

describe('settings on the wire of chat completions', () => {
  it('M9: carries every setting', () => {
    const request = {
      messages: [],
      tools: [{ name: 'get', input: { type: 'object' }, strict: true }],
      toolChoice: { tool: 'get' },
      output: { type: 'json' as const, schema: { type: 'object' }, strict: true },
      maxTokens: 9,
      temperature: 0,
      topP: 0.5,
      stop: ['.'],
      seed: 7,
      effort: 'low' as const,
    };
    expect(openAiSettings(request, { maxTokensField: 'max_completion_tokens' })).toEqual({
      max_completion_tokens: 9,
      temperature: 0,
      top_p: 0.5,
      stop: ['.'],
      seed: 7,
      reasoning_effort: 'low',
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'output', schema: { type: 'object' }, strict: true },
      },
      tool_choice: { type: 'function', function: { name: 'get' } },
    });
    expect(openAiTools(request.tools)).toEqual([
      { type: 'function', function: { name: 'get', parameters: { type: 'object' }, strict: true } },
    ]);
    expect(
      openAiSettings({ messages: [], toolChoice: 'auto' }, { maxTokensField: 'max_tokens' }),
    ).toBeUndefined();
  });
});
