import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModelError } from '@overseer/core/plugin';
import type {
  CallContext,
  Message,
  Model,
  ModelEvent,
  ModelRequest,
  Part,
} from '@overseer/core/spec';
import { afterAll, describe, expect, it } from 'vitest';
import { cohereEmbedding } from '../cohere/index.ts';
import { googleEmbedding } from '../google/index.ts';
import { everyAdapter } from '../internal/every-adapter.fixture.ts';
import { lmstudio } from '../lmstudio/index.ts';
import { startMockService } from '../mock-llm/index.ts';
import { ollama } from '../ollama/index.ts';
import { recordCassette, replayCassette } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'cassette-'));
const service = await startMockService();
const NOWHERE = 'http://127.0.0.1:9';
let files = 0;

afterAll(async () => {
  rmSync(folder, { recursive: true });
  await service.close();
});

type Fetch = typeof globalThis.fetch;

const IMAGE: Part = { type: 'file', mediaType: 'image/png', data: 'iVBORw0KGgo=' };
const TOOL = { name: 'get_weather', input: { type: 'object', properties: { city: {} } } };
const ASKED: ModelRequest = {
  messages: [
    { role: 'system', parts: [{ type: 'text', text: 'Answer briefly.' }] },
    { role: 'user', parts: [{ type: 'text', text: 'Where is this, and is it warm?' }, IMAGE] },
  ],
  tools: [TOOL],
  maxTokens: 100,
};

describe('a whole session', () => {
  const reaching = everyAdapter.filter(({ without = [] }) => !without.includes('fetch'));
  it.each(reaching)(
    'M17: of $name is replayed as it went: a picture, two calls and their results, counts, a refusal, and a stream that is left',
    async ({ create }) => {
      const session = (url: string, fetch: Fetch): Promise<unknown> =>
        talk((name) => create(name, url), fetch);
      const { recorded, replayed } = await both(session);
      expect(JSON.stringify(recorded)).toContain('Bergen');
      expect(replayed).toEqual(recorded);
    },
  );

  it.each([
    ['googleEmbedding', googleEmbedding],
    ['cohereEmbedding', cohereEmbedding],
  ] as const)('M17: of %s has its vectors', async (_, make) => {
    const { recorded, replayed } = await both((url, fetch) =>
      make('m', { apiKey: 'k', baseURL: url, fetch })('hi'),
    );
    expect(recorded).toHaveLength(8);
    expect(replayed).toEqual(recorded);
  });

  it('M17: has the loads and unloads of local servers', async () => {
    const { recorded, replayed } = await both(async (url, fetch) => {
      const ctx = { signal: AbortSignal.timeout(5000), fetch };
      const models = [lmstudio('m', { baseURL: url }), ollama('m', { baseURL: url })];
      for (const model of models) {
        await model.load(ctx);
        await model.unload(ctx);
      }
      return models.length;
    });
    expect(replayed).toBe(recorded);
  });
});

describe('a session that goes another way', () => {
  it('M17: is told which request differs, and where', async () => {
    const file = newFile();
    const [first] = everyAdapter;
    if (first === undefined) throw new Error('There is no adapter.');
    const ask = async (url: string, fetch: Fetch, city: string): Promise<unknown> => {
      const model = first.create('m-tool', url);
      const parts = await say(model, ASKED, fetch);
      const changed = parts.map((part) =>
        part.type === 'tool-call'
          ? { ...part, input: { city }, raw: JSON.stringify({ city }) }
          : part,
      );
      return say(model, withResults(changed), fetch);
    };
    {
      using recorder = recordCassette(file);
      await ask(service.url, recorder.fetch, 'Oslo');
    }
    const player = replayCassette(file);
    await expect(ask(NOWHERE, player.fetch, 'Rome')).rejects.toThrow(
      /the nearest is request 2, which differs in:\s+body\.messages\.2\.tool_calls\.0\.function\.arguments: recorded .*Oslo.*, asked .*Rome/,
    );
    expect(() => player.check()).toThrow('request 2');
    expect(player.left).toBe(1);
  });
});

/** What a session says while it is recorded, and while it is replayed to the end from its file. */
async function both(session: (url: string, fetch: Fetch) => Promise<unknown>) {
  const file = newFile();
  const record = async (): Promise<unknown> => {
    using recorder = recordCassette(file);
    return await session(service.url, recorder.fetch);
  };
  const recorded = await record();
  expect(readFileSync(file, 'utf8').split('\n').length).toBeGreaterThan(2);
  const player = replayCassette(file);
  const replayed = await session(NOWHERE, player.fetch);
  player.check();
  expect(player.left).toBe(0);
  return { recorded, replayed };
}

async function talk(create: (name: string) => Model, fetch: Fetch): Promise<unknown> {
  const ctx: CallContext = { signal: AbortSignal.timeout(10_000), fetch };
  const model = create('m-tools');
  const parts = await say(model, ASKED, fetch);
  const answer = await say(model, withResults(parts), fetch);
  const count = await model.countTokens?.(ASKED, ctx);
  const listed = await model.list?.(ctx);
  const refused = await say(create('err-503'), ASKED, fetch).catch(failure);
  const left: ModelEvent[] = [];
  for await (const event of create('m-slow').stream(ASKED, ctx)) {
    if (event.type !== 'delta') continue;
    left.push(event);
    if (left.length === 2) break;
  }
  return { parts, answer, count, listed, refused, left };
}

function failure(error: unknown): object {
  if (!(error instanceof ModelError)) throw error;
  const { kind, retryable, status, message } = error;
  return { kind, retryable, status, message };
}

async function say(model: Model, request: ModelRequest, fetch: Fetch): Promise<readonly Part[]> {
  const parts: Part[] = [];
  const ctx = { signal: AbortSignal.timeout(10_000), fetch };
  for await (const event of model.stream(request, ctx))
    if (event.type === 'part') parts.push(event.part);
  return parts;
}

function withResults(parts: readonly Part[]): ModelRequest {
  const results = parts.flatMap((part): Part[] =>
    part.type === 'tool-call'
      ? [{ type: 'tool-result', id: part.id, name: part.name, output: { temperature: 7 } }]
      : [],
  );
  const turns: readonly Message[] = [
    { role: 'assistant', parts },
    { role: 'tool', parts: results },
  ];
  return { ...ASKED, messages: [...ASKED.messages, ...turns] };
}

function newFile(): string {
  return join(folder, `${files++}.jsonl`);
}
