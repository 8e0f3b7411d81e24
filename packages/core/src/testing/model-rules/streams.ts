import assert from 'node:assert/strict';
import { generate } from '../../call/generate.ts';
import type { ToolCallPart } from '../../spec/message.ts';
import type { CallContext, Model, ModelRequest } from '../../spec/model.ts';
import { context, failureOf, GREETING, REQUEST, until } from './calling.ts';
import type { ModelRule } from './rule.ts';

/** What the model `m-unicode` says: characters of two, three and four bytes, and one made of two. */
const UNICODE = 'Grüße, 世界 👋🏽!';

/** How a stream behaves while it is read, and when it is left. */
export const streamRules: readonly ModelRule[] = [
  {
    name: 'M9: several tool calls at once come in order, each whole, with ids of their own, and their pieces add up',
    model: 'm-tools',
    needs: ['tools', 'parallel-tools'],
    check: async (model) => {
      const pieces = new Map<number, string>();
      const places = new Map<number, ToolCallPart>();
      const { reason, parts } = await generate(model, REQUEST, context(), (event) => {
        if (event.type === 'delta' && event.kind === 'tool-input') {
          pieces.set(event.index, (pieces.get(event.index) ?? '') + event.text);
        }
        if (event.type === 'part' && event.part.type === 'tool-call') {
          places.set(event.index, event.part);
        }
      });
      assert.equal(reason, 'tool-calls');
      const calls = parts.filter((part) => part.type === 'tool-call');
      assert.deepEqual(
        calls.map(({ name, input }) => [name, input]),
        [
          ['get_weather', { city: 'Oslo' }],
          ['get_weather', { city: 'Bergen' }],
        ],
      );
      assert.equal(new Set(calls.map(({ id }) => id)).size, 2, 'two ids');
      assert.equal(places.size, 2, 'two places');
      for (const [index, text] of pieces) {
        assert.deepEqual(JSON.parse(text), places.get(index)?.input, 'pieces add up');
      }
      const answer = await generate(model, withResults(parts, calls), context());
      assert.equal(answer.text, GREETING);
    },
  },
  {
    name: 'M9: counts of tokens are whole numbers, and no part is more than its total',
    model: 'm-cache',
    needs: 'cache',
    check: async (model) => {
      let usage = {} as { input: Record<string, number>; output: Record<string, number> };
      for await (const event of model.stream(REQUEST, context())) {
        if (event.type === 'finish') usage = event.usage as unknown as typeof usage;
      }
      const { input, output } = usage;
      for (const count of [...Object.values(input), ...Object.values(output)]) {
        assert.ok(Number.isInteger(count) && count >= 0, `a count of ${count}`);
      }
      const cached = (input['cacheRead'] ?? 0) + (input['cacheWrite'] ?? 0);
      assert.ok(cached <= (input['total'] ?? 0), 'input.total includes the cache');
      assert.ok((output['reasoning'] ?? 0) <= (output['total'] ?? 0), 'output.total includes it');
    },
  },
  {
    name: 'M9: characters that the network cuts anywhere come whole',
    model: 'm-unicode',
    needs: ['fetch', 'network'],
    check: async (model) => {
      const ctx = { ...context(), fetch: cutFetch };
      const { text } = await generate(model, REQUEST, ctx);
      assert.equal(text, UNICODE);
    },
  },
  {
    name: 'K6: an abort before anything came ends the call with `aborted`, in 100 ms',
    model: 'm-slow',
    check: async (model) => {
      const controller = new AbortController();
      const call = failureOf(generate(model, REQUEST, { signal: controller.signal }));
      const abortedAt = performance.now();
      controller.abort();
      assert.equal((await call).kind, 'aborted');
      assert.ok(performance.now() - abortedAt < 100, 'in 100 ms');
    },
  },
  {
    name: 'K6: an abort after the end changes nothing, and the model can be called again',
    model: 'm',
    check: async (model) => {
      const controller = new AbortController();
      const { signal } = controller;
      assert.equal((await generate(model, REQUEST, { signal })).text, GREETING);
      await quietly(async () => {
        controller.abort();
        await pause(20);
      });
      assert.equal((await generate(model, REQUEST, context())).text, GREETING);
    },
  },
  {
    name: 'K6: a stream that is left closes its socket',
    model: 'm-slow',
    check: async (model, options) => {
      const before = await options.closedEarly?.();
      await readOne(model, context());
      if (before !== undefined) await until(async () => (await options.closedEarly?.()) !== before);
    },
  },
  {
    name: 'M9: a call that breaks where nobody listens any more rejects nothing unhandled',
    model: 'cut',
    needs: 'network',
    check: (model) =>
      quietly(async () => {
        await readOne(model, context());
        await pause(50);
      }),
  },
  {
    name: 'M9: a request with tools is answered with the warning `unsupported`, or refused as that',
    model: 'm',
    unless: 'tools',
    check: async (model) => {
      const said = await generate(model, REQUEST, context()).then(
        ({ warnings }) => warnings.map(({ kind }) => kind),
        (error: { readonly kind: string }) => [error.kind],
      );
      assert.ok(said.includes('unsupported'), `it said ${JSON.stringify(said)}`);
    },
  },
  {
    name: 'M9: a call that brings a fetch is refused as `unsupported`, not sent past it',
    model: 'm',
    needs: 'network',
    unless: 'fetch',
    check: async (model) => {
      const ctx = { ...context(), fetch: () => Promise.reject(new TypeError('no network')) };
      assert.equal((await failureOf(generate(model, REQUEST, ctx))).kind, 'unsupported');
    },
  },
  {
    name: 'M9: what needs no network answers a call that brings a fetch, and does not use it',
    model: 'm',
    unless: 'network',
    check: async (model) => {
      let isUsed = false;
      const refuse = (): Promise<never> => {
        isUsed = true;
        return Promise.reject(new TypeError('no network'));
      };
      assert.equal(
        (await generate(model, REQUEST, { ...context(), fetch: refuse })).text,
        GREETING,
      );
      assert.equal(isUsed, false, 'its fetch was used');
    },
  },
];

function withResults(
  parts: ModelRequest['messages'][number]['parts'],
  calls: readonly ToolCallPart[],
): ModelRequest {
  const results = calls.map(({ id, name }) => ({
    type: 'tool-result' as const,
    id,
    name,
    output: { temperature: 7 },
  }));
  return {
    ...REQUEST,
    messages: [...REQUEST.messages, { role: 'assistant', parts }, { role: 'tool', parts: results }],
  };
}

/** The network, with every body cut into pieces of one to three bytes. */
const cutFetch: typeof globalThis.fetch = async (input, init) => {
  const { body, status, headers } = await fetch(input, init);
  const cut = new TransformStream<Uint8Array, Uint8Array>({
    transform: (bytes, controller) => {
      for (let at = 0, size = 1; at < bytes.length; at += size, size = (size % 3) + 1) {
        controller.enqueue(bytes.slice(at, at + size));
      }
    },
  });
  return new Response(body?.pipeThrough(cut) ?? null, { status, headers });
};

/** Reads up to the first delta and leaves. */
async function readOne(model: Model, ctx: CallContext): Promise<void> {
  for await (const { type } of model.stream(REQUEST, ctx)) if (type === 'delta') break;
}

/** Fails where a promise is rejected meanwhile that nobody handles. */
async function quietly(work: () => Promise<void>): Promise<void> {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => {
    unhandled.push(reason);
  };
  process.on('unhandledRejection', note);
  try {
    await work();
  } finally {
    process.off('unhandledRejection', note);
  }
  assert.deepEqual(unhandled, []);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
