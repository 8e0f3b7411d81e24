import assert from 'node:assert/strict';
import type { ReservationStore } from '../../spec/reservation-store.ts';
import type { ConformanceRule } from '../rule.ts';
import { ask, held, type MakeRule, MEMBER, NOW, places, rolling } from './bench.ts';

/** What becomes of the places of one reservation when somebody else works on it. */
export function passingRules(rule: MakeRule): readonly ConformanceRule[] {
  return [
    rule(
      'places pass to whoever asks for the same later, and outlast who had them',
      async (store, again) => {
        const other = await joinedBoth(store, again);
        await held(store, ask('a', NOW, [places(1)]));
        await held(other, { ...ask('a', NOW + 1, [places(1)]), member: 'm2', fence: 1 });
        await store.close();
        const next = { ...ask('b', NOW + 2, [places(1)]), member: 'm2' };
        assert.equal((await other.reserve(next)).kind, 'wait');
        await other.vacate('a', MEMBER.id);
        assert.equal((await other.reserve({ ...next, nowMs: NOW + 3 })).kind, 'wait');
        await other.vacate('a', 'm2');
        await held(other, { ...next, nowMs: NOW + 4 });
        await other.close();
      },
    ),
    rule(
      'places that ended with a member are taken anew, where there is room',
      async (store, again) => {
        const other = await joinedBoth(store, again);
        await held(store, ask('a', NOW, [rolling(9), places(1)]));
        await store.close();
        const passed = { ...ask('a', NOW + 1, [places(1)]), member: 'm2', fence: 1 };
        await held(other, { ...ask('b', NOW + 1, [places(1)]), member: 'm2' });
        assert.equal((await other.reserve(passed)).kind, 'wait');
        await other.settle('b', {});
        await held(other, { ...passed, nowMs: NOW + 2 });
        const next = { ...ask('c', NOW + 3, [places(1)]), member: 'm2' };
        assert.equal((await other.reserve(next)).kind, 'wait');
        // What was reserved beside is still the same reservation's.
        await other.settle('a', { rolling: 3 });
        const answer = await other.reserve({ ...ask('d', NOW + 4, [rolling(3)]), member: 'm2' });
        assert.deepEqual(answer, { kind: 'wait', limit: 'rolling', used: 3, untilAt: NOW + 1_000 });
        await held(other, { ...next, nowMs: NOW + 5 });
        await other.close();
      },
    ),
    rule('an earlier fence takes nothing from a later one', async (store, again) => {
      const other = await joinedBoth(store, again);
      await held(store, ask('a', NOW, [places(1)]));
      await held(other, { ...ask('a', NOW + 1, [places(1)]), member: 'm2', fence: 2 });
      await assert.rejects(store.reserve({ ...ask('a', NOW + 2, [places(1)]), fence: 1 }), {
        code: 'store.fenced',
      });
      await store.vacate('a', MEMBER.id);
      assert.equal((await store.reserve(ask('b', NOW + 3, [places(1)]))).kind, 'wait');
      await other.close();
      await held(store, ask('b', NOW + 1_000, [places(1)]));
    }),
    rule('leaving a place leaves what counts beside it', async (store) => {
      await store.join(MEMBER, NOW);
      await held(store, ask('a', NOW, [rolling(2), places(1)]));
      await store.vacate('a', MEMBER.id);
      await store.vacate('unknown', MEMBER.id);
      await held(store, ask('b', NOW + 1, [rolling(2), places(1)]));
      assert.equal((await store.reserve(ask('c', NOW + 2, [rolling(2)]))).kind, 'wait');
      await store.settle('a');
      await held(store, ask('c', NOW + 3, [rolling(2)]));
    }),
  ];
}

async function joinedBoth(
  store: ReservationStore,
  again: () => Promise<ReservationStore>,
): Promise<ReservationStore> {
  await store.join(MEMBER, NOW);
  const other = await again();
  await other.join({ id: 'm2', name: 'two', terms: {} }, NOW);
  return other;
}
