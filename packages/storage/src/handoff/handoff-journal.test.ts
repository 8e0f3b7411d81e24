import { setTimeout as pass } from 'node:timers/promises';
import { currentHolder } from '@overseer/core/plugin';
import type { StateStore } from '@overseer/core/spec';
import { afterAll, describe, expect, it } from 'vitest';
import { sqlite } from '../sqlite/sqlite.ts';
import { temporaryFolder } from '../sqlite/temporary-folder.fixture.ts';
import { noteStream, notesOf, projectStream, writeNext } from './handoff-journal.ts';

const { newPath } = temporaryFolder(afterAll);

/** A store whose lease of a stream somebody else holds, and the way to give that back. */
async function heldStore(
  stream: string,
): Promise<{ store: StateStore; free: () => Promise<void> }> {
  const store = await sqlite(newPath())();
  const lease = await store.leases.acquire(stream, currentHolder('late reply'));
  if (lease.kind === 'busy') throw new Error('nobody had it');
  return { store, free: () => store.leases.release(stream, lease.epoch) };
}

const recalled = {
  type: 'handoff.recalled',
  data: { handoff: 'h', because: 'nobody took it' },
} as const;

describe('the next event of a handoff', () => {
  it('R8: of a stream that is held for moments is written after them', async () => {
    const { store, free } = await heldStore(noteStream('x'));
    const writing = writeNext(store, noteStream('x'), () => recalled);
    await pass(150);
    await free();
    await writing;
    expect(await notesOf(store, 'x')).toMatchObject([{ seq: 1, ...recalled }]);
    await store.close();
  });

  it('R8: of a stream that somebody works on is refused, at once for a project', async () => {
    const { store, free } = await heldStore(noteStream('x'));
    const refused = { code: 'store.busy' };
    await expect(writeNext(store, noteStream('x'), () => recalled)).rejects.toMatchObject(refused);
    const begunAt = performance.now();
    const writing = writeNext(store, projectStream('x'), () => recalled);
    await expect(writing).rejects.toMatchObject(refused);
    expect(performance.now() - begunAt).toBeLessThan(400);
    await free();
    await store.close();
  });
});
