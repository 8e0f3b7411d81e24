import { describe, expect, it, onTestFinished } from 'vitest';
import { type Custodian, createCustodian } from './create-custodian.ts';
import { createOverseer, openTeam } from './create-overseer.ts';
import { EVENT_VERSION } from './journal/event-version.ts';
import { INDEX_VERSION } from './journal/journal-index.ts';
import { memory } from './journal/memory-store.ts';
import { StreamLease } from './journal/stream-lease.ts';
import type { OverseerEvent } from './spec/event.ts';
import type { OpenStore } from './spec/store.ts';
import { LEASE_MS, type SharedPlace, sharedPlace } from './succession.fixture.ts';
import { createFakeClock, type FakeClock } from './testing/fake-clock.ts';
import { type FakeReply, fakeModel } from './testing/fake-model.ts';
import { callsIn, saidBy, workersPlace } from './workers.fixture.ts';

const task = { tasks: [{ key: 'one', instruction: 'do it' }] };
const project = { checklist: ['item'] };
const never = (): Promise<FakeReply> => new Promise(() => undefined);

async function custodianOf(there: SharedPlace, frozen: readonly FakeClock[] = []) {
  const opening = createCustodian({ store: there.store, clock: there.newClock() });
  await there.advance(200, frozen);
  return await opening;
}

async function closed(
  there: SharedPlace,
  custodian: Custodian,
  frozen: readonly FakeClock[] = [],
): Promise<void> {
  const closing = custodian.close();
  await there.advance(500, frozen);
  await closing;
}

const typesOf = (events: readonly OverseerEvent[]): readonly string[] =>
  events.map(({ type }) => type);

/** An overseer that asked its model, and is frozen since. */
async function leftInACall(there: SharedPlace, more: object = {}) {
  there.answerWith(never);
  const first = there.start('first', { project, ...more });
  const run = (await first.overseer).run(task);
  await there.advance(500);
  await there.advance(LEASE_MS + 500, [first.clock]);
  return { run, frozen: [first.clock] };
}

/** A store that a project came to, and the words that say so. */
async function arrived(last: 'handoff.received' | 'handoff.recalled' = 'handoff.received') {
  const [open, clock] = [memory(), createFakeClock()];
  const begin = await createOverseer({ ...team(), store: open, clock, project });
  await begin.run(task).result;
  await begin.close();
  const away = { handoff: 'h1', receiver: 'ovpub1_me' };
  const offer = { trigger: 'maintenance', because: 'moving', inFlight: [], untilAt: 0, away };
  await write(open, clock, 'handoff.offered', offer);
  const came =
    last === 'handoff.received'
      ? { handoff: 'h1', package: 'p', sender: 'ovpub1_you' }
      : { handoff: 'h1', because: 'nobody took it' };
  await write(open, clock, last, came);
  return { open, clock };
}

async function write(
  open: OpenStore,
  clock: FakeClock,
  type: 'handoff.offered' | 'handoff.received' | 'handoff.recalled',
  data: object,
): Promise<void> {
  const [store, stream] = [await open(), 'project/default'];
  const lease = await StreamLease.take({ store, stream, clock, name: 'host' });
  const seq = (await store.events.head(stream)) + 1;
  const place = { id: `${type} ${seq}`, stream, seq, at: clock.now(), v: EVENT_VERSION[type] };
  const event = { ...place, epoch: lease.epoch, actor: 'host', type, data };
  await store.events.append(lease.epoch, [event as unknown as OverseerEvent]);
  await lease.release();
}

async function eventsOf(open: OpenStore): Promise<readonly OverseerEvent[]> {
  return await (await open()).events.read({ stream: 'project/default', after: 0, limit: 10_000 });
}

function team() {
  const models = { real: { model: fakeModel({ reply: () => ({ text: 'fine' }) }) } };
  return { overseer: 'real', models } as const;
}

describe('a custodian', () => {
  it('R8: leaves what came from another store to the next overseer, which looks at its connections', async () => {
    const { open, clock } = await arrived();
    const custodian = await createCustodian({ store: open, clock });
    await custodian.project.tick('item', { by: 'mia' });
    await custodian.close();
    expect(typesOf(await eventsOf(open))).not.toContain('handoff.accepted');
    for (const _ of [1, 2]) await (await createOverseer({ ...team(), store: open, clock })).close();
    expect(saidBy(await eventsOf(open), 'handoff.accepted')).toMatchObject([
      { trigger: 'maintenance', connections: [{ model: 'real' }] },
    ]);
  });

  it('R8: what came long ago is still to be accepted, however much was ordered since', async () => {
    const { open, clock } = await arrived('handoff.recalled');
    for (const _ of [1, 2]) {
      const custodian = await createCustodian({ store: open, clock });
      for (let times = 0; times < 600; times++) {
        await custodian.project.tick('item');
        await custodian.project.untick('item');
      }
      await custodian.close();
      clock.advance(86_400_000);
    }
    await (await createOverseer({ ...team(), store: open, clock })).close();
    expect(saidBy(await eventsOf(open), 'handoff.accepted')).toMatchObject([
      { trigger: 'maintenance', connections: [{ model: 'real' }] },
    ]);
  });

  it('R8: what an overseer died before it accepted is accepted by the next', async () => {
    const { open, clock } = await arrived();
    const { open: kernel } = await openTeam({ ...team(), store: open, clock });
    await kernel.close();
    expect(typesOf(await eventsOf(open))).not.toContain('handoff.accepted');
    await (await createOverseer({ ...team(), store: open, clock })).close();
    expect(saidBy(await eventsOf(open), 'handoff.accepted')).toMatchObject([
      { trigger: 'maintenance', connections: [{ model: 'real' }] },
    ]);
  });

  it('R8 R12: leaves the calls that workers make alone, and the next overseer uses their replies', async () => {
    const there = workersPlace(onTestFinished);
    const slow = Promise.withResolvers<FakeReply>();
    await there.startWorker('w1', () => slow.promise);
    const { run, frozen } = await leftInACall(there, there.remote);
    const custodian = await custodianOf(there, frozen);
    await custodian.project.tick('item');
    slow.resolve({ text: 'fine' });
    await there.advance(2_000, frozen);
    await closed(there, custodian, frozen);
    const second = await there.start('second', there.remote).overseer;
    const taken = second.open(run.id);
    taken.resume();
    await there.advance(1_000, frozen);
    expect(await taken.result).toMatchObject({ status: 'completed', output: 'fine' });
    expect(there.worked).toEqual(['w1']);
    expect(callsIn(await there.events())).toEqual(['call.started 1', 'call.finished 3']);
  });

  it('R8 K11: writes nothing of calls that were left, and suspends no run', async () => {
    const there = sharedPlace(onTestFinished);
    const { frozen } = await leftInACall(there);
    const custodian = await custodianOf(there, frozen);
    await custodian.project.tick('item');
    await closed(there, custodian, frozen);
    const events = await there.events();
    const since = events.filter(({ epoch }) => epoch === 2);
    expect(typesOf(since)).toEqual(['lease.taken', 'checklist.changed']);
    expect(since[0]?.data).toMatchObject({ custody: true });
  });

  it('R8 M11: leaves mail to whoever works', async () => {
    const there = sharedPlace(onTestFinished);
    const reply = Promise.withResolvers<FakeReply>();
    there.answerWith((by) => (by === 'first' ? reply.promise : never()));
    const first = await there.start('first', { project }).overseer;
    const run = first.run(task);
    await there.advance(300);
    const giving = first.handOver();
    await there.advance(300);
    await giving;
    const custodian = await custodianOf(there);
    reply.resolve({ text: 'late' });
    await first.drained();
    await there.advance(5_000);
    await closed(there, custodian);
    const second = await there.start('second').overseer;
    const taken = second.open(run.id);
    taken.resume();
    await there.advance(1_000);
    expect(await taken.result).toMatchObject({ status: 'completed', output: 'late' });
    expect(there.calls).toEqual(['first']);
    expect(callsIn(await there.events())).toEqual(['call.started 1', 'call.finished 3']);
  });

  it('R8: a death before it is taken up by the overseer after it', async () => {
    const there = sharedPlace(onTestFinished);
    const { frozen } = await leftInACall(there);
    await closed(there, await custodianOf(there, frozen), frozen);
    const second = await there.start('second').overseer;
    await second.acceptHandoff('second');
    expect(saidBy(await there.events(), 'handoff.accepted')).toMatchObject([
      { by: 'second', trigger: 'failure' },
    ]);
    expect(saidBy(await there.events(), 'call.failed')).toMatchObject([{ uncertain: true }]);
  });

  it('R3 L4: a rollback charges what was under way in the runs that it ends', async () => {
    const there = sharedPlace(onTestFinished);
    there.answerWith(never);
    const first = there.start('first', { project });
    const overseer = await first.overseer;
    const making = overseer.project.checkpoint('before');
    await there.advance(200);
    await making;
    const run = overseer.run(task);
    await there.advance(500);
    await there.advance(LEASE_MS + 500, [first.clock]);
    const custodian = await custodianOf(there, [first.clock]);
    const rolling = custodian.project.rollback({ checkpoint: 'before' }, { by: 'mia' });
    await there.advance(500, [first.clock]);
    await rolling;
    await closed(there, custodian, [first.clock]);
    const of = (await there.events()).filter((event) => event.run === run.id && event.epoch === 2);
    expect(typesOf(of)).toEqual(['call.failed', 'task.skipped', 'run.finished']);
    expect(of[0]?.data).toMatchObject({ uncertain: true });
    const second = await there.start('second').overseer;
    expect(second.models()[0]?.running).toBe(0);
  });

  it('R8 M19: learns nothing of models, and the next overseer learns what was left', async () => {
    const there = sharedPlace(onTestFinished);
    const learned = async (): Promise<unknown> => {
      const store = await there.store();
      const snapshot = await store.snapshots.latest('project/default', INDEX_VERSION);
      return (snapshot?.body as { readonly learned?: unknown } | undefined)?.learned;
    };
    const first = there.start('first', { project });
    const { result } = (await first.overseer).run(task);
    await there.advance(300);
    await result;
    await there.advance(LEASE_MS + 500, [first.clock]);
    const custodian = await custodianOf(there, [first.clock]);
    await custodian.project.tick('item');
    await closed(there, custodian, [first.clock]);
    expect(await learned()).toBeUndefined();
    const second = await there.start('second').overseer;
    const closing = second.close();
    await there.advance(500, [first.clock]);
    await closing;
    expect(JSON.stringify(await learned())).toContain('"fake/fake"');
  });

  it('R3 X3: erases what a finished run said, and budgets keep what it spent', async () => {
    const [open, clock] = [memory(), createFakeClock()];
    const price = { input: 1_000, output: 1_000 };
    const { model } = team().models.real;
    const options = {
      overseer: 'real',
      models: { real: { model, price } },
      store: open,
      clock,
    } as const;
    const budgets = { project: { usd: 9 } };
    const first = await createOverseer({ ...options, budgets });
    const run = first.run(task, { user: 'ada' });
    await run.result;
    const [used] = first.usage();
    await first.close();
    const custodian = await createCustodian({ store: open, clock });
    expect(await custodian.eraseUser('ada', { by: 'mia' })).toMatchObject({ erased: [run.id] });
    await custodian.erase(run.id);
    await custodian.close();
    await using second = await createOverseer({ ...options, budgets });
    await expect(second.open(run.id).result).rejects.toMatchObject({ code: 'run.forgotten' });
    expect(second.usage()[0]?.used).toBe(used?.used);
  });

  it('R3: says what is wrong with its options, and who has the project', async () => {
    const wrong = { models: {} } as unknown as Parameters<typeof createCustodian>[0];
    await expect(createCustodian(wrong)).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringMatching(/createCustodian[\s\S]*store[\s\S]*models/),
    });
    const open = memory();
    await using _overseer = await createOverseer({ ...team(), store: open });
    await expect(createCustodian({ store: open })).rejects.toMatchObject({ code: 'store.busy' });
  });
});
