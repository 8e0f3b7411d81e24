import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createIds } from '../internal/ids.ts';
import { currentHolder } from '../internal/process-identity.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { StateStore } from '../spec/store.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import type { EventDraft } from './draft.ts';
import { followRun } from './follow-run.ts';
import { Journal } from './journal.ts';
import { memory } from './memory-store.ts';

const RUN = 'r';

describe('followRun', () => {
  it('D1 R1: gives every event of its run exactly once and in order, whatever the timing', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 12 }),
        fc.array(fc.nat(6), { minLength: 1, maxLength: 5 }),
        async (steps, delays) => {
          const { journal, store, events } = await scene(delays);
          const readers: Reader[] = [];
          for (const step of steps) {
            const reader = await take(step, store, journal);
            if (reader !== undefined) readers.push(reader);
          }
          await journal.append([finished]);
          const mine = events.filter(({ run }) => run === RUN).map(({ seq }) => seq);
          for (const { after, seen } of readers) {
            expect(await seen).toEqual(mine.filter((seq) => seq > after));
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('D1: stays right for a reader that is far behind all the time', async () => {
    const { journal, store, events } = await scene([2]);
    const reader = join(store, journal, { after: 0, pauses: [300] });
    for (let batch = 0; batch < 8; batch++) {
      void journal.append(drafts(1_500));
      await pass(100);
    }
    await journal.append([finished]);
    expect(await reader.seen).toEqual(
      events.filter(({ run }) => run === RUN).map(({ seq }) => seq),
    );
  });

  it('D1: leaves the journal alone when the reader goes', async () => {
    const { journal, store } = await scene([0]);
    await journal.append(drafts(3));
    for await (const event of followRun(store, journal, RUN, isLast)) {
      if (event.seq === 2) break;
    }
    await journal.append([finished]);
    expect(journal.head).toBe(4);
  });

  it('D1: ends with the journal, after what is there', async () => {
    const { journal, store } = await scene([0]);
    const reader = join(store, journal, { after: 0, pauses: [0] });
    await journal.append(drafts(2));
    journal.followers.end();
    expect(await reader.seen).toEqual([1, 2]);
    expect(await join(store, journal, { after: 1, pauses: [0] }).seen).toEqual([2]);
  });

  it('R1: fails with the journal', async () => {
    const { journal, store } = await scene([0]);
    const reader = join(store, journal, { after: 0, pauses: [0] });
    await journal.append(drafts(1));
    await pass(20);
    journal.followers.fail(new Error('EIO'));
    await expect(reader.seen).rejects.toThrow('EIO');
  });
});

type Step =
  | { readonly kind: 'append'; readonly count: number }
  | { readonly kind: 'wait'; readonly turns: number }
  | ({ readonly kind: 'join' } & Joining);

interface Joining {
  /** Events with a greater `seq` are read. */
  readonly after: number;
  /** Turns that the reader takes over one event after another, over and over. */
  readonly pauses: readonly number[];
}

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('append' as const),
    count: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constantFrom(999, 1_000, 1_025, 2_100)),
  }),
  fc.record({ kind: fc.constant('wait' as const), turns: fc.nat(40) }),
  fc.record({
    kind: fc.constant('join' as const),
    after: fc.oneof(fc.constant(0), fc.nat(30)),
    pauses: fc.array(fc.constantFrom(0, 0, 0, 1, 5), { minLength: 1, maxLength: 7 }),
  }),
);

interface Reader {
  readonly after: number;
  readonly seen: Promise<readonly number[]>;
}

async function take(step: Step, store: StateStore, journal: Journal): Promise<Reader | undefined> {
  switch (step.kind) {
    case 'append':
      void journal.append(drafts(step.count));
      return undefined;
    case 'wait':
      await pass(step.turns);
      return undefined;
    case 'join':
      return join(store, journal, { ...step, after: Math.min(step.after, journal.head) });
  }
}

function join(store: StateStore, journal: Journal, { after, pauses }: Joining): Reader {
  const read = async (): Promise<readonly number[]> => {
    const seen: number[] = [];
    for await (const { seq } of followRun(store, journal, RUN, isLast, after)) {
      await pass(pauses[seen.length % pauses.length] ?? 0);
      seen.push(seq);
    }
    return seen;
  };
  const seen = read();
  // Looked at later; until then it must not count as unhandled.
  seen.catch(() => undefined);
  return { after, seen };
}

/** A journal over a store whose writes take so many turns, one after another, over and over. */
async function scene(delays: readonly number[]): Promise<{
  readonly journal: Journal;
  readonly store: StateStore;
  readonly events: readonly OverseerEvent[];
}> {
  const real = await memory()();
  const lease = await real.leases.acquire('project/p', currentHolder('test'));
  if (lease.kind === 'busy') throw new Error('the lease of a new store is busy');
  let writes = 0;
  const append: StateStore['events']['append'] = async (epoch, batch) => {
    const delay = delays[writes++ % delays.length] ?? 0;
    await pass(delay);
    await real.events.append(epoch, batch);
    await pass(delay);
  };
  const store: StateStore = { ...real, events: { ...real.events, append } };
  const clock = createFakeClock();
  const events: OverseerEvent[] = [];
  const journal = new Journal({
    store,
    stream: 'project/p',
    epoch: lease.epoch,
    head: 0,
    clock,
    ids: createIds(clock.now()),
    apply: (event) => void events.push(event),
  });
  return { journal, store, events };
}

/** Every seventh belongs to another run. */
function drafts(count: number): readonly EventDraft[] {
  return Array.from({ length: count }, (_, nth) => ({
    type: 'run.resumed',
    run: nth % 7 === 6 ? 'other' : RUN,
    data: { because: 'test' },
  }));
}

const finished: EventDraft<'run.finished'> = {
  type: 'run.finished',
  run: RUN,
  data: {
    status: 'completed',
    usage: {
      calls: 0,
      failedCalls: 0,
      uncertainCalls: 0,
      inputTokens: 0,
      outputTokens: 0,
      microUsd: 0,
    },
  },
};

function isLast(event: OverseerEvent): boolean {
  return event.type === 'run.finished';
}

async function pass(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await Promise.resolve();
}
