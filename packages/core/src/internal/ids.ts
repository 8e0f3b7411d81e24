import { randomBytes } from 'node:crypto';

/** Makes ids: unique across processes, sortable by the time their maker was created and then by order of making. */
export type Ids = () => string;

/** The last three digits of all counts: whole texts that ids share. */
const ENDS: readonly string[] = Array.from({ length: 1_000 }, (_, end) =>
  String(end).padStart(3, '0'),
);

/** Ids of 9 base-36 characters of time, 10 of chance, and a count of 10 digits; about 20 ns each. */
export function createIds(now: number): Ids {
  const prefix = now.toString(36).padStart(9, '0') + randomBytes(5).toString('hex');
  // Counting from 10^6 on keeps the number of digits, so that ids sort as they were made, for nine billion of them.
  let thousands = 1_000_000;
  let start = '';
  let end = ENDS.length;
  return () => {
    if (end === ENDS.length) {
      start = prefix + thousands++;
      end = 0;
    }
    return start + ENDS[end++];
  };
}
