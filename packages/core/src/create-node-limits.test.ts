import { setTimeout as pass } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createNode } from './create-node.ts';
import { memory } from './journal/memory-store.ts';
import { memoryReservations } from './limit/memory-reservations.ts';
import type { NodeOptions, ProjectTeam } from './node-options.ts';
import type { OpenReservations } from './spec/reservation-store.ts';
import { type FakeReply, fakeModel } from './testing/fake-model.ts';

/** A model that answers when it is told to, and a team of it with one place. */
function held() {
  const waiting: ((reply: FakeReply) => void)[] = [];
  const model = fakeModel({ reply: () => new Promise<FakeReply>((done) => waiting.push(done)) });
  const team = (): ProjectTeam => ({
    overseer: 'a',
    models: { a: { model, limits: ['1 at once'] } },
    graceMs: 0,
  });
  return { waiting, team };
}

/** How often shared limits were opened and closed, and who joined and left. */
function counted(open: OpenReservations, canLeave = true) {
  const seen = { opened: 0, closed: 0, joined: 0, left: 0 };
  const counting: OpenReservations = async () => {
    const { leave, ...store } = await open();
    seen.opened += 1;
    return {
      ...store,
      join: async (member, nowMs) => {
        seen.joined += 1;
        return await store.join(member, nowMs);
      },
      ...(leave === undefined || !canLeave
        ? {}
        : {
            leave: async (member) => {
              seen.left += 1;
              await leave(member);
            },
          }),
      close: async () => {
        seen.closed += 1;
        await store.close();
      },
    };
  };
  return { seen, open: counting };
}

const TASKS = { tasks: [{ instruction: 'x' }] };

describe('a node that shares limits', () => {
  // A node takes up again what somebody closed behind its back: not within these tests.
  const nodeOf = (options: Pick<NodeOptions, 'team' | 'sharedLimits'>) =>
    createNode({
      store: memory({ leaseMs: 60_000 }),
      name: 'one',
      pollMs: 3_600_000,
      ...options,
    });

  it('L4 R9: opens them once, and each of its projects is a member for as long as it has it', async () => {
    const { waiting, team } = held();
    const { seen, open } = counted(memoryReservations());
    const node = await nodeOf({ team, sharedLimits: { store: open } });
    const [first, second] = [await node.lead('p1'), await node.lead('p2')];
    expect(seen).toEqual({ opened: 1, closed: 0, joined: 2, left: 0 });
    first.run(TASKS).result.catch(() => undefined);
    while (waiting.length < 1) await pass(5);
    const later = second.run(TASKS);
    await pass(50);
    // The place is the other project's.
    expect(waiting).toHaveLength(1);
    await first.close();
    while (waiting.length < 2) await pass(5);
    expect(seen).toEqual({ opened: 1, closed: 0, joined: 2, left: 1 });
    waiting[1]?.({ text: 'done' });
    expect(await later.result).toMatchObject({ status: 'completed' });
    await node.close();
    expect(seen).toMatchObject({ opened: 1, closed: 1, left: 2 });
  });

  it('L4: opens those for each project whose members cannot leave one by one', async () => {
    const { team } = held();
    const { seen, open } = counted(memoryReservations(), false);
    const node = await nodeOf({ team, sharedLimits: { store: open } });
    await node.lead('p1');
    await node.lead('p2');
    expect(seen).toMatchObject({ opened: 3, joined: 2 });
    await node.close();
    expect(seen).toMatchObject({ opened: 3, closed: 3 });
  });

  it('L4: leaves a team its own, and is refused where they are none', async () => {
    const { team } = held();
    const [ours, theirs] = [counted(memoryReservations()), counted(memoryReservations())];
    const own = (): ProjectTeam => ({ ...team(), sharedLimits: { store: theirs.open } });
    const node = await nodeOf({ team: own, sharedLimits: { store: ours.open } });
    await node.lead('p1');
    expect([ours.seen.joined, theirs.seen.joined]).toEqual([0, 1]);
    await node.close();
    const none = { sharedLimits: { store: 'postgres://' } } as never;
    await expect(nodeOf({ team, ...(none as object) })).rejects.toMatchObject({
      code: 'config.node',
      message: expect.stringContaining('postgresReservations'),
    });
  });

  it('L4: does not join where they cannot be opened', async () => {
    const { team } = held();
    const store = async (): Promise<never> => {
      throw new Error('away');
    };
    await expect(nodeOf({ team, sharedLimits: { store } })).rejects.toThrow('away');
  });
});
