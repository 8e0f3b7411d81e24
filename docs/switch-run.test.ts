import { type MockRequest, type MockService, startMockService } from '@overseer/adapters/mock-llm';
import { createOverseer } from '@overseer/core';
import { toolSchema } from '@overseer/core/plugin';
import type { FilePart, Model, Tool } from '@overseer/core/spec';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  type AdapterCase,
  everyAdapter,
} from '../packages/adapters/src/internal/every-adapter.fixture.ts';
import { refusalsOf } from '../packages/adapters/src/internal/strict-wire.fixture.ts';

/** Of a generation that signs its calls, and refuses those without a signature. */
const FIRST = 'gemini-3-first';
const SECOND = 'gemini-3-second';
/** Takes so few tokens that what the first one read has to be cut. */
const SMALL = 'gemini-3-small';
const WINDOW = 3_000;

const PICTURE: FilePart = {
  type: 'file',
  mediaType: 'image/png',
  data: 'iVBORw0KGgo=',
  name: 'p.png',
};

/** What tools gave; Google has it in a document. */
const resultsIn = ({ messages }: Pick<MockRequest, 'messages'>): readonly string[] =>
  messages.flatMap(({ toolResults }) =>
    toolResults.map(({ text }) => text.replace('{"output":"', '')),
  );

let service: MockService;
beforeAll(async () => {
  const reads = (file: string, thought: string) => {
    return { reasoning: thought, toolCalls: [{ name: 'read', input: { file } }] };
  };
  const other = (request: MockRequest) => request.model !== FIRST;
  service = await startMockService({
    scenario: {
      models: [{ id: FIRST }, { id: SECOND }, { id: SMALL, contextWindow: WINDOW }],
      rules: [
        {
          name: 'begin',
          model: FIRST,
          when: (request: MockRequest) => resultsIn(request).length === 0,
          reply: reads('a.txt', 'I read the first.'),
        },
        { name: 'break', model: FIRST, reply: { fault: { kind: 'status', status: 401 } } },
        {
          name: 'go on',
          when: (request: MockRequest) => other(request) && resultsIn(request).length === 1,
          reply: reads('b.txt', 'I read the second.'),
        },
        {
          name: 'end',
          reply: (request: MockRequest) => ({
            text: resultsIn(request)
              .map((text) => text.slice(0, 5))
              .join(' and '),
          }),
        },
      ],
    },
  });
});
afterAll(() => service.close());

/** A model that draws a picture beside all that it says, under a key of its own. */
function drawing(model: Model): Model {
  return {
    ...model,
    info: { ...model.info, keyId: 'of the first' },
    async *stream(request, ctx) {
      for await (const event of model.stream(request, ctx)) {
        if (event.type === 'finish') yield { type: 'part', index: 99, part: PICTURE };
        yield event;
      }
    },
  };
}

/** Runs a task that the first of two models begins and the other ends, and gives the bodies that the other was sent. */
async function moved(
  from: AdapterCase,
  to: AdapterCase,
  { second, words }: { readonly second: string; readonly words: number },
) {
  const before = service.requests.length;
  const files: string[] = [];
  const read: Tool<{ file: string }> = {
    spec: 'tool/1',
    description: 'Reads a file.',
    input: toolSchema(z.object({ file: z.string() })),
    permissions: [],
    effect: 'once',
    timeoutMs: 1_000,
    execute: async ({ file }) => {
      files.push(file);
      return `${file} ${'word '.repeat(words)}`;
    },
  };
  await using overseer = await createOverseer({
    overseer: 'first',
    models: {
      first: { model: drawing(from.create(FIRST, service.url)), role: 'worker' },
      second: { model: to.create(second, service.url), role: 'worker' },
    },
    tools: { read },
    roles: { worker: { text: 'Work.', tools: ['read'] } },
  });
  const { status, reason, tasks } = await overseer.run({
    tasks: [{ instruction: 'Read both.' }],
  }).result;
  expect([status, tasks[0]?.model, tasks[0]?.output], reason).toEqual([
    'completed',
    'second',
    'a.txt and b.txt',
  ]);
  // No tool ran twice, though the model that called it was gone.
  expect(files).toEqual(['a.txt', 'b.txt']);
  return service.requests.slice(before).filter(({ model }) => model === second);
}

/** One of each dialect, and those that have rules of their own for what they send back. */
const ONE_OF_EACH = new Set([
  'openai',
  'openai, responses',
  'anthropic',
  'google',
  'cohere',
  'ollama',
  'openai-compatible, mistral',
  'openai-compatible, deepseek',
  'ai-sdk anthropic',
]);
const adapters = everyAdapter.filter(({ name }) => ONE_OF_EACH.has(name));

/** What a service would refuse of a body; one that goes on from an answer that it keeps holds no calls. */
function refusedIn({ dialect }: AdapterCase, body: unknown): readonly string[] {
  return Object(body).previous_response_id === undefined ? refusalsOf(dialect, body) : [];
}

describe.each(adapters)('a task that a model of $name began', (from) => {
  it.each(adapters)('M10: goes on with $name in mid-conversation', async (to) => {
    const asked = await moved(from, to, { second: SECOND, words: 5 });
    expect(asked.map(({ status }) => status)).toEqual([200, 200]);
    expect(asked.flatMap(({ body }) => refusedIn(to, body))).toEqual([]);
    const sent = JSON.stringify(asked[0]?.body);
    expect(sent).not.toContain('previous_response_id');
    // What it drew is there, or in its place that it was left out.
    expect(sent.includes(PICTURE.data) || sent.includes('A file was left out: p.png')).toBe(true);
    const isForeign = from.dialect !== to.dialect || (to.thinksAlone === true && from !== to);
    if (isForeign) expect(sent).not.toContain('I read the first.');
  });
});

describe.each(
  adapters.map((to, nth) => [to.name, adapters.at(nth - 1)?.name, to, adapters.at(nth - 1)]),
)('a task that %s takes over from %s', (_to, _from, to, from) => {
  it('M10 R9: is cut to the smaller window of the other model, and goes on', async () => {
    const asked = await moved(from as AdapterCase, to as AdapterCase, {
      ...{ second: SMALL, words: 4_000 },
    });
    const last = asked.at(-1);
    expect(last?.status).toBe(200);
    expect(refusedIn(to as AdapterCase, last?.body)).toEqual([]);
    expect(JSON.stringify(last?.body)).toContain('characters left out');
  });
});
