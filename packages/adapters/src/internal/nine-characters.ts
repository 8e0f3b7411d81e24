import { createHash } from 'node:crypto';

/** An id of nine letters and digits: as it is where it is one, or else the same for the same, by its hash. */
export function nineCharacters(id: string): string {
  if (/^[a-zA-Z0-9]{9}$/.test(id)) return id;
  const hash = createHash('sha256').update(id).digest('base64');
  return hash
    .replace(/[^a-zA-Z0-9]/g, '')
    .slice(0, 9)
    .padEnd(9, '0');
}
