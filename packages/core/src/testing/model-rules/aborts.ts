import assert from 'node:assert/strict';
import { generate } from '../../call/generate.ts';
import { context, failureOf, GREETING, REQUEST, until } from './calling.ts';
import type { ModelRule } from './rule.ts';

/** How a call ends early, and how it reaches the network. */
export const abortRules: readonly ModelRule[] = [
  {
    name: 'K6: an abort ends the call with `aborted` in 100 ms, keeps what had arrived, and closes the socket',
    model: 'm-slow',
    check: async (model, options) => {
      const before = await options.closedEarly?.();
      const controller = new AbortController();
      let abortedAt = 0;
      const call = generate(model, REQUEST, { signal: controller.signal }, (event) => {
        if (event.type !== 'delta' || abortedAt !== 0) return;
        abortedAt = performance.now();
        setImmediate(() => controller.abort());
      });
      const error = await failureOf(call);
      assert.equal(error.kind, 'aborted');
      assert.equal(error.retryable, false);
      assert.ok(performance.now() - abortedAt < 100, 'in 100 ms');
      assert.ok((error.partial ?? []).length > 0, 'partial');
      if (before !== undefined) await until(async () => (await options.closedEarly?.()) !== before);
    },
  },
  {
    name: 'M9: a signal whose time is over fails the call with `timeout`',
    model: 'm-slow',
    check: async (model) => {
      const error = await failureOf(generate(model, REQUEST, { signal: AbortSignal.timeout(60) }));
      assert.equal(error.kind, 'timeout');
      assert.equal(error.retryable, true);
    },
  },
  {
    name: 'M9: a call whose signal is aborted already sends nothing',
    model: 'm',
    check: async (model) => {
      let sent = false;
      const refuse: typeof globalThis.fetch = () => {
        sent = true;
        return Promise.reject(new TypeError('no network'));
      };
      const ctx = { signal: AbortSignal.abort(), fetch: refuse };
      const error = await failureOf(generate(model, REQUEST, ctx));
      assert.equal(error.kind, 'aborted');
      assert.equal(sent, false);
    },
  },
  {
    name: 'M9: the network is reached through `ctx.fetch` where it is given, with the headers of the call',
    model: 'm',
    needs: ['fetch', 'network'],
    check: async (model) => {
      const seen: (string | null)[] = [];
      const watched: typeof globalThis.fetch = (input, init) => {
        seen.push(new Headers(init?.headers).get('x-trace'));
        return fetch(input, init);
      };
      const ctx = { ...context(), fetch: watched, headers: { 'x-trace': 'abc' } };
      assert.equal((await generate(model, REQUEST, ctx)).text, GREETING);
      assert.ok(seen.includes('abc'), `x-trace was ${JSON.stringify(seen)}`);
    },
  },
];
