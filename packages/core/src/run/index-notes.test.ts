import { describe, expect, it } from 'vitest';
import { StoreError } from '../errors/store-error.ts';
import { createIds } from '../internal/ids.ts';
import type { EventDraft } from '../journal/draft.ts';
import { Journal } from '../journal/journal.ts';
import { JournalIndex } from '../journal/journal-index.ts';
import { memory } from '../journal/memory-store.ts';
import type { JsonObject } from '../spec/json.ts';
import type { Snapshot } from '../spec/store.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import { IndexNotes } from './index-notes.ts';

describe('what is noted of a journal', () => {
  it('R1 R2: waits until the journal has all that it tells of', async () => {
    const { journal, notes, puts, finish } = await scene();
    void journal.append([started('a'), started('b')]);
    const writing = notes.write(journal);
    await turns();
    void journal.append([started('c')]);
    expect(puts).toEqual([]);
    finish();
    await writing;
    expect(puts).toMatchObject([{ seq: 2, body: { open: ['a', 'b'] } }]);
  });

  it('R1 R2: is of one moment, however long it takes to put together', async () => {
    const learned = Promise.withResolvers<JsonObject>();
    const { journal, notes, puts, finish } = await scene({ learned: () => learned.promise });
    void journal.append([started('a')]);
    const writing = notes.write(journal);
    await turns();
    finish();
    await turns();
    void journal.append([started('b')]);
    learned.resolve({ learned: 'much' });
    await turns();
    finish();
    await writing;
    expect(puts).toMatchObject([{ seq: 1, body: { open: ['a'], learned: 'much' } }]);
  });

  it.each<[string, (there: Scene) => void]>([
    ['cannot be written', ({ fail }) => fail()],
    ['was taken over', ({ journal }) => journal.end(new StoreError('store.fenced', 'taken'))],
  ])('R1 R2: is nothing of a journal that %s', async (_, end) => {
    const there = await scene();
    void there.journal.append([started('a')]);
    const writing = there.notes.write(there.journal);
    await turns();
    end(there);
    there.finish();
    await expect(writing).rejects.toThrow(StoreError);
    await turns();
    expect(there.puts).toEqual([]);
  });

  it('R2: is written by itself once much was read or written, one at a time, and once more where much came meanwhile', async () => {
    const { journal, notes, puts, finish } = await scene({ unnoted: 19_998 });
    void journal.append([started('a')]);
    await turns();
    finish();
    await turns();
    expect(puts).toEqual([]);
    void journal.append([started('b'), started('c')]);
    await turns();
    // The first one waits for its events, with as many as make another one due.
    void journal.append(Array.from({ length: 20_000 }, (_, n) => started(`${n}`)));
    void journal.append(Array.from({ length: 20_000 }, (_, n) => started(`more ${n}`)));
    expect(puts).toEqual([]);
    for (let times = 0; times < 3; times++) {
      finish();
      await turns();
    }
    expect(puts.map(({ seq }) => seq)).toEqual([3, 40_003]);
    // None of those is due again at once.
    void journal.append([started('last')]);
    await turns();
    finish();
    await turns();
    expect(puts).toHaveLength(2);
    await notes.write(journal);
    expect(puts).toHaveLength(3);
  });

  it('L1 R2: is written as soon as the clock was set forward, also while another one is', async () => {
    const { journal, puts, finish } = await scene();
    const jumped = { type: 'clock.jumped', data: { byMs: 5 } } as const;
    void journal.append([jumped]);
    await turns();
    void journal.append([jumped]);
    finish();
    await turns();
    finish();
    await turns();
    expect(puts.map(({ seq }) => seq)).toEqual([1, 2]);
  });

  it('R2 R11: a store that takes none only makes the next start slower', async () => {
    const { journal, notes } = await scene({ put: () => Promise.reject(new Error('full')) });
    await expect(notes.write(journal)).resolves.toBeUndefined();
  });
});

interface SceneOptions {
  readonly learned?: () => Promise<JsonObject>;
  readonly unnoted?: number;
  readonly put?: () => Promise<void>;
}

interface Scene {
  readonly journal: Journal;
  readonly notes: IndexNotes;
  readonly puts: readonly Snapshot[];
  /** Has the first write that waits succeed, or fail. */
  finish(): void;
  fail(): void;
}

/** A journal whose store writes when it is told to, and what was noted of it. */
async function scene({
  learned = async () => ({}),
  unnoted = 0,
  put,
}: SceneOptions = {}): Promise<Scene> {
  const puts: Snapshot[] = [];
  const keep = async (snapshot: Snapshot): Promise<void> => void puts.push(snapshot);
  const waiting: PromiseWithResolvers<void>[] = [];
  const index = new JournalIndex();
  const snapshots = { put: put ?? keep, latest: async () => undefined };
  const notes = new IndexNotes({ store: { snapshots }, index, learned, unnoted });
  const clock = createFakeClock();
  const journal: Journal = new Journal({
    ...{ store: await memory()(), stream: 'project/p', epoch: 1, head: 0, clock },
    ids: createIds(clock.now()),
    write: async () => {
      const write = Promise.withResolvers<void>();
      waiting.push(write);
      await write.promise;
    },
    apply: (event) => {
      index.take(event);
      notes.take(event, () => journal);
    },
  });
  return {
    ...{ journal, notes, puts },
    finish: () => waiting.shift()?.resolve(),
    fail: () => waiting.shift()?.reject(new StoreError('store.full', 'The disk is full.')),
  };
}

function started(run: string): EventDraft {
  return { type: 'run.started', run, data: { title: run } };
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
}
