import { memory } from '@overseer/core';
import { StoreError } from '@overseer/core/plugin';
import type { StateStore } from '@overseer/core/spec';
import { pick } from './chance.ts';
import type { SimulatedProcess } from './process.ts';
import type { OpenDisk, World } from './world.ts';

/**
 * A disk that outlives processes. What a process appends may be lost before it is written, written without its hearing of
 * it, written and said to have failed, slow, or refused because the disk is full; a dead process no longer holds the lease.
 */
export function createDisk(world: World): OpenDisk {
  const open = memory();
  let lives = 0;
  let letGo: () => Promise<void> = async () => undefined;
  return async () => {
    await letGo();
    const store = await open();
    const faults = {
      fullAfter: world.scenario.fullAfter[lives],
      answerLostAt: world.scenario.answerLostAt[lives],
    };
    lives += 1;
    letGo = () => store.close();
    return disk(world, world.process, store, faults);
  };
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
  let appends = 0;
  return {
    ...store,
    events: {
      ...store.events,
      append: async (epoch, events) => {
        await process.survive();
        if (world.scenario.has('slow-store')) await process.sleep(pick(random, [0, 0, 1, 10, 300]));
        appends += 1;
        if (fullAfter !== undefined && appends > fullAfter) {
          world.count('full disks');
          world.note('-- the disk is full');
          throw new StoreError('store.full', 'The disk is full.');
        }
        await store.events.append(epoch, events);
        world.written.push(...events);
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
