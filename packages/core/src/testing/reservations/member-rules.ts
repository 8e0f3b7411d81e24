import assert from 'node:assert/strict';
import type { ConformanceRule } from '../rule.ts';
import { ask, held, type MakeRule, MEMBER, NOW, places, rolling } from './bench.ts';

/** Who may share, and as what. */
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
    rule('who leaves frees its places alone, and those beside it stay in', async (store) => {
      // What a store does not offer need not be kept.
      if (store.leave === undefined) return;
      const other = { id: 'm2', name: 'two', terms: {} };
      await store.join(MEMBER, NOW);
      await store.join(other, NOW);
      await held(store, ask('a', NOW, [rolling(3), places(2)]));
      await held(store, { ...ask('b', NOW, [rolling(3), places(2)]), member: 'm2' });
      const third = { ...ask('c', NOW + 1, [rolling(3), places(2)]), member: 'm2' };
      assert.equal((await store.reserve(third)).kind, 'wait');
      await store.leave(MEMBER.id);
      await store.leave(MEMBER.id);
      assert.equal(await store.renew(MEMBER.id, NOW + 2), false);
      assert.equal(await store.renew('m2', NOW + 2), true);
      await held(store, { ...third, nowMs: NOW + 2 });
      // What it used of a window counts as long as it would have.
      const fourth = { ...ask('d', NOW + 3, [rolling(3)]), member: 'm2' };
      assert.equal((await store.reserve(fourth)).kind, 'wait');
      await assert.rejects(store.reserve(ask('e', NOW + 3, [rolling(9)])), {
        code: 'store.fenced',
      });
      assert.deepEqual(await store.join(MEMBER, NOW + 4), { kind: 'joined' });
    }),
    rule('a closed store refuses', async (store) => {
      await store.join(MEMBER, NOW);
      await store.close();
      await assert.rejects(store.reserve(ask('a', NOW, [rolling(1)])), { code: 'store.closed' });
      await store.close();
    }),
  ];
}
