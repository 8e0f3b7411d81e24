import { openSealed } from '@overseer/core';
import type { OverseerEvent, StateStore, Tool } from '@overseer/core/spec';
import type { FakeReply } from '@overseer/core/testing';
import { acceptHandoff, acceptLateReplies, sendLateReplies } from '@overseer/storage/handoff';
import { sqlite } from '@overseer/storage/sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesSink, receiver, sender } from './handoff.fixture.ts';
import { goneOn, inACall, leaving, opened, teamOf, testFolder } from './leaving.fixture.ts';

const KEYS = { current: 'shared', keys: { shared: Buffer.alloc(32, 1) } };
const { secret } = receiver;

const folder = testFolder(beforeAll, afterAll);

/** What an overseer is given that pays by a tool, and with what that was called. */
function paying() {
  const seen: unknown[] = [];
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
  const roles = { worker: { text: 'Work.', tools: ['pay'] } };
  return { seen, team: { tools: { pay }, roles, sensitive: { keys: KEYS } } };
}

describe('a late reply with something sealed in it', { timeout: 60_000 }, () => {
  it('X2 R8: opens at the receiver with the key, and what was paid for is used', async () => {
    const open = sqlite(folder.newPath('db'));
    const tasks = [{ instruction: 'Pay it.', role: 'worker' }];
    const there = await inACall({ open, tasks, team: paying().team });
    const paid: FakeReply = { toolCalls: [{ name: 'pay', input: { pin: 'sesame' } }] };
    const { store, bytes, run } = await leaving(there, paid);
    const late = bytesSink();
    await sendLateReplies(late, { store, sign: sender.secret });
    const [kept] = await notesIn(store, 'handoff.reply');
    expect(JSON.stringify(kept)).not.toContain('sesame');
    await store.close();

    const { seen, team } = paying();
    const after = teamOf(() => ({ text: 'It is paid.' }), team);
    const openTarget = sqlite(folder.newPath('db'));
    const target = await openTarget();
    await acceptHandoff(await opened(bytes), { store: target, secret, team: after.options });
    await acceptLateReplies(await opened(late.bytes()), { store: target, secret });
    const [taken] = await notesIn(target, 'handoff.reply');
    if (taken === undefined) throw new Error('nothing was kept');
    expect(JSON.stringify(taken)).not.toContain('sesame');
    expect(JSON.stringify(openSealed(taken, KEYS))).toContain('sesame');

    const result = await goneOn(after.options, openTarget, run);
    expect(result).toMatchObject({ status: 'completed', output: 'It is paid.' });
    expect(seen).toEqual([{ pin: 'sesame' }]);
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
