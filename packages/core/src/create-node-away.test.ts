import { setTimeout as pass } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createNode, type OverseerNode } from './create-node.ts';
import { heldModel } from './held-model.fixture.ts';
import { memory } from './journal/memory-store.ts';
import { StreamLease } from './journal/stream-lease.ts';
import { lookAtNodes } from './look-at-nodes.ts';
import type { NodeChange } from './node/node-change.ts';
import type { NodeOptions } from './node-options.ts';
import { orderHandOver } from './order-hand-over.ts';
import type { OverseerEvent } from './spec/event.ts';
import type { HandoffTarget } from './spec/handoff-target.ts';
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
    await expect(other.lead('p1')).rejects.toMatchObject({
      code: 'project.away',
      message: expect.stringMatching(/overseer close-handoff.*overseer recall-handoff/),
    });
    expect(changes.filter(({ kind }) => kind === 'trouble')).toEqual([]);

    await write('handoff.recalled', 'h1');
    await advance(10_000);
    expect(node.overseers.size + other.overseers.size).toBe(1);
  });
});

/** A target that notes what is sent to it, and answers so. */
function elsewhere(answer?: 'closed' | 'taken-back') {
  const sent: string[] = [];
  const target: HandoffTarget = {
    name: 'elsewhere',
    receiver: 'ovpub1_elsewhere',
    send: async ({ project }) => void sent.push(project),
    settle: async () => answer,
  };
  return { sent, target };
}

async function lastOffer(events: () => Promise<readonly OverseerEvent[]>) {
  const all = await events();
  return all.findLast(({ type }) => type === 'handoff.offered')?.data;
}

describe('a node with another store to send projects to', () => {
  const away = { receiver: 'ovpub1_elsewhere', handoff: expect.any(String) };

  it('R8: operator: lets one go that somebody orders there, by its name or as no node can have it', async () => {
    const { sent, target } = elsewhere();
    const { open, join, advance, events } = await place({ target });
    const node = await join('one');
    await node.lead('p1');
    await orderHandOver(open, { project: 'p1', to: 'elsewhere', because: 'moving', by: 'mia' });
    await advance(5_000);
    const offer = await lastOffer(events);
    expect(offer).toMatchObject({ trigger: 'operator', to: 'elsewhere', away, inFlight: [] });
    expect(sent).toEqual(['p1']);
    await node.lead('p2');
    await node.handOver('p2');
    await advance(30_000);
    expect(sent).toEqual(['p1', 'p2']);
    expect(node.overseers.size).toBe(0);
  });

  it.each([
    ['an order', 'order'],
    ['a target', 'target'],
  ] as const)('R8: says how long its receiver waits for late replies, by %s', async (_what, by) => {
    const { target } = elsewhere();
    const lateMs = 3_600_000;
    const own = by === 'target' ? { ...target, lateMs } : target;
    const { open, clock, join, advance, events } = await place({ target: own });
    const node = await join('one');
    await node.lead('p1');
    const letter = { project: 'p1', because: 'moving', by: 'mia' };
    if (by === 'order') await orderHandOver(open, { ...letter, away: AWAY, lateMs });
    else await orderHandOver(open, { ...letter, to: 'elsewhere' });
    const before = clock.now();
    await advance(5_000);
    const offer = await lastOffer(events);
    const untilAt = offer !== undefined && 'untilAt' in offer ? offer.untilAt : 0;
    expect(untilAt - before).toBeGreaterThanOrEqual(lateMs);
    expect(untilAt - before).toBeLessThanOrEqual(lateMs + 5_000);
  });

  it('R8: maintenance: lets all go when it closes as the last, and not where another node lives', async () => {
    const { sent, target } = elsewhere();
    const { join, advance, events } = await place({ target });
    const [one, two] = [await join('one'), await join('two')];
    await advance(1_000);
    await one.lead('p1');
    await one.close();
    expect(sent).toEqual([]);
    await advance(3_000);
    expect([...two.overseers.keys()]).toEqual(['p1']);
    await two.close();
    expect(await lastOffer(events)).toMatchObject({ trigger: 'maintenance', away });
    expect(sent).toEqual(['p1']);
  });

  it('R8: degradation: lets all go when it is not well and nobody else is', async () => {
    const { sent, target } = elsewhere();
    let loopP99Ms = 1;
    const vitals = { read: () => ({ loopP99Ms }), close: () => undefined };
    const { join, advance, events } = await place({ target, vitals });
    const node = await join('one');
    await node.lead('p1');
    await advance(10_000);
    expect(sent).toEqual([]);
    loopP99Ms = 5_000;
    await advance(30_000);
    // A store that is slow for a while is no reason to go where only the receiver could bring it back from.
    loopP99Ms = 1;
    await advance(10_000);
    loopP99Ms = 5_000;
    await advance(50_000);
    expect([...node.overseers.keys()]).toEqual(['p1']);
    await advance(20_000);
    expect(await lastOffer(events)).toMatchObject({ trigger: 'degradation', away });
    expect(sent).toEqual(['p1']);
  });

  it('R8: degradation: how long it may last before all go is its owner’s to say', async () => {
    const { sent, target } = elsewhere();
    const vitals = { read: () => ({ loopP99Ms: 5_000 }), close: () => undefined };
    const { join, advance } = await place({ target, vitals, unwell: { awayMs: 0 } });
    await (await join('one')).lead('p1');
    await advance(10_000);
    expect(sent).toEqual(['p1']);
  });

  it('R8: limits: lets one go whose models are used up for long', async () => {
    const { sent, target } = elsewhere();
    const { join, advance, events } = await place({ target, exhaustedMs: 60_000 });
    const node = await join('one');
    const overseer = await node.lead('p1');
    const tasks = ['a', 'b', 'c'].map((key) => ({ key, instruction: key }));
    overseer.run({ tasks }).result.catch(() => undefined);
    await advance(10_000);
    expect(await lastOffer(events)).toMatchObject({ trigger: 'limits', away });
    expect(sent).toEqual(['p1']);
  });

  it('R8 M11: failure: lets one go that cannot be opened, again and again, and writes nothing of what an error says', async () => {
    const { sent, target } = elsewhere();
    let isBroken = false;
    const model = fakeModel({ reply: () => ({ text: 'fine' }) });
    const { join, advance, events, changes } = await place({
      target,
      team: () => {
        if (isBroken) throw new Error('no such team: postgres://ada:hunter2@db');
        return { overseer: 'a', models: { a: { model } }, graceMs: 0 };
      },
    });
    const node = await join('one');
    const overseer = await node.lead('p1');
    isBroken = true;
    await overseer.handOver();
    await advance(60_000);
    const offer = await lastOffer(events);
    expect(offer).toMatchObject({ trigger: 'failure', away });
    expect(offer).toMatchObject({
      because: expect.stringContaining('could not be opened 3 times'),
    });
    expect(JSON.stringify(await events())).not.toContain('hunter2');
    expect(sent).toEqual(['p1']);
    expect(changes.filter(({ kind }) => kind === 'trouble')).toHaveLength(3);
  });

  it('R8: tries again what could not be sent, and keeps what was refused lately', async () => {
    let fails = 2;
    let refuse: (() => Promise<void>) | undefined;
    let sent = 0;
    const target: HandoffTarget = {
      ...elsewhere().target,
      send: async () => {
        if (fails-- > 0) throw new Error('no way there');
        sent += 1;
      },
      settle: async () => {
        await refuse?.();
        return refuse === undefined ? undefined : 'taken-back';
      },
    };
    const { join, advance, events, write } = await place({ target, exhaustedMs: 60_000 });
    const node = await join('one');
    const overseer = await node.lead('p1');
    const tasks = ['a', 'b', 'c'].map((key) => ({ key, instruction: key }));
    overseer.run({ tasks }).result.catch(() => undefined);
    await advance(40_000);
    expect(sent).toBe(1);
    refuse = async () => {
      const offer = await lastOffer(events);
      const handoff = offer !== undefined && 'away' in offer ? (offer.away?.handoff ?? '') : '';
      await write('handoff.recalled', handoff);
    };
    await advance(15_000);
    refuse = undefined;
    await advance(60_000);
    expect([...node.overseers.keys()]).toEqual(['p1']);
    expect(sent).toBe(1);
  });

  it('R8: sends the replies that come after it left as they come, its receiver having it or not', async () => {
    const late: string[] = [];
    const target: HandoffTarget = {
      ...elsewhere('closed').target,
      waitMs: 100,
      lateMs: 60_000,
      sendLate: async ({ store, project }) => {
        const notes = await store.events.read({
          stream: `handoff/${project}`,
          after: 0,
          limit: 100,
        });
        late.push(notes.map(({ type, call }) => `${type} ${call}`).join());
      },
    };
    const model = heldModel('slow');
    const team = () => ({ overseer: 'a', models: { a: { model } }, graceMs: 0 });
    const { join, advance } = await place({ target, team });
    const node = await join('one');
    const overseer = await node.lead('p1');
    overseer.run({ tasks: [{ instruction: 'one' }] }).result.catch(() => undefined);
    await advance(1_000);
    expect(model.calls).toHaveLength(1);
    const gone = node.handOver('p1', { to: 'elsewhere', because: 'moving' });
    await advance(30_000);
    await gone;
    expect(late).toEqual([]);
    model.calls[0]?.answer('late');
    await advance(30_000);
    expect(late).toHaveLength(1);
    expect(late[0]).toMatch(/^handoff\.reply /);
    await advance(60_000);
    expect(late).toHaveLength(1);
  });

  it('R8 R9: where nothing is said of calls under way, gives them a minute, and has its receiver wait for replies that it sends', async () => {
    const target: HandoffTarget = { ...elsewhere().target, sendLate: async () => undefined };
    const model = heldModel('slow');
    const team = () => ({ overseer: 'a', models: { a: { model } }, graceMs: 0 });
    const { join, advance, events, clock } = await place({ target, team });
    const node = await join('one');
    const overseer = await node.lead('p1');
    overseer.run({ tasks: [{ instruction: 'one' }] }).result.catch(() => undefined);
    await advance(1_000);
    const gone = node.handOver('p1', { to: 'elsewhere', because: 'moving' });
    await advance(55_000);
    expect(await lastOffer(events)).toBeUndefined();
    await advance(10_000);
    await gone;
    const offer = (await events()).findLast(({ type }) => type === 'handoff.offered');
    expect(offer?.data).toMatchObject({
      inFlight: [expect.any(String)],
      waitedMs: 60_000,
      untilAt: (offer?.at ?? 0) + 300_000,
    });
    model.calls[0]?.answer('late');
    expect(clock.now()).toBeGreaterThan(offer?.at ?? 0);
  });

  it('R8 R9: gives calls under way less where its process is about to end, and leaves then', async () => {
    const { sent, target } = elsewhere();
    const model = heldModel('slow');
    const team = () => ({ overseer: 'a', models: { a: { model } }, graceMs: 0 });
    const { join, advance, events } = await place({ target, team });
    const node = await join('one');
    const overseer = await node.lead('p1');
    overseer.run({ tasks: [{ instruction: 'one' }] }).result.catch(() => undefined);
    await advance(1_000);
    const closing = node.close();
    await advance(18_000);
    expect(sent).toEqual([]);
    await advance(4_000);
    await closing;
    expect(sent).toEqual(['p1']);
    expect(await lastOffer(events)).toMatchObject({ trigger: 'maintenance', waitedMs: 20_000 });
  });

  it('R8: reads what its receiver answered though late replies cannot be sent', async () => {
    let settled = 0;
    const target: HandoffTarget = {
      ...elsewhere().target,
      waitMs: 0,
      sendLate: async () => {
        throw new Error('no way there');
      },
      settle: async () => {
        settled += 1;
        return undefined;
      },
    };
    const model = heldModel('slow');
    const team = () => ({ overseer: 'a', models: { a: { model } }, graceMs: 0 });
    const { join, advance, changes } = await place({ target, team });
    const node = await join('one');
    const overseer = await node.lead('p1');
    overseer.run({ tasks: [{ instruction: 'one' }] }).result.catch(() => undefined);
    await advance(1_000);
    const gone = node.handOver('p1', { to: 'elsewhere', because: 'moving' });
    await advance(5_000);
    await gone;
    model.calls[0]?.answer('late');
    await advance(60_000);
    expect(settled).toBeGreaterThan(3);
    expect(changes.some(({ kind }) => kind === 'trouble')).toBe(true);
  });
});
