import { isDeepStrictEqual } from 'node:util';
import { StoreError } from '@overseer/core/plugin';
import type { JobClaim, Json, Mail, OverseerEvent } from '@overseer/core/spec';
import type { World } from './world.ts';

interface Entry {
  /** The latest claim, 0 where there is none. */
  fence: number;
  isWithdrawn: boolean;
  settled: { readonly fence: number; readonly reply: Mail } | undefined;
}

/** What happens to calls that workers make, read where it takes effect: a second opinion on the transport and on those who use it. */
export class JobLedger {
  readonly #world: World;
  readonly #jobs = new Map<string, Entry>();

  constructor(world: World) {
    this.#world = world;
  }

  /** Somebody acts for a project, under an epoch that must be that of its lease. */
  async act<T>(what: string, epoch: number, effect: () => Promise<T>): Promise<T> {
    const world = this.#world;
    const now = world.epoch;
    try {
      const done = await effect();
      if (epoch !== now)
        world.broken(`R4: a zombie ${what} calls under epoch ${epoch}, where ${now} leads`);
      return done;
    } catch (error) {
      if (epoch !== now && isFenced(error)) world.count(`zombie ${what} refused`);
      throw error;
    }
  }

  /** Workers were given calls. */
  claimed(claims: readonly JobClaim[]): void {
    const world = this.#world;
    for (const { job, fence } of claims) {
      const entry = this.#open(job.id);
      if (entry.settled !== undefined) world.broken(`R12: a call is given out that was settled`);
      if (entry.isWithdrawn) world.broken('R12: a call is given out that was taken back');
      if (fence <= entry.fence) world.broken('R12: two workers have the same claim of a call');
      if (fence > 1) world.count('calls given out again');
      entry.fence = Math.max(fence, entry.fence);
      const isWritten = world.written.some(
        ({ type, call }) => type === 'call.started' && call === job.id,
      );
      if (!isWritten) world.broken('R1: a call is given out whose start is not on disk');
    }
  }

  withdrawn(ids: readonly string[]): void {
    for (const id of ids) this.#open(id).isWithdrawn = true;
  }

  /** A worker leaves a reply; only the latest claim may, and once. */
  async settle({ job, fence }: JobClaim, reply: Mail, effect: () => Promise<void>): Promise<void> {
    const world = this.#world;
    const entry = this.#open(job.id);
    const { settled } = entry;
    const isAgain = settled?.fence === fence && settled.reply.id === reply.id;
    const isOver =
      !isAgain && (entry.isWithdrawn || settled !== undefined || fence !== entry.fence);
    try {
      await effect();
      if (isOver) world.broken('R12: a worker whose claim is over leaves a reply');
      if (isAgain) world.count('replies told again');
      entry.settled ??= { fence, reply };
    } catch (error) {
      if (isOver && isFenced(error)) world.count('lost replies refused');
      throw error;
    }
  }

  /** The latest claim of a call. */
  latest(id: string): number {
    return this.#open(id).fence;
  }

  /** Whether a call was sent to workers. */
  has(call: string): boolean {
    return this.#jobs.has(call);
  }

  /** What is wrong with the answer that was written down of a call which workers make. */
  wrongAnswer({ call = '', data }: OverseerEvent<'call.finished'>): string | undefined {
    this.#world.count('answers of workers');
    const settled = this.#jobs.get(call)?.settled;
    if (settled === undefined) return 'has an answer that no worker left';
    const { end } = settled.reply.body as unknown as { readonly end: { readonly answer?: Answer } };
    return isDeepStrictEqual(end.answer?.parts, data.parts)
      ? undefined
      : 'has not the answer that its worker left';
  }

  #open(id: string): Entry {
    const entry = this.#jobs.get(id) ?? { fence: 0, isWithdrawn: false, settled: undefined };
    this.#jobs.set(id, entry);
    return entry;
  }
}

interface Answer {
  readonly parts: Json;
}

function isFenced(error: unknown): boolean {
  return StoreError.is(error) && error.code === 'store.fenced';
}
