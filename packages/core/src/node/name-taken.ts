import { OverseerError } from '../errors/overseer-error.ts';
import { StoreError } from '../errors/store-error.ts';
import type { StateStore } from '../spec/store.ts';

/** The refusal of a name that another node has; any other error as it is. */
export function nameTaken({ name }: StateStore, node: string, cause: unknown): unknown {
  if (!OverseerError.is(cause) || cause.code !== 'store.busy') return cause;
  return new StoreError(
    'store.busy',
    `A node named ${node} is at work in ${name} already: give each node a name of its own, or wait until that one has ended.`,
    { cause },
  );
}
