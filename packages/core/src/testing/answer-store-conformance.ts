import assert from 'node:assert/strict';
import type { AnswerStore, CachedAnswer } from '../spec/answer-store.ts';
import type { ConformanceRule } from './rule.ts';

/** How the rules get at the store they judge. */
export interface AnswerStoreSubject {
  /** Opens a new, empty store that has room for a hundred small answers. */
  readonly open: () => Promise<AnswerStore>;
}

/** What every `AnswerStore` must keep. Each rule opens a store of its own; rules may run in any order, or at once. */
export function answerStoreConformance({ open }: AnswerStoreSubject): ConformanceRule[] {
  const rule = (name: string, check: (store: AnswerStore) => Promise<void>): ConformanceRule => ({
    name: `M13: ${name}`,
    check: async () => check(await open()),
  });
  return [
    rule('it says what it is, and has nothing at first', async (store) => {
      assert.equal(store.spec, 'answers/1');
      assert.equal(await store.get(KEY), undefined);
    }),
    rule('an answer comes back as it was put', async (store) => {
      await store.put(KEY, ANSWER);
      assert.deepEqual(await store.get(KEY), ANSWER);
    }),
    rule('a later answer takes the place of an earlier one', async (store) => {
      await store.put(KEY, ANSWER);
      await store.put(KEY, { ...ANSWER, call: 'call-2' });
      assert.equal((await store.get(KEY))?.call, 'call-2');
    }),
    rule('keys are told apart to the last letter', async (store) => {
      await store.put(KEY, ANSWER);
      assert.equal(await store.get(KEY.slice(0, -1)), undefined);
      assert.equal(await store.get(`${KEY}0`), undefined);
      assert.equal(await store.get(KEY.toUpperCase()), undefined);
    }),
    rule('what is deleted is gone, once and twice, and can come anew', async (store) => {
      await store.put(KEY, ANSWER);
      await store.delete(KEY);
      await store.delete(KEY);
      assert.equal(await store.get(KEY), undefined);
      await store.put(KEY, ANSWER);
      assert.deepEqual(await store.get(KEY), ANSWER);
    }),
    rule('deleting one answer leaves the others', async (store) => {
      for (let at = 0; at < 20; at++) await store.put(`${KEY}${at}`, ANSWER);
      await store.delete(`${KEY}7`);
      for (let at = 0; at < 20; at++) {
        assert.equal((await store.get(`${KEY}${at}`)) === undefined, at === 7, `answer ${at}`);
      }
    }),
    rule('text of every script, and provider data, is kept', async (store) => {
      const text = 'ünïcödé 日本語 🏳️‍🌈 \u2028 \0 "\\';
      const parts = [
        { type: 'reasoning', text, meta: { p: { signature: 'ab=', n: 0.1, none: null } } },
        { type: 'text', text },
      ] as const;
      await store.put(KEY, { ...ANSWER, parts });
      assert.deepEqual((await store.get(KEY))?.parts, parts);
    }),
  ];
}

const KEY = '0123456789abcdef.00ff';

const ANSWER: CachedAnswer = {
  call: 'call-1',
  parts: [{ type: 'text', text: 'The Loire.' }],
  reason: 'stop',
  cost: { inputTokens: 12, outputTokens: 4, microUsd: 3 },
  expiresAt: 1_800_000_000_000,
};
