import { setTimeout as pass } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createNode, type OverseerNode } from './create-node.ts';
import { memory } from './journal/memory-store.ts';
import { StreamLease } from './journal/stream-lease.ts';
import { lookAtNodes } from './look-at-nodes.ts';
import type { NodeChange } from './node/node-change.ts';
import type { NodeOptions } from './node-options.ts';
import { orderHandOver } from './order-hand-over.ts';
import type { OverseerEvent } from './spec/event.ts';
import { createFakeClock } from './testing/fake-clock.ts';
import { fakeModel } from './testing/fake-model.ts';

/** One node, whose store counts how often somebody asks for the lease of a project. */
async function place(more: Partial<NodeOptions> = {}) {
  const clock = createFakeClock();
  const open = memory({ leaseMs: 6_000, clock });
  const changes: NodeChange[] = [];
  let asked = 0;
  const store = async () => {
    const found = await open();
    const acquire: typeof found.leases.acquire = (name, holder) => {
      if (name === 'project/p1') asked += 1;
      return found.leases.acquire(name, holder);
    };
    return { ...found, leases: { ...found.leases, acquire } };
  };
  const model = fakeModel({ reply: () => ({ text: 'fine' }) });
  const join = async (name: string): Promise<OverseerNode> => {
    const node = await createNode({
      store,
      name,
      clock,
      team: () => ({
        overseer: 'a',
        models: { a: { model, limits: ['2 calls / 1h'] } },
        graceMs: 0,
      }),
      onChange: (change) => changes.push(change),
      ...more,
    });
    onTestFinished(async () => {
      const closing = node.close();
      for (let turns = 0; turns < 20; turns++) await advance(1_000);
      await closing;
    });
    return node;
  };
  const advance = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 100) {
      clock.advance(100);
      await pass(0);
    }
  };
  const events = async (): Promise<readonly OverseerEvent[]> =>
    await (await open()).events.read({ stream: 'project/p1', after: 0, limit: 10_000 });
  /** Somebody without a node writes the next event of the project. */
  const write = async (type: 'handoff.recalled', handoff: string): Promise<void> => {
    const other = await open();
    const wish = { store: other, stream: 'project/p1', clock, name: 'host' };
    const lease = await StreamLease.take(wish);
    const seq = (await other.events.head('project/p1')) + 1;
    const place = { id: `${type} ${seq}`, stream: 'project/p1', seq, at: clock.now(), v: 1 };
    const data = { handoff, because: 'nobody took it' };
    const event = { ...place, epoch: lease.epoch, actor: 'person:mia', type, data };
    await other.events.append(lease.epoch, [event as OverseerEvent]);
    await lease.release();
  };
  return { clock, open, changes, join, advance, events, write, asked: () => asked };
}

const AWAY = { handoff: 'h1', receiver: 'ovpub1_somebody' };

describe('a project that left the store of a node', () => {
  it('R8 R12: is not tried again until its journal says otherwise, and told of', async () => {
    const { open, changes, join, advance, write, asked } = await place();
    const node = await join('one');
    await node.lead('p1');
    await orderHandOver(open, { project: 'p1', because: 'moving', by: 'mia', away: AWAY });
    await advance(10_000);
    const askedBefore = asked();
    expect([...node.overseers.keys()]).toEqual([]);
    await advance(120_000);
    expect(asked()).toBe(askedBefore);
    const { projects } = await lookAtNodes(open);
    expect(projects).toMatchObject([
      { project: 'p1', away: { ...AWAY, because: 'moving', at: expect.any(Number) } },
    ]);

    // A node that never had it tries once, and says so.
    const other = await join('two');
    await advance(60_000);
    expect(changes.filter(({ kind }) => kind === 'away')).toHaveLength(1);
    expect(asked() - askedBefore).toBeLessThanOrEqual(1);
    await expect(other.lead('p1')).rejects.toMatchObject({ code: 'project.away' });
    expect(changes.filter(({ kind }) => kind === 'trouble')).toEqual([]);

    await write('handoff.recalled', 'h1');
    await advance(10_000);
    expect(node.overseers.size + other.overseers.size).toBe(1);
  });
});
