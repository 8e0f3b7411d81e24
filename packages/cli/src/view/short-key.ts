import { fingerprintOf } from '@overseer/storage/package';
import { oneLine } from './words.ts';

/** A key that anybody may have written, as people compare it. */
export function shortKey(key: string): string {
  try {
    return fingerprintOf(key);
  } catch {
    return oneLine(key);
  }
}
