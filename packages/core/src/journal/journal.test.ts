import { describe, expect, it } from 'vitest';
import { OverseerError } from '../errors/overseer-error.ts';
import { StoreError } from '../errors/store-error.ts';
import { createIds } from '../internal/ids.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { StateStore } from '../spec/store.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import type { EventDraft } from './draft.ts';
import { Journal } from './journal.ts';
import { memory } from './memory-store.ts';

describe('Journal', () => {
  it('R1: gives events their place without a gap, after the head that was there', async () => {
    const { journal, applied } = await scene({ head: 41 });
    void journal.append([waiting('a'), waiting('b')]);
    void journal.append([waiting('c')]);
    expect(applied.map(({ seq }) => seq)).toEqual([42, 43, 44]);
    expect(journal.head).toBe(44);
    expect(new Set(applied.map(({ id }) => id)).size).toBe(3);
  });

  it('R1: says of each event when, by whom and under which epoch it was written', async () => {
    const { journal, applied, clock } = await scene();
    void journal.append([waiting('a'), { ...waiting('b'), actor: 'person:mia' }]);
    clock.advance(5);
    void journal.append([waiting('c')]);
    const at = clock.now();
    expect(applied).toMatchObject([
      { stream: 'project/p', at: at - 5, type: 'task.waiting', v: 1, epoch: 7, actor: 'overseer' },
      { at: at - 5, actor: 'person:mia', run: 'r', task: 'b', data: { because: 'test' } },
      { at },
    ]);
  });

  it('R1: makes events true in the turn that appends them, and acknowledges when the store has them', async () => {
    const { journal, applied, store } = await scene();
    let durable = false;
    const done = journal.append([waiting('a')]).then(() => {
      durable = true;
    });
    expect(applied).toHaveLength(1);
    await turns();
    expect(store.writes).toHaveLength(1);
    expect(durable).toBe(false);
    store.finish();
    await done;
    expect(durable).toBe(true);
  });

  it('R1: writes one at a time, and all that came meanwhile in the next', async () => {
    const { journal, store } = await scene();
    const done = [journal.append([waiting('a')]), journal.append([waiting('b')])];
    await turns();
    for (const task of ['c', 'd', 'e']) {
      done.push(journal.append([waiting(task)]));
      await turns();
    }
    expect(tasksOf(store.writes)).toEqual([['a', 'b']]);
    store.finish();
    await turns();
    expect(tasksOf(store.writes)).toEqual([
      ['a', 'b'],
      ['c', 'd', 'e'],
    ]);
    store.finish();
    await Promise.all(done);
  });

  it('R1: shows readers an event when it is durable, never before', async () => {
    const { journal, store } = await scene();
    const follower = journal.followers.follow('r');
    void journal.append([waiting('a')]);
    await turns();
    expect(follower.take().events).toEqual([]);
    store.finish();
    await turns();
    expect(follower.take().events).toMatchObject([{ seq: 1, task: 'a' }]);
  });

  it('R1: what an event makes true may append in the same turn', async () => {
    const { journal, applied, store, onApply } = await scene();
    onApply((event) => {
      if (event.task === 'a') void journal.append([waiting('a again')]);
    });
    void journal.append([waiting('a'), waiting('b')]);
    await turns();
    expect(applied.map(({ seq, task }) => [seq, task])).toEqual([
      [1, 'a'],
      [2, 'a again'],
      [3, 'b'],
    ]);
    expect(tasksOf(store.writes)).toEqual([['a', 'a again', 'b']]);
  });

  it('R1: is settled when all that was appended is durable', async () => {
    const { journal, store } = await scene();
    await journal.settled();
    let settled = 0;
    const note = (): void => {
      settled += 1;
    };
    void journal.append([waiting('a')]);
    void journal.settled().then(note);
    await turns();
    void journal.settled().then(note);
    void journal.append([waiting('b')]);
    void journal.settled().then(note);
    await turns();
    expect(settled).toBe(0);
    store.finish();
    await turns();
    expect(settled).toBe(2);
    store.finish();
    await turns();
    expect(settled).toBe(3);
  });
});

describe('Journal, when a write fails', () => {
  it('R1: ends, and tells all that wait, all that come and all that read', async () => {
    const { journal, store } = await scene();
    const reader = journal.followers.follow('r').changed();
    const underWay = journal.append([waiting('a')]);
    await turns();
    const settled = journal.settled();
    const next = journal.append([waiting('b')]);
    const settledNext = journal.settled();
    const failure = new StoreError('store.full', 'The disk is full: make room.');
    store.fail(failure);
    for (const promise of [underWay, settled, next, settledNext, reader, journal.settled()]) {
      await expect(promise).rejects.toBe(failure);
    }
    expect(() => journal.append([waiting('c')])).toThrow(failure);
    expect(journal.failure).toBe(failure);
    await turns();
    expect(store.writes).toHaveLength(1);
    await expect(journal.followers.follow('r').changed()).rejects.toBe(failure);
  });

  it('R1: names what a store threw that is no error of ours', async () => {
    const { journal, store } = await scene();
    const append = journal.append([waiting('a')]);
    await turns();
    store.fail(new Error('EIO'));
    await expect(append).rejects.toMatchObject({ code: 'store.failed', message: /EIO/ });
    expect(OverseerError.is(journal.failure)).toBe(true);
  });

  it('R1: a store that throws before it promises anything is a failed write too', async () => {
    const { journal, store } = await scene();
    store.throwAtOnce = new StoreError('store.closed', 'It is closed: open it again.');
    await expect(journal.append([waiting('a')])).rejects.toBe(store.throwAtOnce);
    await expect(journal.settled()).rejects.toBe(store.throwAtOnce);
  });

  it('R1: ends no process over appends and readers that nobody waits for', async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', note);
    try {
      const { journal, store } = await scene();
      void journal.followers.follow('r').changed();
      void journal.append([waiting('a')]);
      await turns();
      void journal.append([waiting('b')]);
      store.fail(new Error('EIO'));
      await new Promise((resolve) => setTimeout(resolve, 5));
    } finally {
      process.off('unhandledRejection', note);
    }
    expect(unhandled).toEqual([]);
  });
});

/** A store whose writes end when the test says so. */
interface SlowStore {
  readonly writes: (readonly OverseerEvent[])[];
  throwAtOnce: Error | undefined;
  finish(): void;
  fail(error: Error): void;
}

async function scene({ head = 0 }: { readonly head?: number } = {}): Promise<{
  readonly journal: Journal;
  readonly applied: readonly OverseerEvent[];
  readonly store: SlowStore;
  readonly clock: ReturnType<typeof createFakeClock>;
  readonly onApply: (listener: (event: OverseerEvent) => void) => void;
}> {
  const real = await memory()();
  let write: PromiseWithResolvers<void> | undefined;
  const slow: SlowStore = {
    writes: [],
    throwAtOnce: undefined,
    finish: () => write?.resolve(),
    fail: (error) => write?.reject(error),
  };
  const append = (_epoch: number, events: readonly OverseerEvent[]): Promise<void> => {
    if (slow.throwAtOnce !== undefined) throw slow.throwAtOnce;
    slow.writes.push([...events]);
    write = Promise.withResolvers<void>();
    return write.promise;
  };
  const store: StateStore = { ...real, events: { ...real.events, append } };
  const clock = createFakeClock();
  const applied: OverseerEvent[] = [];
  let listener: ((event: OverseerEvent) => void) | undefined;
  const journal = new Journal({
    store,
    stream: 'project/p',
    epoch: 7,
    head,
    clock,
    ids: createIds(clock.now()),
    apply: (event) => {
      applied.push(event);
      listener?.(event);
    },
  });
  const onApply = (added: (event: OverseerEvent) => void): void => {
    listener = added;
  };
  return { journal, applied, store: slow, clock, onApply };
}

function waiting(task: string): EventDraft<'task.waiting'> {
  return { type: 'task.waiting', run: 'r', task, data: { because: 'test' } };
}

function tasksOf(writes: readonly (readonly OverseerEvent[])[]): readonly unknown[] {
  return writes.map((events) => events.map(({ task }) => task));
}

/** Lets everything that is ready to go on go on. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}
