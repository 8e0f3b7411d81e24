import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { createOverseer, memory } from '@overseer/core';
import type { EventType, OpenStore, OverseerEvent, StateStore } from '@overseer/core/spec';
import type { FakeReply } from '@overseer/core/testing';
import {
  acceptHandoff,
  acceptLateReplies,
  handoffTarget,
  isLatePackage,
  lateReplies,
  recallHandoff,
  sendLateReplies,
} from '@overseer/storage/handoff';
import { sqlite } from '@overseer/storage/sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesSink, receiver, sender, stranger } from './handoff.fixture.ts';
import {
  chainOf,
  goneOn,
  inACall,
  leaving,
  opened,
  teamOf,
  testFolder,
} from './leaving.fixture.ts';
import { codeOf } from './moving.fixture.ts';
import { overseer as command } from './scene.fixture.ts';

const folder = testFolder(beforeAll, afterAll);
const newStore = (): OpenStore => sqlite(folder.newPath('db'));
const { secret } = receiver;
const BUDGET = { budget: { usd: 1 } } as const;

const team = (reply: (nth: number) => FakeReply | Promise<FakeReply>) => teamOf(reply, BUDGET);

async function eventsOf(store: StateStore, type?: EventType): Promise<readonly OverseerEvent[]> {
  const events = await store.events.read({ stream: 'project/default', after: 0, limit: 10_000 });
  return events.filter((event) => type === undefined || event.type === type);
}

/** Micro-dollars that a journal charges. */
async function chargedIn(store: StateStore): Promise<number> {
  const events = await eventsOf(store);
  return events.reduce(
    (sum, { type, data }) =>
      type === 'call.finished' || type === 'call.failed'
        ? sum + (data as { settled: { microUsd: number } }).settled.microUsd
        : sum,
    0,
  );
}

/** A project that left with the call of its second task under way, which ended afterwards, and that reply in a package. */
async function leftInACall(open: OpenStore = newStore(), lateMs = 0) {
  const going = await inACall({ open, tasks: chainOf('a', 'b', 'c'), nth: 2, team: BUDGET });
  const left = await leaving(going, { text: 'second, late' }, lateMs);
  expect(left.sent.inFlight).toHaveLength(1);
  const late = bytesSink();
  const { replies } = await sendLateReplies(late, { store: left.store, sign: sender.secret });
  expect(replies).toBe(1);
  return { ...left, late: late.bytes() };
}

async function accepted(bytes: Buffer, open: OpenStore, options: object): Promise<StateStore> {
  const store = await open();
  await acceptHandoff(await opened(bytes), { store, secret, team: options });
  return store;
}

describe('a reply that comes after its project has left', { timeout: 120_000 }, () => {
  it('R8: is sent by a target that says where to, and by none that does not', async () => {
    const { store } = await leftInACall();
    const late = bytesSink();
    const options = { key: receiver.public, sink: () => bytesSink(), sign: sender.secret };
    const target = handoffTarget({ ...options, late: () => late });
    await target.sendLate?.({ store, project: 'default' });
    expect(isLatePackage(await opened(late.bytes()))).toBe(true);
    expect(handoffTarget(options).sendLate).toBeUndefined();
    await store.close();
  });

  it('R8: is sent once there is one, and until then nothing is', async () => {
    const store = await newStore()();
    let asked = 0;
    const late = () => {
      asked += 1;
      return bytesSink();
    };
    const options = { key: receiver.public, sink: () => bytesSink(), sign: sender.secret, late };
    await handoffTarget(options).sendLate?.({ store, project: 'default' });
    expect(asked).toBe(0);
    await store.close();
  });

  it('R8: is evidence at the sender at once, and the answer of its task at the receiver, for what it cost', async () => {
    const { run, store, bytes, late } = await leftInACall();
    const [kept] = await lateReplies(store, 'default');
    expect(kept).toMatchObject({ task: 'b', data: { end: { type: 'call.finished' } } });
    await store.close();

    const own = team(() => ({ text: 'third' }));
    const open = newStore();
    const target = await accepted(bytes, open, own.options);
    expect(isLatePackage(await opened(late))).toBe(true);
    const how = { store: target, secret };
    expect(await acceptLateReplies(await opened(late), how)).toMatchObject({
      taken: 1,
      present: 0,
    });
    expect(await acceptLateReplies(await opened(late), how)).toMatchObject({
      taken: 0,
      present: 1,
    });
    for (const _ of [1, 2]) {
      const result = await goneOn(own.options, open, run);
      expect(result).toMatchObject({ status: 'completed', output: 'third' });
    }
    expect(own.model.requests).toHaveLength(1);
    expect(await eventsOf(target, 'handoff.heard')).toHaveLength(1);
    // Its connections were looked at before it went on, and once.
    const resumed = await eventsOf(target, 'handoff.accepted');
    expect(resumed.map(({ data }) => data)).toMatchObject([{ connections: [{ model: 'one' }] }]);
    expect(await eventsOf(target, 'call.started')).toHaveLength(3);
    expect(await eventsOf(target, 'call.finished')).toHaveLength(3);
    expect(await eventsOf(target, 'call.failed')).toEqual([]);
    const costs = (await eventsOf(target, 'call.finished')).map(
      ({ data }) => (data as { settled: { microUsd: number } }).settled.microUsd,
    );
    expect(await chargedIn(target)).toBe(costs.reduce((sum, cost) => sum + cost, 0));
    await target.close();
  });

  it('R8: takes the place of the call that its receiver makes anew, once, and is charged nowhere again', async () => {
    const { run, store, bytes, late } = await leftInACall();
    await store.close();
    const held = Promise.withResolvers<FakeReply>();
    const own = team((nth) => (nth === 1 ? held.promise : { text: 'third' }));
    const open = memory({ leaseMs: 60_000 });
    const target = await accepted(bytes, open, own.options);
    const next = await createOverseer({ ...own.options, store: open });
    const going = next.open(run.id);
    going.resume();
    while (own.model.requests.length < 1) await pass(5);
    const how = { store: target, secret };
    await acceptLateReplies(await opened(late), how);
    expect(await going.result).toMatchObject({ status: 'completed', output: 'third' });
    const charged = await chargedIn(target);
    await acceptLateReplies(await opened(late), how);
    await pass(1_200);
    expect(await chargedIn(target)).toBe(charged);
    const used = (await eventsOf(target, 'reply.late')).map(({ data }) => data);
    expect(used).toMatchObject([{ isUsed: true }]);
    expect(await eventsOf(target, 'call.cached')).toHaveLength(1);
    const done = (await eventsOf(target, 'task.done')).map(({ task }) => task);
    expect(done).toEqual(['a', 'b', 'c']);
    await next.close();
    held.resolve({ text: 'nobody hears it' });
    await target.close();
  });

  it('R8: is waited for where the sender says so, so that nothing is asked or paid twice', async () => {
    const { run, store, bytes, late } = await leftInACall(newStore(), 60_000);
    await store.close();
    const own = team(() => ({ text: 'third' }));
    const open = memory({ leaseMs: 60_000 });
    const target = await accepted(bytes, open, own.options);
    const next = await createOverseer({ ...own.options, store: open });
    const going = next.open(run.id);
    going.resume();
    await pass(1_200);
    expect(own.model.requests).toEqual([]);
    await acceptLateReplies(await opened(late), { store: target, secret });
    expect(await going.result).toMatchObject({ status: 'completed', output: 'third' });
    expect(own.model.requests).toHaveLength(1);
    expect(await eventsOf(target, 'call.failed')).toEqual([]);
    expect(await eventsOf(target, 'call.finished')).toHaveLength(3);
    await next.close();
    await target.close();
  });

  it('R8: is evidence where its task has an answer already', async () => {
    const { run, store, bytes, late } = await leftInACall();
    await store.close();
    const own = team((nth) => ({ text: `anew ${nth}` }));
    const open = newStore();
    const target = await accepted(bytes, open, own.options);
    const result = await goneOn(own.options, open, run);
    expect(result).toMatchObject({ status: 'completed', output: 'anew 2' });
    const charged = await chargedIn(target);
    await acceptLateReplies(await opened(late), { store: target, secret });
    for (const _ of [1, 2]) {
      const again = await createOverseer({ ...own.options, store: open });
      await again.close();
    }
    const evidence = await eventsOf(target, 'reply.late');
    expect(evidence.map(({ data }) => data)).toMatchObject([{ isUsed: false }]);
    expect(await chargedIn(target)).toBe(charged);
    await target.close();
  });

  it('R8: is heard at the sender itself where the project is taken back', async () => {
    const { run, store, open } = await leftInACall();
    await recallHandoff({ store, because: 'nobody took it', by: 'mia' });
    await store.close();
    const own = team(() => ({ text: 'third' }));
    const result = await goneOn(own.options, open, run);
    expect(result).toMatchObject({ status: 'completed', output: 'third' });
    expect(own.model.requests).toHaveLength(1);
  });

  it('A6 R8: is packed and accepted by the command', {
    tags: ['slow'],
    timeout: 30_000,
  }, async () => {
    const place = folder.newPath('db');
    const { store, bytes } = await leftInACall(sqlite(place));
    await store.close();
    const [ours, theirs] = [folder.newPath('ours'), folder.newPath('theirs')];
    await writeFile(ours, sender.secret, { mode: 0o600 });
    await writeFile(theirs, secret, { mode: 0o600 });
    const there = ['--journal', 'cli-there.db', '--key', theirs, '--from', sender.public];
    const say = async (args: readonly string[]) => {
      const ended = await command({ folder: folder.path }, args);
      expect(ended.code, ended.err).toBe(0);
      return ended.out;
    };
    const packing = ['handoff', 'l.ovpkg', '--late', '--journal', place, '--key', ours];
    expect(await say(packing)).toMatch(/^1 late reply for default in /);
    const target = await accepted(
      bytes,
      sqlite(join(folder.path, 'cli-there.db')),
      team(() => ({ text: '' })).options,
    );
    await target.close();
    expect(await say(['accept', 'l.ovpkg', ...there, '--refuse'])).toBe(
      'default hears 1 late reply.\n',
    );
    const again = await say(['accept', 'l.ovpkg', ...there, '--json']);
    expect(JSON.parse(again)).toMatchObject({ answer: 'replies', taken: 0, present: 1 });
  });

  it('R8: is taken from the sender of its project alone, for a project that is here', async () => {
    const { store, late, bytes } = await leftInACall();
    const target = await newStore()();
    const how = { store: target, secret };
    expect(await codeOf(acceptLateReplies(await opened(late), how))).toBe('handoff.other');
    await acceptHandoff(await opened(bytes), { ...how, team: team(() => ({ text: '' })).options });
    expect(await codeOf(acceptLateReplies(await opened(bytes), how))).toBe('handoff.none');
    const forged = bytesSink();
    await sendLateReplies(forged, { store, sign: stranger.secret });
    const theirs = await opened(forged.bytes(), [stranger.public]);
    expect(await codeOf(acceptLateReplies(theirs, how))).toBe('handoff.other');
    expect(await target.events.head('handoff/default')).toBe(0);
    await target.close();
    await store.close();
  });
});
