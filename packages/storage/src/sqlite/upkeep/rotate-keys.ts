import type { KeySource } from '../../at-rest/key-ring.ts';
import { ownFile } from './own-file.ts';

/**
 * Wraps every data key of a journal under the current master key, so that the others can be put out of use; content is not
 * touched. Gives how many were wrapped anew. Throws `StoreError`: `store.busy` while an overseer works on the file, and `store.key`.
 */
export function rotateKeys(path: string, keys: KeySource): Promise<number> {
  return ownFile(path, keys, 'large', ({ packing }) => packing.keys.rotate());
}
