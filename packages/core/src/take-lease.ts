import type { Clock } from './internal/clock.ts';
import { StreamLease } from './journal/stream-lease.ts';
import type { OverseerOptions } from './options.ts';
import type { StateStore } from './spec/store.ts';

/** How often a standby asks whether the project is free, in ms, where it is not told. */
const POLL_MS = 500;

/** Whether it waits for its turn. */
export function isStandby({ standby = false }: OverseerOptions): boolean {
  return standby !== false;
}

/**
 * Takes the leave to work on a project, at once or, for a standby, when it is free. Throws `StoreError` `store.busy` where
 * nobody wants to wait, and what the options' signal says when it aborts the wait.
 */
export async function takeLease(
  {
    standby = false,
    name = 'overseer',
    signal,
  }: Pick<OverseerOptions, 'standby' | 'name' | 'signal'>,
  { store, clock }: { readonly store: StateStore; readonly clock: Clock },
  stream: string,
): Promise<StreamLease> {
  const wish = { store, stream, clock, name };
  if (standby === false) return await StreamLease.take(wish);
  const { pollMs = POLL_MS, waiting = () => undefined } = standby === true ? {} : standby;
  return await StreamLease.await(wish, { pollMs, waiting, signal });
}
