import { createHash, hash } from 'node:crypto';

/** What of an event its hash covers. */
export interface HashedEvent {
  readonly stream: string;
  readonly seq: number;
  readonly body: string;
  readonly lifted: string | null;
  readonly packed: Uint8Array | null;
}

/**
 * What proves an event and all before it: SHA-256, in hex, of the hash before it in its stream (empty for the first),
 * its body and its lifted strings, one behind the other.
 */
export function eventHash(before: string, body: string, lifted: string | null): string {
  return hash('sha256', `${before}${body}${lifted ?? ''}`, 'hex');
}

/**
 * The same of an event that may be packed: then also of stream and `seq`, which its body lacks, and of the packed bytes as
 * they are stored, so that it still holds when nobody can open them any more.
 */
export function rowHash(before: string, event: HashedEvent): string {
  const { stream, seq, body, lifted, packed } = event;
  if (packed === null) return eventHash(before, body, lifted);
  const place = JSON.stringify([stream, seq]);
  return createHash('sha256')
    .update(`${before}${place}${body}${lifted ?? ''}`)
    .update(packed)
    .digest('hex');
}
