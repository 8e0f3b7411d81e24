import { setTimeout as pass } from 'node:timers/promises';
import { memory } from '@overseer/core';
import {
  acceptHandoff,
  acceptLateReplies,
  handOffTo,
  handoffTarget,
  recallHandoff,
  sendLateReplies,
} from '@overseer/storage/handoff';
import { sqlite } from '@overseer/storage/sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesSink, receiver, sender } from './handoff.fixture.ts';
import { goneOn, inACall, leavingMail, opened, testFolder } from './leaving.fixture.ts';

const folder = testFolder(beforeAll, afterAll);
const STREAM = 'project/default';
const { secret } = receiver;
const sign = sender.secret;

/** A project that nobody works on: its overseer left in the middle of a call, whose reply came then and waits as a message. */
async function withMail() {
  const open = memory({ leaseMs: 60_000 });
  const there = await leavingMail(await inACall({ open }), { text: 'paid once' });
  expect(await there.store.mail?.read(STREAM, 10)).toMatchObject([{ kind: 'late-reply' }]);
  return there;
}

describe('a reply that waits as a message when its project leaves', { timeout: 60_000 }, () => {
  it('R8 R9: is told of, goes after the project, and is not paid again', async () => {
    const { store, options, run, paid } = await withMail();
    const sink = bytesSink();
    const { inFlight } = await handOffTo(receiver.public, sink, { store, sign, lateMs: 60_000 });
    expect(inFlight).toHaveLength(1);
    expect(await store.mail?.read(STREAM, 10)).toEqual([]);
    // Said again it comes to the same.
    await handOffTo(receiver.public, bytesSink(), { store, sign });
    const late = bytesSink();
    expect((await sendLateReplies(late, { store, sign })).replies).toBe(1);
    await store.close();

    const place = sqlite(folder.newPath('db'));
    const target = await place();
    const how = { store: target, secret };
    await acceptHandoff(await opened(sink.bytes()), { ...how, team: options });
    expect(await acceptLateReplies(await opened(late.bytes()), how)).toMatchObject({ taken: 1 });
    await target.close();
    const result = await goneOn(options, place, run);
    expect(result).toMatchObject({ status: 'completed', output: 'paid once' });
    expect(paid()).toBe(1);
  });

  it('R8 R9: is waited for by a receiver that others share', async () => {
    const { store, options, run, paid } = await withMail();
    const sink = bytesSink();
    await handOffTo(receiver.public, sink, { store, sign, lateMs: 60_000 });
    const place = memory({ leaseMs: 60_000 });
    const target = await place();
    const how = { store: target, secret };
    await acceptHandoff(await opened(sink.bytes()), { ...how, team: options });
    const going = goneOn(options, place, run);
    await pass(800);
    expect(paid()).toBe(1);
    const late = bytesSink();
    await sendLateReplies(late, { store, sign });
    await acceptLateReplies(await opened(late.bytes()), how);
    expect(await going).toMatchObject({ status: 'completed', output: 'paid once' });
    expect(paid()).toBe(1);
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
    const { store, options, open, run, paid } = await withMail();
    await handOffTo(receiver.public, bytesSink(), { store, sign });
    await recallHandoff({ store, because: 'nobody took it', by: 'mia' });
    await store.close();
    expect(await goneOn(options, open, run)).toMatchObject({ output: 'paid once' });
    expect(paid()).toBe(1);
  });
});
