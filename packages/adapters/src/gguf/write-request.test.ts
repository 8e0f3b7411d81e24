import type { ModelRequest } from '@overseer/core/spec';
import { describe, expect, it } from 'vitest';
import { ggufRequest } from './gguf-request.ts';
import { writeGgufRequest } from './write-request.ts';

const TOOL = { name: 'look', description: 'Looks.', input: { type: 'object' } };

describe('a request to an engine', () => {
  it('M9 M10: joins what a model said and did to one turn, with the results of its calls', () => {
    const request: ModelRequest = {
      messages: [
        { role: 'system', parts: [{ type: 'text', text: 'Be brief.' }] },
        { role: 'user', parts: [{ type: 'text', text: 'Look.' }] },
        {
          role: 'assistant',
          parts: [
            { type: 'reasoning', text: 'Hm.' },
            { type: 'text', text: 'I look.' },
            { type: 'tool-call', id: 'a', name: 'look', input: { at: 1 } },
            { type: 'tool-call', id: 'b', name: 'look', input: {} },
          ],
        },
        {
          role: 'tool',
          parts: [
            { type: 'tool-result', id: 'b', name: 'look', output: 'nothing', isError: true },
            { type: 'tool-result', id: 'a', name: 'look', output: [1] },
          ],
        },
        { role: 'assistant', parts: [{ type: 'text', text: 'Done.' }] },
        { role: 'user', parts: [{ type: 'text', text: 'Thanks.' }] },
      ],
      tools: [TOOL],
      maxTokens: 9,
    };
    const { request: written, warnings } = writeGgufRequest(request);
    expect(warnings).toEqual([]);
    expect(ggufRequest.parse(written)).toEqual({
      turns: [
        { role: 'system', text: 'Be brief.' },
        { role: 'user', text: 'Look.' },
        {
          role: 'model',
          pieces: [
            { text: 'I look.' },
            { call: 'look', input: { at: 1 }, result: [1] },
            { call: 'look', input: {}, result: { error: 'nothing' } },
            { text: 'Done.' },
          ],
        },
        { role: 'user', text: 'Thanks.' },
      ],
      tools: [TOOL],
      stop: [],
      maxTokens: 9,
    });
  });

  it('M9: warns of all that the engine cannot do', () => {
    const { request, warnings } = writeGgufRequest({
      messages: [
        { role: 'user', parts: [{ type: 'file', mediaType: 'image/png', data: 'AAAA' }] },
        { role: 'user', parts: [{ type: 'file', mediaType: 'text/plain', data: btoa('seen') }] },
      ],
      tools: [TOOL, { ...TOOL, name: 'other' }],
      toolChoice: { tool: 'look' },
      output: { type: 'json' },
      effort: 'high',
    });
    expect(warnings.map(({ what }) => what)).toEqual(['toolChoice', 'output', 'file', 'effort']);
    const { turns, tools, json } = ggufRequest.parse(request);
    expect(turns).toEqual([
      { role: 'user', text: '[A file was left out: file (image/png)]' },
      { role: 'user', text: 'seen' },
    ]);
    expect(tools.map(({ name }) => name)).toEqual(['look']);
    expect(json).toBeUndefined();
  });
});
