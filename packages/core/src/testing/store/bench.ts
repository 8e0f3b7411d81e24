import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { OverseerError } from '../../errors/overseer-error.ts';
import type { StoreErrorCode } from '../../errors/store-error.ts';
import { currentHolder } from '../../internal/process-identity.ts';
import type { OverseerEvent } from '../../spec/event.ts';
import type { LeaseAnswer, LeaseHolder, StateStore } from '../../spec/store.ts';
import type { ConformanceRule } from '../rule.ts';
import type { StoreSubject } from './subject.ts';

/** The lease that the rules take, and the stream that they write. */
export const STREAM = 'project/default';

/** A rule that gets an open store and its lease's epoch; the store is closed afterwards. */
export function ownedRule(
  { open }: StoreSubject,
  name: string,
  check: (store: StateStore, epoch: number) => Promise<void>,
): ConformanceRule {
  return openRule({ open }, name, async (store) => check(store, await own(store)));
}

/** A rule that gets an open store of which nobody holds the lease; the store is closed afterwards. */
export function openRule(
  { open }: StoreSubject,
  name: string,
  check: (store: StateStore) => Promise<void>,
): ConformanceRule {
  return {
    name,
    check: async () => {
      const store = await open();
      try {
        await check(store);
      } finally {
        await store.close();
      }
    },
  };
}

/** Takes the lease for this process and gives its epoch. */
export async function own(
  store: StateStore,
  holder: LeaseHolder = currentHolder('rules'),
): Promise<number> {
  const answer = await store.leases.acquire(STREAM, holder);
  if (answer.kind === 'busy') assert.fail(`the lease is held by ${answer.holder.name}`);
  return answer.epoch;
}

/** Takes the lease from a holder that is dead, or that does not renew it, as soon as that is possible; gives its epoch. */
export async function takeOver(
  store: StateStore,
  holder: LeaseHolder = currentHolder('heir'),
): Promise<LeaseAnswer & { readonly kind: 'held' }> {
  const { leaseMs = 0 } = store.capabilities;
  const giveUpAt = performance.now() + 2 * leaseMs + 2_000;
  for (;;) {
    const answer = await store.leases.acquire(STREAM, holder);
    if (answer.kind === 'held') return answer;
    if (leaseMs === 0) assert.fail('the dead holder was taken for alive');
    if (performance.now() > giveUpAt) assert.fail(`a lease of ${leaseMs} ms did not run out`);
    await setTimeout(Math.min(20, leaseMs / 10));
  }
}

/** A holder that has ended: nobody has its start time. */
export function deadHolder(name: string): LeaseHolder {
  return { ...currentHolder(name), pid: 2 ** 22 + 1, processStart: '1' };
}

/** What a sample event may differ in. */
export interface SampleOptions {
  readonly stream?: string;
  readonly run?: string;
  readonly text?: string;
  /** Makes the ids differ from those of other samples. */
  readonly tag?: string;
}

/** An event with that `seq`; equal arguments make equal events. */
export function sample(seq: number, options: SampleOptions = {}): OverseerEvent<'task.waiting'> {
  const { stream = STREAM, run, text = `text ${seq}`, tag = 'a' } = options;
  return {
    id: `${stream} ${tag} ${seq}`,
    stream,
    seq,
    at: 1_750_000_000_000 + seq,
    type: 'task.waiting',
    v: 1,
    epoch: 1,
    actor: 'model:one',
    ...(run === undefined ? {} : { run }),
    data: { because: text },
  };
}

/** Events `first` to `last`, both included. */
export function samples(first: number, last: number, options: SampleOptions = {}): OverseerEvent[] {
  return Array.from({ length: last - first + 1 }, (_, index) => sample(first + index, options));
}

/** Everything that a stream has. */
export function readAll(
  store: StateStore,
  stream: string = STREAM,
): Promise<readonly OverseerEvent[]> {
  return store.events.read({ stream, after: 0, limit: 10_000 });
}

/** The `seq` of each event. */
export function seqs(events: readonly OverseerEvent[]): readonly number[] {
  return events.map((event) => event.seq);
}

/** Rejects unless the work is refused with that code, in a sentence. */
export async function refused(work: Promise<unknown>, code: StoreErrorCode): Promise<void> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error === undefined) assert.fail(`it was accepted, where ${code} was due`);
  if (!OverseerError.is(error))
    assert.fail(`it was refused with ${String(error)}, where ${code} was due`);
  assert.equal(error.code, code, error.message);
  assert.match(error.message, /\S+ \S+.*[.!]$/s, 'the message is a sentence');
}
