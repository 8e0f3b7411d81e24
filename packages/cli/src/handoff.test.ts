import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { createOverseer, type Overseer } from '@overseer/core';
import type { StateStore } from '@overseer/core/spec';
import type { FakeReply } from '@overseer/core/testing';
import {
  acceptHandoff,
  closeHandoff,
  type GivesUp,
  handOffTo,
  recallHandoff,
} from '@overseer/storage/handoff';
import {
  type CommittedSink,
  fileSink,
  openPackage,
  packageFile,
  signReceipt,
} from '@overseer/storage/package';
import { sqlite } from '@overseer/storage/sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { receiver, sender, stranger } from './handoff.fixture.ts';
import { chainOf, inACall, teamOf, testFolder } from './leaving.fixture.ts';
import { codeOf, failingAt } from './moving.fixture.ts';

const sign = sender.secret;
const CANARY = 'canary-7f3b9c51d2';
const folder = testFolder(beforeAll, afterAll);
const newPath = (kind: string): string => folder.newPath(kind);

const team = (reply: (nth: number) => FakeReply | Promise<FakeReply> = () => ({ text: 'fine' })) =>
  teamOf(reply);

/** A project with one run of three tasks, the second of which is under way. */
const begun = (path: string) =>
  inACall({
    open: sqlite(path),
    tasks: chainOf('a', 'b', 'c'),
    nth: 2,
    run: { budget: { tokens: 1_000_000 } },
  });

/** What limits and budgets count; forecasts go by the clock. */
const usedOf = (overseer: Overseer) =>
  overseer.usage().map(({ name, of, used }) => ({ name, of, used }));

async function sent(store: StateStore, more: Partial<Parameters<typeof handOffTo>[2]> = {}) {
  const path = newPath('ovpkg');
  await using sink = await fileSink(path);
  const written = await handOffTo(receiver.public, sink, { store, sign, ...more });
  return { path, written };
}

const opened = (path: string) =>
  openPackage(packageFile(path), { secret: receiver.secret, from: [sender.public] });

/** A project that left: its store, its package. */
async function away() {
  const place = newPath('db');
  const { options } = team();
  const overseer = await createOverseer({ ...options, store: sqlite(place) });
  await overseer.run({ tasks: [{ instruction: 'do it' }] }).result;
  await overseer.close();
  const store = await sqlite(place)();
  return { place, store, ...(await sent(store)) };
}

describe('a handoff between two stores', { timeout: 120_000 }, () => {
  it('R8: goes on there with a run in the middle, once, and is closed by the receipt', async () => {
    const [here, there] = [newPath('db'), newPath('db')];
    const { overseer, run, end } = await begun(here);
    const store = await sqlite(here)();
    const frozen = Promise.withResolvers<void>();
    const giving: GivesUp = {
      handOver: (order) => {
        const given = overseer.handOver(order);
        frozen.resolve();
        return given;
      },
    };
    const secrets = { API_KEY: CANARY };
    const sending = sent(store, { overseer: giving, waitMs: 20_000, secrets });
    await frozen.promise;
    end({ text: 'second' });
    const { path, written } = await sending;
    const before = usedOf(overseer);
    await overseer.drained();
    await overseer.close();
    await store.close();

    const own = team(() => ({ text: 'third' }));
    const refused = createOverseer({ ...own.options, store: sqlite(here) });
    expect(await codeOf(refused)).toBe('project.away');

    const target = await sqlite(there)();
    const first = await acceptHandoff(await opened(path), {
      store: target,
      secret: receiver.secret,
      team: own.options,
    });
    const again = await acceptHandoff(await opened(path), {
      store: target,
      secret: receiver.secret,
      team: own.options,
    });
    expect(again).toEqual(first);
    expect(first.secrets).toEqual({ API_KEY: CANARY });
    await target.close();

    const next = await createOverseer({ ...own.options, store: sqlite(there) });
    expect(before.length).toBeGreaterThan(0);
    expect(usedOf(next)).toEqual(before);
    const going = next.open(run.id);
    going.resume();
    expect(await going.result).toMatchObject({ status: 'completed', output: 'third' });
    expect(own.model.requests).toHaveLength(1);
    await next.close();

    const source = await sqlite(here)();
    await closeHandoff(first.receipt, { store: source });
    await closeHandoff(first.receipt, { store: source });
    expect(await source.events.head('handoff/default')).toBe(2);
    expect(await codeOf(recallHandoff({ store: source, because: 'x', by: 'mia' }))).toBe(
      'handoff.delivered',
    );
    await source.close();
    expect(written.manifest.streams).toHaveLength(1);
    for (const name of await readdir(folder.path)) {
      expect((await readFile(join(folder.path, name))).includes(CANARY), name).toBe(false);
    }
  });

  it('R8: a call that is not waited for is charged at its estimate and made again there', async () => {
    const [here, there] = [newPath('db'), newPath('db')];
    const { overseer, run, end } = await begun(here);
    const store = await sqlite(here)();
    const { path } = await sent(store, { overseer, waitMs: 0 });
    end({ text: 'too late' });
    await overseer.close();
    const own = team(() => ({ text: 'anew' }));
    const target = await sqlite(there)();
    await acceptHandoff(await opened(path), {
      store: target,
      secret: receiver.secret,
      team: own.options,
    });
    await target.close();
    const next = await createOverseer({ ...own.options, store: sqlite(there) });
    const going = next.open(run.id);
    going.resume();
    expect(await going.result).toMatchObject({ output: 'anew' });
    expect(own.model.requests).toHaveLength(2);
    await next.close();
    await store.close();
  });

  it('R8: is for one receiver, and a receipt by another or for another package is refused', async () => {
    const { store, path } = await away();
    const other = await away();
    await using sink = await fileSink(newPath('ovpkg'));
    expect(await codeOf(handOffTo(stranger.public, sink, { store, sign }))).toBe('handoff.other');
    const pkg = await opened(path);
    const heads = Object.fromEntries(pkg.manifest.streams.map(({ name, head }) => [name, head]));
    const real = signReceipt(pkg, heads, receiver.secret);
    for (const forged of [
      signReceipt(pkg, heads, stranger.secret),
      signReceipt(await opened(other.path), heads, receiver.secret),
      { ...real, at: real.at + 1 },
    ]) {
      expect(await codeOf(closeHandoff(forged, { store }))).toBe('package.receipt');
    }
    await closeHandoff(real, { store });
    await store.close();
    await other.store.close();
  });

  it('R8: broken off at any write it is done again, and comes to the same', async () => {
    const place = newPath('db');
    const { options } = team();
    const overseer = await createOverseer({ ...options, store: sqlite(place) });
    await overseer.run({ tasks: [{ instruction: 'do it' }] }).result;
    await overseer.close();
    const store = await sqlite(place)();
    for (const nth of [1, 2]) await expect(sent(failingAt(store, nth))).rejects.toThrow('cut');
    const torn = await fileSink(newPath('ovpkg'));
    const uncommitted: CommittedSink = {
      write: torn.write,
      commit: async () => {
        throw new Error('cut');
      },
      [Symbol.asyncDispose]: () => torn[Symbol.asyncDispose](),
    };
    await expect(handOffTo(receiver.public, uncommitted, { store, sign })).rejects.toThrow('cut');
    await torn[Symbol.asyncDispose]();
    const one = await sent(store);
    const two = await sent(store);
    expect(two.written.manifest.streams).toEqual(one.written.manifest.streams);
    expect(two.written.handoff).toBe(one.written.handoff);

    const target = await sqlite(newPath('db'))();
    const how = { secret: receiver.secret, team: options };
    for (const nth of [1, 2]) {
      const accepting = acceptHandoff(await opened(one.path), {
        store: failingAt(target, nth),
        ...how,
      });
      // What the first attempt imported is there the second time, so that both are cut.
      await expect(accepting, String(nth)).rejects.toThrow('cut');
    }
    const { receipt } = await acceptHandoff(await opened(two.path), { store: target, ...how });
    await closeHandoff(receipt, { store });
    await target.close();
    await store.close();
  });

  it('R8: what open tasks name must be in the team, or nothing is written', async () => {
    const place = newPath('db');
    const { options } = team();
    const held = Promise.withResolvers<FakeReply>();
    const slow = team(() => held.promise);
    const overseer = await createOverseer({
      ...slow.options,
      roles: { poet: { text: 'Write in verse.' } },
      store: sqlite(place),
      graceMs: 0,
    });
    overseer.run({ tasks: [{ instruction: 'do it', role: 'poet' }] }).result.catch(() => undefined);
    while (slow.model.requests.length === 0) await pass(5);
    const store = await sqlite(place)();
    const { path } = await sent(store, { overseer, waitMs: 0 });
    held.resolve({ text: 'too late' });
    await overseer.close();
    const target = await sqlite(newPath('db'))();
    const accepting = acceptHandoff(await opened(path), {
      store: target,
      secret: receiver.secret,
      team: options,
    });
    await expect(accepting).rejects.toThrow(/role poet/);
    expect(await target.events.streams()).toEqual([]);
    await target.close();
    await store.close();
  });

  it('R8: comes back by a handoff the other way, and goes on after a recall', async () => {
    const { place, store, path } = await away();
    const target = await sqlite(newPath('db'))();
    const { options } = team();
    await acceptHandoff(await opened(path), {
      store: target,
      secret: receiver.secret,
      team: options,
    });
    const back = newPath('ovpkg');
    await using sink = await fileSink(back);
    await handOffTo(sender.public, sink, { store: target, sign: receiver.secret });
    await acceptHandoff(await openPackage(packageFile(back), { secret: sender.secret }), {
      store,
      secret: sender.secret,
      team: options,
    });
    await sent(store);
    await recallHandoff({ store, because: 'nobody took it', by: 'mia' });
    await store.close();
    await target.close();
    const overseer = await createOverseer({ ...options, store: sqlite(place) });
    const { status } = await overseer.run({ tasks: [{ instruction: 'more' }] }).result;
    expect(status).toBe('completed');
    await overseer.close();
  });
});
