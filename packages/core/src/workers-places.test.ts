import { describe, expect, it, onTestFinished } from 'vitest';
import { memory } from './journal/memory-store.ts';
import { memoryReservations } from './limit/memory-reservations.ts';
import type { OverseerOptions } from './options.ts';
import type { OpenReservations } from './spec/reservation-store.ts';
import type { FakeReply } from './testing/fake-model.ts';
import { callsIn, saidBy, workersPlace } from './workers.fixture.ts';

const task = { tasks: [{ key: 'one', instruction: 'do it' }] };
const fine = (): FakeReply => ({ text: 'fine' });

/** Views of shared limits of which one can be made to die with all that it has. */
function mortal(open: OpenReservations): {
  readonly open: OpenReservations;
  die(): Promise<void>;
} {
  const opened: (() => Promise<void>)[] = [];
  return {
    open: async () => {
      const store = await open();
      opened.push(() => store.close());
      return store;
    },
    die: async () => {
      for (const close of opened) await close();
    },
  };
}

/** What overseers say of the one place that there is. */
function oneAtOnce(store: OpenReservations): Pick<OverseerOptions, 'limits' | 'sharedLimits'> {
  return { limits: [{ per: 'all', limits: ['1 at once'] }], sharedLimits: { store } };
}

describe('places of calls that workers make', () => {
  it('L4 R7: are held as long as the worker calls, when its overseer dies', async () => {
    const there = workersPlace(onTestFinished);
    const reservations = memoryReservations();
    const doomed = mortal(reservations);
    const slow = Promise.withResolvers<FakeReply>();
    const sharedLimits = { store: reservations };
    await there.startWorker('w1', () => slow.promise, { sharedLimits });
    const first = there.start('first', { ...there.remote, ...oneAtOnce(doomed.open) });
    (await first.overseer).run(task);
    await there.advance(500);
    expect(there.worked).toEqual(['w1']);
    // It dies with all that it holds; nobody takes the project over.
    await doomed.die();
    const other = await there.start('other', {
      ...oneAtOnce(reservations),
      store: memory({ clock: there.clock }),
    }).overseer;
    const run = other.run(task);
    await there.advance(5_000, [first.clock]);
    expect(there.calls).toEqual([]);
    slow.resolve({ text: 'fine' });
    await there.advance(5_000, [first.clock]);
    expect(await run.result).toMatchObject({ status: 'completed' });
    expect(there.calls).toEqual(['other']);
  });

  it('L4: end with a worker that dies after its overseer, so that none is lost', async () => {
    const there = workersPlace(onTestFinished);
    const reservations = memoryReservations();
    const doomed = mortal(reservations);
    const worker = mortal(reservations);
    const never = new Promise<FakeReply>(() => undefined);
    await there.startWorker('w1', () => never, { sharedLimits: { store: worker.open } });
    const first = there.start('first', { ...there.remote, ...oneAtOnce(doomed.open) });
    (await first.overseer).run(task);
    await there.advance(500);
    await doomed.die();
    await worker.die();
    const other = await there.start('other', {
      ...oneAtOnce(reservations),
      store: memory({ clock: there.clock }),
    }).overseer;
    const run = other.run(task);
    await there.advance(5_000, [first.clock]);
    expect(await run.result).toMatchObject({ status: 'completed' });
  });

  it('L4 R7: a call whose place went to another is not made by the worker, costs nothing, and is made later', async () => {
    const there = workersPlace(onTestFinished);
    const reservations = memoryReservations();
    const doomed = mortal(reservations);
    const first = there.start('first', { ...there.remote, ...oneAtOnce(doomed.open) });
    const { id } = (await first.overseer).run(task);
    await there.advance(500);
    // Its job waits for a worker when it dies, and another takes the place.
    await doomed.die();
    const slow = Promise.withResolvers<FakeReply>();
    there.answerWith(() => slow.promise);
    const other = await there.start('other', {
      ...oneAtOnce(reservations),
      store: memory({ clock: there.clock }),
    }).overseer;
    const others = other.run(task);
    await there.advance(500, [first.clock]);
    expect(there.calls).toEqual(['other']);
    await there.startWorker('w1', fine, { sharedLimits: { store: reservations } });
    await there.advance(2_000, [first.clock]);
    expect(there.worked).toEqual([]);
    const options = { ...there.remote, ...oneAtOnce(reservations), standby: true };
    const second = there.start('second', options);
    await there.advance(8_000, [first.clock]);
    const taken = (await second.overseer).open(id);
    taken.resume();
    await there.advance(3_000, [first.clock]);
    expect(there.worked).toEqual([]);
    slow.resolve({ text: 'fine' });
    await there.advance(10_000, [first.clock]);
    expect(await others.result).toMatchObject({ status: 'completed' });
    expect(await taken.result).toMatchObject({ status: 'completed', output: 'fine' });
    expect(there.worked).toEqual(['w1']);
    const events = await there.events();
    expect(callsIn(events).filter((call) => call.startsWith('call.failed'))).toEqual([]);
    expect(saidBy(events, 'call.withheld')[0]).toMatchObject({
      because: expect.stringContaining("another's now"),
      limit: 'all: at once',
    });
  });

  it('L4 R7: are no worker’s who does not keep them: it makes no such call, says so, and another does', async () => {
    const there = workersPlace(onTestFinished);
    const reservations = memoryReservations();
    const { changes } = await there.startWorker('w1', fine);
    const overseer = await there.start('first', { ...there.remote, ...oneAtOnce(reservations) })
      .overseer;
    const run = overseer.run(task);
    await there.advance(30_000);
    expect(there.worked).toEqual([]);
    const troubles = changes.filter(({ kind }) => kind === 'trouble');
    expect(troubles).toMatchObject([{ error: { code: 'config.worker' } }]);
    const [withheld, ...more] = saidBy(await there.events(), 'call.withheld');
    expect(withheld).toMatchObject({
      code: 'config.worker',
      because: expect.stringContaining('sharedLimits, the same as the overseers'),
    });
    // It is offered now and then, and not all the time.
    expect(more.length).toBeGreaterThan(0);
    expect(more.length).toBeLessThan(5);
    await there.startWorker('w2', fine, { sharedLimits: { store: reservations } });
    await there.advance(120_000);
    const result = await run.result;
    expect(result).toMatchObject({ status: 'completed', output: 'fine' });
    expect(result.usage).toMatchObject({ calls: 1, failedCalls: 0 });
    expect(there.worked).toEqual(['w2']);
  });

  it('L4 R7: pass to the next overseer where the worker is told that it need not keep them', async () => {
    const there = workersPlace(onTestFinished);
    const reservations = memoryReservations();
    const doomed = mortal(reservations);
    const slow = Promise.withResolvers<FakeReply>();
    const told = { sharedLimits: false } as const;
    const { changes } = await there.startWorker('w1', () => slow.promise, told);
    const first = there.start('first', { ...there.remote, ...oneAtOnce(doomed.open) });
    const { id } = (await first.overseer).run(task);
    await there.advance(500);
    expect(changes).toMatchObject([{ kind: 'claimed' }]);
    const options = { ...there.remote, ...oneAtOnce(reservations), standby: true };
    const second = there.start('second', options);
    await there.advance(8_000, [first.clock]);
    const taken = (await second.overseer).open(id);
    taken.resume();
    // Only now it is seen that the first is dead.
    await doomed.die();
    const other = await there.start('other', {
      ...oneAtOnce(reservations),
      store: memory({ clock: there.clock }),
    }).overseer;
    const others = other.run(task);
    await there.advance(3_000, [first.clock]);
    expect(there.calls).toEqual([]);
    slow.resolve({ text: 'fine' });
    await there.advance(5_000, [first.clock]);
    expect(await taken.result).toMatchObject({ status: 'completed' });
    expect(await others.result).toMatchObject({ status: 'completed' });
  });
});
