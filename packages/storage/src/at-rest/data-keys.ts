import { type DataKey, dataKey, newSecret, unwrap, wrap } from './data-key.ts';
import type { KeyRing } from './key-ring.ts';

/** Whose a data key is. */
export type KeyOwner =
  | { readonly kind: 'run'; readonly run: string; readonly stream: string }
  | { readonly kind: 'stream'; readonly stream: string }
  | { readonly kind: 'store' };

/** The data keys of a store, as far as they are at hand. */
export interface DataKeys {
  /** Whether what is written is sealed. */
  readonly seals: boolean;
  /** The key to write with; of an erased run that of its stream. `undefined` where nothing is sealed. */
  forWriting(owner: KeyOwner): DataKey | undefined;
  /** The key with that id; `undefined` when it was erased, is damaged, or its master key was not given. */
  byId(id: number): DataKey | undefined;
  /** The id of an owner's key, erased or not; `undefined` when it has none. */
  idOf(owner: KeyOwner): number | undefined;
  /** Whether the key with that id was erased on purpose. */
  isErased(id: number): boolean;
}

/** The name of an owner in a file, where one overseer owns all streams. */
export function ownerName(owner: KeyOwner): string {
  switch (owner.kind) {
    case 'run':
      return `run ${owner.run}`;
    case 'stream':
      return `stream ${owner.stream}`;
    case 'store':
      return 'store';
  }
}

/** A data key as it is stored: wrapped under a master key. */
export interface WrappedKey {
  readonly id: number;
  /** The name of its owner, for which it was wrapped. */
  readonly owner: string;
  /** The id of its master key. */
  readonly master: string;
  /** `null` once it was erased. */
  readonly wrapped: Uint8Array | null;
}

/** Opens a stored key; `undefined` when it was erased, is damaged, or its master key is not there. */
export function openWrapped(row: WrappedKey, ring: KeyRing | undefined): DataKey | undefined {
  const secret = secretOf(row, ring);
  return secret === undefined ? undefined : dataKey(row.id, secret);
}

/** A new key for an owner, wrapped under the current master key; its store gives it a number. */
export function newWrapped(owner: string, ring: KeyRing): Omit<WrappedKey, 'id'> {
  return wrapUnder(newSecret(), owner, ring);
}

/** A stored key wrapped under the current master key. Throws where it cannot be opened. */
export function rewrap(row: WrappedKey, ring: KeyRing): Omit<WrappedKey, 'id'> {
  const secret = secretOf(row, ring);
  if (secret === undefined) throw new Error(`data key ${row.id} cannot be opened`);
  return wrapUnder(secret, row.owner, ring);
}

/**
 * Why master keys do not open a store, as a whole sentence that names it; `undefined` when they do. `newest` is the newest key of
 * each master key that it has.
 */
export function whyClosed(
  newest: Iterable<WrappedKey>,
  ring: KeyRing | undefined,
  store: string,
): string | undefined {
  for (const row of newest) {
    const problem = problemWith(row, ring);
    if (problem !== undefined) {
      return `${store} cannot be opened: ${problem}. Give the keys that it was written with, in the option "encryption" (of the command, in OVERSEER_KEYS).`;
    }
  }
  return undefined;
}

function problemWith(row: WrappedKey, ring: KeyRing | undefined): string | undefined {
  const { master } = row;
  if (ring === undefined) return `it is sealed under master key ${master}, and no keys were given`;
  if (!Object.hasOwn(ring.keys, master)) {
    return `it is sealed under master key ${master}, which is not among those that were given`;
  }
  if (secretOf(row, ring) !== undefined) return undefined;
  return `master key ${master} is not the one that it was sealed under, or its keys are damaged`;
}

function secretOf({ owner, master, wrapped }: WrappedKey, ring: KeyRing | undefined) {
  const key = ring?.keys[master];
  return key === undefined || wrapped === null ? undefined : unwrap(wrapped, key, owner);
}

function wrapUnder(secret: Uint8Array, owner: string, ring: KeyRing): Omit<WrappedKey, 'id'> {
  const { current: master, keys } = ring;
  const key = keys[master];
  if (key === undefined) throw new Error(`master key ${master} is not there`);
  return { owner, master, wrapped: wrap(secret, key, owner) };
}
