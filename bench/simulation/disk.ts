import { memory } from '@overseer/core';
import { StoreError } from '@overseer/core/plugin';
import type { OpenStore, StateStore } from '@overseer/core/spec';
import { pick } from './chance.ts';
import type { SimulatedProcess } from './process.ts';
import type { OpenDisk, World } from './world.ts';

/** How long leases of a store last that several share, in ms. */
export const LEASE_MS = 6_000;

/** What outlives processes: where they write, as each of them has it, and as it is. */
export interface Disk {
  readonly open: OpenDisk;
  readonly store: OpenStore;
}

/**
 * A disk that outlives processes. What a process appends may be lost before it is written, written without its hearing of
 * it, written and said to have failed, slow, or refused because the disk is full; a dead process no longer holds the lease. Where
 * several share it, the lease of a dead process is free at once or has to run out, and whoever is frozen keeps it until then.
 */
export function createDisk(world: World): Disk {
  const { isShared } = world.scenario;
  // As a database, it has a clock of its own, which nobody sets.
  const clock = { ...world.clock, now: () => world.clock.elapsed() };
  const store = isShared ? memory({ leaseMs: LEASE_MS, clock }) : memory();
  const held: { readonly process: SimulatedProcess; readonly letGo: () => Promise<void> }[] = [];
  let lives = 0;
  const open: OpenDisk = async (process) => {
    for (const { process: holder, letGo } of held.splice(0)) {
      // Nobody lets go of what somebody has who may wake up.
      const isGone = !isShared || (!holder.alive && world.random('deaths seen')() < 0.5);
      if (isGone) await letGo();
    }
    const opened = await store();
    const faults = {
      fullAfter: world.scenario.fullAfter[lives],
      answerLostAt: world.scenario.answerLostAt[lives],
    };
    lives += 1;
    held.push({ process, letGo: () => opened.close() });
    const own = disk(world, process, opened, faults);
    return isShared ? fencedDisk(world, process, own) : own;
  };
  return { open, store };
}

/** The same where others may take over: watches that who was taken over writes nothing, and is told why. */
function fencedDisk(world: World, process: SimulatedProcess, store: StateStore): StateStore {
  return {
    ...store,
    events: {
      ...store.events,
      append: async (epoch, events) => {
        try {
          await store.events.append(epoch, events);
        } catch (error) {
          if (world.leader !== process && StoreError.is(error)) lookAtRefusal(world, error);
          throw error;
        }
      },
    },
    leases: {
      ...store.leases,
      acquire: async (name, holder) => {
        await process.survive();
        const answer = await store.leases.acquire(name, holder);
        if (answer.kind === 'held') {
          world.leader = process;
          world.epoch = answer.epoch;
          world.note(`-- the lease is taken at epoch ${answer.epoch}`);
        }
        return answer;
      },
      renew: async (name, epoch) => {
        const isHeld = (await store.leases.renew?.(name, epoch)) ?? false;
        if (!isHeld) world.count('zombie renewals refused');
        return isHeld;
      },
    },
  };
}

/** Whoever was taken over is told just that, of what reached the store. */
function lookAtRefusal(world: World, { code }: { readonly code: string }): void {
  if (code === 'store.fenced') world.count('zombie appends refused');
  else if (code === 'store.conflict') {
    world.broken('R6: what a zombie writes is refused as a conflict, not as fenced');
  }
}

/** What one life of the process finds wrong with the disk: after or at how many appends. */
interface DiskFaults {
  readonly fullAfter: number | undefined;
  readonly answerLostAt: number | undefined;
}

function disk(
  world: World,
  process: SimulatedProcess,
  store: StateStore,
  { fullAfter, answerLostAt }: DiskFaults,
): StateStore {
  const random = world.random('disk');
  const { isShared, part } = world.scenario;
  /** What the store is told: in the negative control, what it wants to hear. */
  const shown = (epoch: number): number =>
    isShared && part.unfenced === true ? world.epoch : epoch;
  let appends = 0;
  return {
    ...store,
    events: {
      ...store.events,
      append: async (epoch, events) => {
        await process.survive();
        // Whoever ends meanwhile waits for nothing of it.
        if (world.scenario.has('slow-store')) await process.hang(pick(random, [0, 0, 1, 10, 300]));
        appends += 1;
        if (fullAfter !== undefined && appends > fullAfter) {
          world.count('full disks');
          world.note('-- the disk is full');
          throw new StoreError('store.full', 'The disk is full.');
        }
        const { leader } = world;
        await store.events.append(shown(epoch), events);
        world.written.push(...events);
        if (isShared && events.length > 0) requireLeader(world, leader, process);
        if (appends === answerLostAt) {
          world.count('lost answers');
          world.note('-- the answer of the disk is lost');
          throw new StoreError('store.failed', 'The answer was lost.');
        }
        await process.survive();
      },
    },
    close: async () => {
      await process.survive();
      await store.close();
    },
  };
}

function requireLeader(
  world: World,
  leader: SimulatedProcess | undefined,
  writer: SimulatedProcess,
): void {
  if (leader !== writer) world.broken('R6: a zombie writes');
}
