import { generate, type ModelError } from '@overseer/core/plugin';
import type { CallContext, Model } from '@overseer/core/spec';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { anthropicBatch } from '../anthropic/index.ts';
import { startMockService } from '../mock-llm/index.ts';
import { openaiBatch } from '../openai/index.ts';
import { everyAdapter } from './every-adapter.fixture.ts';
import { type HostileCase, hostileCases } from './hostile-cases.fixture.ts';
import { type RawServer, serveRaw } from './raw-server.fixture.ts';

const REQUEST = {
  messages: [{ role: 'user' as const, parts: [{ type: 'text' as const, text: 'hi' }] }],
};
const MIB = 1024 * 1024;
/** What a server may have sent before it was left: our bounds, and what sockets and streams hold. */
const MOST_BYTES = 64 * MIB;

const unhandled: unknown[] = [];
const note = (reason: unknown): void => {
  unhandled.push(reason);
};
beforeEach(() => {
  unhandled.length = 0;
  process.on('unhandledRejection', note);
});
afterEach(() => {
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});

/** Those cases that say nothing in the form of an answer. */
const CASES = hostileCases.filter(({ what }) =>
  /headers|a document without end|refusal|gzip|redirects|a page|no HTTP|nothing at all/.test(what),
);

type Question = (model: Model, ctx: CallContext) => Promise<unknown> | undefined;

const QUESTIONS: readonly (readonly [string, Question])[] = [
  ['its list', (model, ctx) => model.list?.(ctx)],
  ['a count of tokens', (model, ctx) => model.countTokens?.(REQUEST, ctx)],
];
const NETWORKS: readonly (readonly [string, Pick<CallContext, 'fetch'>])[] = [
  ['sockets', {}],
  ['the fetch of the call', { fetch: (input, init) => fetch(input, init) }],
];

const asked = everyAdapter.flatMap((adapter) =>
  QUESTIONS.flatMap(([question, ask]) =>
    NETWORKS.map(([network, context]) => ({ adapter, question, ask, network, context })),
  ).filter(({ ask, question }) => {
    // Those of one provider list in one way.
    if (adapter.name.includes(',') && question === 'its list') return false;
    const model = adapter.create('m', 'http://127.0.0.1:9');
    const gone = AbortSignal.abort();
    const answer = ask(model, { signal: gone });
    answer?.catch(() => undefined);
    return answer !== undefined;
  }),
);

it('M4 M12: lists are asked of most adapters, and counts of some', () => {
  expect(asked.length).toBeGreaterThan(20);
});

describe.each(
  asked.map(
    (one) => [`${one.adapter.name}, asked for ${one.question} by ${one.network}`, one] as const,
  ),
)('%s, of a server that sends', (_name, { adapter, ask, context }) => {
  it.each(CASES)('M4 M9 M18: $what', { tags: ['slow'], timeout: 30_000 }, async (one) => {
    await using server = await serveRaw((socket) => void one.answer(socket, adapter.dialect));
    const model = adapter.create('m', server.origin);
    const silent = one.what === 'nothing at all';
    const signal = AbortSignal.timeout(silent ? 200 : 20_000);
    const { kind, message } = await failureOf(ask(model, { signal, ...context }));
    expect(one.kinds, message).toContain(kind);
    await left(server);
  });
});

const BATCHES: readonly (readonly [string, (url: string, more: object) => Model])[] = [
  ['openai', (url, more) => openaiBatch('m', { apiKey: 'k', baseURL: `${url}/v1`, ...more })],
  ['anthropic', (url, more) => anthropicBatch('m', { apiKey: 'k', baseURL: url, ...more })],
];
const PLACES: readonly (readonly [string, RegExp])[] = [
  ['a look', /\/batches\/[^/]+$/],
  ['its results', /\/content$|\/results$/],
];

describe.each(
  BATCHES.flatMap(([provider, create]) =>
    PLACES.map(([what, path]) => [`${what} at a batch of ${provider}`, create, path] as const),
  ),
)('%s, of a server that sends', (_name, create, path) => {
  it.each(CASES)(
    'M13 M18: $what',
    { tags: ['slow'], timeout: 30_000 },
    async (one: HostileCase) => {
      await using server = await serveRaw((socket) => void one.answer(socket, 'openai-chat'));
      await using service = await startMockService({
        scenario: { models: [{ id: 'm' }], rules: [] },
      });
      const more = { collectMs: 5, pollMs: 10, patienceMs: 600, idleTimeoutMs: 200 };
      const model = create(service.url, more);
      const network = (...[input, init]: Parameters<typeof fetch>): Promise<Response> => {
        const { pathname } = new URL(`${input}`);
        const isIt = (init?.method ?? 'GET') === 'GET' && path.test(pathname);
        return fetch(isIt ? server.origin + pathname : input, init);
      };
      const ctx = { signal: AbortSignal.timeout(20_000), fetch: network };
      const { kind, message } = await failureOf(generate(model, REQUEST, ctx));
      // A look that fails may be repeated, until patience ends.
      expect([...one.kinds, 'timeout'], message).toContain(kind);
      expect(server.sockets.length).toBeGreaterThan(0);
      await left(server);
    },
  );
});

async function failureOf(asked: Promise<unknown> | undefined): Promise<ModelError> {
  const error: unknown = await asked?.then(
    () => new Error('it was answered'),
    (thrown: unknown) => thrown,
  );
  return error as ModelError;
}

/** No socket is kept, and none was read much further than is kept. */
async function left({ sockets }: RawServer): Promise<void> {
  const open = (): number => sockets.filter(({ destroyed }) => !destroyed).length;
  await expect.poll(open, { timeout: 5_000 }).toBe(0);
  for (const { bytesWritten } of sockets) expect(bytesWritten).toBeLessThan(MOST_BYTES);
}
