import type { DataKey } from '../at-rest/data-key.ts';
import {
  type DataKeys,
  type KeyOwner,
  openWrapped,
  ownerName,
  type WrappedKey,
} from '../at-rest/data-keys.ts';
import type { KeyRing } from '../at-rest/key-ring.ts';

/** Data keys as they were when they were read. */
export class KeySet implements DataKeys {
  readonly #ring: KeyRing | undefined;
  readonly #byOwner = new Map<string, WrappedKey>();
  readonly #byId = new Map<number, WrappedKey>();
  /** Those that were opened; `undefined` for one that cannot be. */
  readonly #opened = new Map<number, DataKey | undefined>();

  constructor(ring: KeyRing | undefined, rows: Iterable<WrappedKey> = []) {
    this.#ring = ring;
    this.add(rows);
  }

  get seals(): boolean {
    return this.#ring !== undefined;
  }

  get size(): number {
    return this.#byId.size;
  }

  /** Adds keys, in place of what was known of them. */
  add(rows: Iterable<WrappedKey>): void {
    for (const row of rows) {
      this.#byOwner.set(row.owner, row);
      this.#byId.set(row.id, row);
      this.#opened.delete(row.id);
    }
  }

  /** Whether all that these owners write can be sealed with what is here. */
  has(owners: Iterable<KeyOwner>): boolean {
    if (!this.seals) return true;
    for (const owner of owners) {
      const row = this.#byOwner.get(storedName(owner));
      if (row === undefined) return false;
      if (row.wrapped === null && !this.#byOwner.has(storedName(streamOf(owner)))) return false;
    }
    return true;
  }

  forWriting(owner: KeyOwner): DataKey | undefined {
    if (!this.seals) return undefined;
    const name = storedName(owner);
    const row = this.#byOwner.get(name);
    if (row?.wrapped === null && owner.kind === 'run') return this.forWriting(streamOf(owner));
    const key = row && this.byId(row.id);
    if (key === undefined) throw new Error(`the data key of ${name} cannot be opened`);
    return key;
  }

  byId(id: number): DataKey | undefined {
    if (this.#opened.has(id)) return this.#opened.get(id);
    const row = this.#byId.get(id);
    const key = row && openWrapped(row, this.#ring);
    this.#opened.set(id, key);
    return key;
  }

  idOf(owner: KeyOwner): number | undefined {
    return this.#byOwner.get(storedName(owner))?.id;
  }

  isErased(id: number): boolean {
    return this.#byId.get(id)?.wrapped === null;
  }

  clear(): void {
    this.#byOwner.clear();
    this.#byId.clear();
    this.#opened.clear();
  }
}

/** The name of an owner: each stream has another holder, who erases its own runs and no others. */
export function storedName(owner: KeyOwner): string {
  return owner.kind === 'run'
    ? `run ${JSON.stringify([owner.stream, owner.run])}`
    : ownerName(owner);
}

/** The stream of an owner; what belongs to none has a key that is never erased. */
export function streamOf(owner: KeyOwner): KeyOwner {
  return owner.kind === 'run' ? { kind: 'stream', stream: owner.stream } : owner;
}
