import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { createOverseer, memory } from '@overseer/core';
import type { EventType, OpenStore, OverseerEvent, StateStore } from '@overseer/core/spec';
import { type FakeReply, fakeModel } from '@overseer/core/testing';
import {
  acceptHandoff,
  acceptLateReplies,
  handOffTo,
  handoffTarget,
  isLatePackage,
  lateReplies,
  recallHandoff,
  sendLateReplies,
} from '@overseer/storage/handoff';
import { openPackage, packageBytes } from '@overseer/storage/package';
import { sqlite } from '@overseer/storage/sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesSink, receiver, sender, stranger } from './handoff.fixture.ts';
import { codeOf } from './moving.fixture.ts';
import { overseer as command } from './scene.fixture.ts';

let folder: string;
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'overseer-'));
});
afterAll(() => rm(folder, { recursive: true }));

const newStore = (): OpenStore => sqlite(join(folder, `${count++}.db`));
const { secret } = receiver;
const from = [sender.public];
const PRICE = { input: 1, output: 2 };

/** A team whose model answers so, and what it was asked. */
function team(reply: (nth: number) => FakeReply | Promise<FakeReply>) {
  const model = fakeModel({ reply: (_, nth) => reply(nth) });
  const models = { one: { model, price: PRICE } };
  return { model, options: { overseer: 'one', models, budget: { usd: 1 } } as const };
}

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

/** A project that left with the call of its second task under way, which ended afterwards. */
async function leftInACall(open: OpenStore = newStore(), lateMs = 0) {
  const held = Promise.withResolvers<FakeReply>();
  const { model, options } = team((nth) => (nth === 1 ? { text: 'first' } : held.promise));
  const overseer = await createOverseer({ ...options, store: open, graceMs: 0 });
  const run = overseer.run({
    tasks: [
      { key: 'a', instruction: 'do a' },
      { key: 'b', instruction: 'do b', needs: ['a'] },
      { key: 'c', instruction: 'do c', needs: ['b'] },
    ],
  });
  run.result.catch(() => undefined);
  while (model.requests.length < 2) await pass(5);
  const store = await open();
  const sink = bytesSink();
  const how = { store, overseer, sign: sender.secret, waitMs: 0, lateMs };
  const { inFlight } = await handOffTo(receiver.public, sink, how);
  expect(inFlight).toHaveLength(1);
  expect(await lateReplies(store, 'default')).toEqual([]);
  held.resolve({ text: 'second, late' });
  await overseer.drained();
  await overseer.close();
  const late = bytesSink();
  const { replies } = await sendLateReplies(late, { store, sign: sender.secret });
  expect(replies).toBe(1);
  return { run, store, open, bytes: sink.bytes(), late: late.bytes() };
}

const opened = (bytes: Buffer, trusted = from) =>
  openPackage(packageBytes(bytes), { secret, from: trusted });

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
    const opened = await openPackage(packageBytes(late.bytes()), { secret, from });
    expect(isLatePackage(opened)).toBe(true);
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
      const next = await createOverseer({ ...own.options, store: open });
      const going = next.open(run.id);
      going.resume();
      expect(await going.result).toMatchObject({ status: 'completed', output: 'third' });
      await next.close();
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
    const next = await createOverseer({ ...own.options, store: open });
    const going = next.open(run.id);
    going.resume();
    expect(await going.result).toMatchObject({ status: 'completed', output: 'anew 2' });
    await next.close();
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
    const next = await createOverseer({ ...own.options, store: open });
    const going = next.open(run.id);
    going.resume();
    expect(await going.result).toMatchObject({ status: 'completed', output: 'third' });
    expect(own.model.requests).toHaveLength(1);
    await next.close();
  });

  it('A6 R8: is packed and accepted by the command', {
    tags: ['slow'],
    timeout: 30_000,
  }, async () => {
    const place = join(folder, 'cli.db');
    const { store, bytes } = await leftInACall(sqlite(place));
    await store.close();
    const [ours, theirs] = [join(folder, 'ours.secret'), join(folder, 'theirs.secret')];
    await writeFile(ours, sender.secret, { mode: 0o600 });
    await writeFile(theirs, secret, { mode: 0o600 });
    const there = ['--journal', 'cli-there.db', '--key', theirs, '--from', sender.public];
    const say = async (args: readonly string[]) => {
      const ended = await command({ folder }, args);
      expect(ended.code, ended.err).toBe(0);
      return ended.out;
    };
    const packing = ['handoff', 'l.ovpkg', '--late', '--journal', place, '--key', ours];
    expect(await say(packing)).toMatch(/^1 late reply for default in /);
    const target = await accepted(
      bytes,
      sqlite(join(folder, 'cli-there.db')),
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
