import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createOverseer, openTeam } from './create-overseer.ts';
import { currentHolder } from './internal/process-identity.ts';
import { INDEX_VERSION, JournalIndex } from './journal/journal-index.ts';
import { memory } from './journal/memory-store.ts';
import { memoryTransport } from './journal/memory-transport.ts';
import { BudgetTree } from './limit/budget-tree.ts';
import { inTime } from './mortal-disk.fixture.ts';
import type { OverseerOptions } from './options.ts';
import { Projection } from './run/projection.ts';
import type { OverseerEvent } from './spec/event.ts';
import type { OpenStore, Snapshot } from './spec/store.ts';
import type { Validator } from './spec/validator.ts';
import { createFakeClock, type FakeClock } from './testing/fake-clock.ts';
import { type FakeReply, fakeModel } from './testing/fake-model.ts';

const STREAM = 'project/default';
const LEASE_MS = 6_000;
const DAYS = 10 * 86_400_000;
const NEVER = new Promise<FakeReply>(() => undefined);

/** What becomes of a task: done, refused once and then done, in a call that lasts long or for ever, a person's to let go, or a worker's. */
const FATES = ['done', 'refused', 'slow', 'held', 'asks', 'remote'] as const;
type Fate = (typeof FATES)[number];

const plan = fc.array(
  fc.array(fc.record({ fate: fc.constantFrom(...FATES), follows: fc.boolean() }), {
    minLength: 1,
    maxLength: 4,
  }),
  { minLength: 1, maxLength: 4 },
);
type Plan = typeof plan extends fc.Arbitrary<infer Value> ? Value : never;

it('R2 R8: from a snapshot of any moment, with calls, workers and people waited for, a project stands as without one', async () => {
  await fc.assert(
    fc.asyncProperty(plan, fc.infiniteStream(fc.nat(7)), async (runs, steps) => {
      const { events, filler, now } = await worked(runs);
      const without = await standing(events, undefined, now);
      expect(without.runs.size).toBeLessThanOrEqual(runs.length);
      for (let seq = 1; seq <= events.length; seq += 1 + (steps.next().value ?? 0)) {
        if (seq > filler.from && seq < filler.to) seq = filler.to;
        const snapshot = await noted(events.slice(0, seq));
        expect(await standing(events, snapshot, now), `noted at ${seq}`).toEqual(without);
      }
    }),
    { numRuns: 3, seed: 7 },
  );
});

function options(
  store: OpenStore,
  clock: FakeClock,
  slow: Promise<FakeReply> = NEVER,
): OverseerOptions {
  const tried = new Set<string>();
  const reply = ({ messages }: { readonly messages: unknown }): FakeReply | Promise<FakeReply> => {
    const said = JSON.stringify(messages);
    if (said.includes('held')) return NEVER;
    if (said.includes('slow')) return slow;
    const [name = 'done'] = said.match(/refused \d+ \d+/) ?? [];
    if (name === 'done' || tried.has(name)) return { text: 'fine' };
    tried.add(name);
    return { text: 'wrong' };
  };
  const price = { input: 1, output: 2 };
  const limits = ['10000 calls / 1h'] as const;
  return {
    overseer: 'a',
    models: {
      a: { model: fakeModel({ id: 'a', reply }), concurrency: 50, price, limits },
      b: { model: fakeModel({ id: 'b', reply }), workers: true, price },
    },
    budgets: { project: { usd: 1_000 }, users: { '*': { calls: 5_000 } } },
    validators: { right, release },
    transport: memoryTransport({ store, clock }),
    graceMs: 0,
    store,
    clock,
  };
}

const right: Validator = {
  spec: 'validator/1',
  tier: 'automated',
  validate: ({ text }) =>
    text === 'wrong' ? { kind: 'fail', findings: [{ message: 'wrong' }] } : { kind: 'pass' },
};

const release: Validator = {
  spec: 'validator/1',
  tier: 'person',
  validate: () => ({ kind: 'ask', of: { person: 'mia' }, request: 'May it go out?' }),
  conclude: () => ({ kind: 'pass' }),
};

/**
 * All events of these runs, of which most come before a history that nothing looks back to, some days later. Says where that history is,
 * and when it is by then.
 */
async function worked(runs: Plan) {
  const clock = createFakeClock();
  const store = memory({ leaseMs: LEASE_MS, clock });
  const slow = Promise.withResolvers<FakeReply>();
  const overseer = await createOverseer(options(store, clock, slow.promise));
  const reader = await store();
  const settled = async (): Promise<readonly OverseerEvent[]> => {
    let events: readonly OverseerEvent[] = [];
    for (let quiet = 0; quiet < 20; quiet++) {
      await new Promise(setImmediate);
      const now = await reader.events.read({ stream: STREAM, after: 0, limit: 10_000 });
      if (now.length > events.length) quiet = 0;
      events = now;
    }
    return events;
  };
  for (const [nth, tasks] of runs.entries()) {
    overseer.run({ tasks: tasks.map((task, at) => taskOf(task, nth, at)) }, { user: 'ada' });
  }
  const from = (await settled()).length;
  const long = Array.from({ length: 260 }, (_, n) => ({
    key: `t${n}`,
    instruction: 'x',
    model: 'a',
  }));
  await overseer.run({ tasks: long }, { user: 'ada' }).result;
  const to = (await settled()).length;
  slow.resolve({ text: 'fine' });
  const events = await settled();
  const now = clock.now() + DAYS;
  await inTime(clock, overseer.close());
  return { events, filler: { from, to }, now };
}

function taskOf({ fate, follows }: Plan[number][number], run: number, at: number) {
  const checks: Readonly<Record<Fate, readonly { readonly kind: string }[]>> = {
    ...{ done: [], slow: [], held: [], remote: [] },
    refused: [{ kind: 'right' }],
    asks: [{ kind: 'release' }],
  };
  return {
    key: `t${at}`,
    instruction: `${fate} ${run} ${at}`,
    model: fate === 'remote' ? 'b' : 'a',
    checks: checks[fate],
    needs: follows && at > 0 ? [`t${at - 1}`] : [],
  };
}

/** What a snapshot tells that is written behind these events. */
async function noted(events: readonly OverseerEvent[]): Promise<Snapshot> {
  const clock = createFakeClock();
  const { settings, open } = await openTeam(options(memory({ leaseMs: LEASE_MS, clock }), clock));
  const index = new JournalIndex();
  const { grants } = index;
  const budgets = new BudgetTree(settings.budgets, index.spending);
  const projection = new Projection(settings.members, { ...settings, budgets, grants });
  for (const event of events) {
    index.take(event);
    projection.apply(event);
  }
  await inTime(clock, open.close());
  const body = { ...index.body(), learned: await projection.routing.body() };
  return JSON.parse(
    JSON.stringify({ stream: STREAM, seq: events.length, foldVersion: INDEX_VERSION, body }),
  );
}

/** How everything stands that still has a say once an overseer has opened a store with these events, and perhaps a snapshot. */
async function standing(
  events: readonly OverseerEvent[],
  snapshot: Snapshot | undefined,
  now: number,
) {
  const clock = createFakeClock(now);
  const store = memory({ leaseMs: LEASE_MS, clock });
  await write(store, events, snapshot);
  const { settings, open } = await openTeam(options(store, clock));
  const { runs, calls, awaited, remotes, begunAt, budgets, routing } = open.projection;
  const state = {
    ...{ runs, calls, awaited, remotes, begunAt },
    head: open.journal.head,
    budgets: budgets.use(),
    limits: [...settings.members].map(([name, { limits }]) => [name, limits.use(clock.now())]),
    learned: await routing.body(),
    index: open.index.body(),
  };
  const copy = structuredClone(state);
  await inTime(clock, open.close());
  return copy;
}

async function write(
  open: OpenStore,
  events: readonly OverseerEvent[],
  snapshot: Snapshot | undefined,
): Promise<void> {
  const store = await open();
  const holder = currentHolder('writer');
  for (const epoch of new Set(events.map((event) => event.epoch))) {
    await store.leases.acquire(STREAM, holder);
    await store.events.append(
      epoch,
      events.filter((event) => event.epoch === epoch),
    );
    await store.leases.release(STREAM, epoch);
  }
  if (snapshot !== undefined) await store.snapshots.put(snapshot);
  await store.close();
}
