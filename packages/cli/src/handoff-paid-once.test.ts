import { setTimeout as pass } from 'node:timers/promises';
import type { Clock } from '@overseer/core/plugin';
import type { OpenStore, OverseerEvent, StateStore } from '@overseer/core/spec';
import { createFakeClock } from '@overseer/core/testing';
import { acceptHandoff, closeHandoff, handOffTo } from '@overseer/storage/handoff';
import { checkReceipt } from '@overseer/storage/package';
import { sqlite } from '@overseer/storage/sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesSink, receiver, sender } from './handoff.fixture.ts';
import { chainOf, goneOn, inACall, opened, type Team, testFolder } from './leaving.fixture.ts';
import { codeOf } from './moving.fixture.ts';

const folder = testFolder(beforeAll, afterAll);
const newStore = (): OpenStore => sqlite(folder.newPath('db'));
const TASKS = chainOf('a', 'b');

/** An overseer in the middle of its first call, about to leave its store by the time of a clock. */
async function aboutToLeave() {
  const held = createFakeClock();
  let isPatient = (): void => undefined;
  const patience = new Promise<void>((resolve) => {
    isPatient = resolve;
  });
  const clock: Clock = {
    ...held,
    now: held.now,
    after: (ms, ring) => {
      // From here on it counts how long the call takes.
      if (ms === 60_000) isPatient();
      return held.after(ms, ring);
    },
  };
  const there = await inACall({ open: newStore(), tasks: TASKS, team: { clock } });
  const { overseer } = there;
  const store = await there.open();
  const sink = bytesSink();
  const going = handOffTo(receiver.public, sink, { store, overseer, sign: sender.secret });
  let isGone = false;
  void going.then(() => {
    isGone = true;
  });
  await patience;
  const advance = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 1_000) {
      held.advance(1_000);
      await pass(1);
    }
  };
  return { ...there, store, sink, going, isGone: () => isGone, advance };
}

async function acceptedFrom(bytes: Buffer, options: Team) {
  const from = await opened(bytes);
  const open = newStore();
  const store = await open();
  const how = { store, secret: receiver.secret, team: options };
  const { receipt } = await acceptHandoff(from, how);
  await store.close();
  return { open, receipt, from };
}

/** The same team by the system's clock. */
const teamLater = ({ clock: _, ...options }: Team): Team => options;

async function offerOf(store: StateStore): Promise<OverseerEvent | undefined> {
  const events = await store.events.read({ stream: 'project/default', after: 0, limit: 1_000 });
  return events.findLast(({ type }) => type === 'handoff.offered');
}

describe('a handoff between two stores that is told nothing of calls under way', {
  timeout: 30_000,
}, () => {
  it('R8 R9: waits for a call that answers late, so that nothing is asked or paid twice', async () => {
    const there = await aboutToLeave();
    await there.advance(30_000);
    expect(there.isGone()).toBe(false);
    there.end({ text: 'late, and in time' });
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
    const result = await goneOn(teamLater(there.options), open, there.run);
    expect(result).toMatchObject({ status: 'completed', output: 'answer 2' });
    expect(result.tasks.map(({ output }) => output)).toEqual(['late, and in time', 'answer 2']);
    // One call a task, however they ended up in two stores.
    expect(there.paid()).toBe(TASKS.length);
  });

  it('R8 R9: says in its last word, to its caller and in the receipt what was under way after a minute', async () => {
    const there = await aboutToLeave();
    await there.advance(55_000);
    expect(there.isGone()).toBe(false);
    await there.advance(10_000);
    const { inFlight } = await there.going;
    expect(inFlight).toHaveLength(1);
    const offer = await offerOf(there.store);
    expect(offer?.data).toMatchObject({ inFlight, waitedMs: 60_000 });
    there.end({ text: 'too late' });
    await there.overseer.drained();
    await there.overseer.close();

    const { open, receipt, from } = await acceptedFrom(there.sink.bytes(), there.options);
    expect(receipt.inFlight).toEqual(inFlight);
    checkReceipt(receipt, from, receiver.public);
    const forged = async () => checkReceipt({ ...receipt, inFlight: [] }, from);
    expect(await codeOf(forged())).toBe('package.receipt');
    await closeHandoff(receipt, { store: there.store });
    await there.store.close();
    const result = await goneOn(teamLater(there.options), open, there.run);
    expect(result).toMatchObject({ status: 'completed' });
    expect(there.paid()).toBe(TASKS.length + inFlight.length);
  });
});
