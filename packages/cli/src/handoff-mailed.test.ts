import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { createOverseer, memory } from '@overseer/core';
import type { OpenStore } from '@overseer/core/spec';
import { type FakeReply, fakeModel } from '@overseer/core/testing';
import {
  acceptHandoff,
  acceptLateReplies,
  handOffTo,
  handoffTarget,
  recallHandoff,
  sendLateReplies,
} from '@overseer/storage/handoff';
import { openPackage, packageBytes } from '@overseer/storage/package';
import { sqlite } from '@overseer/storage/sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesSink, receiver, sender } from './handoff.fixture.ts';

let folder: string;
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'overseer-'));
});
afterAll(() => rm(folder, { recursive: true }));

const STREAM = 'project/default';
const { secret } = receiver;
const sign = sender.secret;

/** A project that nobody works on: its overseer left in the middle of a call, whose reply came then and waits as a message. */
async function withMail() {
  const held = Promise.withResolvers<FakeReply>();
  const model = fakeModel({ reply: (_, nth) => (nth === 1 ? held.promise : { text: 'anew' }) });
  const price = { input: 1, output: 2 };
  const options = { overseer: 'one', models: { one: { model, price } } } as const;
  const open = memory({ leaseMs: 60_000 });
  const overseer = await createOverseer({ ...options, store: open, graceMs: 0 });
  const run = overseer.run({ tasks: [{ key: 'a', instruction: 'do a' }] });
  run.result.catch(() => undefined);
  while (model.requests.length < 1) await pass(5);
  await overseer.handOver({ because: 'maintenance', by: 'mia', waitMs: 0 });
  held.resolve({ text: 'paid once' });
  await overseer.drained();
  await overseer.close();
  const store = await open();
  expect(await store.mail?.read(STREAM, 10)).toMatchObject([{ kind: 'late-reply' }]);
  return { options, open, store, run, paid: () => model.requests.length };
}

async function ended({ options, run }: Awaited<ReturnType<typeof withMail>>, open: OpenStore) {
  const overseer = await createOverseer({ ...options, store: open });
  const going = overseer.open(run.id);
  going.resume();
  const result = await going.result;
  await overseer.close();
  return result;
}

const opened = (bytes: Buffer) =>
  openPackage(packageBytes(bytes), { secret, from: [sender.public] });

describe('a reply that waits as a message when its project leaves', { timeout: 60_000 }, () => {
  it('R8 R9: is told of, goes after the project, and is not paid again', async () => {
    const there = await withMail();
    const { store, options } = there;
    const sink = bytesSink();
    const { inFlight } = await handOffTo(receiver.public, sink, { store, sign, lateMs: 60_000 });
    expect(inFlight).toHaveLength(1);
    expect(await store.mail?.read(STREAM, 10)).toEqual([]);
    // Said again it comes to the same.
    await handOffTo(receiver.public, bytesSink(), { store, sign });
    const late = bytesSink();
    expect((await sendLateReplies(late, { store, sign })).replies).toBe(1);
    await store.close();

    const place = sqlite(join(folder, `${count++}.db`));
    const target = await place();
    const how = { store: target, secret };
    await acceptHandoff(await opened(sink.bytes()), { ...how, team: options });
    expect(await acceptLateReplies(await opened(late.bytes()), how)).toMatchObject({ taken: 1 });
    await target.close();
    expect(await ended(there, place)).toMatchObject({ status: 'completed', output: 'paid once' });
    expect(there.paid()).toBe(1);
  });

  it('R8 R9: is waited for by a receiver that others share', async () => {
    const there = await withMail();
    const { store, options } = there;
    const sink = bytesSink();
    await handOffTo(receiver.public, sink, { store, sign, lateMs: 60_000 });
    const place = memory({ leaseMs: 60_000 });
    const target = await place();
    const how = { store: target, secret };
    await acceptHandoff(await opened(sink.bytes()), { ...how, team: options });
    const going = ended(there, place);
    await pass(800);
    expect(there.paid()).toBe(1);
    const late = bytesSink();
    await sendLateReplies(late, { store, sign });
    await acceptLateReplies(await opened(late.bytes()), how);
    expect(await going).toMatchObject({ status: 'completed', output: 'paid once' });
    expect(there.paid()).toBe(1);
    await target.close();
    await store.close();
  });

  it('R8: is sent too where it was put after the project had left, also by a target', async () => {
    const { store } = await withMail();
    const [letter] = (await store.mail?.read(STREAM, 10)) ?? expect.fail('there is no mail');
    const other = `${letter?.id}-after`;
    await handOffTo(receiver.public, bytesSink(), { store, sign });
    const body = { ...(letter?.body as object), call: 'after' };
    await store.mail?.put(STREAM, { id: other, kind: 'late-reply', body });
    const target = handoffTarget({
      key: receiver.public,
      sink: () => bytesSink(),
      sign,
      late: () => bytesSink(),
    });
    await target.sendLate?.({ store, project: 'default' });
    expect(await store.mail?.read(STREAM, 10)).toEqual([]);
    expect((await sendLateReplies(bytesSink(), { store, sign })).replies).toBe(2);
    await store.close();
  });

  it('R8 R9: is heard where the project is taken back', async () => {
    const there = await withMail();
    const { store } = there;
    await handOffTo(receiver.public, bytesSink(), { store, sign });
    await recallHandoff({ store, because: 'nobody took it', by: 'mia' });
    await store.close();
    expect(await ended(there, there.open)).toMatchObject({ output: 'paid once' });
    expect(there.paid()).toBe(1);
  });
});
