import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { createOverseer, openSealed } from '@overseer/core';
import type { OverseerEvent, StateStore, Tool } from '@overseer/core/spec';
import { type FakeReply, fakeModel } from '@overseer/core/testing';
import {
  acceptHandoff,
  acceptLateReplies,
  handOffTo,
  sendLateReplies,
} from '@overseer/storage/handoff';
import { openPackage, packageBytes } from '@overseer/storage/package';
import { sqlite } from '@overseer/storage/sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesSink, receiver, sender } from './handoff.fixture.ts';

const KEYS = { current: 'shared', keys: { shared: Buffer.alloc(32, 1) } };
const { secret } = receiver;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'overseer-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A team that pays when its model says so, and with what its tool was called. */
function payers(reply: (nth: number) => FakeReply | Promise<FakeReply>) {
  const seen: unknown[] = [];
  const model = fakeModel({ reply: (_, nth) => reply(nth) });
  const pay: Tool = {
    spec: 'tool/1',
    description: 'Pays.',
    input: { jsonSchema: { type: 'object' }, parse: (value) => ({ ok: true, value }) },
    permissions: [],
    effect: 'idempotent',
    timeoutMs: 60_000,
    sensitive: ['pin'],
    execute: async (input) => {
      seen.push(input);
      return 'paid';
    },
  };
  const options = {
    overseer: 'one',
    models: { one: { model } },
    tools: { pay },
    roles: { worker: { text: 'Work.', tools: ['pay'] } },
    sensitive: { keys: KEYS },
  } as const;
  return { seen, model, options };
}

describe('a late reply with something sealed in it', { timeout: 60_000 }, () => {
  it('X2 R8: opens at the receiver with the key, and what was paid for is used', async () => {
    const held = Promise.withResolvers<FakeReply>();
    const before = payers(() => held.promise);
    const open = sqlite(join(folder, 'sender.db'));
    const overseer = await createOverseer({ ...before.options, store: open, graceMs: 0 });
    const run = overseer.run({ tasks: [{ instruction: 'Pay it.', role: 'worker' }] });
    run.result.catch(() => undefined);
    while (before.model.requests.length === 0) await pass(5);
    const store = await open();
    const sink = bytesSink();
    await handOffTo(receiver.public, sink, { store, overseer, sign: sender.secret, waitMs: 0 });
    held.resolve({ toolCalls: [{ name: 'pay', input: { pin: 'sesame' } }] });
    await overseer.drained();
    await overseer.close();
    const late = bytesSink();
    await sendLateReplies(late, { store, sign: sender.secret });
    const [kept] = await notesIn(store, 'handoff.reply');
    expect(JSON.stringify(kept)).not.toContain('sesame');
    await store.close();

    const after = payers(() => ({ text: 'It is paid.' }));
    const openTarget = sqlite(join(folder, 'receiver.db'));
    const target = await openTarget();
    const opened = (bytes: Buffer) =>
      openPackage(packageBytes(bytes), { secret, from: [sender.public] });
    await acceptHandoff(await opened(sink.bytes()), { store: target, secret, team: after.options });
    await acceptLateReplies(await opened(late.bytes()), { store: target, secret });
    const [taken] = await notesIn(target, 'handoff.reply');
    if (taken === undefined) throw new Error('nothing was kept');
    expect(JSON.stringify(taken)).not.toContain('sesame');
    expect(JSON.stringify(openSealed(taken, KEYS))).toContain('sesame');

    await using next = await createOverseer({ ...after.options, store: openTarget });
    const going = next.open(run.id);
    going.resume();
    expect(await going.result).toMatchObject({ status: 'completed', output: 'It is paid.' });
    expect(after.seen).toEqual([{ pin: 'sesame' }]);
    // The call whose answer came late was not made again.
    expect(after.model.requests).toHaveLength(1);
    await target.close();
  });
});

async function notesIn(
  { events }: StateStore,
  type: OverseerEvent['type'],
): Promise<readonly OverseerEvent[]> {
  const notes = await events.read({ stream: 'handoff/default', after: 0, limit: 100 });
  return notes.filter((note) => note.type === type);
}
