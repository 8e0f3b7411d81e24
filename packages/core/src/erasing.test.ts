import { describe, expect, it } from 'vitest';
import { counting, eventsOf, NAME } from './caching.fixture.ts';
import { createOverseer } from './create-overseer.ts';
import { memory } from './journal/memory-store.ts';
import type { OverseerOptions } from './options.ts';
import type { Overseer } from './overseer.ts';
import { lateMail } from './run/late-reply.ts';
import type { OpenStore } from './spec/store.ts';

function teamOn(store: OpenStore, more: Partial<OverseerOptions> = {}): Promise<Overseer> {
  const price = { input: 1_000, output: 1_000 };
  const models = { a: { model: counting(), price } };
  return createOverseer({ overseer: 'a', models, store, ...more });
}

describe('an erased person', () => {
  it('X3: all runs of one go, with those below them, and those of others stay', async () => {
    const store = memory();
    const first = await teamOn(store);
    const runs = [];
    for (const user of ['ada', 'bob', 'ada', undefined]) {
      const run = first.run(NAME, user === undefined ? {} : { user });
      await run.result;
      runs.push(run.id);
    }
    const [one = '', bobs = '', two = '', nobodys = ''] = runs;
    const of = async (overseer: Overseer, user: string) => {
      const events = [];
      for await (const event of overseer.exportUser(user)) events.push(event);
      return events;
    };
    const stored = await of(first, 'ada');
    expect(new Set(stored.map(({ run }) => run))).toEqual(new Set([one, two]));
    expect(stored.map(({ type }) => type)).toContain('call.finished');
    expect(await first.eraseUser('ada', { by: 'mia', because: 'she asked' })).toEqual({
      user: 'ada',
      erased: [one, two],
      before: [],
    });
    await first.close();
    await using second = await teamOn(store);
    const later = second.run(NAME, { user: 'ada' });
    await later.result;
    const again = await second.eraseUser('ada');
    expect(again).toEqual({ user: 'ada', erased: [later.id], before: [one, two] });
    const left = new Set((await of(second, 'ada')).map(({ type }) => type));
    expect([...left].sort()).toEqual(['event.erased', 'run.erased']);
    for (const id of [bobs, nobodys]) {
      expect(await second.open(id).result).toMatchObject({ status: 'completed' });
    }
    expect(await second.eraseUser('zoe')).toEqual({ user: 'zoe', erased: [], before: [] });
  });

  it('X3: nothing of one goes while a run of theirs goes on', async () => {
    await using overseer = await teamOn(memory());
    const done = overseer.run(NAME, { user: 'ada' });
    await done.result;
    const going = overseer.run(NAME, { user: 'ada' });
    going.pause();
    await expect(overseer.eraseUser('ada')).rejects.toMatchObject({
      code: 'run.unfinished',
      message: expect.stringContaining(going.id),
    });
    expect(await overseer.open(done.id).result).toMatchObject({ status: 'completed' });
  });
});

describe('an erased run', () => {
  it('X3 R8: is not written of again by a reply that comes late', async () => {
    const store = memory({ leaseMs: 6_000 });
    await using overseer = await teamOn(store);
    const runs = [overseer.run(NAME), overseer.run(NAME)];
    for (const run of runs) await run.result;
    const [erased, kept] = runs.map(({ id }) => id);
    await overseer.erase(erased ?? '');
    const reader = await store();
    for (const run of [erased ?? '', kept ?? '']) {
      const mail = lateMail({
        ...{ run, task: 't1', attempt: 'before', call: `of ${run}`, model: 'a', step: 1 },
        end: {
          type: 'call.finished',
          data: {
            parts: [{ type: 'text', text: 'Dear Ada' }],
            reason: 'stop',
            usage: { input: {}, output: {} },
            settled: { inputTokens: 1, outputTokens: 1, microUsd: 1 },
            durationMs: 1,
          },
        },
      });
      await reader.mail?.put('project/default', mail);
    }
    while (((await reader.mail?.read('project/default', 10))?.length ?? 0) > 0) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const events = await reader.events.read({ stream: 'project/default', after: 0, limit: 1_000 });
    const late = events.filter(({ type }) => type === 'reply.late');
    expect(late.map(({ run }) => run)).toEqual([kept]);
    await reader.close();
  });

  it('X3: says nothing any more, and its journal says who wanted that, over restarts too', async () => {
    const store = memory();
    const first = await teamOn(store);
    const run = first.run(NAME);
    await run.result;
    await first.erase(run.id, { by: 'ada', because: 'she asked' });
    await first.erase(run.id);
    const forgotten = { code: 'run.forgotten' };
    await expect(first.open(run.id).result).rejects.toMatchObject(forgotten);
    await expect(first.fork(run.id)).rejects.toMatchObject(forgotten);
    await expect(first.replay(run.id)).rejects.toMatchObject(forgotten);
    const { seq } = await first.project.state();
    await expect(first.project.runAt(run.id, seq)).rejects.toMatchObject(forgotten);
    await first.close();

    await using second = await teamOn(store);
    const told = second.open(run.id);
    await expect(told.result).rejects.toMatchObject({ code: 'run.forgotten' });
    const types = new Set<string>();
    for await (const event of told) types.add(event.type);
    expect([...types]).toEqual(['event.erased', 'run.erased']);
    const [erased] = await eventsOf(told, 'run.erased');
    expect(erased).toMatchObject({ actor: 'person:ada', data: { because: 'she asked' } });
    expect(second.unfinished()).toEqual([]);
    expect((await second.progress()).runs).toEqual([]);
    expect(await second.run(NAME).result).toMatchObject({ status: 'completed' });
  });

  it('X3 L3: what it spent still counts, with and without the index of the journal', async () => {
    for (const forgets of [false, true]) {
      const store = forgets ? withoutSnapshots(memory()) : memory();
      const budgets = { project: { usd: 9 }, users: { ada: { usd: 9 } } };
      const first = await teamOn(store, { budgets });
      const run = first.run(NAME, { user: 'ada' });
      await run.result;
      const spent = used(first);
      expect(spent).toHaveLength(2);
      expect(spent.every((amount) => amount > 1_000)).toBe(true);
      await first.erase(run.id);
      expect(used(first)).toEqual(spent);
      await first.close();
      await using second = await teamOn(store, { budgets });
      expect(used(second)).toEqual(spent);
    }
  });

  it('X3 M13: leaves no answer for equal requests', async () => {
    await using overseer = await teamOn(memory(), { cache: true });
    const run = overseer.run(NAME);
    expect(await run.result).toMatchObject({ output: 'answer 1' });
    await overseer.erase(run.id);
    expect(await overseer.run(NAME).result).toMatchObject({ output: 'answer 2' });
  });

  it('X3: is one that was finished, in a store that can forget', async () => {
    await using overseer = await teamOn(memory());
    await expect(overseer.erase('nobody')).rejects.toMatchObject({ code: 'run.unknown' });
    const run = overseer.run(NAME);
    await expect(overseer.erase(run.id)).rejects.toMatchObject({ code: 'run.unfinished' });
    await run.result;
    await overseer.erase(run.id);

    await using plain = await teamOn(plainly(memory()));
    const kept = plain.run(NAME);
    await kept.result;
    await expect(plain.erase(kept.id)).rejects.toMatchObject({ code: 'store.unsealed' });
    expect(await plain.open(kept.id).result).toMatchObject({ status: 'completed' });
  });

  it('X3: whose erasing was cut off before it was recorded is erased and recorded the next time', async () => {
    const store = memory();
    const first = await teamOn(store);
    const run = first.run(NAME);
    await run.result;
    await first.close();
    const opened = await store();
    const lease = await opened.leases.acquire('project/default', HOLDER);
    await opened.erase?.(lease.kind === 'held' ? lease.epoch : 0, 'project/default', run.id);
    await opened.close();
    await using second = await teamOn(store);
    await second.erase(run.id, { because: 'again' });
    const [erased] = await eventsOf(second.open(run.id), 'run.erased');
    expect(erased?.data.because).toBe('again');
  });
});

/** What the budgets of the project and of its user have counted, in micro-dollars. */
function used(overseer: Overseer): readonly number[] {
  return overseer.usage().flatMap((row) => (row.metric === 'usd' ? [row.used] : []));
}

const HOLDER = { name: 'x', pid: process.pid, bootId: 'x', processStart: 'x' };

function withoutSnapshots(open: OpenStore): OpenStore {
  return async () => {
    const store = await open();
    const snapshots = { put: async () => undefined, latest: async () => undefined };
    return { ...store, snapshots };
  };
}

function plainly(open: OpenStore): OpenStore {
  return async () => {
    const { erase: _erase, ...store } = await open();
    return { ...store, capabilities: { durable: false, shared: false } };
  };
}
