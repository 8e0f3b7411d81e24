import { setTimeout as sleep } from 'node:timers/promises';
import { StoreError } from '@overseer/core/plugin';
import { isCollision, isHeldUp, isLost, toStoreError } from './explain-failure.ts';

/** How often a transaction is tried that another came in between of. */
const COLLISIONS = 10;

/** The first and the longest pause between two tries to reach a server, in ms. */
const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 1_000;

/** For how long, and in whose name, it is tried. */
export interface Patience {
  readonly name: string;
  readonly patienceMs: number;
  /** Ends the waiting: the store was closed for good. */
  readonly signal: AbortSignal;
}

/**
 * Tries work again while the connection is lost, with growing pauses, and when another transaction came in between. `work` is
 * told how many tries there were: from the first on, what an earlier one did may have been kept. Throws `StoreError`.
 */
export async function persist<T>(
  { name, patienceMs, signal }: Patience,
  work: (tries: number) => Promise<T>,
): Promise<T> {
  const end = performance.now() + patienceMs;
  let pauseMs = FIRST_PAUSE_MS;
  let collisions = 0;
  for (let tries = 0; ; tries++) {
    try {
      return await work(tries);
    } catch (error) {
      if (isCollision(error) && collisions < COLLISIONS) {
        collisions++;
        continue;
      }
      if (!mayPass(error) || performance.now() + pauseMs > end || signal.aborted) {
        throw toStoreError(error, name);
      }
      await pause(pauseMs * (0.5 + Math.random() / 2), signal);
      if (signal.aborted) throw toStoreError(error, name);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }
}

/** A server that cannot be reached, or takes no writes, may be one that is about to be promoted or restarted. */
function mayPass(error: unknown): boolean {
  if (error instanceof StoreError) {
    return error.code === 'store.unreachable' || error.code === 'store.read-only';
  }
  return isLost(error) || isHeldUp(error);
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
