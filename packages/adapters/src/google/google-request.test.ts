import type { Message, ModelRequest, Part } from '@overseer/core/spec';
import { describe, expect, it } from 'vitest';
import { googleRequest } from './google-request.ts';

const USER = { role: 'user' as const, parts: [{ type: 'text' as const, text: 'hi' }] };
const INPUT = { type: 'object', properties: { a: { type: 'string' } } };
const TOOL = { name: 'get', description: 'Gets.', input: INPUT };

function write(request: Partial<ModelRequest>, model = 'gemini-3-flash') {
  return googleRequest(model, { messages: [USER], ...request });
}

describe('a request to Google', () => {
  it('M9: carries system text, settings, tools and the choice among them', () => {
    const system = {
      role: 'system' as const,
      parts: [{ type: 'text' as const, text: 'Be brief.' }],
    };
    const settings = { maxTokens: 5, temperature: 0, topP: 1, seed: 1, stop: ['.'] };
    const { body, warnings } = write({ messages: [system, USER], tools: [TOOL], ...settings });
    expect(body).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'hi' }] }],
      systemInstruction: { parts: [{ text: 'Be brief.' }] },
      tools: [
        {
          functionDeclarations: [
            { name: 'get', description: 'Gets.', parametersJsonSchema: INPUT },
          ],
        },
      ],
      generationConfig: {
        maxOutputTokens: 5,
        temperature: 0,
        topP: 1,
        stopSequences: ['.'],
        seed: 1,
        thinkingConfig: { includeThoughts: true },
      },
    });
    expect(warnings).toEqual([]);
    const nothing = write({ tools: [{ name: 'now', input: { type: 'object', properties: {} } }] });
    expect(nothing.body['tools']).toEqual([{ functionDeclarations: [{ name: 'now' }] }]);
    const choiceOf = (request: Partial<ModelRequest>) =>
      write({ tools: [TOOL], ...request }).body['toolConfig'];
    expect(choiceOf({ toolChoice: 'none' })).toEqual({ functionCallingConfig: { mode: 'NONE' } });
    expect(choiceOf({ toolChoice: 'required' })).toEqual({
      functionCallingConfig: { mode: 'ANY' },
    });
    expect(choiceOf({ toolChoice: { tool: 'get' } })).toEqual({
      functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['get'] },
    });
    expect(choiceOf({ tools: [{ ...TOOL, strict: true }] })).toEqual({
      functionCallingConfig: { mode: 'VALIDATED' },
    });
  });

  it('M9: asks for JSON after a schema, and tells what of it is not taken', () => {
    const schema = { type: 'object', properties: { a: { type: 'string', pattern: '^a' } } };
    const { body, warnings } = write({ output: { type: 'json', schema } });
    expect(body['generationConfig']).toMatchObject({
      responseMimeType: 'application/json',
      responseJsonSchema: { type: 'object', properties: { a: { type: 'string' } } },
    });
    expect(warnings).toEqual([
      {
        kind: 'adjusted',
        what: 'output schema',
        detail: expect.stringContaining('pattern at /properties/a'),
      },
    ]);
    const older = write({ output: { type: 'json', schema }, tools: [TOOL] }, 'gemini-2.5-flash');
    expect(older.body['generationConfig']).not.toHaveProperty('responseMimeType');
    expect(older.warnings).toMatchObject([{ kind: 'unsupported', what: 'output' }]);
    const newer = write({ output: { type: 'json' }, tools: [TOOL] });
    expect(newer.body['generationConfig']).toMatchObject({ responseMimeType: 'application/json' });
    expect(newer.warnings).toEqual([]);
  });

  it.each([
    ['gemini-3-flash', 'high', { thinkingLevel: 'HIGH' }, []],
    ['gemini-3-flash', 'none', { thinkingLevel: 'MINIMAL' }, ['effort']],
    ['gemini-3-flash', 'max', { thinkingLevel: 'XHIGH' }, ['effort']],
    ['gemini-2.5-flash', 'none', { thinkingBudget: 0 }, ['effort']],
    ['gemini-2.5-pro', 'none', { thinkingBudget: 128 }, ['effort']],
    ['gemini-2.5-flash', 'max', { thinkingBudget: 24_576 }, ['effort']],
  ] as const)('M9: %s thinks as hard as %s asks', (model, effort, config, warned) => {
    const { body, warnings } = write({ effort }, model);
    expect(body['generationConfig']).toMatchObject({ thinkingConfig: config });
    expect(warnings.map(({ what }) => what)).toEqual(warned);
  });

  it('M9: asks a model that is not known to think for nothing of the kind', () => {
    expect(write({}, 'gemma-4-31b-it').body).not.toHaveProperty('generationConfig');
  });

  it('M9: stops at five texts at most, and passes options on as they are', () => {
    const stop = ['a', 'b', 'c', 'd', 'e', 'f'];
    const google = { cachedContent: 'c', generationConfig: { topK: 3 } };
    const { body, warnings } = write({ stop, options: { google } });
    expect(body).toMatchObject({
      cachedContent: 'c',
      generationConfig: { topK: 3, stopSequences: ['a', 'b', 'c', 'd', 'e'] },
    });
    expect(warnings).toMatchObject([{ kind: 'adjusted', what: 'stop' }]);
  });
});

describe('a conversation for Google', () => {
  const call = (id: string, meta?: Part['meta']): Part => ({
    type: 'tool-call',
    id,
    name: 'get',
    input: { a: 1 },
    ...(meta === undefined ? {} : { meta }),
  });
  const result = (id: string): Part => ({ type: 'tool-result', id, name: 'get', output: 'ok' });

  it('M10: sends signatures back where they came, and results of one turn together', () => {
    const signed = { google: { thoughtSignature: 'sig' } };
    const { body } = write({
      messages: [
        USER,
        {
          role: 'assistant',
          parts: [
            { type: 'reasoning', text: 'Hm.' },
            { type: 'text', text: 'Wait.', meta: { google: { signatureAfter: 'later' } } },
            call('a', signed),
            call('b'),
          ],
        },
        { role: 'tool', parts: [result('a')] },
        { role: 'tool', parts: [{ ...result('b'), isError: true } as Part] },
        USER,
      ],
    });
    expect(body['contents']).toEqual([
      { role: 'user', parts: [{ text: 'hi' }] },
      {
        role: 'model',
        parts: [
          { text: 'Wait.' },
          { text: '', thoughtSignature: 'later' },
          { functionCall: { id: 'a', name: 'get', args: { a: 1 } }, thoughtSignature: 'sig' },
          { functionCall: { id: 'b', name: 'get', args: { a: 1 } } },
        ],
      },
      {
        role: 'user',
        parts: [
          { functionResponse: { id: 'a', name: 'get', response: { output: 'ok' } } },
          { functionResponse: { id: 'b', name: 'get', response: { error: 'ok' } } },
          { text: 'hi' },
        ],
      },
    ]);
  });

  it("M10: has another provider's calls taken, and drops its thoughts", () => {
    const turn = {
      role: 'assistant' as const,
      parts: [
        { type: 'reasoning' as const, text: 'mine', meta: { anthropic: { signature: 's' } } },
        call('toolu_1'),
      ],
    };
    const messages = [USER, turn, { role: 'tool' as const, parts: [result('toolu_1')] }];
    const sent = (model: string) => Object(write({ messages }, model).body['contents'])[1];
    const plain = { functionCall: { id: 'toolu_1', name: 'get', args: { a: 1 } } };
    const skipped = { ...plain, thoughtSignature: 'skip_thought_signature_validator' };
    expect(sent('gemini-3.5-flash')).toEqual({ role: 'model', parts: [skipped] });
    expect(sent('gemini-2.5-flash')).toEqual({ role: 'model', parts: [plain] });
  });

  it('M9 M10: has what the system says later at the front, with a warning', () => {
    const said = (text: string): Message => ({ role: 'system', parts: [{ type: 'text', text }] });
    const { body, warnings } = write({ messages: [said('first'), USER, said('late'), USER] });
    expect(body['systemInstruction']).toEqual({ parts: [{ text: 'first' }, { text: 'late' }] });
    expect(warnings).toMatchObject([{ kind: 'adjusted', what: 'system' }]);
    expect(write({ messages: [said('first'), USER] }).warnings).toEqual([]);
  });

  it('M9: never sends ids that were made up for calls without', () => {
    const messages = [
      USER,
      { role: 'assistant' as const, parts: [call('google-r1-0')] },
      { role: 'tool' as const, parts: [result('google-r1-0')] },
    ];
    expect(JSON.stringify(write({ messages }).body)).not.toContain('google-r1');
  });

  it('M9: carries images, sound and addresses, and warns of what it cannot', () => {
    const file = (mediaType: string, data: string): Part => ({ type: 'file', mediaType, data });
    const { body, warnings } = write({
      messages: [
        {
          role: 'user',
          parts: [
            file('image/png', 'AAAA'),
            file('audio/wav', 'BBBB'),
            file('application/pdf', 'https://x.test/a.pdf'),
            file('text/plain', btoa('words')),
            file('application/zip', 'CCCC'),
          ],
        },
      ],
    });
    expect(Object(body['contents'])[0].parts).toEqual([
      { inlineData: { mimeType: 'image/png', data: 'AAAA' } },
      { inlineData: { mimeType: 'audio/wav', data: 'BBBB' } },
      { fileData: { mimeType: 'application/pdf', fileUri: 'https://x.test/a.pdf' } },
      { text: 'words' },
      { text: '[A file was left out: file (application/zip)]' },
    ]);
    expect(warnings).toMatchObject([{ kind: 'unsupported', what: 'file' }]);
  });
});
