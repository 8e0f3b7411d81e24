import { createHash } from 'node:crypto';

const PLAIN = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;

/** A folder name for an attempt: its id where that is plain, else a legible part of it and a hash, safe on every file system. */
export function attemptName(attempt: string): string {
  if (PLAIN.test(attempt)) return attempt;
  const legible = attempt
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40);
  const hash = createHash('sha256').update(attempt).digest('hex').slice(0, 12);
  return `a_${legible.replace(/^-|-$/g, '')}_${hash}`;
}
