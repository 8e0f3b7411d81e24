import { generate } from '@overseer/core/plugin';
import type { FilePart, Message, ModelWarning } from '@overseer/core/spec';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeGgufRequest } from '../gguf/write-request.ts';
import { lmstudio } from '../lmstudio/index.ts';
import { type MockService, startMockService } from '../mock-llm/index.ts';
import { openaiCompatible } from '../openai-compatible/index.ts';
import { everyAdapter } from './every-adapter.fixture.ts';
import { placeFiles } from './place-files.ts';

let service: MockService;
beforeAll(async () => {
  service = await startMockService();
});
afterAll(() => service.close());

const ctx = () => ({ signal: AbortSignal.timeout(5_000) });
const hi = { type: 'text', text: 'hi' } as const;
const picture: FilePart = { type: 'file', mediaType: 'image/png', data: 'aGk=', name: 'a.png' };
const words: FilePart = { type: 'file', mediaType: 'text/plain', data: 'd29yZHM=', name: 'w.txt' };
const tools = [{ name: 'get', input: { type: 'object', properties: {} } }];
const conversation = (
  role: 'system' | 'assistant' | 'tool',
  file: FilePart,
): readonly Message[] => [
  { role: 'system', parts: [hi, ...(role === 'system' ? [file] : [])] },
  { role: 'user', parts: [hi] },
  {
    role: 'assistant',
    parts: [
      ...(role === 'assistant' ? [file] : []),
      { type: 'tool-call', id: 'a', name: 'get', input: {} },
    ],
  },
  {
    role: 'tool',
    parts: [
      { type: 'tool-result', id: 'a', name: 'get', output: { n: 1 } },
      ...(role === 'tool' ? [file] : []),
    ],
  },
];

describe.each(everyAdapter)('$name', ({ create }) => {
  it.each(['system', 'assistant', 'tool'] as const)(
    'M9 M10: drops no file in a message of role %s in silence',
    async (role) => {
      const model = create('m', service.url);
      const { warnings } = await generate(
        model,
        { messages: conversation(role, picture), tools },
        ctx(),
      );
      const sent = JSON.stringify(service.requests.at(-1)?.body);
      const told = warnings.some(({ what }) => what === 'file');
      expect(told ? sent.includes('A file was left out: a.png') : sent.includes('aGk=')).toBe(true);
    },
  );

  it("M9: gives a user's file of JSON, whole", async () => {
    const file: FilePart = { type: 'file', mediaType: 'application/json', data: btoa('{"n":41}') };
    const messages: readonly Message[] = [{ role: 'user', parts: [hi, file] }];
    const { warnings } = await generate(create('m', service.url), { messages }, ctx());
    expect(JSON.stringify(service.requests.at(-1)?.body)).toContain(String.raw`{\"n\":41}`);
    expect(warnings.every(({ kind }) => kind === 'adjusted')).toBe(true);
  });
});

describe('files where a wire takes none', () => {
  const places = { who: 'chat completions take', notIn: new Set(['assistant', 'tool'] as const) };

  it('M9: are told with what a tool gave, and texts are written out', () => {
    const warnings: ModelWarning[] = [];
    const result = { type: 'tool-result', id: 'a', name: 'get', output: 'got' } as const;
    const given: readonly Message[] = [
      { role: 'assistant', parts: [words] },
      { role: 'tool', parts: [picture, result, words, { ...result, id: 'b', output: { n: 1 } }] },
    ];
    const note = '[A file was left out: a.png (image/png)]';
    expect(placeFiles(given, places, warnings)).toEqual([
      { role: 'assistant', parts: [{ type: 'text', text: 'words' }] },
      {
        role: 'tool',
        parts: [
          { ...result, output: `got\n\n${note}\n\nwords` },
          { ...result, id: 'b', output: { n: 1 } },
        ],
      },
    ]);
    expect(warnings).toEqual([
      {
        kind: 'unsupported',
        what: 'file',
        detail: 'chat completions take no files in a message of a tool, such as a.png (image/png)',
      },
    ]);
  });

  it('M9: a conversation without any stays the same list', () => {
    const given: readonly Message[] = [{ role: 'user', parts: [picture] }];
    expect(placeFiles(given, places, [])).toBe(given);
  });

  it('M9: an engine in a process of its own is told too', () => {
    const { request, warnings } = writeGgufRequest({
      messages: conversation('assistant', picture),
    });
    expect(JSON.stringify(request)).toContain('left out: a.png');
    expect(warnings).toHaveLength(1);
  });
});

describe('files of users that a server does not take', () => {
  const address: FilePart = { ...picture, data: 'https://example.org/a.png' };
  const sound: FilePart = { type: 'file', mediaType: 'audio/wav', data: 'aGk=', name: 's.wav' };
  const document: FilePart = {
    type: 'file',
    mediaType: 'application/pdf',
    data: 'aGk=',
    name: 'd.pdf',
  };
  const files = [picture, address, sound, document, words];

  it.each([
    ['LM Studio', () => lmstudio('m', { baseURL: service.url, verify: false }), [0, 4]],
    ['llama.cpp', () => preset('llama.cpp'), [0, 1, 2, 4]],
    ['vllm', () => preset('vllm'), [0, 1, 2, 4]],
    ['any other', () => openaiCompatible('m', { baseURL: service.url }), [0, 1, 2, 3, 4]],
  ] as const)('M9: become a note and a warning for %s', async (_, create, taken) => {
    const kept: number[] = [];
    for (const [index, file] of files.entries()) {
      const messages = [{ role: 'user' as const, parts: [hi, file] }];
      const { warnings } = await generate(create(), { messages }, ctx());
      const noted = JSON.stringify(service.requests.at(-1)?.body).includes('A file was left out');
      expect(noted).toBe(warnings.length === 1);
      if (!noted) kept.push(index);
    }
    expect(kept).toEqual(taken);
  });

  function preset(name: 'llama.cpp' | 'vllm') {
    return openaiCompatible('m', { preset: name, baseURL: service.url, apiKey: 'k' });
  }
});
