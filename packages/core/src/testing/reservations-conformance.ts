import assert from 'node:assert/strict';
import type {
  ReservationMember,
  ReservationRequest,
  ReservationStore,
  ReservationWant,
} from '../spec/reservation-store.ts';
import { randomSteps } from './reservations/random-steps.ts';
import type { ReservationsSubject } from './reservations/subject.ts';
import type { ConformanceRule } from './rule.ts';

const NOW = 1_800_000_000_000;
const MEMBER: ReservationMember = { id: 'm1', name: 'one', terms: { 'key k': '5 calls / 10s' } };

/** What every `ReservationStore` must keep. Each rule has a place of its own; rules may run in any order, or at once. */
export function reservationsConformance({ place }: ReservationsSubject): ConformanceRule[] {
  const rule = (
    name: string,
    check: (store: ReservationStore, again: () => Promise<ReservationStore>) => Promise<void>,
  ): ConformanceRule => ({
    name: `L4: ${name}`,
    check: async () => {
      const open = place();
      const store = await open();
      try {
        await check(store, open);
      } finally {
        await store.close();
      }
    },
  });
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
    rule('all limits are taken or none', async (store) => {
      await store.join(MEMBER, NOW);
      await held(store, ask('a', NOW, [places(1)]));
      const wants = [rolling(1), places(1)];
      const answer = await store.reserve(ask('b', NOW, wants));
      assert.deepEqual(answer, { kind: 'wait', limit: 'places', used: 1, untilAt: undefined });
      await held(store, ask('c', NOW, [rolling(1)]));
    }),
    rule('a wait names the limit that has room last', async (store) => {
      await store.join(MEMBER, NOW);
      const wants = [rolling(1), period(1, NOW + 5_000), places(1)];
      await held(store, ask('a', NOW, wants));
      const answer = await store.reserve(ask('b', NOW + 1, wants));
      assert.deepEqual(answer, { kind: 'wait', limit: 'period', used: 1, untilAt: NOW + 5_000 });
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
    rule('places are taken until they are settled, however long that is', async (store) => {
      await store.join(MEMBER, NOW);
      await held(store, ask('a', NOW, [places(1)]));
      const later = NOW + 400 * 86_400_000;
      assert.equal((await store.reserve(ask('b', later, [places(1)]))).kind, 'wait');
      await store.settle('a', {});
      await held(store, ask('b', later, [places(1)]));
    }),
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
    rule('more than a limit ever allows is never let through', async (store) => {
      await store.join(MEMBER, NOW);
      const answer = await store.reserve(ask('a', NOW, [{ ...rolling(5), amount: 6 }]));
      assert.deepEqual(answer, { kind: 'wait', limit: 'rolling', used: 0, untilAt: undefined });
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
    rule('many at once never get more than there is', async (store, again) => {
      const stores = [store, await again(), await again()];
      for (const [index, one] of stores.entries()) {
        await one.join({ id: `m${index}`, name: `${index}`, terms: {} }, NOW);
      }
      const answers = await Promise.all(
        Array.from({ length: 90 }, (_, index) => {
          const member = `m${index % stores.length}`;
          const asked = { ...ask(`a${index}`, NOW, [rolling(20), places(7)]), member };
          return (stores[index % stores.length] ?? store).reserve(asked);
        }),
      );
      assert.equal(answers.filter(({ kind }) => kind === 'held').length, 7);
      for (const one of stores.slice(1)) await one.close();
    }),
    rule('it agrees with a plain count of everything that happened', async (store) => {
      await store.join(MEMBER, NOW);
      for (let seed = 1; seed <= 5; seed++) await randomSteps(store, MEMBER.id, NOW, seed, 150);
    }),
    rule('a closed store refuses', async (store) => {
      await store.join(MEMBER, NOW);
      await store.close();
      await assert.rejects(store.reserve(ask('a', NOW, [rolling(1)])), { code: 'store.closed' });
      await store.close();
    }),
  ];
}

function ask(id: string, nowMs: number, wants: readonly ReservationWant[]): ReservationRequest {
  return { id, member: MEMBER.id, nowMs, wants };
}

async function held(store: ReservationStore, request: ReservationRequest): Promise<void> {
  const answer = await store.reserve(request);
  assert.equal(answer.kind, 'held', JSON.stringify(answer));
}

function rolling(capacity: number): ReservationWant {
  return { limit: 'rolling', window: { kind: 'rolling', windowMs: 1_000 }, capacity, amount: 1 };
}

/** Five seconds that end at `endAt`. */
function period(capacity: number, endAt: number): ReservationWant {
  const window = { kind: 'period', startAt: endAt - 5_000, endAt } as const;
  return { limit: 'period', window, capacity, amount: 1 };
}

function places(capacity: number): ReservationWant {
  return { limit: 'places', window: { kind: 'places' }, capacity, amount: 1 };
}
