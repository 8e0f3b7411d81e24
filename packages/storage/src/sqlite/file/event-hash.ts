import { hash } from 'node:crypto';

/**
 * What proves an event and all before it: SHA-256, in hex, of the hash before it in its stream (empty for the first),
 * its body and its lifted strings, one behind the other.
 */
export function eventHash(before: string, body: string, lifted: string | null): string {
  return hash('sha256', `${before}${body}${lifted ?? ''}`, 'hex');
}
