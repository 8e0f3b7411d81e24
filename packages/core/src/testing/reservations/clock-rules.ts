import assert from 'node:assert/strict';
import type { ConformanceRule } from '../rule.ts';
import { ask, held, type MakeRule, MEMBER, NOW, period, rolling } from './bench.ts';

/** Periods, and clocks that jump. */
export function clockRules(rule: MakeRule): readonly ConformanceRule[] {
  return [
    rule('a period counts by itself, and the next begins with nothing', async (store) => {
      await store.join(MEMBER, NOW);
      await held(store, ask('a', NOW, [period(1, NOW + 5_000)]));
      assert.equal(
        (await store.reserve(ask('b', NOW + 4_999, [period(1, NOW + 5_000)]))).kind,
        'wait',
      );
      await held(store, ask('b', NOW + 5_000, [period(1, NOW + 10_000)]));
      await held(
        store,
        ask('both', NOW + 12_000, [period(2, NOW + 15_000), period(2, NOW + 20_000)]),
      );
      assert.equal(
        (await store.reserve(ask('c', NOW + 16_000, [period(1, NOW + 20_000)]))).kind,
        'wait',
      );
    }),
    rule(
      'a little earlier counts as the last moment seen; a clock set back frees nobody and stops nobody for ever',
      async (store) => {
        await store.join(MEMBER, NOW);
        await held(store, ask('a', NOW, [rolling(2)]));
        assert.deepEqual(await store.reserve(ask('b', NOW - 500, [rolling(2)])), {
          kind: 'held',
          at: NOW,
        });
        const back = NOW - 86_400_000;
        const answer = await store.reserve(ask('c', back, [rolling(2)]));
        assert.deepEqual(answer, {
          kind: 'wait',
          limit: 'rolling',
          used: 2,
          untilAt: back + 1_000,
        });
        await held(store, ask('c', back + 1_000, [rolling(2)]));
      },
    ),
  ];
}
