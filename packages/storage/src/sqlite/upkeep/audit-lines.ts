import { readEventText } from '../event-text.ts';
import type { OpenedEvent } from '../file/open-event.ts';
import type { FoundEvent } from './repaired-stream.ts';

/** The first line of an audit says this. */
const AUDIT_FORMAT = 'overseer.audit/2';

/** What is checked: in the first one no event was without the names of its fields. */
export const KNOWN_AUDITS: readonly unknown[] = ['overseer.audit/1', AUDIT_FORMAT];

/** Where a stream ends. */
export interface AuditHead {
  readonly name: string;
  readonly events: number;
  readonly hash: string;
}

/** The first line: which streams there are, and where each ends. */
export function firstLine(streams: readonly AuditHead[]): string {
  return JSON.stringify({ format: AUDIT_FORMAT, streams });
}

/** The last line, which says that nothing was cut off. */
export function lastLine(events: number): string {
  return JSON.stringify({ end: true, events });
}

/** An event with what proves it, and what it says where it was opened. */
export function eventLine(
  stream: string,
  { seq, hash, body, lifted, packed }: FoundEvent,
  opened: OpenedEvent | undefined,
): string {
  return JSON.stringify({
    stream,
    seq,
    hash,
    body,
    ...(lifted === null ? {} : { lifted }),
    ...(packed === null ? {} : { packed: Buffer.from(packed).toString('base64') }),
    ...(opened === undefined ? {} : { opened: named(opened.body), places: opened.places }),
  });
}

/** Persons read it, and nothing is proven by it. */
function named(body: string): string {
  const event = readEventText(body);
  return event === undefined ? body : JSON.stringify(event);
}

/** A large string in the clear. */
export function blobLine(name: string, bytes: Uint8Array, isSealed: boolean): string {
  return JSON.stringify({
    blob: name,
    ...(isSealed ? { sealed: true } : {}),
    text: Buffer.from(bytes).toString('utf8'),
  });
}
