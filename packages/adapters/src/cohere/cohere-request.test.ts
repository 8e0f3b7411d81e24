import type { ModelRequest, Part } from '@overseer/core/spec';
import { describe, expect, it } from 'vitest';
import { cohereRequest } from './cohere-request.ts';

const USER = { role: 'user' as const, parts: [{ type: 'text' as const, text: 'hi' }] };
const TOOL = {
  name: 'get',
  description: 'Gets.',
  input: { type: 'object', properties: { a: { type: 'string', maxLength: 3 } } },
};

function write(request: Partial<ModelRequest>, thinks: boolean | 'unknown' = 'unknown') {
  return cohereRequest('command-a', { messages: [USER], ...request }, thinks);
}

describe('a request to Cohere', () => {
  it('M9: carries settings and tools as they are', () => {
    const settings = { maxTokens: 5, temperature: 0, topP: 0.5, seed: 1, stop: ['.'] };
    const { body, warnings } = write({ tools: [TOOL], toolChoice: 'required', ...settings });
    expect(body).toEqual({
      model: 'command-a',
      stream: true,
      messages: [{ role: 'user', content: 'hi' }],
      max_tokens: 5,
      temperature: 0,
      p: 0.5,
      stop_sequences: ['.'],
      seed: 1,
      tools: [
        {
          type: 'function',
          function: { name: 'get', description: 'Gets.', parameters: TOOL.input },
        },
      ],
      tool_choice: 'REQUIRED',
    });
    expect(warnings).toEqual([]);
    expect(write({ tools: [TOOL] }).body).not.toHaveProperty('tool_choice');
    expect(write({ tools: [TOOL], toolChoice: 'none' }).body).toMatchObject({
      tool_choice: 'NONE',
    });
  });

  it('M9: holds calls to schemas in the part that can be held to', () => {
    const { body, warnings } = write({ tools: [{ ...TOOL, strict: true }] });
    expect(body).toMatchObject({ strict_tools: true });
    expect(Object(body['tools'])[0].function.parameters).toEqual({
      type: 'object',
      properties: { a: { type: 'string' } },
      required: ['a'],
    });
    expect(warnings).toMatchObject([
      {
        kind: 'adjusted',
        what: 'input of get',
        detail: expect.stringContaining('maxLength at /properties/a'),
      },
    ]);
  });

  it('M9: offers only the tool that is chosen by name, and says so', () => {
    const tools = [TOOL, { ...TOOL, name: 'other' }];
    const { body, warnings } = write({ tools, toolChoice: { tool: 'other' } });
    expect(body).toMatchObject({
      tools: [{ function: { name: 'other' } }],
      tool_choice: 'REQUIRED',
    });
    expect(warnings).toMatchObject([{ kind: 'adjusted', what: 'toolChoice' }]);
  });

  it('M9: asks for JSON, with a schema of objects, and never beside tools', () => {
    const schema = { type: 'object', properties: { a: { anyOf: [{}] } }, required: ['a'] };
    const { body, warnings } = write({ output: { type: 'json', schema } });
    expect(body['response_format']).toEqual({
      type: 'json_object',
      json_schema: { type: 'object', properties: { a: {} }, required: ['a'] },
    });
    expect(warnings).toMatchObject([{ kind: 'adjusted', what: 'output schema' }]);
    const list = write({ output: { type: 'json', schema: { type: 'array' } } });
    expect(list.body['response_format']).toEqual({ type: 'json_object' });
    expect(list.warnings).toMatchObject([{ kind: 'unsupported', what: 'output schema' }]);
    const beside = write({ tools: [TOOL], output: { type: 'json' } });
    expect(beside.body).not.toHaveProperty('response_format');
    expect(beside.warnings).toMatchObject([{ kind: 'unsupported', what: 'output' }]);
  });

  it('M9: keeps within the bounds that Cohere has, and tells', () => {
    const { body, warnings } = write({ topP: 1, stop: ['a', 'b', 'c', 'd', 'e', 'f'] });
    expect(body).toMatchObject({ p: 0.99, stop_sequences: ['a', 'b', 'c', 'd', 'e'] });
    expect(warnings.map(({ what }) => what)).toEqual(['topP', 'stop']);
  });

  it('M9: thinks as hard as asked where the model may think', () => {
    expect(write({ effort: 'none' }).body).toMatchObject({ thinking: { type: 'disabled' } });
    expect(write({ effort: 'low' })).toMatchObject({
      body: { thinking: { type: 'enabled', token_budget: 2048 } },
      warnings: [{ kind: 'adjusted', what: 'effort' }],
    });
    expect(write({ effort: 'high' }).body['thinking']).toEqual({ type: 'enabled' });
    expect(write({ effort: 'none' }, false)).toMatchObject({ warnings: [] });
    const never = write({ effort: 'high' }, false);
    expect(never.body).not.toHaveProperty('thinking');
    expect(never.warnings).toMatchObject([{ kind: 'unsupported', what: 'effort' }]);
  });

  it('M9: passes options on as they are', () => {
    expect(write({ options: { cohere: { k: 3 } } }).body).toMatchObject({ k: 3, stream: true });
  });
});

describe('a conversation for Cohere', () => {
  it('M10: sends its own thoughts and plans back, and drops those of others', () => {
    const parts: readonly Part[] = [
      { type: 'reasoning', text: 'of another', meta: { anthropic: { signature: 's' } } },
      { type: 'reasoning', text: 'I plan.', meta: { cohere: { kind: 'plan' } } },
      { type: 'reasoning', text: 'I think.', meta: { cohere: { kind: 'thinking' } } },
      { type: 'text', text: 'So.' },
      { type: 'tool-call', id: 'a', name: 'get', raw: '{"a": 1}', input: { a: 1 } },
      { type: 'custom', kind: 'cohere.citations', data: [] },
    ];
    const result: Part = { type: 'tool-result', id: 'a', name: 'get', output: { b: 2 } };
    const { body } = write({
      messages: [
        { role: 'system', parts: [{ type: 'text', text: 'Be brief.' }] },
        USER,
        { role: 'assistant', parts },
        { role: 'tool', parts: [result, { ...result, output: 'no', isError: true }] },
        { role: 'assistant', parts: parts.slice(0, 1) },
      ],
    });
    expect(body['messages']).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'hi' },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'I think.' },
          { type: 'text', text: 'So.' },
        ],
        tool_plan: 'I plan.',
        tool_calls: [
          { id: 'a', type: 'function', function: { name: 'get', arguments: '{"a": 1}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'a', content: '{"b":2}' },
      { role: 'tool', tool_call_id: 'a', content: 'Error: no' },
    ]);
  });

  it('M9: carries images and text, and warns of what it cannot', () => {
    const file = (mediaType: string, data: string): Part => ({ type: 'file', mediaType, data });
    const parts = [
      file('image/png', 'AAAA'),
      file('image/png', 'https://x.test/a.png'),
      file('application/json', btoa('{}')),
      file('application/pdf', 'BBBB'),
    ];
    const { body, warnings } = write({ messages: [{ role: 'user', parts }] });
    expect(Object(body['messages'])[0].content).toEqual([
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
      { type: 'image_url', image_url: { url: 'https://x.test/a.png' } },
      { type: 'text', text: '{}' },
      { type: 'text', text: '[A file was left out: file (application/pdf)]' },
    ]);
    expect(warnings).toMatchObject([{ kind: 'unsupported', what: 'file' }]);
  });
});
