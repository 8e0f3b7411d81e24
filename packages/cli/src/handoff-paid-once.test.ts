import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { createOverseer } from '@overseer/core';
import type { OverseerEvent, StateStore } from '@overseer/core/spec';
import { createFakeClock, type FakeReply, fakeModel } from '@overseer/core/testing';
import { acceptHandoff, closeHandoff, handOffTo } from '@overseer/storage/handoff';
import { checkReceipt, openPackage, packageBytes } from '@overseer/storage/package';
import { sqlite } from '@overseer/storage/sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesSink, receiver, sender } from './handoff.fixture.ts';
import { codeOf } from './moving.fixture.ts';

let folder: string;
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'overseer-'));
});
afterAll(() => rm(folder, { recursive: true }));

const TASKS = [
  { key: 'a', instruction: 'do a' },
  { key: 'b', instruction: 'do b', needs: ['a'] },
];

/** A provider that both sides ask, whose answer to the first call is `held` back; each request is paid. */
function provider(held: Promise<FakeReply>) {
  const model = fakeModel({ reply: (_, nth) => (nth === 1 ? held : { text: `answer ${nth}` }) });
  const price = { input: 1, output: 2 };
  const options = { overseer: 'one', models: { one: { model, price } }, graceMs: 0 } as const;
  return { options, paid: () => model.requests.length };
}

/** An overseer in the middle of its first call, about to leave its store. */
async function inACall() {
  const held = Promise.withResolvers<FakeReply>();
  const { options, paid } = provider(held.promise);
  const clock = createFakeClock();
  const open = sqlite(join(folder, `${count++}.db`));
  const overseer = await createOverseer({ ...options, store: open, clock });
  const run = overseer.run({ tasks: TASKS });
  run.result.catch(() => undefined);
  while (paid() < 1) await pass(5);
  const store = await open();
  const sink = bytesSink();
  const going = handOffTo(receiver.public, sink, { store, overseer, sign: sender.secret });
  let isGone = false;
  void going.then(() => {
    isGone = true;
  });
  const advance = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 1_000) {
      clock.advance(1_000);
      await pass(1);
    }
  };
  return { held, options, paid, overseer, run, store, sink, going, isGone: () => isGone, advance };
}

async function acceptedFrom(bytes: Buffer, options: object) {
  const from = { secret: receiver.secret, from: [sender.public] };
  const opened = await openPackage(packageBytes(bytes), from);
  const open = sqlite(join(folder, `${count++}.db`));
  const store = await open();
  const { receipt } = await acceptHandoff(opened, { store, ...from, team: options });
  await store.close();
  return { open, receipt, opened };
}

async function offerOf(store: StateStore): Promise<OverseerEvent | undefined> {
  const events = await store.events.read({ stream: 'project/default', after: 0, limit: 1_000 });
  return events.findLast(({ type }) => type === 'handoff.offered');
}

describe('a handoff between two stores that is told nothing of calls under way', {
  timeout: 30_000,
}, () => {
  it('R8 R9: waits for a call that answers late, so that nothing is asked or paid twice', async () => {
    const there = await inACall();
    await there.advance(30_000);
    expect(there.isGone()).toBe(false);
    there.held.resolve({ text: 'late, and in time' });
    const { inFlight } = await there.going;
    expect(inFlight).toEqual([]);
    const offer = await offerOf(there.store);
    expect(offer?.data).toMatchObject({ inFlight: [] });
    expect(offer?.data).not.toHaveProperty('waitedMs');
    await there.overseer.close();

    const { open, receipt } = await acceptedFrom(there.sink.bytes(), there.options);
    expect(receipt).not.toHaveProperty('inFlight');
    await closeHandoff(receipt, { store: there.store });
    await there.store.close();
    const next = await createOverseer({ ...there.options, store: open });
    const going = next.open(there.run.id);
    going.resume();
    const result = await going.result;
    expect(result).toMatchObject({ status: 'completed', output: 'answer 2' });
    expect(result.tasks.map(({ output }) => output)).toEqual(['late, and in time', 'answer 2']);
    await next.close();
    // One call a task, however they ended up in two stores.
    expect(there.paid()).toBe(TASKS.length);
  });

  it('R8 R9: says in its last word, to its caller and in the receipt what was under way after a minute', async () => {
    const there = await inACall();
    await there.advance(55_000);
    expect(there.isGone()).toBe(false);
    await there.advance(10_000);
    const { inFlight } = await there.going;
    expect(inFlight).toHaveLength(1);
    const offer = await offerOf(there.store);
    expect(offer?.data).toMatchObject({ inFlight, waitedMs: 60_000 });
    there.held.resolve({ text: 'too late' });
    await there.overseer.drained();
    await there.overseer.close();

    const { open, receipt, opened } = await acceptedFrom(there.sink.bytes(), there.options);
    expect(receipt.inFlight).toEqual(inFlight);
    checkReceipt(receipt, opened, receiver.public);
    const forged = async () => checkReceipt({ ...receipt, inFlight: [] }, opened);
    expect(await codeOf(forged())).toBe('package.receipt');
    await closeHandoff(receipt, { store: there.store });
    await there.store.close();
    const next = await createOverseer({ ...there.options, store: open });
    const going = next.open(there.run.id);
    going.resume();
    expect(await going.result).toMatchObject({ status: 'completed' });
    await next.close();
    expect(there.paid()).toBe(TASKS.length + inFlight.length);
  });
});
