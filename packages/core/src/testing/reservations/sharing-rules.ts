import assert from 'node:assert/strict';
import type { ConformanceRule } from '../rule.ts';
import { ask, held, type MakeRule, MEMBER, NOW, places, rolling } from './bench.ts';

/** What members share, and what becomes of it when one leaves. */
export function sharingRules(rule: MakeRule): readonly ConformanceRule[] {
  return [
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
    rule(
      'a place goes to the member that was refused one first, as long as it keeps asking',
      async (store, again) => {
        await store.join(MEMBER, NOW);
        const other = await again();
        await other.join({ ...MEMBER, id: 'm2', name: 'two' }, NOW);
        const mine = (id: string, at: number) => store.reserve(ask(id, NOW + at, [places(1)]));
        const theirs = (id: string, at: number) =>
          other.reserve({ ...ask(id, NOW + at, [places(1)]), member: 'm2' });
        assert.equal((await mine('a', 0)).kind, 'held');
        assert.equal((await theirs('b', 10)).kind, 'wait');
        await store.settle('a', {});
        assert.equal((await mine('c', 20)).kind, 'wait');
        assert.equal((await theirs('b', 30)).kind, 'held');
        assert.equal((await mine('c', 40)).kind, 'wait');
        await other.settle('b', {});
        assert.equal((await theirs('d', 50)).kind, 'wait');
        // Who stopped asking holds up nobody.
        assert.equal((await theirs('d', 1_000)).kind, 'held');
        await other.close();
        assert.equal((await mine('c', 1_010)).kind, 'held');
      },
    ),
    rule('what a member held of windows outlasts it', async (store, again) => {
      await store.join(MEMBER, NOW);
      const other = await again();
      await other.join({ ...MEMBER, id: 'm2', name: 'two' }, NOW);
      await held(other, { ...ask('a', NOW, [rolling(1)]), member: 'm2' });
      await other.close();
      assert.equal((await store.reserve(ask('b', NOW + 999, [rolling(1)]))).kind, 'wait');
      await held(store, ask('b', NOW + 1_000, [rolling(1)]));
    }),
  ];
}
