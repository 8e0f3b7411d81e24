import { describe, expect, it } from 'vitest';
import { JournalIndex } from '../journal/journal-index.ts';
import { memory } from '../journal/memory-store.ts';
import { StreamLease } from '../journal/stream-lease.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { StateStore } from '../spec/store.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import { keptReplies } from './kept-replies.ts';

const STREAM = 'handoff/default';
const clock = createFakeClock();
const DATA = {
  handoff: 'h',
  step: 1,
  end: {
    type: 'call.finished',
    data: {
      parts: [],
      reason: 'stop',
      usage: { input: {}, output: {} },
      settled: { inputTokens: 0, outputTokens: 0, microUsd: 0 },
      durationMs: 1,
    },
  },
} as const;

/** A store in which so many replies are kept, with ids that begin so, and how many events were read of it since. */
async function storeOf(replies: number, name = 'note') {
  const store = await memory()();
  const lease = await StreamLease.take({ store, stream: STREAM, clock, name: 'test' });
  const notes = Array.from({ length: replies }, (_, at) => noteOf(at + 1, name, lease.epoch));
  await store.events.append(lease.epoch, notes);
  await lease.release();
  let read = 0;
  const counted: StateStore = {
    ...store,
    events: {
      ...store.events,
      read: async (query) => {
        const page = await store.events.read(query);
        read += page.length;
        return page;
      },
    },
  };
  return { store: counted, read: () => read };
}

function noteOf(seq: number, name: string, epoch: number): OverseerEvent {
  const place = { id: `${name} ${seq}`, stream: STREAM, seq, at: 1, v: 1, epoch, actor: 'model:a' };
  const of = { run: 'r', task: 't', attempt: 'a', call: `call ${seq}`, model: 'a' };
  return { ...place, ...of, type: 'handoff.reply', data: DATA };
}

function event<T extends OverseerEvent['type']>(type: T, seq: number, data: object): OverseerEvent {
  const place = { stream: 'project/default', seq, at: 1, v: 1, epoch: 1, actor: 'overseer' };
  return { ...place, id: `${type} ${seq}`, type, data } as OverseerEvent;
}

/** The index of a project that heard all of them, as its snapshot tells it. */
function heardAll(replies: readonly { readonly call: string; readonly note: object }[]) {
  const index = new JournalIndex();
  replies.forEach(
    ({ call, note }, at) => void index.take(event('handoff.heard', at + 1, { call, note })),
  );
  const again = JournalIndex.from(JSON.parse(JSON.stringify(index.body())));
  if (again === undefined) throw new Error('the snapshot is none');
  return again;
}

describe('replies that are kept for a project', () => {
  it('R8: are heard once, however many there were, and not read again', async () => {
    const { store, read } = await storeOf(10_020);
    const replies = await keptReplies(store, 'project/default', new JournalIndex().heard);
    expect(replies).toHaveLength(10_020);
    const index = heardAll(replies);
    const before = read();
    expect(await keptReplies(store, 'project/default', index.heard)).toEqual([]);
    expect(read() - before).toBe(1);
  });

  it('R8: that come later are heard, and those of journals from before notes were named', async () => {
    const { store } = await storeOf(3);
    const replies = await keptReplies(store, 'project/default', new JournalIndex().heard);
    const [first, second] = replies;
    if (first === undefined || second === undefined) throw new Error('nothing is kept');
    const calls = async (index: JournalIndex) =>
      (await keptReplies(store, 'project/default', index.heard)).map(({ call }) => call);
    expect(await calls(heardAll([first, second]))).toEqual(['call 3']);
    const old = new JournalIndex();
    old.take(event('handoff.heard', 1, { call: 'call 2' }));
    expect(await calls(old)).toEqual(['call 1', 'call 3']);
  });

  it('R8: of another store are all read, wherever the project was before', async () => {
    const { store: here } = await storeOf(2);
    const index = heardAll(await keptReplies(here, 'project/default', new JournalIndex().heard));
    const { store: there } = await storeOf(3, 'other');
    const calls = async () =>
      (await keptReplies(there, 'project/default', index.heard)).map(({ call }) => call);
    expect(await calls()).toEqual(['call 3']);
    const received = { handoff: 'h', package: 'p', sender: 's' };
    index.take(event('handoff.received', 9, received));
    expect(index.heard.upTo).toBeUndefined();
    expect(await calls()).toEqual(['call 3']);
  });
});
