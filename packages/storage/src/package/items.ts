import type { Mail, OverseerEvent } from '@overseer/core/spec';
import { ByteReader } from './byte-reader.ts';
import { damaged } from './package-error.ts';
import type { StreamStarts } from './tally.ts';

/** A message that waits for whoever works on a stream. */
export interface PackagedMail {
  readonly kind: 'mail';
  readonly stream: string;
  readonly mail: Mail;
}

/** What a package carries: events stream by stream, each in the order of `seq`, blobs, and messages. */
export type PackageItem =
  | PackagedMail
  | { readonly kind: 'event'; readonly event: OverseerEvent }
  | { readonly kind: 'blob'; readonly bytes: Uint8Array };

/** An event with the text that the chain is made of. */
export type ReadItem =
  | { readonly kind: 'event'; readonly event: OverseerEvent; readonly text: string }
  | { readonly kind: 'blob'; readonly bytes: Uint8Array };

const EVENT = 1;
const BLOB = 2;
const STARTS = 3;
const MAIL = 4;

/** How large an item may be, 64 MiB and for blobs 256 MiB; whoever says that one is larger wants to fill memory. */
const MOST_BYTES = 67_108_864;
const MOST_BLOB_BYTES = 268_435_456;

/** Where streams begin, which is said before all else. */
export function encodeStarts(starts: StreamStarts): Buffer {
  return encode(STARTS, Buffer.from(JSON.stringify(starts)));
}

/** An event as it is written. */
export function encodeEvent(text: string): Buffer {
  return encode(EVENT, Buffer.from(text));
}

/** A blob as it is written. */
export function encodeBlob(bytes: Uint8Array): Buffer {
  return encode(BLOB, bytes);
}

/** A message as it is written. */
export function encodeMail({ stream, mail }: PackagedMail): Buffer {
  return encode(MAIL, Buffer.from(JSON.stringify({ stream, mail })));
}

/** The same, before anything is counted. */
type Said = ReadItem | PackagedMail | { readonly kind: 'starts'; readonly starts: StreamStarts };

/** Reads items of the content of a package, and first where its streams begin, if that is said. Throws `PackageError` `package.damaged`. */
export async function* decodeItems(content: AsyncIterable<Uint8Array>): AsyncGenerator<Said> {
  const reader = new ByteReader(content);
  try {
    for (let isFirst = true; ; isFirst = false) {
      const start = await reader.take(5);
      if (start.byteLength === 0) return;
      if (start.byteLength < 5) throw damaged('its content cannot be read');
      const [kind, length] = [start.readUInt8(0), start.readUInt32BE(1)];
      requireSize(kind, length);
      const body = await reader.take(length);
      if (body.byteLength < length) throw damaged('its content ends inside an event or blob');
      if (kind === STARTS && !isFirst) throw damaged('it says too late where its streams begin');
      yield decode(kind, body);
    }
  } finally {
    await reader.close();
  }
}

function requireSize(kind: number, bytes: number): void {
  if (bytes <= (kind === BLOB ? MOST_BLOB_BYTES : MOST_BYTES)) return;
  throw damaged('an event or blob of it is larger than any may be');
}

function encode(kind: number, body: Uint8Array): Buffer {
  // Nobody could open it.
  requireSize(kind, body.byteLength);
  const start = Buffer.alloc(5);
  start.writeUInt8(kind, 0);
  start.writeUInt32BE(body.byteLength, 1);
  return Buffer.concat([start, body]);
}

function decode(kind: number, body: Buffer): Said {
  // A plain array: `slice` of a Buffer would not copy.
  if (kind === BLOB) return { kind: 'blob', bytes: new Uint8Array(body) };
  if (kind === STARTS) return { kind: 'starts', starts: parse(body).value as StreamStarts };
  if (kind === MAIL) return mailIn(parse(body).value);
  if (kind !== EVENT)
    throw damaged('its content has something that is neither event nor blob nor message');
  const { text, value } = parse(body);
  const event = value as OverseerEvent;
  if (typeof event.stream === 'string' && Number.isInteger(event.seq)) {
    return { kind: 'event', event, text };
  }
  throw damaged('an event of it has no place');
}

function mailIn(value: object): PackagedMail {
  const { stream, mail } = value as Partial<PackagedMail>;
  const isWhole =
    typeof stream === 'string' && typeof mail?.id === 'string' && typeof mail.kind === 'string';
  if (!isWhole) throw damaged('a message in it is none');
  return { kind: 'mail', stream, mail };
}

function parse(body: Buffer): { readonly text: string; readonly value: object } {
  try {
    const text = body.toString('utf8');
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return { text, value };
  } catch (error) {
    throw damaged('an event of it cannot be read', error);
  }
  throw damaged('an event of it is none');
}
