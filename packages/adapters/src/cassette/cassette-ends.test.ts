import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOpenAI } from '@ai-sdk/openai';
import type { ModelError } from '@overseer/core/plugin';
import type { Model, ModelEvent } from '@overseer/core/spec';
import { afterAll, describe, expect, it } from 'vitest';
import { fromAiSdk } from '../ai-sdk/index.ts';
import { everyAdapter } from '../internal/every-adapter.fixture.ts';
import { startMockService } from '../mock-llm/index.ts';
import { openaiBatch } from '../openai/index.ts';
import { readCassette, recordCassette, replayCassette } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'cassette-'));
const service = await startMockService();
const KEY = 'sk-canary-0123456789';
const NOWHERE = 'http://127.0.0.1:9';
const HI = { messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }] } as const;
let files = 0;

afterAll(async () => {
  rmSync(folder, { recursive: true });
  await service.close();
});

describe('the end of a recording', () => {
  it.each(everyAdapter.filter(({ without = [] }) => !without.includes('fetch')))(
    'M17: has the last answer of $name in it, also where it is closed right after the call',
    async ({ create }) => {
      const file = newFile();
      const record = async (): Promise<unknown> => {
        using recorder = recordCassette(file);
        return await ask(create('m', service.url), recorder.fetch);
      };
      const recorded = await record();
      expect(await ask(create('m', NOWHERE), replayCassette(file).fetch)).toEqual(recorded);
    },
  );

  it('M17: is closed while an answer is read, which goes on unheard', async () => {
    const file = newFile();
    const recorder = recordCassette(file);
    const body = JSON.stringify({
      model: 'm-slow',
      stream: true,
      messages: [{ role: 'user', content: 'hi' }],
    });
    const call = { method: 'POST', body };
    const response = await recorder.fetch(`${service.url}/v1/chat/completions`, call);
    const reader = response.body?.getReader();
    await reader?.read();
    recorder[Symbol.dispose]();
    expect(recorder.recorded).toBe(1);
    expect((await reader?.read())?.done).toBe(false);
    await reader?.cancel();
    expect(readCassette(file)).toMatchObject([{ answer: { end: { kind: 'left' } } }]);
  });

  it('M13 M17: holds the upload and the answers of a batch', async () => {
    const file = newFile();
    const batch = (url: string): Model =>
      openaiBatch('m', { apiKey: KEY, baseURL: `${url}/v1`, collectMs: 5, pollMs: 5 });
    const recorder = recordCassette(file);
    const recorded = await ask(batch(service.url), recorder.fetch, 'the same');
    recorder[Symbol.dispose]();
    const player = replayCassette(file);
    expect(await ask(batch(NOWHERE), player.fetch, 'the same')).toEqual(recorded);
    player.check();
  });

  it('M17: replays a cut to whoever pipes it on, after what came before', async () => {
    const file = newFile();
    const create = (url: string): Model =>
      fromAiSdk((fetch) => createOpenAI({ apiKey: KEY, baseURL: `${url}/v1`, fetch }).chat('cut'));
    using recorder = recordCassette(file);
    const recorded = await ask(create(service.url), recorder.fetch);
    expect(JSON.stringify(recorded)).toContain('"o fr"');
    expect(await ask(create(NOWHERE), replayCassette(file).fetch)).toEqual(recorded);
  });
});

function newFile(): string {
  return join(folder, `${files++}.jsonl`);
}

/** What a model says and how it fails, without what time changes. */
async function ask(model: Model, fetch: typeof globalThis.fetch, key?: string): Promise<unknown> {
  const events: ModelEvent[] = [];
  try {
    const { signal } = new AbortController();
    const ctx = { signal, fetch, ...(key === undefined ? {} : { key }) };
    for await (const event of model.stream(HI, ctx)) if (event.type !== 'meta') events.push(event);
    return { events };
  } catch (error) {
    const { kind, retryable, message } = error as ModelError;
    return { events, kind, retryable, message };
  }
}
