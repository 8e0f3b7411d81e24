import { isDeepStrictEqual } from 'node:util';
import { StoreError } from '@overseer/core/plugin';
import type { OverseerEvent, StateStore } from '@overseer/core/spec';
import type { MoveProgress } from './export-store.ts';
import { HeldLease } from './held-lease.ts';
import type { ReadItem } from './items.ts';
import type { OpenedPackage } from './open-package.ts';
import { damaged } from './package-error.ts';
import { leaveReply } from './waiting-replies.ts';

/** How a package is imported. */
export interface ImportOptions {
  /** Hears how many events were taken, of how many. */
  readonly onProgress?: (progress: MoveProgress) => void;
  /** Gives up between two writes; the same import goes on from there. */
  readonly signal?: AbortSignal;
}

/** What an import came to. */
export interface Imported {
  /** The last `seq` that each stream of the package now has. */
  readonly heads: Readonly<Record<string, number>>;
  /** Events that were written. */
  readonly written: number;
  /** Events that were there already. */
  readonly present: number;
  readonly blobs: number;
}

/**
 * Puts a package into a store: ids, `seq`, times and epochs stay as they were. Everything is compared before anything is
 * written; what is there already is left, so that an import that was broken off can be done again. Needs the lease of each
 * stream in turn, and leaves it at an epoch above those of the events. Throws `StoreError`: `store.conflict` where the store
 * has other events at a `seq`, but for what was erased there or here, or ends before the package begins; `store.busy` where an overseer works on it; and what the
 * package throws.
 */
export async function importStore(
  from: OpenedPackage,
  store: StateStore,
  options: ImportOptions = {},
): Promise<Imported> {
  await compare(from, store, options);
  const writer = new Importer(from, store, options);
  try {
    for await (const item of from.items()) await writer.take(item);
    const imported = await writer.finish();
    for await (const waiting of from.mail()) await leaveReply(store, waiting);
    return imported;
  } finally {
    await writer.close();
  }
}

/** Writes of about so many characters or events go together. */
const BATCH_SIZE = 2 * 1_048_576;
const BATCH_EVENTS = 1_000;

/** Writes items as they come, a batch at a time. */
class Importer {
  readonly #from: OpenedPackage;
  readonly #store: StateStore;
  readonly #options: ImportOptions;
  readonly #heads = new Map<string, number>();
  #batch: OverseerEvent[] = [];
  #size = 0;
  #lease: HeldLease | undefined;
  #head = 0;
  #written = 0;
  #present = 0;
  #blobs = 0;

  constructor(from: OpenedPackage, store: StateStore, options: ImportOptions) {
    this.#from = from;
    this.#store = store;
    this.#options = options;
  }

  async take(item: ReadItem): Promise<void> {
    if (item.kind === 'blob') {
      await this.#store.blobs.put(item.bytes);
      this.#blobs++;
      return;
    }
    const { event, text } = item;
    if (event.stream !== this.#lease?.name) await this.#open(event.stream);
    if (event.seq <= this.#head) {
      this.#present++;
      return;
    }
    this.#batch.push(event);
    this.#size += text.length;
    if (this.#size >= BATCH_SIZE || this.#batch.length >= BATCH_EVENTS) await this.#flush();
  }

  async finish(): Promise<Imported> {
    await this.#endStream();
    return {
      heads: Object.fromEntries(this.#heads),
      written: this.#written,
      present: this.#present,
      blobs: this.#blobs,
    };
  }

  /** Gives the lease back, whatever happened. */
  async close(): Promise<void> {
    await this.#lease?.release().catch(() => undefined);
  }

  async #open(stream: string): Promise<void> {
    await this.#endStream();
    const said = this.#from.manifest.streams.find(({ name }) => name === stream);
    // It was compared with nothing.
    if (said === undefined)
      throw damaged('it has events of a stream that its manifest does not name');
    this.#lease = await HeldLease.take(this.#store, stream, said.epoch);
    this.#head = await this.#store.events.head(stream);
  }

  async #endStream(): Promise<void> {
    if (this.#lease === undefined) return;
    await this.#flush();
    this.#heads.set(this.#lease.name, await this.#store.events.head(this.#lease.name));
    await this.#lease.release();
    this.#lease = undefined;
  }

  async #flush(): Promise<void> {
    if (this.#lease === undefined || this.#batch.length === 0) return;
    const { signal, onProgress } = this.#options;
    signal?.throwIfAborted();
    await this.#lease.keep();
    await this.#store.events.append(this.#lease.epoch, this.#batch);
    this.#written += this.#batch.length;
    this.#batch = [];
    this.#size = 0;
    const events = this.#written + this.#present;
    onProgress?.({ events, of: this.#from.manifest.events });
  }
}

/** Refuses a package that does not fit what the store has. */
async function compare(
  from: OpenedPackage,
  store: StateStore,
  { signal }: ImportOptions,
): Promise<void> {
  const heads = await headsIn(store, from);
  if ([...heads.values()].every((head) => head === 0)) return;
  let batch: OverseerEvent[] = [];
  for await (const item of from.items()) {
    signal?.throwIfAborted();
    if (item.kind === 'blob' || item.event.seq > (heads.get(item.event.stream) ?? 0)) continue;
    if (batch.length >= COMPARED || (batch[0] ?? item.event).stream !== item.event.stream) {
      await compareBatch(store, batch);
      batch = [];
    }
    batch.push(item.event);
  }
  await compareBatch(store, batch);
}

async function headsIn(
  store: StateStore,
  { manifest }: OpenedPackage,
): Promise<ReadonlyMap<string, number>> {
  const heads = new Map<string, number>();
  for (const { name, after } of manifest.streams) {
    const head = await store.events.head(name);
    heads.set(name, head);
    if (head >= after) continue;
    throw new StoreError(
      'store.conflict',
      `The package goes on from event ${after} of ${name}, and ${store.name} has it up to ${head}: import the packages before it first.`,
    );
  }
  return heads;
}

const COMPARED = 64;

async function compareBatch(store: StateStore, batch: readonly OverseerEvent[]): Promise<void> {
  const [first] = batch;
  if (first === undefined) return;
  const { stream, seq } = first;
  const present = await store.events.read({ stream, after: seq - 1, limit: batch.length });
  for (const [index, event] of batch.entries()) {
    const other = present[index];
    if (other?.id === event.id && (isSame(other, event) || isErased(other, event))) continue;
    throw new StoreError(
      'store.conflict',
      `${store.name} has another event at seq ${event.seq} of ${stream} (${other?.id ?? 'none'} where the package has ${event.id}): these are two histories, and only one can go on. Import into an empty store.`,
    );
  }
}

/** What was erased on either side since they were one is no other history. */
function isErased(one: OverseerEvent, other: OverseerEvent): boolean {
  const isOf = (erased: OverseerEvent, { type, run, seq }: OverseerEvent): boolean =>
    erased.type === 'event.erased' &&
    erased.data.was === type &&
    erased.run === run &&
    erased.seq === seq;
  return isOf(one, other) || isOf(other, one);
}

/** Fields that are `undefined` are no fields. */
function isSame(one: OverseerEvent, other: OverseerEvent): boolean {
  const text = JSON.stringify(one);
  return text === JSON.stringify(other) || isDeepStrictEqual(JSON.parse(text), other);
}
