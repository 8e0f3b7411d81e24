import { setTimeout as pass } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createNode, type OverseerNode } from './create-node.ts';
import { memory } from './journal/memory-store.ts';
import { lookAtNodes } from './look-at-nodes.ts';
import type { NodeChange } from './node/node-change.ts';
import type { NodeOptions, ProjectTeam } from './node-options.ts';
import { orderHandOver } from './order-hand-over.ts';
import type { OverseerEvent } from './spec/event.ts';
import { createFakeClock, type FakeClock } from './testing/fake-clock.ts';
import { fakeModel } from './testing/fake-model.ts';

const LEASE_MS = 6_000;

/** Nodes of one store, each with a clock that only it goes by, beside that of the store. */
function place() {
  const clock = createFakeClock();
  const store = memory({ leaseMs: LEASE_MS, clock });
  const clocks = new Map<string, FakeClock>();
  const frozen = new Set<string>();
  const calls: string[] = [];
  const changes: (NodeChange & { readonly at: string })[] = [];
  return {
    calls,
    changes,
    frozen,
    store,
    events: async (project: string): Promise<readonly OverseerEvent[]> => {
      const reader = await store();
      try {
        return await reader.events.read({ stream: `project/${project}`, after: 0, limit: 10_000 });
      } finally {
        await reader.close();
      }
    },
    advance: async (ms: number): Promise<void> => {
      for (let left = ms; left > 0; left -= 100) {
        clock.advance(100);
        for (const [name, each] of clocks) if (!frozen.has(name)) each.advance(100);
        await pass(0);
      }
    },
    join: async (
      name: string,
      more: Partial<NodeOptions> & {
        readonly delayMs?: number;
        readonly limits?: readonly ['1 calls / 1h'];
      } = {},
    ): Promise<OverseerNode> => {
      const own = createFakeClock();
      clocks.set(name, own);
      const model = fakeModel({
        reply: () => {
          calls.push(name);
          return { text: 'fine', delayMs: more.delayMs ?? 0 };
        },
      });
      const node = await createNode({
        store,
        name,
        clock: own,
        team: () => ({
          overseer: 'a',
          models: { a: { model, limits: more.limits ?? [] } },
          graceMs: 0,
        }),
        onChange: (change) => changes.push({ at: name, ...change }),
        ...more,
      });
      onTestFinished(async () => {
        const closing = node.close();
        for (let turns = 0; turns < 20; turns++) {
          own.advance(1_000);
          await pass(0);
        }
        await closing;
      });
      return node;
    },
  };
}

const task = { tasks: [{ key: 'one', instruction: 'do it' }] };

const ledBy = (...nodes: readonly OverseerNode[]): readonly string[] =>
  nodes
    .flatMap(({ name, overseers }) => [...overseers.keys()].map((p) => `${p}@${name}`))
    .toSorted();

describe('createNode', () => {
  it('R11 R12: tells what its store finds wrong with what it keeps', async () => {
    const { join, changes, store } = place();
    let find: (trouble: Error) => void = () => undefined;
    const whenTroubled = (heard: (trouble: Error) => void): (() => void) => {
      find = heard;
      return () => undefined;
    };
    await join('one', { store: async () => ({ ...(await store()), whenTroubled }) });
    const error = new Error('the event with seq 3 of x cannot be read');
    find(error);
    expect(changes).toContainEqual({ at: 'one', kind: 'trouble', error });
  });

  it('R8 R12: leaves a project where a person ordered it, and evens out by another', async () => {
    const there = place();
    const one = await there.join('one');
    for (const project of ['p1', 'p2', 'p3', 'p4']) await one.lead(project);
    const two = await there.join('two');
    await there.advance(3_000);
    expect([one.overseers.size, two.overseers.size]).toEqual([2, 2]);
    for (const ordered of [...two.overseers.keys()].slice(0, 1)) {
      await two.handOver(ordered, { to: 'one', because: 'a test', by: 'mia' });
      await there.advance(3_000);
      expect(one.overseers.has(ordered)).toBe(true);
      expect([one.overseers.size, two.overseers.size]).toEqual([2, 2]);
    }
  });

  it('R12 R7: nodes share the projects evenly; one that joins gets its part, and one that leaves gives it up', async () => {
    const there = place();
    const one = await there.join('one');
    const projects = ['p1', 'p2', 'p3', 'p4'];
    for (const project of projects) {
      const run = (await one.lead(project)).run(task);
      expect((await run.result).status).toBe('completed');
    }
    expect(one.overseers.size).toBe(4);
    const two = await there.join('two');
    await there.advance(5_000);
    expect([one.overseers.size, two.overseers.size]).toEqual([2, 2]);
    expect(one.nodes).toEqual(['one', 'two']);
    expect(new Set(ledBy(one, two).map((led) => led.split('@')[0]))).toEqual(new Set(projects));
    await one.close();
    await there.advance(2_000);
    expect([...two.overseers.keys()].toSorted()).toEqual(projects);
    expect(two.nodes).toEqual(['two']);
    for (const overseer of two.overseers.values()) {
      expect((await overseer.run(task).result).status).toBe('completed');
    }
  });

  it('R7: what a frozen node had goes on elsewhere once its leases have run out, and no task is lost', async () => {
    const there = place();
    const one = await there.join('one', { delayMs: 60_000 });
    const two = await there.join('two');
    const run = (await one.lead('p1')).run(task);
    await there.advance(1_000);
    expect(there.calls).toEqual(['one']);
    there.frozen.add('one');
    await there.advance(LEASE_MS + 1_000);
    expect(ledBy(two)).toEqual(['p1@two']);
    expect((await two.overseers.get('p1')?.open(run.id).result)?.status).toBe('completed');
    // The frozen one thaws, and lets go of what is another's.
    there.frozen.delete('one');
    await there.advance(3_000);
    expect(ledBy(one)).toEqual([]);
    expect(there.changes).toContainEqual(
      expect.objectContaining({ at: 'one', kind: 'lost', project: 'p1' }),
    );
    expect(there.calls).toEqual(['one', 'two']);
    expect(one.nodes).toEqual(['one', 'two']);
  });

  it('R6: a project that another node has is refused, naming the node', async () => {
    const there = place();
    const one = await there.join('one');
    const two = await there.join('two');
    await one.lead('p1');
    await expect(two.lead('p1')).rejects.toMatchObject({
      code: 'store.busy',
      message: expect.stringContaining('one (process '),
    });
    expect(await one.lead('p1')).toBe(one.overseers.get('p1'));
  });

  it('R6 X5: two nodes with one name are refused', async () => {
    const there = place();
    await there.join('one');
    await expect(there.join('one')).rejects.toMatchObject({
      code: 'store.busy',
      message: expect.stringContaining('A node named one is at work'),
    });
  });

  it('R2 K6: what somebody paused stays paused, whoever has the project', async () => {
    const there = place();
    const one = await there.join('one', { delayMs: 60_000 });
    const overseer = await one.lead('p1');
    const [left, paused] = [overseer.run(task), overseer.run(task)];
    await there.advance(200);
    await overseer.pause({ run: paused.id }, { by: 'mia' });
    const closing = one.close();
    await there.advance(200);
    await closing;
    const two = await there.join('two', { delayMs: 60_000 });
    await there.advance(2_000);
    const heir = two.overseers.get('p1');
    expect(heir?.unfinished()).toMatchObject([
      { id: left.id, status: 'running' },
      { id: paused.id, status: 'suspended', pausedBy: 'person:mia' },
    ]);
  });

  it('R7 X5: a project that cannot be opened is told and left alone, and the others go on', async () => {
    const there = place();
    const one = await there.join('one');
    await (await one.lead('p1')).run(task).result;
    await (await one.lead('p2')).run(task).result;
    await one.close();
    let asked = 0;
    const two = await there.join('two', {
      team: (project) => {
        if (project === 'p1') asked++;
        if (project === 'p1') throw new Error('no team for p1');
        return {
          overseer: 'a',
          models: { a: { model: fakeModel({ reply: () => ({ text: 'fine' }) }) } },
        };
      },
    });
    await there.advance(5_000);
    expect(ledBy(two)).toEqual(['p2@two']);
    expect(asked).toBe(1);
    expect(there.changes).toContainEqual(
      expect.objectContaining({ at: 'two', kind: 'trouble', project: 'p1' }),
    );
    await there.advance(10_000);
    expect(asked).toBe(2);
  });

  it('R12 X5: refuses a store for one, and options that are wrong', async () => {
    const team = (): ProjectTeam => ({
      overseer: 'a',
      models: { a: { model: fakeModel({ reply: () => ({ text: 'fine' }) }) } },
    });
    const store = memory({ leaseMs: 1_000 });
    for (const [wrong, what] of [
      [{ store: memory() }, 'is a store for one overseer'],
      [{ pollMs: 1 }, 'pollMs'],
      [{ maxProjects: -1 }, 'maxProjects'],
      [{ name: 'a b' }, 'name'],
    ] as const) {
      await expect(createNode({ store, team, ...wrong })).rejects.toMatchObject({
        code: 'config.node',
        message: expect.stringContaining(what),
      });
    }
  });

  it('R8: an operator gives a project to a node that can do what it needs; calls under way go on', async () => {
    const there = place();
    const needs = (project: string): readonly string[] => (project === 'p1' ? ['gpu'] : []);
    const one = await there.join('one', { needs, labels: ['gpu'] });
    const run = (await one.lead('p1')).run(task);
    expect((await run.result).status).toBe('completed');
    await expect(one.handOver('p1')).rejects.toMatchObject({
      code: 'config.node',
      message: 'p1 cannot be handed over: there is no other node.',
    });
    await there.join('two', { needs });
    const three = await there.join('three', { needs, labels: ['gpu', 'eu'] });
    await there.advance(1_000);
    await expect(one.handOver('p1', { to: 'two' })).rejects.toMatchObject({
      message: 'p1 cannot go to two: two is no gpu node.',
    });
    await expect(one.handOver('p9')).rejects.toMatchObject({
      message: 'one does not work on p9.',
    });
    const giving = one.handOver('p1', { because: 'a new machine', by: 'mia' });
    await there.advance(1_000);
    await giving;
    await there.advance(1_000);
    expect(ledBy(three)).toEqual(['p1@three']);
    const events = await there.events('p1');
    expect(events.filter(({ type }) => type.startsWith('handoff.'))).toMatchObject([
      {
        type: 'handoff.offered',
        actor: 'person:mia',
        data: { trigger: 'operator', to: 'three', because: 'a new machine', inFlight: [] },
      },
      {
        type: 'handoff.accepted',
        data: {
          by: 'three',
          trigger: 'operator',
          awaited: [],
          connections: [{ model: 'a', connection: 'connected' }],
        },
      },
    ]);
  });

  it('R8 R12: an order to hand a project over reaches its node from any process', async () => {
    const there = place();
    const one = await there.join('one');
    await one.lead('p1');
    const two = await there.join('two');
    await there.advance(1_000);
    const letter = { project: 'p1', because: 'maintenance', by: 'mia' };
    expect(await lookAtNodes(there.store)).toMatchObject({
      nodes: [
        { name: 'one', labels: [] },
        { name: 'two', labels: [] },
      ],
      projects: [{ project: 'p1', by: 'one' }],
    });
    expect(await orderHandOver(there.store, letter)).toBe('one');
    await there.advance(4_000);
    expect(ledBy(one, two)).toEqual(['p1@two']);
    await orderHandOver(there.store, { ...letter, to: 'three' });
    await there.advance(4_000);
    expect(there.changes.at(-1)).toMatchObject({
      at: 'two',
      kind: 'trouble',
      error: { message: 'p1 cannot go to three: there is no other node three.' },
    });
    await expect(orderHandOver(there.store, { ...letter, project: 'p9' })).rejects.toMatchObject({
      code: 'config.node',
      message: expect.stringContaining('Nobody works on p9'),
    });
  });

  it('R8: a node that is not well gives what it has to one that is, and takes nothing until it is well again', async () => {
    const there = place();
    let loopP99Ms = 10;
    const vitals = { read: () => ({ loopP99Ms }), close: () => undefined };
    const one = await there.join('one', { vitals });
    await one.lead('p1');
    await one.lead('p2');
    loopP99Ms = 5_000;
    await there.advance(10_000);
    // Nobody else is there: it goes on as well as it can.
    expect(ledBy(one)).toEqual(['p1@one', 'p2@one']);
    const two = await there.join('two');
    await there.advance(3_000);
    expect(ledBy(one, two)).toEqual(['p1@two', 'p2@two']);
    loopP99Ms = 10;
    await there.advance(12_000);
    expect(
      ledBy(one, two)
        .map((led) => led.split('@')[1])
        .toSorted(),
    ).toEqual(['one', 'two']);
    expect(there.changes.filter(({ at, kind }) => at === 'one' && kind === 'health')).toMatchObject(
      [{ unwell: 'its event loop is 5000 ms late' }, { unwell: undefined }],
    );
    const offered = (await there.events('p1')).find(({ type }) => type === 'handoff.offered');
    expect(offered?.data).toMatchObject({ trigger: 'degradation', to: 'two' });
  });

  it('R8: a project whose models are used up goes to a node that has others for it, once', async () => {
    const there = place();
    const used = { exhaustedMs: 60_000, limits: ['1 calls / 1h'] } as const;
    const one = await there.join('one', used);
    const overseer = await one.lead('p1');
    const two = await there.join('two', { exhaustedMs: 60_000 });
    const run = overseer.run({
      tasks: [
        { key: 'one', instruction: 'do it' },
        { key: 'two', instruction: 'do more', needs: ['one'] },
      ],
    });
    await there.advance(8_000);
    expect(ledBy(one, two)).toEqual(['p1@two']);
    expect((await two.overseers.get('p1')?.open(run.id).result)?.status).toBe('completed');
    const offered = (await there.events('p1')).find(({ type }) => type === 'handoff.offered');
    expect(offered?.data).toMatchObject({ trigger: 'limits', to: 'two' });
  });

  it('R7 R8: a takeover after a failure is told too, with the calls that are waited for', async () => {
    const there = place();
    const one = await there.join('one', { delayMs: 60_000 });
    const two = await there.join('two');
    (await one.lead('p1')).run(task);
    await there.advance(500);
    there.frozen.add('one');
    await there.advance(LEASE_MS + 1_000);
    expect(ledBy(two)).toEqual(['p1@two']);
    const accepted = (await there.events('p1')).find(({ type }) => type === 'handoff.accepted');
    expect(accepted?.data).toMatchObject({ by: 'two', trigger: 'failure', awaited: [] });
  });

  it('R12: a node that takes no more is given nothing, and every project has a leader', async () => {
    const there = place();
    const one = await there.join('one', { maxProjects: 1 });
    const two = await there.join('two');
    await one.lead('p1');
    for (const project of ['p2', 'p3', 'p4']) await two.lead(project);
    await there.advance(10_000);
    expect(ledBy(one, two)).toEqual(['p1@one', 'p2@two', 'p3@two', 'p4@two']);
    expect(there.changes.filter(({ kind }) => kind === 'given')).toEqual([]);
    await expect(two.handOver('p2', { to: 'one' })).rejects.toMatchObject({
      message: 'p2 cannot go to one: one takes no more projects.',
    });
  });

  it('R6 R12: two who ask a node for one project at once have the same', async () => {
    const there = place();
    const one = await there.join('one');
    const [a, b] = await Promise.all([one.lead('p1'), one.lead('p1')]);
    expect(a).toBe(b);
  });

  it('R7 X5: a project whose takeover fails is free for others', async () => {
    const there = place();
    const one = await there.join('one');
    await (await one.lead('p1')).run(task).result;
    await one.close();
    const two = await there.join('two', {
      team: () => {
        const model = fakeModel({ reply: () => ({ text: 'fine' }) });
        return {
          overseer: 'a',
          models: {
            a: {
              model: {
                ...model,
                get list(): never {
                  throw new Error('broken');
                },
              },
            },
          },
        };
      },
    });
    await there.advance(2_000);
    expect(two.overseers.size).toBe(0);
    const three = await there.join('three');
    await there.advance(2_000);
    expect(ledBy(three)).toEqual(['p1@three']);
  });

  it('R12: takes no more projects than it may', async () => {
    const there = place();
    const one = await there.join('one');
    for (const project of ['p1', 'p2', 'p3']) await (await one.lead(project)).run(task).result;
    await one.close();
    const two = await there.join('two', { maxProjects: 2 });
    await there.advance(5_000);
    expect(two.overseers.size).toBe(2);
  });
});
