import { readdir } from 'node:fs/promises';
import { createOverseer, memory } from '@overseer/core';
import { currentHolder } from '@overseer/core/plugin';
import type { OpenStore, OverseerEvent, StateStore } from '@overseer/core/spec';
import { fakeModel } from '@overseer/core/testing';
import {
  createKeyPair,
  exportStore,
  fileSink,
  importStore,
  type OpenedPackage,
  openPackage,
  packageFile,
} from '@overseer/storage/package';
import { sqlite } from '@overseer/storage/sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testFolder } from './leaving.fixture.ts';
import {
  codeOf,
  disposable,
  eventAt,
  everything,
  failingAt,
  fill,
  headsOf,
  team,
} from './moving.fixture.ts';

const sender = createKeyPair();
const receiver = createKeyPair();
const folder = testFolder(beforeAll, afterAll);
const newPath = (kind: string): string => folder.newPath(kind);
const KINDS: Readonly<Record<string, () => OpenStore>> = {
  memory,
  sqlite: () => sqlite(newPath('db')),
};
const WAYS = Object.keys(KINDS).flatMap((from) =>
  Object.keys(KINDS).map((to) => [from, to] as const),
);

describe('moving from store to store', () => {
  it.each(WAYS)(
    'R5: from %s to %s nothing is lost, and an overseer goes on there',
    async (from, to) => {
      const [openFrom, openTo] = [storeOf(from), storeOf(to)];
      const runs = await workIn(openFrom);
      const source = await openFrom();
      const hash = await source.blobs.put(Buffer.from('kept beside'));
      await fill(source, 'system', [
        eventAt(1, 'system', hash),
        eventAt(2, 'system', 'z'.repeat(20_000)),
        eventAt(3, 'system', 'half a pair \ud800 \0 \u2028'),
      ]);
      const before = await everything(source);
      const pkg = await packed(source);
      expect(pkg.manifest.blobs).toBe(1);

      const target = await openTo();
      const imported = await importStore(pkg, target);
      expect(await everything(target)).toEqual(before);
      expect(imported).toMatchObject({ written: pkg.manifest.events, present: 0, blobs: 1 });
      expect(imported.heads).toEqual(headsOf(before));
      expect(await target.blobs.get(hash)).toEqual(new Uint8Array(Buffer.from('kept beside')));

      const again = await importStore(pkg, target);
      expect(again).toMatchObject({ written: 0, present: pkg.manifest.events });
      expect(await everything(target)).toEqual(before);
      await source.close();
      await target.close();
      await goesOn(openTo, runs, before);
    },
  );

  it('R5: there and back again makes the same chain', async () => {
    const openFirst = storeOf('sqlite');
    await workIn(openFirst);
    await using first = disposable(await openFirst());
    await using second = disposable(await storeOf('memory')());
    const pkg = await packed(first.store);
    await importStore(pkg, second.store);
    const back = await packed(second.store);
    expect(back.manifest.streams).toEqual(pkg.manifest.streams);
    expect(back.manifest.hashes.blobs).toEqual(pkg.manifest.hashes.blobs);
  });
});

describe('an import', () => {
  it.each(Object.keys(KINDS))(
    'R5: that was broken off anywhere ends the same when it is done again (%s)',
    async (kind) => {
      const openFrom = storeOf('memory');
      await using from = disposable(await openFrom());
      const events = Array.from({ length: 40 }, (_, index) =>
        eventAt(index + 1, 'project/a', 'y'.repeat(400_000)),
      );
      await fill(from.store, 'project/a', events);
      const pkg = await packed(from.store);
      for (const breakAt of [1, 3, 7]) {
        await using to = disposable(await storeOf(kind)());
        const broken = await codeOf(importStore(pkg, failingAt(to.store, breakAt)));
        expect(broken).toBe('no code: Error: cut');
        expect(await to.store.events.head('project/a')).toBeGreaterThanOrEqual(breakAt > 1 ? 1 : 0);
        await importStore(pkg, to.store);
        expect(await everything(to.store)).toEqual(await everything(from.store));
      }
    },
  );

  it.each(Object.keys(KINDS))(
    'R5: is refused before anything is written where the store has another history (%s)',
    async (kind) => {
      await using from = disposable(await storeOf('memory')());
      await fill(from.store, 'project/a', [eventAt(1), eventAt(2)]);
      await fill(from.store, 'project/b', [eventAt(1, 'project/b')]);
      const pkg = await packed(from.store);
      for (const others of [
        [{ ...eventAt(1, 'project/b'), id: 'other' }],
        [eventAt(1, 'project/b', 'changed by somebody')],
      ]) {
        await using to = disposable(await storeOf(kind)());
        await fill(to.store, 'project/b', others);
        const before = await everything(to.store);
        expect(await codeOf(importStore(pkg, to.store))).toBe('store.conflict');
        expect(await everything(to.store)).toEqual(before);
      }
    },
  );

  it('R5: into a store that went on further leaves it as it is', async () => {
    await using from = disposable(await storeOf('memory')());
    await using to = disposable(await storeOf('sqlite')());
    await fill(from.store, 'project/a', [eventAt(1), eventAt(2)]);
    await fill(to.store, 'project/a', [eventAt(1), eventAt(2), eventAt(3)]);
    const imported = await importStore(await packed(from.store), to.store);
    expect(imported).toMatchObject({ written: 0, present: 2, heads: { 'project/a': 3 } });
  });

  it('R5: goes on where the package before it ended, and nowhere else', async () => {
    await using from = disposable(await storeOf('memory')());
    await fill(from.store, 'project/a', [eventAt(1), eventAt(2)]);
    const first = await packed(from.store);
    const [{ head, chain } = { head: 0, chain: '' }] = first.manifest.streams;
    await fill(from.store, 'project/a', [eventAt(3)]);
    const second = await packed(from.store, { 'project/a': { seq: head, chain } });
    expect(second.manifest.streams).toMatchObject([{ after: 2, head: 3 }]);
    await using to = disposable(await storeOf('sqlite')());
    expect(await codeOf(importStore(second, to.store))).toBe('store.conflict');
    await importStore(first, to.store);
    await importStore(second, to.store);
    expect(await everything(to.store)).toEqual(await everything(from.store));
    const whole = await packed(to.store);
    expect(whole.manifest.streams[0]?.chain).toBe(second.manifest.streams[0]?.chain);
  });

  it('R6: leaves the lease free, at an epoch above all that came', async () => {
    await using from = disposable(await storeOf('memory')());
    await fill(from.store, 'project/a', [{ ...eventAt(1), epoch: 41 }]);
    await using to = disposable(await storeOf('sqlite')());
    await importStore(await packed(from.store), to.store);
    const answer = await to.store.leases.acquire('journal', currentHolder('next'));
    expect(answer).toMatchObject({ kind: 'held' });
    expect(answer.kind === 'held' && answer.epoch).toBeGreaterThan(41);
  });

  it('R6: is refused while an overseer works there', async () => {
    await using from = disposable(await storeOf('memory')());
    await fill(from.store, 'project/a', [eventAt(1)]);
    const pkg = await packed(from.store);
    const path = newPath('db');
    await using overseer = await createOverseer({ ...team(), store: sqlite(path) });
    await using to = disposable(await sqlite(path)());
    expect(await codeOf(importStore(pkg, to.store))).toBe('store.busy');
    expect(overseer.unfinished()).toEqual([]);
  });
});

describe('an export', () => {
  it('R5: is of the streams that are named, and says which there are', async () => {
    await using from = disposable(await storeOf('memory')());
    await fill(from.store, 'project/a', [eventAt(1)]);
    await fill(from.store, 'project/b', [eventAt(1, 'project/b')]);
    const path = newPath('ovpkg');
    const written = await writeTo(path, from.store, { streams: ['project/b'] });
    expect(written.manifest.streams.map(({ name }) => name)).toEqual(['project/b']);
    const work = writeTo(newPath('ovpkg'), from.store, { streams: ['project/c'] });
    await expect(work).rejects.toThrow(/has no stream project\/c; it has project\/a, project\/b/);
  });

  it('R5: beside an overseer that writes has each stream whole up to a point', async () => {
    const path = newPath('db');
    const overseer = await createOverseer({ ...team(), store: sqlite(path) });
    const runs = Array.from({ length: 40 }, (_, nth) =>
      overseer.run({ tasks: [{ instruction: `Do ${nth}.` }] }),
    );
    await using from = disposable(await sqlite(path)());
    const pkg = await packed(from.store);
    await Promise.all(runs.map(({ result }) => result));
    await overseer.close();
    await using to = disposable(await storeOf('memory')());
    await importStore(pkg, to.store);
    const [stream] = pkg.manifest.streams;
    const part = await to.store.events.read({ stream: 'project/default', after: 0, limit: 10_000 });
    const all = await from.store.events.read({
      stream: 'project/default',
      after: 0,
      limit: 10_000,
    });
    expect(part.length).toBe(stream?.head ?? 0);
    expect(part).toEqual(all.slice(0, part.length));
  });

  it('R5: that fails leaves no file, and one that was there before', async () => {
    await using from = disposable(await storeOf('memory')());
    await fill(from.store, 'project/a', [eventAt(1)]);
    const path = newPath('ovpkg');
    await writeTo(path, from.store, {});
    const names = await readdir(folder.path);
    const stopped = writeTo(path, from.store, { signal: AbortSignal.abort() });
    expect(await codeOf(stopped)).toMatch(/AbortError/);
    expect(await readdir(folder.path)).toEqual(names);
    const keys = { secret: receiver.secret };
    expect((await openPackage(packageFile(path), keys)).manifest.events).toBe(1);
  });
});

function storeOf(kind: string): OpenStore {
  const make = KINDS[kind];
  if (make === undefined) throw new Error(`no store ${kind}`);
  return make();
}

/** A run that is done, and one that is suspended; their ids. */
async function workIn(store: OpenStore): Promise<readonly string[]> {
  const overseer = await createOverseer({ ...team(), store });
  const done = overseer.run({ tasks: [{ instruction: 'Say something.' }] });
  await done.result;
  const slow = fakeModel({ reply: () => ({ text: 'late', delayMs: 60_000 }) });
  await overseer.close();
  const second = await createOverseer({
    overseer: 'one',
    models: { one: { model: slow } },
    store,
    graceMs: 0,
  });
  const open = second.run({ tasks: [{ instruction: 'Wait.' }] });
  for await (const event of open) if (event.type === 'call.started') break;
  await second.close();
  return [done.id, open.id];
}

async function goesOn(
  store: OpenStore,
  [done = '', open = '']: readonly string[],
  before: readonly OverseerEvent[],
): Promise<void> {
  await using overseer = await createOverseer({ ...team(), store });
  expect((await overseer.open(done).result).output).toMatch(/^It is/);
  expect(overseer.unfinished().map(({ id }) => id)).toEqual([open]);
  const run = overseer.open(open);
  run.resume();
  expect((await run.result).status).toBe('completed');
  const epochs: number[] = [];
  for await (const { epoch } of run) epochs.push(epoch);
  expect(epochs.at(-1)).toBeGreaterThan(Math.max(...before.map(({ epoch }) => epoch)));
}

type Extra = Partial<Parameters<typeof exportStore>[2]>;

async function writeTo(path: string, store: StateStore, extra: Extra) {
  await using sink = await fileSink(path);
  const written = await exportStore(store, sink, {
    sign: sender.secret,
    to: [receiver.public],
    ...extra,
  });
  await sink.commit();
  return written;
}

async function packed(store: StateStore, after?: Extra['after']): Promise<OpenedPackage> {
  const path = newPath('ovpkg');
  const written = await writeTo(path, store, after === undefined ? {} : { after });
  const opened = await openPackage(packageFile(path), {
    secret: receiver.secret,
    from: [sender.public],
  });
  expect(opened.hash).toBe(written.hash);
  expect(opened.manifest).toEqual(written.manifest);
  return opened;
}
