import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ModelError } from '@overseer/core/plugin';
import type { CallContext, Model } from '@overseer/core/spec';
import { describe, expect, it } from 'vitest';
import { discover } from '../discover/index.ts';
import { lmstudio } from '../lmstudio/index.ts';
import { ollama } from '../ollama/index.ts';
import { openaiCompatible } from '../openai-compatible/index.ts';
import { everyAdapter } from './every-adapter.fixture.ts';
import { withinTime } from './within-time.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

interface Stalling extends AsyncDisposable {
  readonly url: string;
  readonly open: () => Promise<number>;
}

/** A server that says what it is told to. */
async function serve(answer: Answer): Promise<Stalling> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    open: () => new Promise((resolve) => server.getConnections((_error, count) => resolve(count))),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Begins a document and never ends it. */
const half: Answer = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' }).write('{"data":[');
};

const REQUEST = {
  messages: [{ role: 'user' as const, parts: [{ type: 'text' as const, text: 'hi' }] }],
  // So that OpenAI's is not counted here.
  tools: [{ name: 'read', description: 'Reads.', input: { type: 'object' } }],
};
const never = (): CallContext => ({ signal: new AbortController().signal });

async function failureOf(work: Promise<unknown> | undefined): Promise<ModelError> {
  const thrown: unknown = await work?.then(
    () => new Error('it was answered'),
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(ModelError);
  return thrown as ModelError;
}

const OWN = everyAdapter.filter(
  ({ name }) => !name.startsWith('ai-sdk') && !name.includes(',') && name !== 'lmstudio',
);
const TIME = { askTimeoutMs: 60, loadTimeoutMs: 60 };

describe('what is asked of a server beside calls', () => {
  it.each([
    ...OWN.map(({ name, create }) => [name, (url: string) => create('m', url, TIME)] as const),
    ['lmstudio', (url: string) => lmstudio('m', { baseURL: url, ...TIME })] as const,
    [
      'llama.cpp',
      (url: string) => openaiCompatible('m', { baseURL: url, preset: 'llama.cpp', ...TIME }),
    ] as const,
    [
      'vllm',
      (url: string) => openaiCompatible('m', { baseURL: url, preset: 'vllm', ...TIME }),
    ] as const,
  ])(
    'M4 M12 M18: of %s ends by itself, whoever waits, and says what did not come',
    async (_name, create) => {
      await using server = await serve(half);
      const model: Model = create(server.url);
      const list = await failureOf(model.list?.(never()));
      expect(list).toMatchObject({ kind: 'timeout', retryable: true });
      expect(list.message).toMatch(/the list of models did not come within 60 ms; .*askTimeoutMs/);
      await expect.poll(server.open).toBe(0);
      if (model.countTokens === undefined) return;
      const count = await failureOf(model.countTokens(REQUEST, never()));
      expect(count).toMatchObject({ kind: 'timeout', retryable: true });
      expect(count.message).toMatch(
        /the count of tokens did not come within 60 ms; .*askTimeoutMs/,
      );
      await expect.poll(server.open).toBe(0);
    },
  );

  const LISTS: ReadonlyMap<string, object> = new Map([
    ['/api/v1/models', { models: [{ type: 'llm', key: 'm', loaded_instances: [] }] }],
    ['/api/tags', { models: [{ name: 'm', model: 'm' }] }],
    ['/api/ps', { models: [] }],
  ]);
  /** Lists what it has, and does nothing about it. */
  const lazy: Answer = (request, response) => {
    const list = LISTS.get(request.url ?? '');
    if (list !== undefined)
      response.setHeader('content-type', 'application/json').end(JSON.stringify(list));
  };

  it.each([
    ['lmstudio', (url: string) => lmstudio('m', { baseURL: url, ...TIME }), 'load'],
    ['ollama', (url: string) => ollama('m', { baseURL: url, ...TIME }), 'load'],
    ['ollama', (url: string) => ollama('m', { baseURL: url, ...TIME }), 'unload'],
  ] as const)('M5 M18: loads and unloads of %s do too', async (_name, create, what) => {
    await using server = await serve(lazy);
    const error = await failureOf(create(server.url)[what]?.(never()));
    expect(error).toMatchObject({ kind: 'timeout', retryable: true });
    expect(error.message).toMatch(/the model was not (un)?loaded within 60 ms; .*loadTimeoutMs/);
  });

  it('M3: discovery has the time that it is given', async () => {
    await using server = await serve((_request, response) => {
      setTimeout(() => response.end('{"data":[{"id":"late"}]}'), 100);
    });
    const kind = 'openai-compatible';
    const found = await discover({ baseURL: server.url, kind, timeoutMs: 5_000 });
    expect(found.models).toMatchObject([{ id: 'late' }]);
    const late = await failureOf(discover({ baseURL: server.url, kind, timeoutMs: 20 }));
    expect(late).toMatchObject({ kind: 'timeout', retryable: true });
    expect(late.message).toMatch(/the list of models did not come within 20 ms; .*timeoutMs/);
  });
});

describe('work within a time', () => {
  const limit = { where: 'a/m', what: 'it did not come', limitMs: 20, option: 'limitMs' };

  it('M18: ends with its signal as before, and with its own outcome in time', async () => {
    const gone = { signal: AbortSignal.abort() };
    await expect(withinTime(gone, limit, async () => 1)).rejects.toMatchObject({ kind: 'aborted' });
    expect(await withinTime(never(), limit, async () => 1)).toBe(1);
    const broken = new ModelError('network', 'no');
    await expect(withinTime(never(), limit, () => Promise.reject(broken))).rejects.toBe(broken);
  });

  it('M18: leaves work that does not heed its signal', async () => {
    const work = withinTime(never(), limit, () => new Promise(() => undefined));
    await expect(work).rejects.toMatchObject({ kind: 'timeout' });
  });
});
