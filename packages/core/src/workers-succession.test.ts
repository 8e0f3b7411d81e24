import { describe, expect, it, onTestFinished } from 'vitest';
import { ModelError } from './errors/model-error.ts';
import { StoreError } from './errors/store-error.ts';
import { type FakeReply, fakeModel } from './testing/fake-model.ts';
import { callsIn, saidBy, workersPlace } from './workers.fixture.ts';

const task = { tasks: [{ key: 'one', instruction: 'do it' }] };
const fine = (): FakeReply => ({ text: 'fine' });
/** A reply that never comes. */
const never = (): Promise<FakeReply> => new Promise(() => undefined);

describe('calls of workers, when the overseer changes', () => {
  it('R12 R7: the next overseer repeats nothing and loses nothing of what workers do', async () => {
    const there = workersPlace(onTestFinished);
    const slow = Promise.withResolvers<FakeReply>();
    await there.startWorker('w1', () => slow.promise);
    const first = there.start('first', there.remote);
    const run = (await first.overseer).run(task);
    await there.advance(500);
    const second = there.start('second', { ...there.remote, standby: true });
    // The first is frozen, and the reply comes while nobody leads.
    await there.advance(2_000, [first.clock]);
    slow.resolve({ text: 'fine' });
    await there.advance(6_000, [first.clock]);
    const taken = (await second.overseer).open(run.id);
    taken.resume();
    await there.advance(1_000, [first.clock]);
    expect(await taken.result).toMatchObject({ status: 'completed', output: 'fine' });
    expect(there.worked).toEqual(['w1']);
    expect(callsIn(await there.events())).toEqual(['call.started 1', 'call.finished 2']);
  });

  it('R12 R7: a call whose start is written down and whose job was never queued is queued by the next', async () => {
    const there = workersPlace(onTestFinished);
    const { transport } = there.remote;
    const deaf = async () => {
      const opened = await transport();
      return { ...opened, enqueue: () => Promise.reject(new Error('it died in between')) };
    };
    const first = there.start('first', { ...there.remote, transport: deaf });
    const run = (await first.overseer).run(task);
    await there.advance(500);
    await there.startWorker('w1', fine);
    const second = there.start('second', { ...there.remote, standby: true });
    await there.advance(7_000, [first.clock]);
    const taken = (await second.overseer).open(run.id);
    taken.resume();
    await there.advance(2_000, [first.clock]);
    expect(await taken.result).toMatchObject({ status: 'completed', output: 'fine' });
    expect(there.worked).toEqual(['w1']);
    expect(callsIn(await there.events())).toEqual(['call.started 1', 'call.finished 2']);
  });

  it('R4 R7 R12: an overseer that wakes up after it was taken over takes no call of its successor back', async () => {
    const there = workersPlace(onTestFinished);
    const thawed = Promise.withResolvers<void>();
    const refusals: unknown[] = [];
    let isAsked = false;
    // It is frozen when it has seen that nobody takes its call, before it takes that back.
    const frozen = async () => {
      const opened = await there.remote.transport();
      const { standing, withdraw } = opened;
      return {
        ...opened,
        standing: async (ids: readonly string[]) => {
          const found = await standing(ids);
          if (there.clock.elapsed() < 20_000) return found;
          isAsked = true;
          await thawed.promise;
          return found;
        },
        withdraw: (...asked: Parameters<typeof withdraw>) =>
          withdraw(...asked).catch((error: unknown) => {
            refusals.push(error);
            throw error;
          }),
      };
    };
    const options = { ...there.remote, holdMs: 20_000 };
    const first = there.start('first', { ...options, transport: frozen });
    const run = (await first.overseer).run(task);
    for (let waits = 0; !isAsked && waits < 260; waits++) await there.advance(100);
    expect(isAsked).toBe(true);
    const slow = Promise.withResolvers<FakeReply>();
    const { worker } = await there.startWorker('w1', () => slow.promise);
    const second = there.start('second', { ...options, standby: true });
    await there.advance(7_000, [first.clock]);
    const taken = (await second.overseer).open(run.id);
    taken.resume();
    await there.advance(1_000, [first.clock]);
    expect(worker.active).toBe(1);
    thawed.resolve();
    await there.advance(8_000, [first.clock]);
    expect(refusals).toMatchObject([{ code: 'store.fenced' }]);
    expect(worker.active).toBe(1);
    slow.resolve({ text: 'fine' });
    await there.advance(1_000);
    expect(await taken.result).toMatchObject({ status: 'completed', output: 'fine' });
    expect(there.worked).toEqual(['w1']);
    expect(callsIn(await there.events())).toEqual(['call.started 1', 'call.finished 2']);
  });

  it('R12: an overseer that closes leaves its calls to the workers, and goes on with their replies', async () => {
    const there = workersPlace(onTestFinished);
    const slow = Promise.withResolvers<FakeReply>();
    await there.startWorker('w1', () => slow.promise);
    const first = await there.start('first', there.remote).overseer;
    const run = first.run(task);
    await there.advance(500);
    const closing = first.close();
    await there.advance(1_000);
    await closing;
    slow.resolve({ text: 'fine' });
    await there.advance(500);
    const second = await there.start('second', there.remote).overseer;
    const taken = second.open(run.id);
    taken.resume();
    await there.advance(1_000);
    expect(await taken.result).toMatchObject({ status: 'completed', output: 'fine' });
    expect(there.worked).toEqual(['w1']);
  });

  it('R12 K6: the call of a task that is cancelled after a takeover has its end before the task has', async () => {
    const there = workersPlace(onTestFinished);
    await there.startWorker('w1', never);
    const first = await there.start('first', there.remote).overseer;
    const run = first.run(task);
    await there.advance(500);
    const closing = first.close();
    await there.advance(500);
    await closing;
    const second = await there.start('second', there.remote).overseer;
    second.open(run.id).resume();
    // It has seen by then that a worker has the call.
    await there.advance(1_000);
    const cancelling = second.cancel({ run: run.id, task: 'one' });
    await there.advance(1_000);
    await cancelling;
    const ends = (await there.events()).map(({ type }) => type).slice(-4);
    expect(ends).toEqual(['call.failed', 'attempt.ended', 'task.skipped', 'run.finished']);
  });

  it('R12 K6: what the call of a run that is cancelled after a takeover held is free for others', async () => {
    const there = workersPlace(onTestFinished);
    await there.startWorker('w1', never);
    const options = { ...there.remote, models: { a: { ...there.entry, concurrency: 1 } } };
    const first = await there.start('first', options).overseer;
    const runs = [first.run(task), first.run(task)];
    await there.advance(500);
    const closing = first.close();
    await there.advance(500);
    await closing;
    const second = await there.start('second', options).overseer;
    second.open(runs[1]?.id ?? '').resume();
    await there.advance(1_000);
    expect(callsIn(await there.events())).toEqual(['call.started 1']);
    const cancelling = second.open(runs[0]?.id ?? '').cancel();
    await there.advance(2_000);
    await cancelling;
    expect(callsIn(await there.events())).toEqual([
      'call.started 1',
      'call.failed 2',
      'call.started 2',
    ]);
  });

  it('M2 R12: a late reply to a run that is over says nothing of models in that run any more', async () => {
    const there = workersPlace(onTestFinished);
    const slow = Promise.withResolvers<FakeReply>();
    await there.startWorker('w1', () => slow.promise);
    const refusing = fakeModel({ reply: () => ({ error: new ModelError('auth', 'wrong key') }) });
    const options = {
      ...there.remote,
      models: { ...there.remote.models, b: { model: refusing } },
    };
    // It dies before it takes its call back.
    const mortal = async () => {
      const opened = await there.remote.transport();
      return { ...opened, withdraw: () => new Promise<never>(() => undefined) };
    };
    const first = there.start('first', { ...options, transport: mortal });
    const run = (await first.overseer).run({
      tasks: [
        { key: 'one', instruction: 'do it', model: 'a' },
        { key: 'two', instruction: 'do it', model: 'b' },
      ],
    });
    await there.advance(500);
    void run.cancel('enough');
    await there.advance(200);
    const second = there.start('second', { ...options, standby: true });
    await there.advance(7_000, [first.clock]);
    await second.overseer;
    slow.resolve({ text: 'fine' });
    await there.advance(2_000, [first.clock]);
    const told = (await there.events()).filter(
      ({ type, model }) => type === 'reply.late' || (type === 'model.changed' && model === 'b'),
    );
    expect(told.map((event) => [event.type, event.run === run.id])).toEqual([
      ['model.changed', true],
      ['reply.late', true],
      ['model.changed', false],
    ]);
  });

  it('R12 K6: an overseer whose last word cannot be written leaves no timer behind', async () => {
    const there = workersPlace(onTestFinished);
    const transport = async () => {
      const opened = await there.remote.transport();
      return { ...opened, standing: () => new Promise<never>(() => undefined) };
    };
    const store = async () => {
      const opened = await there.store();
      const { append } = opened.events;
      const refuse: typeof append = async (epoch, events) => {
        const isLast = events.some(({ type }) => type === 'run.suspended');
        if (isLast) throw new StoreError('store.failed', 'The disk is gone.');
        await append(epoch, events);
      };
      return { ...opened, events: { ...opened.events, append: refuse } };
    };
    const options = { ...there.remote, transport, store, graceMs: 1_000 };
    const { clock, overseer } = there.start('first', options);
    const first = await overseer;
    const run = first.run(task);
    run.result.catch(() => undefined);
    await there.advance(1_000);
    const closing = first.close();
    const left = closing.catch(() => clock.pending);
    for (let waits = 0; waits < 5; waits++) await there.advance(500);
    await expect(closing).rejects.toMatchObject({ code: 'store.failed' });
    expect(await left).toBe(0);
  });

  it('R12: the call of a task that is cancelled before its run goes on is taken back by the next', async () => {
    const there = workersPlace(onTestFinished);
    const { worker } = await there.startWorker('w1', never);
    const first = await there.start('first', there.remote).overseer;
    const run = first.run(task);
    await there.advance(500);
    const closing = first.close();
    await there.advance(500);
    await closing;
    const second = await there.start('second', there.remote).overseer;
    const cancelling = second.open(run.id).cancel();
    await there.advance(10_000);
    await cancelling;
    expect(worker.active).toBe(0);
    expect(saidBy(await there.events(), 'call.failed')).toMatchObject([{ kind: 'aborted' }]);
    expect(second.models()[0]?.running).toBe(0);
  });
});
