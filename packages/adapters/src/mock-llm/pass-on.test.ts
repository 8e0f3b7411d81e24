import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterAll, describe, expect, it } from 'vitest';
import { recordCassette, replayCassette } from '../cassette/index.ts';
import { type MockService, startMockService } from './service.ts';

const folder = mkdtempSync(join(tmpdir(), 'passing-on-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('a mock service that passes on', () => {
  it('M17: records in front of a real server, and then answers without it as it did', async () => {
    const file = join(folder, 'a.jsonl');
    const real = await startMockService();
    using recorder = recordCassette(file);
    await using front = await startMockService({
      relay: { fetch: recorder.fetch, origin: real.url },
    });
    const through = await conversation(front);
    expect(through.at(-1)).toContain('no-such');
    expect(front.requests.map(({ outcome }) => outcome)).toEqual(OUTCOMES);
    await real.close();
    const player = replayCassette(file);
    await using replaying = await startMockService({ relay: { fetch: player.fetch } });
    expect(await conversation(replaying)).toEqual(through);
    expect(player.left).toBe(0);
    expect(readFileSync(file, 'utf8')).not.toContain('sk-canary');
    expect(replaying.requests.map(({ outcome }) => outcome)).toEqual(OUTCOMES);
  });

  it('M17: refuses what is not in its cassette', async () => {
    const file = join(folder, 'empty.jsonl');
    recordCassette(file)[Symbol.dispose]();
    const player = replayCassette(file);
    await using service = await startMockService({ relay: { fetch: player.fetch } });
    const response = await fetch(`${service.url}/v1/models`);
    expect(response.status).toBe(501);
    expect(await response.text()).toContain('which is empty');
  });
});

const OUTCOMES = ['completed', 'completed', 'cut', 'failed', 'failed'];

/** What clients get for a few requests, faults included. */
async function conversation({ url }: MockService): Promise<readonly string[]> {
  const silent = { apiKey: 'sk-canary-12345678', maxRetries: 0, logLevel: 'off' } as const;
  const openai = new OpenAI({ ...silent, baseURL: `${url}/v1` });
  const anthropic = new Anthropic({ ...silent, baseURL: url });
  const messages = [{ role: 'user' as const, content: 'hi' }];
  const chat = (model: string) => async () => {
    let text = '';
    const body = { model, messages, stream: true } as const;
    for await (const chunk of await openai.chat.completions.create(body))
      text += JSON.stringify(chunk);
    return text;
  };
  const ask = async () =>
    JSON.stringify(await anthropic.messages.create({ model: 'm', messages, max_tokens: 9 }));
  const gone = async () => `no-such ${(await fetch(`${url}/no-such`)).status}`;
  const said: string[] = [];
  for (const turn of [chat('m'), ask, chat('cut'), chat('err-429-2'), gone]) {
    said.push(await turn().catch((error: unknown) => String(error)));
  }
  return said;
}
