import { describe, expect, it, onTestFinished } from 'vitest';
import { createNode } from './create-node.ts';
import { createOverseer } from './create-overseer.ts';
import { ModelError } from './errors/model-error.ts';
import { StoreError } from './errors/store-error.ts';
import { memory } from './journal/memory-store.ts';
import type { BreakerStanding } from './limit/breaker-standing.ts';
import { createBreaker } from './limit/create-breaker.ts';
import { inTime } from './mortal-disk.fixture.ts';
import type { NodeChange } from './node/node-change.ts';
import type { OpenStore } from './spec/store.ts';
import { sharedPlace } from './succession.fixture.ts';
import { createFakeClock } from './testing/fake-clock.ts';
import { fakeModel } from './testing/fake-model.ts';

const graph = { tasks: [{ key: 'one', instruction: 'Do it.' }] };
const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A store in memory that can be away, after it has done what it was asked or before. */
function away(): {
  readonly state: { is: 'here' | 'away' | 'deaf' | 'broken'; appends: number };
  readonly open: OpenStore;
} {
  const state = { is: 'here' as 'here' | 'away' | 'deaf' | 'broken', appends: 0 };
  const open = memory();
  return {
    state,
    open: async () => {
      const store = await open();
      const append: typeof store.events.append = async (epoch, events) => {
        state.appends += 1;
        if (state.is === 'broken') throw new StoreError('store.failed', 'The disk is broken.');
        // The commit of one that is deaf is there, and nobody hears of it.
        if (state.is !== 'away') await store.events.append(epoch, events);
        if (state.is !== 'here') throw new StoreError('store.unreachable', 'The server is away.');
      };
      return { ...store, events: { ...store.events, append } };
    },
  };
}

describe("the breaker of the journal's store", () => {
  it('R10: opens when it cannot be reached, says so, has all work wait, tries with one write, and closes by itself', async () => {
    const clock = createFakeClock();
    const { state, open } = away();
    const model = fakeModel({ reply: () => ({ text: 'done' }) });
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model } },
      store: open,
      clock,
    });
    const heard: BreakerStanding[] = [];
    overseer.onStore((store) => heard.push(store));
    const ofStore = () => overseer.breakers().find(({ kind }) => kind === 'store');
    expect(ofStore()).toMatchObject({ state: 'closed', failures: 0, why: undefined });
    state.is = 'away';
    const before = state.appends;
    const run = overseer.run(graph);
    for (let minute = 0; minute < 10; minute++) {
      clock.advance(60_000);
      for (let turn = 0; turn < 5; turn++) await soon();
    }
    expect(model.requests).toHaveLength(0);
    expect(ofStore()).toMatchObject({
      state: 'open',
      failures: expect.any(Number),
      why: expect.stringContaining('The server is away.'),
      sinceAt: expect.any(Number),
      untilAt: expect.any(Number),
    });
    // One write at a time, and ever more seldom.
    expect(state.appends - before).toBeLessThan(15);
    expect(heard[0]).toMatchObject({ kind: 'store', state: 'open' });
    state.is = 'here';
    expect(await inTime(clock, run.result)).toMatchObject({ status: 'completed' });
    expect(ofStore()).toMatchObject({ state: 'closed', why: undefined, sinceAt: undefined });
    expect(heard.at(-1)).toMatchObject({ state: 'closed' });
    const store = await open();
    const events = await store.events.read({ stream: 'project/default', after: 0, limit: 100 });
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, at) => at + 1));
    const told = events.filter(({ type }) => type === 'store.changed');
    expect(told).toMatchObject([{ data: { state: 'up', because: 'The server is away.' } }]);
    const downMs = told.map(({ data }) => ('downMs' in data ? Number(data.downMs) : 0));
    expect(Math.min(...downMs)).toBeGreaterThan(500_000);
  });

  it('R10 R1: a commit of which nobody heard is there once', async () => {
    const clock = createFakeClock();
    const { state, open } = away();
    const model = fakeModel({ reply: () => ({ text: 'done' }) });
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model } },
      store: open,
      clock,
    });
    state.is = 'deaf';
    const run = overseer.run(graph);
    clock.advance(1_000);
    await soon();
    state.is = 'here';
    expect(await inTime(clock, run.result)).toMatchObject({ status: 'completed' });
    const store = await open();
    const events = await store.events.read({ stream: 'project/default', after: 0, limit: 100 });
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    expect(events.filter(({ type }) => type === 'run.started')).toHaveLength(1);
  });

  it('R10: what is no outage ends the journal at once, and so does an outage of longer than outageMs', async () => {
    const clock = createFakeClock();
    const models = { a: { model: fakeModel({ reply: () => ({ text: 'done' }) }) } };
    const broken = away();
    const first = await createOverseer({ overseer: 'a', models, store: broken.open, clock });
    broken.state.is = 'broken';
    await expect(first.run(graph).result).rejects.toMatchObject({ code: 'store.failed' });
    await first.close();
    const gone = away();
    const second = await createOverseer({
      overseer: 'a',
      models,
      store: gone.open,
      clock,
      outageMs: 60_000,
    });
    gone.state.is = 'away';
    const { result } = second.run(graph);
    await expect(inTime(clock, result)).rejects.toMatchObject({ code: 'store.unreachable' });
    await second.close();
  });

  it('R10: who closes while it is away is not held up', async () => {
    const clock = createFakeClock();
    const { state, open } = away();
    const model = fakeModel({ reply: () => ({ text: 'done' }) });
    const overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model } },
      store: open,
      clock,
    });
    state.is = 'away';
    const { result } = overseer.run(graph);
    for (let turn = 0; turn < 5; turn++) await soon();
    const failed = expect(result).rejects.toMatchObject({ code: 'store.unreachable' });
    await overseer.close();
    await failed;
  });

  it('R10: is told by the node that works on the project', async () => {
    let isAway = false;
    const open = memory({ leaseMs: 60_000 });
    const changes: NodeChange[] = [];
    await using node = await createNode({
      store: async () => {
        const store = await open();
        const append: typeof store.events.append = async (epoch, events) => {
          if (isAway) throw new StoreError('store.unreachable', 'Away.');
          await store.events.append(epoch, events);
        };
        return { ...store, events: { ...store.events, append } };
      },
      name: 'node-1',
      team: () => ({
        overseer: 'a',
        models: { a: { model: fakeModel({ reply: () => ({ text: 'x' }) }) } },
      }),
      onChange: (change) => void changes.push(change),
    });
    const overseer = await node.lead('site');
    isAway = true;
    const { result } = overseer.run(graph);
    await soon();
    isAway = false;
    expect(await result).toMatchObject({ status: 'completed' });
    const told = changes.flatMap((change) => (change.kind === 'store' ? [change] : []));
    expect(told.map(({ project, store }) => `${project} ${store.state}`)).toEqual([
      'site open',
      'site probing',
      'site closed',
    ]);
  });

  it('R10 R7: who has a lease that runs out stops when that is over, before another begins', async () => {
    let isAway = false;
    const there = sharedPlace(onTestFinished, (store) => ({
      ...store,
      events: {
        ...store.events,
        append: async (epoch, events) => {
          if (isAway) throw new StoreError('store.unreachable', 'Away.');
          await store.events.append(epoch, events);
        },
      },
      leases: {
        ...store.leases,
        renew: async (name, epoch) => {
          if (isAway) throw new StoreError('store.unreachable', 'Away.');
          return (await store.leases.renew?.(name, epoch)) ?? false;
        },
      },
    }));
    const first = await there.start('first').overseer;
    isAway = true;
    const { result } = first.run(graph);
    const failed = expect(result).rejects.toMatchObject({ code: 'store.unreachable' });
    await there.advance(7_000);
    await failed;
  });
});

describe('overseer.breakers()', () => {
  it('R10: tells of models, keys, servers, tools, answers, the store and those of the host', async () => {
    const clock = createFakeClock();
    const hook = createBreaker({ name: 'the webhook', failures: 1, clock });
    await hook.run(() => Promise.reject(new Error('502'))).catch(() => undefined);
    const gone = fakeModel({ reply: () => ({ error: new ModelError('network', 'refused') }) });
    await using overseer = await createOverseer({
      overseer: 'b',
      models: {
        a: { model: gone, role: 'worker', fallback: ['b'] },
        b: { model: fakeModel({ reply: () => ({ text: 'done' }) }) },
      },
      tools: {
        look: {
          spec: 'tool/1',
          description: 'Looks.',
          input: { jsonSchema: { type: 'object' }, parse: (value) => ({ ok: true, value }) },
          permissions: [],
          effect: 'none',
          timeoutMs: 1_000,
          execute: async () => 'seen',
        },
      },
      patienceMs: 0,
      breakers: [hook],
      clock,
    });
    const two = { tasks: [{ instruction: 'one' }, { instruction: 'two' }] };
    await inTime(clock, overseer.run(two).result);
    const all = overseer.breakers();
    const of = (kind: BreakerStanding['kind']) => all.filter((one) => one.kind === kind);
    expect(of('model').map(({ name }) => name)).toEqual(['a', 'b']);
    expect(of('key').length + of('server').length).toBeGreaterThan(1);
    expect(of('tool')).toMatchObject([{ name: 'look', state: 'closed' }]);
    expect(of('store')).toHaveLength(1);
    expect(of('host')).toMatchObject([
      {
        name: 'the webhook',
        state: 'open',
        failures: 1,
        why: '502',
        sinceAt: clock.now(),
        untilAt: expect.any(Number),
      },
    ]);
    const down = all.filter(({ state, kind }) => state !== 'closed' && kind !== 'host');
    expect(down[0]).toMatchObject({
      models: ['a'],
      why: expect.stringContaining('refused'),
      sinceAt: expect.any(Number),
    });
    await expect(
      createOverseer({ overseer: 'b', models: { b: { model: gone } }, breakers: [{} as never] }),
    ).rejects.toMatchObject({ code: 'config.invalid' });
  });
});
