import { memory } from '@overseer/core';
import type { OpenStore } from '@overseer/core/spec';
import { backUp, folderTarget, restore, watchBackups } from '@overseer/storage/backup';
import { exportStore, importStore, openPackage, packageBytes } from '@overseer/storage/package';
import { sqlite } from '@overseer/storage/sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesSink, sender } from './handoff.fixture.ts';
import { goneOn, inACall, leavingMail, testFolder } from './leaving.fixture.ts';

const folder = testFolder(beforeAll, afterAll);
const STREAM = 'project/default';
const NOTES = 'handoff/default';
const shared = (): OpenStore => memory({ leaseMs: 60_000 });

/** A package of a journal in which a reply waits as a message. */
async function exported() {
  const there = await leavingMail(await inACall({ open: shared() }), { text: 'paid once' });
  const { store } = there;
  const sink = bytesSink();
  await exportStore(store, sink, { sign: sender.secret });
  // An export changes nothing.
  expect(await store.mail?.read(STREAM, 10)).toMatchObject([{ kind: 'late-reply' }]);
  await store.close();
  return { ...there, bytes: sink.bytes() };
}

const imported = async (bytes: Buffer, place: OpenStore): Promise<void> => {
  const target = await place();
  for (const _ of [1, 2]) await importStore(await openPackage(packageBytes(bytes)), target);
  expect(await target.events.head(NOTES)).toBe(target.mail === undefined ? 1 : 0);
  await target.close();
};

const ONCE = { status: 'completed', output: 'paid once' };

describe('a journal that is moved while a reply waits as a message', { timeout: 60_000 }, () => {
  it.each<readonly [string, () => OpenStore]>([
    ['a store that several share', shared],
    ['a file', () => sqlite(folder.newPath('db'))],
  ])('R11: brings it along into %s, where it is not paid again', async (_, place) => {
    const { bytes, options, run, paid } = await exported();
    const there = place();
    await imported(bytes, there);
    expect(await goneOn(options, there, run)).toMatchObject(ONCE);
    expect(paid()).toBe(1);
  });

  it('R5 R11: has it in every backup of its file, where it is not paid again', async () => {
    const { bytes, options, run, paid } = await exported();
    const path = folder.newPath('db');
    await imported(bytes, sqlite(path));
    const target = folderTarget(folder.newPath('backups'));
    await backUp(path, target, { sign: sender.secret });
    const restored = folder.newPath('db');
    expect((await restore(target, restored)).heads).toMatchObject({ [NOTES]: 1 });
    expect(await goneOn(options, sqlite(restored), run)).toMatchObject(ONCE);
    expect(paid()).toBe(1);
  });

  it('R5 R11: has it in what is shipped after a copy, where it came only then', async () => {
    const { bytes, options, run, paid } = await exported();
    const path = folder.newPath('db');
    await (await sqlite(path)()).close();
    const target = folderTarget(folder.newPath('backups'));
    const stop = new AbortController();
    const copied = Promise.withResolvers<void>();
    const watching = watchBackups(path, target, {
      sign: sender.secret,
      signal: stop.signal,
      tailMs: 60_000,
      onNotice: ({ kind }) => (kind === 'full' ? copied.resolve() : undefined),
    });
    await copied.promise;
    await imported(bytes, sqlite(path));
    // What came last is shipped at the end.
    stop.abort();
    await watching;
    const restored = folder.newPath('db');
    const { heads, shipped } = await restore(target, restored);
    expect(heads).toMatchObject({ [NOTES]: 1 });
    expect(shipped).toBeGreaterThan(1);
    expect(await goneOn(options, sqlite(restored), run)).toMatchObject(ONCE);
    expect(paid()).toBe(1);
  });
});
