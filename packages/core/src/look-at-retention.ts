import { openLiving } from './journal/read-living.ts';
import { DEFAULT_KEEP_MS } from './retention-options.ts';
import { AgedEvents } from './run/aged-events.ts';
import type { StateStore } from './spec/store.ts';

/** How long the finished runs of a project are kept, and which of them are near their end. */
export interface RetentionLook {
  readonly project: string;
  /** How long after its end a run is erased, in ms; `undefined` where all are kept for ever. */
  readonly keepMs: number | undefined;
  /** Nobody said so. */
  readonly isDefault: boolean;
  /** Nothing is erased by this rule before, epoch ms; `undefined` where it was not noted yet, which it is a week before. */
  readonly fromAt: number | undefined;
  /** Finished runs that are old enough to be erased within `withinMs`. */
  readonly runs: number;
}

/**
 * Reads, beside whoever works on them, by which rule the finished runs of each project of a store are kept, and how many fall under it
 * within so many ms; `undefined` where the store cannot erase, so that all are kept. Writes nothing. Throws `StoreError`.
 */
export async function lookAtRetention(
  store: StateStore,
  nowMs: number,
  withinMs: number,
): Promise<readonly RetentionLook[] | undefined> {
  if (store.capabilities.erasable !== true) return undefined;
  const streams = (await store.events.streams()).filter((stream) => stream.startsWith(PROJECT));
  const looks: RetentionLook[] = [];
  for (const stream of streams) looks.push(await lookAt(store, stream, nowMs, withinMs));
  return looks;
}

const PROJECT = 'project/';

async function lookAt(
  store: StateStore,
  stream: string,
  nowMs: number,
  withinMs: number,
): Promise<RetentionLook> {
  const { index, read } = await openLiving(store, stream, nowMs, 0);
  await read(() => undefined);
  const { noted } = index.retention;
  const rule = noted ?? { keepMs: DEFAULT_KEEP_MS, isDefault: true, fromAt: undefined };
  const { keepMs, isDefault, fromAt } = rule;
  const project = stream.slice(PROJECT.length);
  const runs = keepMs === undefined ? 0 : await finishedUntil(nowMs + withinMs - keepMs);
  return { project, keepMs, isDefault, fromAt, runs };

  /** What was erased reads as such, and counts no more. */
  async function finishedUntil(at: number): Promise<number> {
    let count = 0;
    for await (const { type } of new AgedEvents(store.events, stream).until(at)) {
      if (type === 'run.finished') count += 1;
    }
    return count;
  }
}
