import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { generate } from '@overseer/core/plugin';
import type { Model } from '@overseer/core/spec';
import { afterEach, describe, expect, it } from 'vitest';
import { anthropicBatch } from '../anthropic/index.ts';
import { type MockService, startMockService } from '../mock-llm/index.ts';
import { openaiBatch } from '../openai/index.ts';

const CHILD = fileURLToPath(new URL('batch-child.fixture.ts', import.meta.url));
const OPTIONS = { apiKey: 'k', collectMs: 1, pollMs: 5 };

let service: MockService | undefined;
afterEach(() => service?.close());

describe.skipIf(process.platform === 'win32')('kill -9 in the middle of a call in a batch', () => {
  it.each([
    ['openai', 'between upload and batch', '^POST /v1/files$'],
    ['openai', 'once there is a batch', '^POST /v1/batches$'],
    ['openai', 'when the batch is seen to be over', '^GET /v1/batches/'],
    ['openai', 'with the result in its hands', '/content$'],
    ['anthropic', 'once there is a batch', '^POST /v1/messages/batches$'],
    ['anthropic', 'when the batch is seen to be over', '^GET /v1/messages/batches/[^/]+$'],
    ['anthropic', 'with the result in its hands', '/results$'],
  ] as const)(
    'M13 R1: %s, %s: the call made again is sent once and paid once',
    { timeout: 30_000 },
    async (provider, _, stage) => {
      service = await startMockService({ scenario: { models: [{ id: 'm' }], rules: [] } });
      const { url } = service;
      await killAt(provider, url, stage);
      const model: Model =
        provider === 'openai'
          ? openaiBatch('m', { ...OPTIONS, baseURL: `${url}/v1` })
          : anthropicBatch('m', { ...OPTIONS, baseURL: url });
      const messages = [{ role: 'user' as const, parts: [{ type: 'text' as const, text: 'a' }] }];
      const signal = AbortSignal.timeout(10_000);
      const context = { signal, key: 'attempt/1', again: true };
      expect((await generate(model, { messages }, context)).text).toBe('Hello from mock.');
      const sent = service.requests.filter(
        ({ method, path }) => method === 'POST' && /^\/v1\/(messages\/)?batches$/.test(path),
      );
      expect(sent).toHaveLength(1);
      expect(service.counts()['m']).toMatchObject({ requests: 1, completed: 1 });
    },
  );
});

async function killAt(provider: string, url: string, stage: string): Promise<void> {
  const child = spawn(process.execPath, [...process.execArgv, CHILD, provider, url, stage], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '--conditions=@overseer/source' },
  });
  const [said] = await once(child.stdout, 'data');
  expect(`${said}`).toBe('there\n');
  child.kill('SIGKILL');
  await once(child, 'exit');
}
