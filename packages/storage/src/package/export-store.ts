import { StoreError } from '@overseer/core/plugin';
import type { StateStore } from '@overseer/core/spec';
import { BlobsSeen, blobsOf } from './blobs-named.ts';
import type { PackageItem } from './items.ts';
import type { PackageSink } from './package-source.ts';
import { readStream } from './read-stream.ts';
import { waitingReplies } from './waiting-replies.ts';
import { type WriteOptions, type WrittenPackage, writePackage } from './write-package.ts';

/** How far an export or import is. */
export interface MoveProgress {
  /** Events that were written or read, and how many there are. */
  readonly events: number;
  readonly of: number;
}

/** What of a store is exported. */
export interface ExportOptions extends WriteOptions {
  /** Which streams, whole or from `after` on; every one, where left out. */
  readonly streams?: readonly string[];
  /**
   * Whether replies come along that wait as messages for whoever works on a project next; the default is `true` for streams that are
   * written from their first event.
   */
  readonly mail?: boolean;
  /** Hears how many events were written, of how many. */
  readonly onProgress?: (progress: MoveProgress) => void;
  /** Gives up. */
  readonly signal?: AbortSignal;
}

/**
 * Writes a package of a store: every event as it is, up to the end that each stream has now, and every blob that an event
 * names by its hash, and the replies that wait as messages for its projects. It needs no lease and works beside an overseer. Snapshots are left out, which only save time. Streams
 * go whole: a run has its events among those of others, and a stream must have no gap. Throws what the store, the sink and
 * `writePackage` throw, `store.unreachable` for a stream that is not there.
 */
export async function exportStore(
  store: StateStore,
  sink: PackageSink,
  options: ExportOptions,
): Promise<WrittenPackage> {
  const { streams, after, mail = after === undefined } = options;
  // Before the ends of streams: one that is taken in between is in the package twice, and counts once.
  const waiting = mail
    ? await waitingReplies(store, streams ?? (await store.events.streams()))
    : [];
  const heads = await headsOf(store, options);
  const items = async function* (): AsyncGenerator<PackageItem> {
    yield* itemsOf(store, heads, options);
    yield* waiting;
  };
  return await writePackage(items(), sink, options);
}

async function headsOf(
  store: StateStore,
  { streams }: ExportOptions,
): Promise<ReadonlyMap<string, number>> {
  const present = await store.events.streams();
  const absent = streams?.find((name) => !present.includes(name));
  if (absent !== undefined) {
    throw new StoreError(
      'store.unreachable',
      `${store.name} has no stream ${absent}; it has ${present.join(', ') || 'none'}.`,
    );
  }
  const heads = new Map<string, number>();
  for (const name of [...(streams ?? present)].sort()) {
    heads.set(name, await store.events.head(name));
  }
  return heads;
}

async function* itemsOf(
  store: StateStore,
  heads: ReadonlyMap<string, number>,
  { after = {}, onProgress, signal }: ExportOptions,
): AsyncGenerator<PackageItem> {
  const startOf = (name: string): number => after[name]?.seq ?? 0;
  const of = [...heads].reduce((sum, [name, head]) => sum + Math.max(0, head - startOf(name)), 0);
  const seen = new BlobsSeen();
  let events = 0;
  for (const [name, head] of heads) {
    for await (const page of readStream(store, name, { after: startOf(name), head, signal })) {
      for (const event of page) {
        yield { kind: 'event', event };
        yield* blobsOf(store, event, seen);
      }
      events += page.length;
      onProgress?.({ events, of });
    }
  }
}
