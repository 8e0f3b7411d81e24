import { StoreError } from '@overseer/core/plugin';
import type { Refusal } from './protocol.ts';

/** The error that a refusal of the writer becomes for the caller. */
export function toStoreError({ refused, message, cause }: Refusal): StoreError {
  return new StoreError(refused, message, cause === undefined ? {} : { cause });
}

/** The refusal to read an event whose text in the file is damaged. */
export function damagedEvent(path: string, seq: number): Refusal {
  return {
    refused: 'store.corrupt',
    message: `${path} is damaged: the event with seq ${seq} cannot be read. Restore the file from a backup, or run "overseer repair".`,
  };
}

/** What every method of a closed store throws. */
export function closedError(path: string): StoreError {
  return new StoreError('store.closed', `The store on ${path} is closed: open it again to use it.`);
}
