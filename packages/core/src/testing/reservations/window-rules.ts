import assert from 'node:assert/strict';
import type { ConformanceRule } from '../rule.ts';
import { ask, held, type MakeRule, MEMBER, NOW, period, places, rolling } from './bench.ts';

/** Windows and places: what fits, and when there is room again. */
export function windowRules(rule: MakeRule): readonly ConformanceRule[] {
  return [
    rule(
      'a rolling window lets through what fits, and names the first moment for more',
      async (store) => {
        await store.join(MEMBER, NOW);
        for (const at of [0, 10, 20]) await held(store, ask(`r${at}`, NOW + at, [rolling(3)]));
        const answer = await store.reserve(ask('late', NOW + 30, [rolling(3)]));
        assert.deepEqual(answer, { kind: 'wait', limit: 'rolling', used: 3, untilAt: NOW + 1_000 });
        assert.equal((await store.reserve(ask('late', NOW + 999, [rolling(3)]))).kind, 'wait');
        await held(store, ask('late', NOW + 1_000, [rolling(3)]));
      },
    ),
    rule('a wait names the limit that has room last', async (store) => {
      await store.join(MEMBER, NOW);
      const wants = [rolling(1), period(1, NOW + 5_000), places(1)];
      await held(store, ask('a', NOW, wants));
      const answer = await store.reserve(ask('b', NOW + 1, wants));
      assert.deepEqual(answer, { kind: 'wait', limit: 'period', used: 1, untilAt: NOW + 5_000 });
    }),
    rule('places are taken until they are settled, however long that is', async (store) => {
      await store.join(MEMBER, NOW);
      await held(store, ask('a', NOW, [places(1)]));
      const later = NOW + 400 * 86_400_000;
      assert.equal((await store.reserve(ask('b', later, [places(1)]))).kind, 'wait');
      await store.settle('a', {});
      await held(store, ask('b', later, [places(1)]));
    }),
    rule('more than a limit ever allows is never let through', async (store) => {
      await store.join(MEMBER, NOW);
      const answer = await store.reserve(ask('a', NOW, [{ ...rolling(5), amount: 6 }]));
      assert.deepEqual(answer, { kind: 'wait', limit: 'rolling', used: 0, untilAt: undefined });
    }),
  ];
}
