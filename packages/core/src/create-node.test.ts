import { setTimeout as pass } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createNode, type OverseerNode } from './create-node.ts';
import { memory } from './journal/memory-store.ts';
import type { NodeChange } from './node/project-node.ts';
import type { NodeOptions, ProjectTeam } from './node-options.ts';
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
        readonly own?: Partial<ProjectTeam>;
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
        team: () => ({ overseer: 'a', models: { a: { model } }, graceMs: 0, ...more.own }),
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
