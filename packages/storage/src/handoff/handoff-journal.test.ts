import { currentHolder } from '@overseer/core/plugin';
import type { StateStore } from '@overseer/core/spec';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { sqlite } from '../sqlite/sqlite.ts';
import { temporaryFolder } from '../sqlite/temporary-folder.fixture.ts';
import { noteStream, notesOf, projectStream, writeNext } from './handoff-journal.ts';

const { newPath } = temporaryFolder(afterAll);

/** A store whose lease of a stream somebody else holds, the way to give that back, and how often it was asked for since. */
async function heldStore(stream: string): Promise<{
  readonly store: StateStore;
  readonly free: () => Promise<void>;
  readonly asked: () => number;
}> {
  const store = await sqlite(newPath())();
  const lease = await store.leases.acquire(stream, currentHolder('late reply'));
  if (lease.kind === 'busy') throw new Error('nobody had it');
  let times = 0;
  const acquire: StateStore['leases']['acquire'] = async (...asked) => {
    const answer = await store.leases.acquire(...asked);
    times += 1;
    return answer;
  };
  return {
    store: { ...store, leases: { ...store.leases, acquire } },
    free: () => store.leases.release(stream, lease.epoch),
    asked: () => times,
  };
}

const recalled = {
  type: 'handoff.recalled',
  data: { handoff: 'h', because: 'nobody took it' },
} as const;

describe('the next event of a handoff', () => {
  it('R8: of a stream that is held for moments is written after them', async () => {
    const { store, free, asked } = await heldStore(noteStream('x'));
    const writing = writeNext(store, noteStream('x'), () => recalled);
    await vi.waitUntil(() => asked() > 0, { interval: 1 });
    await free();
    await writing;
    expect(await notesOf(store, 'x')).toMatchObject([{ seq: 1, ...recalled }]);
    await store.close();
  });

  it('R8: of a stream that somebody works on is refused, at once for a project', async () => {
    const { store, free, asked } = await heldStore(noteStream('x'));
    const refused = { code: 'store.busy' };
    await expect(writeNext(store, noteStream('x'), () => recalled)).rejects.toMatchObject(refused);
    const before = asked();
    const writing = writeNext(store, projectStream('x'), () => recalled);
    await expect(writing).rejects.toMatchObject(refused);
    expect(before).toBeGreaterThan(0);
    expect(asked() - before).toBe(1);
    await free();
    await store.close();
  });
});
