import assert from 'node:assert/strict';
import type { ConformanceRule } from '../rule.ts';
import { ask, held, type MakeRule, MEMBER, NOW, period, places, rolling } from './bench.ts';

/** All or nothing, once, and what was used in place of what was taken. */
export function settleRules(rule: MakeRule): readonly ConformanceRule[] {
  return [
    rule('all limits are taken or none', async (store) => {
      await store.join(MEMBER, NOW);
      await held(store, ask('a', NOW, [places(1)]));
      const wants = [rolling(1), places(1)];
      const answer = await store.reserve(ask('b', NOW, wants));
      assert.deepEqual(answer, { kind: 'wait', limit: 'places', used: 1, untilAt: undefined });
      await held(store, ask('c', NOW, [rolling(1)]));
    }),
    rule('asking again with one id takes nothing more, settled or not', async (store) => {
      await store.join(MEMBER, NOW);
      const first = await store.reserve(ask('a', NOW, [rolling(2)]));
      assert.deepEqual(await store.reserve(ask('a', NOW + 5, [rolling(2)])), first);
      await held(store, ask('b', NOW + 6, [rolling(2)]));
    }),
    rule('what is given back is free at once', async (store) => {
      await store.join(MEMBER, NOW);
      const wants = [rolling(1), period(1, NOW + 5_000), places(1)];
      await held(store, ask('a', NOW, wants));
      await store.settle('a');
      await store.settle('a');
      await held(store, ask('b', NOW, wants));
    }),
    rule(
      'what was used takes the place of what was taken, at its time; more than that is a debt',
      async (store) => {
        await store.join(MEMBER, NOW);
        const want = { ...rolling(100), amount: 60 };
        await held(store, ask('a', NOW, [want]));
        await store.settle('a', { rolling: 10 });
        await held(store, ask('b', NOW + 100, [want]));
        await store.settle('b', { rolling: 130 });
        const answer = await store.reserve(ask('c', NOW + 1_050, [want]));
        assert.deepEqual(answer, {
          kind: 'wait',
          limit: 'rolling',
          used: 130,
          untilAt: NOW + 1_100,
        });
      },
    ),
    rule('settling twice counts once, and settling keeps what it does not name', async (store) => {
      await store.join(MEMBER, NOW);
      await held(store, ask('a', NOW, [{ ...rolling(10), amount: 5 }, places(1)]));
      await store.settle('a', {});
      await store.settle('a', { rolling: 0 });
      const answer = await store.reserve(ask('b', NOW, [{ ...rolling(10), amount: 6 }, places(1)]));
      assert.deepEqual(answer, { kind: 'wait', limit: 'rolling', used: 5, untilAt: NOW + 1_000 });
    }),
  ];
}
