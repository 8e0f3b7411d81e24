import { describe, expect, it, onTestFinished } from 'vitest';
import type { OverseerOptions } from './options.ts';
import type { Overseer } from './overseer.ts';
import type { EventData, OverseerEvent } from './spec/event.ts';
import { LEASE_MS, sharedPlace } from './succession.fixture.ts';
import type { FakeReply } from './testing/fake-model.ts';

const task = { tasks: [{ key: 'one', instruction: 'do it' }] };

/** Replies that come when a test says so, by who asked for them. */
function heldReplies() {
  const held = new Map<string, PromiseWithResolvers<FakeReply>>();
  return {
    reply: (by: string): Promise<FakeReply> => {
      const one = Promise.withResolvers<FakeReply>();
      held.set(by, one);
      return one.promise;
    },
    answer: (by: string, text: string): void => held.get(by)?.resolve({ text }),
  };
}

/** Types of events about calls, with the epoch of whoever wrote each. */
function callsIn(events: readonly OverseerEvent[]): readonly string[] {
  return events
    .filter(({ type }) => type.startsWith('call.') || type === 'reply.late')
    .map(({ type, epoch }) => `${type} ${epoch}`);
}

/** One overseer that asked its model and waits for the answer. */
async function begun(more: Partial<OverseerOptions> = {}) {
  const delay = heldReplies();
  const there = sharedPlace(onTestFinished);
  there.answerWith(delay.reply);
  const first = there.start('first', more);
  const run = (await first.overseer).run(task);
  await there.advance(300);
  expect(there.calls).toEqual(['first']);
  return { there, delay, first: await first.overseer, frozen: first.clock, run };
}

async function takeOver(
  { there, run }: Pick<Awaited<ReturnType<typeof begun>>, 'there' | 'run'>,
  ms: number,
  frozen: Parameters<typeof there.advance>[1] = [],
): Promise<{ readonly heir: Overseer; readonly taken: ReturnType<Overseer['open']> }> {
  const second = there.start('second', { standby: true }).overseer;
  await there.advance(ms, frozen);
  const heir = await second;
  const taken = heir.open(run.id);
  taken.resume();
  return { heir, taken };
}

/** One that was taken over and has its reply late, where a write with such an event takes until `written` is resolved. */
async function heldUp(isHeld: (event: OverseerEvent) => boolean) {
  const delay = heldReplies();
  const written = Promise.withResolvers<void>();
  const there = sharedPlace(onTestFinished, (store) => ({
    ...store,
    events: {
      ...store.events,
      append: async (epoch, events) => {
        if (events.some(isHeld)) await written.promise;
        await store.events.append(epoch, events);
      },
    },
  }));
  there.answerWith(delay.reply);
  const first = there.start('first');
  const run = (await first.overseer).run(task);
  await there.advance(300);
  const { taken } = await takeOver({ there, run }, LEASE_MS + 600, [first.clock]);
  await there.advance(2_500);
  delay.answer('first', 'from the first');
  await there.advance(1_000);
  return { there, delay, taken, written };
}

describe('handOver', () => {
  it('R8: a call under way goes on where it was, and its reply is used by the next; nothing is asked twice', async () => {
    const { there, delay, first, run } = await begun();
    const giving = first.handOver({ to: 'second', because: 'maintenance', by: 'mia' });
    await there.advance(300);
    await giving;
    expect(await first.ended).toEqual({ kind: 'handed-over', to: 'second' });
    expect(await run.result).toMatchObject({
      status: 'stopped',
      reason: 'handed over: maintenance',
    });
    const { taken } = await takeOver({ there, run }, 600);
    await there.advance(5_000);
    expect(there.calls).toEqual(['first']);
    delay.answer('first', 'from the first');
    await first.drained();
    await there.advance(1_000);
    expect(await taken.result).toMatchObject({ status: 'completed', output: 'from the first' });
    expect(there.calls).toEqual(['first']);
    const events = await there.events();
    expect(callsIn(events)).toEqual(['call.started 1', 'call.finished 2']);
    // Whose a call is follows from its epoch.
    const leases = events.filter(({ type }) => type === 'lease.taken');
    expect(leases.map(({ epoch, data }) => [epoch, data])).toMatchObject([
      [1, { by: 'first' }],
      [2, { by: 'second' }],
    ]);
    expect(events.find(({ type }) => type === 'handoff.offered')).toMatchObject({
      actor: 'person:mia',
      data: { to: 'second', because: 'maintenance', inFlight: [expect.any(String)] },
    });
  });

  it('R8: a call that fails after all is made again at once by the next', async () => {
    const { there, delay, first, run } = await begun();
    const giving = first.handOver();
    await there.advance(300);
    await giving;
    const { taken } = await takeOver({ there, run }, 600);
    // What is closed before its calls have ended breaks them off, and says so.
    const closing = first.close();
    await there.advance(1_000);
    await closing;
    await there.advance(5_000);
    delay.answer('second', 'from the second');
    await there.advance(500);
    expect(await taken.result).toMatchObject({ status: 'completed', output: 'from the second' });
    expect(there.calls).toEqual(['first', 'second']);
  });

  it('R8 R1: a reply that never comes is waited for no longer than a call may be silent, and is charged at its estimate', async () => {
    const { there, delay, first, run } = await begun({ holdMs: 20_000 });
    const giving = first.handOver();
    await there.advance(300);
    await giving;
    const { taken } = await takeOver({ there, run }, 600);
    await there.advance(18_000);
    expect(there.calls).toEqual(['first']);
    await there.advance(3_000);
    expect(there.calls).toEqual(['first', 'second']);
    delay.answer('second', 'from the second');
    await there.advance(500);
    expect((await taken.result).status).toBe('completed');
    const events = await there.events();
    expect(callsIn(events)).toEqual([
      'call.started 1',
      'call.failed 2',
      'call.started 2',
      'call.finished 2',
    ]);
    expect(failuresIn(events)).toEqual([
      'no reply came in time from whoever had the project before',
    ]);
  });

  it.each([
    ['a run', (run: string) => ({ run })],
    ['a task', (run: string) => ({ run, task: 'one' })],
  ])(
    'R8 K9: %s that is cancelled while a reply is awaited has its call charged, and says why',
    async (_what, scopeOf) => {
      const { there, first, run } = await begun({ holdMs: 20_000 });
      const giving = first.handOver();
      await there.advance(300);
      await giving;
      const { heir, taken } = await takeOver({ there, run }, 600);
      void heir.cancel(scopeOf(run.id), { because: 'not wanted' });
      await there.advance(5_000);
      expect((await taken.result).status).toBe('stopped');
      const events = await there.events();
      expect(failuresIn(events)).toEqual(['nobody waits for its reply any more: not wanted']);
      expect(callsIn(events)).toEqual(['call.started 1', 'call.failed 2']);
      // It was made, and its place is free again.
      expect((await taken.result).usage).toMatchObject({ failedCalls: 1, uncertainCalls: 1 });
      expect(heir.models().map(({ running }) => running)).toEqual([0]);
    },
  );

  it('R8: an answer that comes while the project is given up is passed on, and no tool begins', async () => {
    const { there, delay, first, run } = await begun();
    const giving = first.handOver();
    delay.answer('first', 'just in time');
    await there.advance(300);
    await giving;
    await first.drained();
    const { taken } = await takeOver({ there, run }, 1_500);
    await there.advance(1_000);
    expect(await taken.result).toMatchObject({ status: 'completed', output: 'just in time' });
    expect(there.calls).toEqual(['first']);
    const events = await there.events();
    const offered = events.findIndex(({ type }) => type === 'handoff.offered');
    expect(events[offered + 1]?.type).toBe('lease.taken');
  });

  it('R8: nobody is given work any more once the project is handed over', async () => {
    const { there, first } = await begun();
    const giving = first.handOver();
    await there.advance(300);
    await giving;
    expect(() => first.run(task)).toThrow(expect.objectContaining({ code: 'store.fenced' }));
  });
});

describe('a late reply', () => {
  it('R8 R7: is given to an attempt that waits for another, whose call is broken off', async () => {
    const { there, delay, frozen, run } = await begun();
    const { taken } = await takeOver({ there, run }, LEASE_MS + 600, [frozen]);
    await there.advance(300, [frozen]);
    expect(there.calls).toEqual(['first', 'second']);
    // It thaws with the reply in hand.
    await there.advance(2_500);
    delay.answer('first', 'from the first');
    await there.advance(1_000);
    expect(await taken.result).toMatchObject({ status: 'completed', output: 'from the first' });
    delay.answer('second', 'from the second');
    await there.advance(300);
    const events = await there.events();
    expect(callsIn(events)).toEqual([
      'call.started 1',
      'call.failed 2',
      'call.started 2',
      'reply.late 2',
      'call.failed 2',
      'call.cached 2',
    ]);
    expect(events.find(({ type }) => type === 'reply.late')?.data).toMatchObject({ isUsed: true });
  });

  it('R8 R7: is used by an attempt whose own call is on its way to the disk, which is made no more', async () => {
    const { there, taken, written } = await heldUp(
      ({ epoch, type }) => epoch === 2 && type === 'call.started',
    );
    written.resolve();
    await there.advance(500);
    expect(await taken.result).toMatchObject({ status: 'completed', output: 'from the first' });
    expect(there.calls).toEqual(['first']);
  });

  it('R8 R7: ends the call it is used for once, though that is answered before the reply is on the disk', async () => {
    const { there, delay, taken, written } = await heldUp(({ type }) => type === 'reply.late');
    delay.answer('second', 'from the second');
    await there.advance(300);
    written.resolve();
    await there.advance(500);
    expect(await taken.result).toMatchObject({ status: 'completed', output: 'from the first' });
    expect(callsIn(await there.events())).toEqual([
      'call.started 1',
      'call.failed 2',
      'call.started 2',
      'reply.late 2',
      'call.failed 2',
      'call.cached 2',
    ]);
  });

  it('R8 R1: is kept as evidence once, whoever dies before the message is taken out', async () => {
    const delay = heldReplies();
    let isDead = false;
    const there = sharedPlace(onTestFinished, (store) => ({
      ...store,
      ...(store.mail === undefined
        ? {}
        : {
            mail: {
              ...store.mail,
              remove: async (stream: string, ids: readonly string[]) => {
                if (!isDead) return await new Promise<void>(() => undefined);
                await store.mail?.remove(stream, ids);
              },
            },
          }),
    }));
    there.answerWith(delay.reply);
    const first = there.start('first');
    const run = (await first.overseer).run(task);
    await there.advance(300);
    const second = there.start('second', { standby: true });
    await there.advance(LEASE_MS + 600, [first.clock]);
    (await second.overseer).open(run.id).resume();
    await there.advance(300, [first.clock]);
    delay.answer('second', 'from the second');
    await there.advance(2_800);
    delay.answer('first', 'from the first');
    await there.advance(1_000);
    isDead = true;
    const third = there.start('third', { standby: true });
    await there.advance(LEASE_MS + 600, [second.clock]);
    await third.overseer;
    await there.advance(1_000, [second.clock]);
    const events = await there.events();
    expect(events.filter(({ type }) => type === 'reply.late').map(({ epoch }) => epoch)).toEqual([
      2,
    ]);
  });

  it('R8: is kept as evidence where the attempt has its answer', async () => {
    const { there, delay, frozen, run } = await begun();
    const { taken } = await takeOver({ there, run }, LEASE_MS + 600, [frozen]);
    await there.advance(300, [frozen]);
    delay.answer('second', 'from the second');
    await there.advance(300, [frozen]);
    expect(await taken.result).toMatchObject({ output: 'from the second' });
    await there.advance(2_500);
    delay.answer('first', 'from the first');
    await there.advance(1_000);
    const events = await there.events();
    expect(callsIn(events)).toEqual([
      'call.started 1',
      'call.failed 2',
      'call.started 2',
      'call.finished 2',
      'reply.late 2',
    ]);
    expect(events.at(-1)).toMatchObject({
      type: 'reply.late',
      data: { isUsed: false, because: 'its run is over', parts: [{ text: 'from the first' }] },
    });
  });
});

/** What is said of calls that failed. */
function failuresIn(events: readonly OverseerEvent[]): readonly string[] {
  return events.flatMap(({ type, data }) =>
    type === 'call.failed' ? [(data as EventData['call.failed']).message] : [],
  );
}
