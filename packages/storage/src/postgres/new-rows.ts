import { hash as digest } from 'node:crypto';
import type { DataKey } from '../at-rest/data-key.ts';
import { readEventText } from '../sqlite/event-text.ts';
import { type BlobRow, blobRow, liftedName, ownName } from '../sqlite/file/blob-table.ts';
import { rowHash } from '../sqlite/file/event-hash.ts';
import type { Packing } from '../sqlite/file/packing.ts';
import { rowOf } from '../sqlite/file/row-of.ts';
import type { LiftedString, Refusal, Segment } from '../sqlite/protocol.ts';
import type { StreamEnd } from './stream-ends.ts';

/** An event that is about to be written. */
export interface NewEvent {
  readonly stream: string;
  readonly seq: number;
  readonly id: string;
  readonly run: string | undefined;
  /** Of a packed event what stays in the clear. */
  readonly body: string;
  readonly lifted: string | null;
  readonly packed: Uint8Array | null;
  readonly hash: string;
}

/** A large value, and whether an event names it that is written with it. */
export interface NewBlob extends BlobRow {
  readonly isNamed?: boolean;
}

/** Ids of events that are in the database, from one `seq` to another. */
export type ReadIds = (
  stream: StreamEnd,
  first: number,
  last: number,
) => Promise<ReadonlyMap<number, string>>;

/** What one transaction adds: events in their places, and blobs. Nothing of it is written yet. */
export class NewRows {
  readonly #ends: ReadonlyMap<string, StreamEnd>;
  readonly #readIds: ReadIds;
  readonly #packing: Packing;
  readonly #added = new Map<string, NewEvent[]>();
  readonly #blobs = new Map<string, NewBlob>();

  constructor(ends: ReadonlyMap<string, StreamEnd>, packing: Packing, readIds: ReadIds) {
    this.#ends = ends;
    this.#packing = packing;
    this.#readIds = readIds;
  }

  /** The events by stream. */
  get events(): ReadonlyMap<string, readonly NewEvent[]> {
    return this.#added;
  }

  /** The blobs by their names in hex. */
  get blobs(): ReadonlyMap<string, NewBlob> {
    return this.#blobs;
  }

  /** Adds a blob and gives its hash. */
  addBlob(bytes: Uint8Array): string {
    const hash = digest('sha256', bytes, 'hex');
    const key = this.#packing.keys.forWriting({ kind: 'store' });
    this.#keep(ownName(hash, key), bytes, key, false);
    return hash;
  }

  /** Adds all segments, or none when an event is out of place; looks before it adds. */
  async append(segments: readonly Segment[]): Promise<Refusal | undefined> {
    const heads = new Map<string, number>();
    for (const segment of segments) {
      const head = heads.get(segment.stream) ?? this.#headOf(segment.stream);
      const refusal = await this.#check(segment, head);
      if (refusal !== undefined) return refusal;
      heads.set(segment.stream, Math.max(head, segment.first + segment.bodies.length - 1));
    }
    for (const segment of segments) this.#add(segment);
    return undefined;
  }

  async #check(segment: Segment, head: number): Promise<Refusal | undefined> {
    if (segment.first > head + 1) {
      return conflict(segment, 0, `leaves a gap: the stream ends at seq ${head}`);
    }
    if (segment.first < 1) {
      return conflict(segment, 0, 'stands before the first: a seq is 1 or more');
    }
    const repeated = Math.min(segment.bodies.length, head + 1 - segment.first);
    if (repeated === 0) return undefined;
    const present = await this.#idsOf(segment, repeated);
    for (let index = 0; index < repeated; index++) {
      const id = present(segment.first + index);
      if (id !== idOf(segment.bodies[index])) {
        return conflict(segment, index, `comes second: that seq belongs to event ${id}`);
      }
    }
    return undefined;
  }

  /** Tells which id stands at a place that a segment claims, wherever that event is now. */
  async #idsOf(
    { stream, first }: Segment,
    count: number,
  ): Promise<(seq: number) => string | undefined> {
    const end = this.#ends.get(stream);
    const added = this.#added.get(stream) ?? [];
    const last = Math.min(first + count - 1, end?.seq ?? 0);
    const stored =
      end !== undefined && first <= last ? await this.#readIds(end, first, last) : undefined;
    return (seq) => stored?.get(seq) ?? added[seq - (end?.seq ?? 0) - 1]?.id;
  }

  #add({ stream, first, bodies, runs, runOf, lifted }: Segment): void {
    const added = this.#added.get(stream) ?? [];
    this.#added.set(stream, added);
    const strings = Map.groupBy(lifted, ({ index }) => index);
    for (let index = this.#headOf(stream) + 1 - first; index < bodies.length; index++) {
      const text = bodies[index] ?? '';
      const before = added.at(-1)?.hash ?? this.#ends.get(stream)?.hash ?? '';
      const run = runs[runOf[index] ?? -1];
      const place = { stream, seq: first + index, run };
      const row = rowOf(this.#packing, place, text, strings.get(index) ?? NONE, this.#keepLifted);
      added.push({ ...row, run, id: idOf(text), hash: rowHash(before, row) });
    }
  }

  readonly #keepLifted = (text: string, key: DataKey | undefined): string => {
    const bytes = Buffer.from(text);
    const name = liftedName(bytes, key);
    this.#keep(name, bytes, key, true);
    return name;
  };

  #keep(name: string, bytes: Uint8Array, key: DataKey | undefined, isNamed: boolean): void {
    const there = this.#blobs.get(name);
    if (there?.isNamed === true || (there !== undefined && !isNamed)) return;
    const row = there ?? blobRow(this.#packing, name, bytes, key);
    this.#blobs.set(name, isNamed ? { ...row, isNamed } : row);
  }

  #headOf(stream: string): number {
    return this.#added.get(stream)?.at(-1)?.seq ?? this.#ends.get(stream)?.seq ?? 0;
  }
}

const NONE: readonly LiftedString[] = [];

function idOf(body = '{}'): string {
  // Mostly it stands in front, and large events are not read twice for it.
  return /^\{"id":"([^"\\]+)"/.exec(body)?.[1] ?? (readEventText(body)?.id as string);
}

function conflict(segment: Segment, index: number, problem: string): Refusal {
  const id = idOf(segment.bodies[index]);
  return {
    refused: 'store.conflict',
    message: `Event ${id} (seq ${segment.first + index} of ${segment.stream}) ${problem}. Read the stream again, and append after its end.`,
  };
}
