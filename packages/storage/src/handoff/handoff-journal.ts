import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreError, systemClock } from '@overseer/core/plugin';
import type {
  EventData,
  EventType,
  HandoffAway,
  OverseerEvent,
  StateStore,
} from '@overseer/core/spec';
import { HeldLease } from '../package/held-lease.ts';

const PROJECT = 'project/';

/** How often a lease is asked for that is held for moments, and how long in all, in ms. */
const AGAIN_MS = 50;
const MOMENTS_MS = 5_000;

/** What is written of a handoff. */
export type HandoffDraft = {
  readonly [K in EventType]: {
    readonly type: K;
    readonly data: EventData[K];
    readonly actor?: string;
    /** That of what it is a copy of: what is sealed in an event opens under its id alone. */
    readonly id?: string;
  } & Pick<Partial<OverseerEvent>, 'run' | 'task' | 'attempt' | 'call' | 'model'>;
}[EventType];

/** What is to be written, if anything. */
export type Decided = HandoffDraft | readonly HandoffDraft[] | undefined;

/** The stream that a project has its events in. */
export function projectStream(project: string): string {
  return `${PROJECT}${project}`;
}

/** The stream in which its sender notes what became of a project's packages. */
export function noteStream(project: string): string {
  return `handoff/${project}`;
}

/** The last event of a stream. */
export async function lastOf(
  store: StateStore,
  stream: string,
): Promise<OverseerEvent | undefined> {
  const head = await store.events.head(stream);
  const [last] = await store.events.read({ stream, after: Math.max(0, head - 1), limit: 1 });
  return last;
}

/** Where a project of a store left for, as the last word of its journal says; `undefined` where it is here. Throws `StoreError`. */
export async function awayOf(store: StateStore, project: string): Promise<HandoffAway | undefined> {
  const last = await lastOf(store, projectStream(project));
  return last?.type === 'handoff.offered' ? last.data.away : undefined;
}

/** All that was noted of a project's packages. */
export async function notesOf(
  store: StateStore,
  project: string,
): Promise<readonly OverseerEvent[]> {
  const stream = noteStream(project);
  const notes: OverseerEvent[] = [];
  for (;;) {
    const page = await store.events.read({ stream, after: notes.length, limit: 1_000 });
    notes.push(...page);
    if (page.length < 1_000) return notes;
  }
}

/**
 * Writes the event, or all the events, that `decide` makes of the last one, under the stream's lease, so that nobody writes between the two; nothing where
 * it makes none, or throws. A stream that is no project's is written for moments alone, and so it is waited for. Throws `StoreError`
 * `store.busy` where somebody works on it.
 */
export async function writeNext(
  store: StateStore,
  stream: string,
  decide: (last: OverseerEvent | undefined) => Decided | Promise<Decided>,
): Promise<void> {
  const { epoch: above = 0 } = (await lastOf(store, stream)) ?? {};
  const isProject = stream.startsWith(PROJECT);
  const lease = await leaseOf(store, stream, above, isProject ? 0 : momentsOf(store));
  try {
    const last = await lastOf(store, stream);
    const decided = await decide(last);
    const drafts = decided === undefined ? [] : [decided].flat();
    if (drafts.length === 0) return;
    const at = systemClock.now();
    const events = drafts.map((draft, index) => {
      const place = { id: randomUUID(), stream, seq: (last?.seq ?? 0) + 1 + index, v: 1 };
      return { ...place, at, epoch: lease.epoch, actor: 'host', ...draft } as OverseerEvent;
    });
    await store.events.append(lease.epoch, events);
  } finally {
    await lease.release();
  }
}

async function leaseOf(
  store: StateStore,
  stream: string,
  above: number,
  patienceMs: number,
): Promise<HeldLease> {
  const endAt = performance.now() + patienceMs;
  for (;;) {
    try {
      return await HeldLease.take(store, stream, above);
    } catch (error) {
      const isBusy = StoreError.is(error) && error.code === 'store.busy';
      if (!isBusy || performance.now() >= endAt) throw error;
    }
    await sleep(AGAIN_MS);
  }
}

/** Whoever died with a lease that runs out holds it until then; a file's is held for as long as somebody works on anything in it. */
function momentsOf({ capabilities: { leaseMs } }: StateStore): number {
  return leaseMs === undefined ? MOMENTS_MS / 10 : leaseMs + MOMENTS_MS;
}
