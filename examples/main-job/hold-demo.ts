import { existsSync } from 'node:fs';
import { currentHolder, OverseerError, StoreError } from '@overseer/core/plugin';
import type { StateStore } from '@overseer/core/spec';
import { sqlite } from '@overseer/storage/sqlite';
import type { Places } from './places.ts';

/**
 * Takes the demo for this process, before anything of it is touched, until it is disposed of; a process that dies gives
 * it back. The lease lies beside the repository, which every start makes anew. Throws `StoreError` `store.busy` while
 * another process has it.
 */
export async function holdDemo({ lease, repository }: Places): Promise<AsyncDisposable> {
  const store = await take(lease, repository);
  return { [Symbol.asyncDispose]: () => store.close() };
}

/**
 * Makes sure that no command works on the demo's repository, which needs nothing but its journal. A journal that cannot
 * be opened is nobody's. Throws `StoreError` `store.busy`.
 */
export async function requireIdle(journal: string, repository: string): Promise<void> {
  if (!existsSync(journal)) return;
  try {
    await (await take(journal, repository)).close();
  } catch (error) {
    if (!OverseerError.is(error) || error.code === 'store.busy') throw error;
  }
}

async function take(file: string, repository: string): Promise<StateStore> {
  const store = await sqlite(file)();
  try {
    const answer = await store.leases.acquire('journal', currentHolder('npm start'));
    if (answer.kind === 'held') return store;
    const { pid } = answer.holder;
    const since = new Date(answer.since).toISOString();
    throw new StoreError(
      'store.busy',
      `${repository} is busy: process ${pid} has worked on it since ${since}. Wait until it has ended, or end it with "kill ${pid}"; nothing was touched, and what it leaves can be resumed with "npm start -- --resume".`,
    );
  } catch (error) {
    await store.close();
    throw error;
  }
}
