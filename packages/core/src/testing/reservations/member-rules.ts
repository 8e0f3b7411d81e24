import assert from 'node:assert/strict';
import type { ConformanceRule } from '../rule.ts';
import { ask, held, type MakeRule, MEMBER, NOW, places, rolling } from './bench.ts';

/** Who shares, and what becomes of those who leave. */
export function memberRules(rule: MakeRule): readonly ConformanceRule[] {
  return [
    rule('it says what it is, and takes a member in', async (store) => {
      assert.equal(store.spec, 'reservations/1');
      assert.deepEqual(await store.join(MEMBER, NOW), { kind: 'joined' });
      assert.equal(await store.renew(MEMBER.id, NOW), true);
      assert.equal(await store.renew('nobody', NOW), false);
    }),
    rule('who has not joined takes nothing', async (store) => {
      await assert.rejects(store.reserve(ask('a', NOW, [rolling(1)])), { code: 'store.fenced' });
    }),
    rule('several openings share everything', async (store, again) => {
      await store.join(MEMBER, NOW);
      const other = await again();
      await other.join({ ...MEMBER, id: 'm2', name: 'two' }, NOW);
      await held(store, ask('a', NOW, [rolling(1), places(2)]));
      const theirs = { ...ask('b', NOW + 1, [rolling(1), places(2)]), member: 'm2' };
      assert.equal((await other.reserve(theirs)).kind, 'wait');
      await held(other, { ...theirs, nowMs: NOW + 1_000 });
      assert.equal((await store.reserve(ask('c', NOW + 2_000, [places(2)]))).kind, 'wait');
      await other.close();
      await held(store, ask('c', NOW + 2_000, [places(2)]));
    }),
    rule('what a member held of windows outlasts it', async (store, again) => {
      await store.join(MEMBER, NOW);
      const other = await again();
      await other.join({ ...MEMBER, id: 'm2', name: 'two' }, NOW);
      await held(other, { ...ask('a', NOW, [rolling(1)]), member: 'm2' });
      await other.close();
      assert.equal((await store.reserve(ask('b', NOW + 999, [rolling(1)]))).kind, 'wait');
      await held(store, ask('b', NOW + 1_000, [rolling(1)]));
    }),
    rule(
      'who says something else of a subject stays out as long as the other is in',
      async (store, again) => {
        await store.join(MEMBER, NOW);
        const other = await again();
        const terms = { 'key k': '9 calls / 10s', 'key other': 'nothing' };
        assert.deepEqual(await other.join({ id: 'm2', name: 'two', terms }, NOW), {
          ...{ kind: 'disagrees', subject: 'key k', theirs: '5 calls / 10s', other: 'one' },
        });
        await assert.rejects(other.reserve({ ...ask('a', NOW, [rolling(1)]), member: 'm2' }));
        await store.close();
        assert.deepEqual(await other.join({ id: 'm2', name: 'two', terms }, NOW), {
          kind: 'joined',
        });
        await other.close();
      },
    ),
    rule('a closed store refuses', async (store) => {
      await store.join(MEMBER, NOW);
      await store.close();
      await assert.rejects(store.reserve(ask('a', NOW, [rolling(1)])), { code: 'store.closed' });
      await store.close();
    }),
  ];
}
