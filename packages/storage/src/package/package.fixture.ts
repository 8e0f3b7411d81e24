import type { OverseerEvent } from '@overseer/core/spec';
import type { PackageItem } from './items.ts';
import type { KeyPair } from './keys.ts';
import { type OpenedPackage, type OpenOptions, openPackage } from './open-package.ts';
import { packageBytes } from './package-source.ts';
import { type WriteOptions, writePackage } from './write-package.ts';

/** An event of a stream, as a store gives it. */
export function eventAt(seq: number, stream = 'project/a', because = `text ${seq}`): OverseerEvent {
  return {
    id: `${stream} ${seq}`,
    stream,
    seq,
    at: 1_790_000_000_000 + seq,
    type: 'task.waiting',
    v: 1,
    epoch: 1 + Math.floor(seq / 10),
    actor: 'overseer',
    run: `run ${seq % 3}`,
    data: { because },
  };
}

/** Items of a small package: two streams and a blob. */
export function smallItems(): PackageItem[] {
  const events = (count: number, stream: string): PackageItem[] =>
    Array.from({ length: count }, (_, index) => ({
      kind: 'event',
      event: eventAt(index + 1, stream),
    }));
  return [
    ...events(25, 'project/a'),
    { kind: 'blob', bytes: new Uint8Array([1, 2, 3]) },
    ...events(3, 'system'),
  ];
}

/** Writes a package into memory. */
export async function pack(
  items: AsyncIterable<PackageItem> | Iterable<PackageItem>,
  options: WriteOptions,
): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  await writePackage(items, { write: async (bytes) => void parts.push(bytes) }, options);
  return Buffer.concat(parts);
}

/** Opens one of memory, coming in pieces of an odd size. */
export function unpack(bytes: Uint8Array, options: OpenOptions = {}): Promise<OpenedPackage> {
  return openPackage(
    {
      name: 'test.ovpkg',
      read: async function* () {
        for (let at = 0; at < bytes.byteLength; at += 4_099) yield bytes.subarray(at, at + 4_099);
      },
    },
    options,
  );
}

/** What is in a package. */
export async function itemsIn(opened: OpenedPackage): Promise<PackageItem[]> {
  const items: PackageItem[] = [];
  for await (const item of opened.items()) {
    items.push(
      item.kind === 'event'
        ? { kind: 'event', event: item.event }
        : { kind: 'blob', bytes: new Uint8Array(item.bytes) },
    );
  }
  return items;
}

/** The same package opened without a fixture's help. */
export function unpackWhole(bytes: Uint8Array, { secret }: KeyPair): Promise<OpenedPackage> {
  return openPackage(packageBytes(bytes), { secret });
}
