import type { OverseerEvent, StateStore } from '@overseer/core/spec';
import type { PackageItem } from './items.ts';

const HASH = /^[0-9a-f]{64}$/;

/** The blobs of a store that an event names, but for those that came up lately. */
export async function* blobsOf(
  store: StateStore,
  event: OverseerEvent,
  seen: BlobsSeen,
): AsyncGenerator<PackageItem> {
  for (const hash of blobsNamed(event)) {
    const bytes = seen.isNew(hash) ? await store.blobs.get(hash) : undefined;
    if (bytes !== undefined) yield { kind: 'blob', bytes };
  }
}

/** Every string in an event's data that may be the name of a blob: the hex SHA-256 of its bytes. */
function* blobsNamed({ data }: OverseerEvent): Generator<string> {
  yield* hashesIn(data);
}

function* hashesIn(value: unknown): Generator<string> {
  if (typeof value === 'string') {
    if (value.length === 64 && HASH.test(value)) yield value;
  } else if (typeof value === 'object' && value !== null) {
    for (const one of Object.values(value)) yield* hashesIn(one);
  }
}

/** Which hashes came up lately: a blob that comes twice does no harm, and memory has an end. */
export class BlobsSeen {
  static readonly #MOST = 65_536;
  readonly #hashes = new Set<string>();

  isNew(hash: string): boolean {
    if (this.#hashes.has(hash)) return false;
    if (this.#hashes.size >= BlobsSeen.#MOST) this.#hashes.clear();
    this.#hashes.add(hash);
    return true;
  }
}
