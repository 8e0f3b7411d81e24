import { memoryTransport } from '@overseer/core';
import { StoreError } from '@overseer/core/plugin';
import type { ModelJob, OpenStore, TaskTransport } from '@overseer/core/spec';
import { pick } from './chance.ts';
import type { SimulatedProcess } from './process.ts';
import type { World } from './world.ts';

/** Opens the transport of a world, as a process has it. */
export type OpenQueue = (process: SimulatedProcess) => Promise<TaskTransport>;

/**
 * The way of calls to workers, which outlives processes. What is asked of it may come late, in another order, twice or not at all; its
 * answers may be lost; so may heartbeats and hints.
 */
export function createQueue(world: World, store: OpenStore): OpenQueue {
  const open = memoryTransport({ store, clock: world.clock });
  return async (process) => queueOf(world, process, await open());
}

function queueOf(world: World, process: SimulatedProcess, inner: TaskTransport): TaskTransport {
  const { jobs } = world;
  const line = new Line(world, process);
  const isUnfenced = world.scenario.part.unfenced === true;
  /** What the transport is told: in the negative control, what it wants to hear. */
  const shown = (epoch: number): number => (isUnfenced ? world.epoch : epoch);
  const send = (epoch: number, job: ModelJob): Promise<void> =>
    line.carry('jobs', () => jobs.act('sends', epoch, () => inner.enqueue(shown(epoch), [job])));
  return {
    ...inner,
    enqueue: async (epoch, all) => {
      // Each on a way of its own, so that they come in any order.
      await Promise.all(all.map((job) => send(epoch, job)));
    },
    claim: (models, slots) =>
      line.carry('claims', async () => {
        const claims = await inner.claim(models, slots);
        jobs.claimed(claims);
        return claims;
      }),
    heartbeat: (claim) =>
      line.carry('heartbeats', async () => {
        const counts = await inner.heartbeat(claim);
        if (!counts) world.count('lost heartbeats refused');
        return counts;
      }),
    settle: (claim, reply) =>
      line.carry('replies', () =>
        jobs.settle(claim, reply, () => {
          const fence = isUnfenced ? jobs.latest(claim.job.id) : claim.fence;
          return inner.settle({ ...claim, fence }, reply);
        }),
      ),
    withdraw: (epoch, stream, ids) =>
      line.carry('withdrawals', () =>
        jobs.act('takes back', epoch, async () => {
          const withdrawn = await inner.withdraw(shown(epoch), stream, ids);
          jobs.withdrawn(ids);
          return withdrawn;
        }),
      ),
    standing: (ids) => line.carry('looks', () => inner.standing(ids)),
    whenQueued: (heard) => inner.whenQueued?.(line.hint(heard)) ?? (() => undefined),
    whenSettled: (stream, heard) =>
      inner.whenSettled?.(stream, line.hint(heard)) ?? (() => undefined),
    close: async () => {
      await process.goesOn();
      await inner.close();
    },
  };
}

/** The way between a process and the transport. */
class Line {
  readonly #world: World;
  readonly #process: SimulatedProcess;
  /** How much was asked, and the latest of it that arrived. */
  #sent = 0;
  #latest = 0;

  constructor(world: World, process: SimulatedProcess) {
    this.#world = world;
    this.#process = process;
  }

  /** Has something take effect at the other end, as the way there allows. */
  async carry<T>(what: string, effect: () => Promise<T>): Promise<T> {
    const world = this.#world;
    await this.#process.survive();
    if (!world.scenario.has('queue-faults')) {
      const answer = await effect();
      await this.#process.survive();
      return answer;
    }
    const random = world.random('queue');
    const chance = random();
    const number = this.#sent++;
    const isWord = what === 'heartbeats';
    await this.#delay(what);
    if (chance < (isWord ? 0.2 : 0.03)) throw this.#lost(what);
    // A copy that was held up somewhere.
    if (chance > 0.94) this.#again(what, effect, random() * 8_000);
    this.#arrived(what, number);
    const answer = await effect();
    await this.#delay(what);
    if (chance > 0.88 && chance < 0.91) throw this.#lost(`answers to ${what}`);
    await this.#process.survive();
    return answer;
  }

  /** A hint that may be lost, and reaches nobody who stands still. */
  hint(heard: () => void): () => void {
    return () => {
      const isLost =
        this.#world.scenario.has('queue-faults') && this.#world.random('hints')() < 0.3;
      if (!isLost && this.#process.running) heard();
    };
  }

  #arrived(what: string, number: number): void {
    if (number < this.#latest) this.#world.count(`${what} out of order`);
    this.#latest = Math.max(number, this.#latest);
  }

  #again(what: string, effect: () => Promise<unknown>, delayMs: number): void {
    const world = this.#world;
    world.count(`${what} doubled`);
    world.at(world.elapsedMs() + delayMs, () => void effect().catch(() => undefined));
  }

  #lost(what: string): StoreError {
    this.#world.count(`${what} lost`);
    return new StoreError('store.unreachable', `The queue did not answer (${what}).`);
  }

  async #delay(what: string): Promise<void> {
    const world = this.#world;
    const ms = pick(world.random('queue'), [0, 0, 0, 0, 2, 150, 1_500]);
    if (ms === 0) return;
    world.count(`${what} delayed`);
    await new Promise<void>((resolve) => world.at(world.elapsedMs() + ms, resolve));
  }
}
