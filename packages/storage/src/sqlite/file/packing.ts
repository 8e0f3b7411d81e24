import type { DataKey } from '../../at-rest/data-key.ts';
import type { DataKeys, KeyOwner } from '../../at-rest/data-keys.ts';
import { isBound, keyIdOf, pack, type Squeezed, squeeze, unpack } from '../../at-rest/envelope.ts';
import { readEventText } from '../event-text.ts';
import type { ValuePath } from '../protocol.ts';
import type { Compression } from './compression.ts';

/** Smaller content does not become enough smaller to be worth the time. */
const COMPRESS_FROM = 1_024;

/** Where an event belongs. */
export interface EventPlace {
  readonly stream: string;
  readonly seq: number;
  readonly run: string | undefined;
}

/** An event's text with the places of its lifted strings. */
export interface EventText {
  readonly body: string;
  readonly places: readonly ValuePath[];
}

/** What of a packed event stands in the clear beside it. */
export interface ClearText {
  /** Its stub, as text. */
  readonly body: string;
  /** The names of its lifted strings, as text. */
  readonly lifted: string | null;
}

/** What is left to read of an event without its content. */
export interface EventStub {
  readonly id: string;
  readonly at: number;
  readonly type: string;
  readonly v: number;
  readonly epoch: number;
  readonly run: string | undefined;
}

/** Decides what is compressed and sealed, and under which key. */
export class Packing<Keys extends DataKeys = DataKeys> {
  readonly keys: Keys;
  readonly #compression: Compression;

  constructor(keys: Keys, compression: Compression) {
    this.keys = keys;
    this.#compression = compression;
  }

  /** Whether events stay as they are, but for their large strings. */
  get leavesAlone(): boolean {
    return !this.keys.seals && this.#compression !== 'all';
  }

  /** Whether an event of that text is packed under a key; else it stays as it is. */
  packs(body: string, key: DataKey | undefined): boolean {
    return key !== undefined || (this.#compression === 'all' && body.length >= COMPRESS_FROM);
  }

  /** Packs an event with the places of its lifted strings, for what stands in the clear beside it. */
  packEvent(
    place: EventPlace,
    { body, places }: EventText,
    clear: ClearText,
    key: DataKey | undefined,
  ): Buffer {
    const compresses = this.#compression === 'all';
    const content = Buffer.from(places.length === 0 ? body : `${body}\0${JSON.stringify(places)}`);
    return pack(content, {
      compressFrom: compresses ? COMPRESS_FROM : Number.POSITIVE_INFINITY,
      key,
      place: placeOf(place),
      beside: besideOf(clear),
    });
  }

  /** Opens a packed event, beside which that stands in the clear. */
  unpackEvent(
    packed: Uint8Array,
    place: EventPlace,
    clear: ClearText,
  ): EventText | 'erased' | 'damaged' {
    const content = this.unpack(packed, placeOf(place), besideOf(clear));
    if (typeof content === 'string') return content;
    const text = content.toString('utf8');
    const end = text.indexOf('\0');
    if (end < 0) return { body: text, places: [] };
    const places = parse(text.slice(end + 1));
    return Array.isArray(places) ? { body: text.slice(0, end), places } : 'damaged';
  }

  /** Packs a large value, as it was squeezed where it was; `undefined` when it stays as it is. */
  packLarge(
    content: Uint8Array,
    key: DataKey | undefined,
    place: string,
    squeezed?: Squeezed,
  ): Buffer | undefined {
    const compressFrom = largeFrom(this.#compression);
    if (key === undefined && content.byteLength < compressFrom) return undefined;
    return pack(content, { compressFrom, squeezed, key, place });
  }

  /** Opens what was packed. */
  unpack(packed: Uint8Array, place: string, beside?: string): Buffer | 'erased' | 'damaged' {
    const opened = unpack(packed, place, (id) => this.keys.byId(id), beside);
    if (opened.kind === 'content') return opened.content;
    return opened.kind === 'locked' && this.keys.isErased(opened.keyId) ? 'erased' : 'damaged';
  }

  /** The key for what belongs to a run, or else to its stream. */
  keyFor(stream: string, run: string | undefined): DataKey | undefined {
    return this.keys.forWriting(ownerOf(stream, run));
  }

  /** Whether an event is sealed together with what stands in the clear beside it. */
  isBound(packed: Uint8Array): boolean {
    return isBound(packed);
  }

  /** Whether bytes are sealed, whoever can open them. */
  isSealed(packed: Uint8Array): boolean {
    return keyIdOf(packed) !== undefined;
  }

  /** Whether an event is sealed under the key of its own run, so that it goes when that goes. */
  isSealedFor(packed: Uint8Array, owner: KeyOwner): boolean {
    const id = keyIdOf(packed);
    return id !== undefined && id === this.keys.idOf(owner);
  }
}

/** Compresses a large value beside this thread, to be packed later; `undefined` where it is not to be compressed. */
export async function squeezeLarge(
  content: Uint8Array,
  compression: Compression,
): Promise<Squeezed | undefined> {
  return content.byteLength < largeFrom(compression) ? undefined : await squeeze(content);
}

function largeFrom(compression: Compression): number {
  return compression === 'none' ? Number.POSITIVE_INFINITY : COMPRESS_FROM;
}

/** Whose key seals an event. */
export function ownerOf(stream: string, run: string | undefined): KeyOwner {
  return run === undefined ? { kind: 'stream', stream } : { kind: 'run', stream, run };
}

/** What of an event is written in the clear beside its packed text. */
export function stubOf(body: string): string {
  const { id, at, type, v, epoch, run } = readEventText(body) ?? {};
  return JSON.stringify([id, at, type, v, epoch, run ?? null]);
}

/** Reads a stub; `undefined` when it is none. */
export function parseStub(text: string): EventStub | undefined {
  const stub = parse(text);
  if (!Array.isArray(stub)) return undefined;
  const [id, at, type, v, epoch, run]: readonly unknown[] = stub;
  const isWhole = typeof id === 'string' && typeof at === 'number' && typeof type === 'string';
  if (!isWhole || typeof v !== 'number' || typeof epoch !== 'number') return undefined;
  if (run !== null && typeof run !== 'string') return undefined;
  return { id, at, type, v, epoch, run: run ?? undefined };
}

/** The event that stands for one whose content is gone. */
export function erasedEvent({ stream, seq }: EventPlace, stub: EventStub, isLost = false): string {
  const { id, at, type, epoch, run } = stub;
  return JSON.stringify({
    id,
    stream,
    seq,
    at,
    type: 'event.erased',
    v: 1,
    epoch,
    actor: 'overseer',
    ...(run === undefined ? {} : { run }),
    data: { was: type, ...(isLost ? { lost: true } : {}) },
  });
}

function placeOf({ stream, seq, run }: EventPlace): string {
  return JSON.stringify(['event', stream, seq, run ?? null]);
}

function besideOf({ body, lifted }: ClearText): string {
  return JSON.stringify([body, lifted]);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
