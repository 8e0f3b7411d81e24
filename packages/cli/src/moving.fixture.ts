import type { TeamEntry } from '@overseer/core';
import { currentHolder, OverseerError } from '@overseer/core/plugin';
import type { OverseerEvent, StateStore } from '@overseer/core/spec';
import { fakeModel } from '@overseer/core/testing';

/** Appends events to a stream of which nobody has the lease. */
export async function fill(
  store: StateStore,
  stream: string,
  events: readonly OverseerEvent[],
): Promise<void> {
  const answer = await store.leases.acquire(stream, currentHolder('test'));
  if (answer.kind !== 'held') throw new Error('busy');
  await store.events.append(answer.epoch, events);
  await store.leases.release(stream, answer.epoch);
}

/** Every event of a store. */
export async function everything(store: StateStore): Promise<readonly OverseerEvent[]> {
  const events: OverseerEvent[] = [];
  for (const stream of [...(await store.events.streams())].sort()) {
    events.push(...(await store.events.read({ stream, after: 0, limit: 10_000 })));
  }
  return JSON.parse(JSON.stringify(events));
}

/** The last `seq` of each stream. */
export function headsOf(events: readonly OverseerEvent[]): Readonly<Record<string, number>> {
  return Object.fromEntries(events.map(({ stream, seq }) => [stream, seq]));
}

/** A store whose n-th append never comes to an end, as when the process dies. */
export function failingAt(store: StateStore, nth: number): StateStore {
  let appends = 0;
  return {
    ...store,
    events: {
      ...store.events,
      append: async (epoch, events) => {
        if (++appends === nth) throw new Error('cut');
        await store.events.append(epoch, events);
      },
    },
  };
}

/** A store that is closed where its scope ends. */
export function disposable(store: StateStore): AsyncDisposable & { readonly store: StateStore } {
  return { store, [Symbol.asyncDispose]: () => store.close() };
}

/** The code of the error, `none` where there was none. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'none',
    (error: unknown) => (OverseerError.is(error) ? error.code : `no code: ${String(error)}`),
  );
}

/** An event of a stream, as a store gives it. */
export function eventAt(seq: number, stream = 'project/a', because = `text ${seq}`): OverseerEvent {
  return {
    id: `${stream} ${seq}`,
    stream,
    seq,
    at: 1_790_000_000_000 + seq,
    type: 'task.waiting',
    v: 1,
    epoch: 1 + Math.floor(seq / 10),
    actor: 'overseer',
    run: `run ${seq % 3}`,
    data: { because },
  };
}

/** A team of one model that answers at once. */
export function team(): {
  readonly overseer: 'one';
  readonly models: { readonly one: TeamEntry<'one'> };
} {
  const model = fakeModel({ reply: ({ messages }) => ({ text: `It is ${messages.length}.` }) });
  return { overseer: 'one', models: { one: { model } } };
}
