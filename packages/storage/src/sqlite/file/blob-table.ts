import { hash as digest } from 'node:crypto';
import { type DataKey, nameUnder } from '../../at-rest/data-key.ts';
import type { SqliteDatabase, SqliteStatement } from '../driver.ts';
import type { Packing } from './packing.ts';

/**
 * Large values. In the clear each has the SHA-256 of its bytes for a name and is kept once. A sealed one belongs to a data
 * key and is named by it (HMAC), so that equal values of two runs do not show as equal, and none can be guessed once its
 * key is gone; it is kept once a run.
 */
export class BlobTable {
  readonly #packing: Packing;
  readonly #insert: SqliteStatement;
  readonly #find: SqliteStatement;
  readonly #exists: SqliteStatement;
  readonly #drop: SqliteStatement;
  readonly #tell: SqliteStatement;

  constructor(database: SqliteDatabase, packing: Packing) {
    this.#packing = packing;
    this.#insert = database.prepare(
      'INSERT OR IGNORE INTO blob (hash, bytes, data_key, sum) VALUES (?, ?, ?, ?)',
    );
    this.#find = database.prepare('SELECT bytes, sum FROM blob WHERE hash = ?');
    this.#exists = database.prepare('SELECT 1 FROM blob WHERE hash = ?');
    this.#drop = database.prepare('DELETE FROM blob WHERE data_key = ?');
    this.#tell = database.prepare("UPDATE meta SET value = value WHERE key = 'min_writer'");
  }

  /** Keeps a value by itself, and gives the hash of its bytes in hex, by which `get` finds it. */
  put(bytes: Uint8Array): string {
    const hash = digest('sha256', bytes, 'hex');
    const key = this.#packing.keys.forWriting({ kind: 'store' });
    // A value that is there is wanted again: whoever removes what nothing names must hear of it in every process.
    if (!this.#keep(ownName(hash, key), bytes, key)) this.#tell.run();
    return hash;
  }

  /** By which names a value with that hash may be kept. */
  namesOf(hash: string): readonly string[] {
    const { keys } = this.#packing;
    const id = keys.idOf({ kind: 'store' });
    const key = id === undefined ? undefined : keys.byId(id);
    return key === undefined ? [hash] : [hash, ownName(hash, key)];
  }

  /** Keeps a string of an event under a key, and gives the name that the event calls it by. */
  putLifted(text: string, key: DataKey | undefined): string {
    const bytes = Buffer.from(text);
    const name = liftedName(bytes, key);
    this.#keep(name, bytes, key);
    return name;
  }

  /** `undefined` when it is not there; `damaged` when its bytes are no longer those that were written. */
  get(hash: string): Uint8Array | 'erased' | 'damaged' | undefined {
    const [clear = hash, sealed] = this.namesOf(hash);
    return (sealed === undefined ? undefined : this.getLifted(sealed)) ?? this.getLifted(clear);
  }

  /** The same by the name that an event calls it by. */
  getLifted(name: string): Uint8Array | 'erased' | 'damaged' | undefined {
    const row = this.#find.get(Buffer.from(name, 'hex'));
    return row === undefined ? undefined : openBlob(this.#packing, name, row);
  }

  /** Removes all that is sealed under a key. */
  drop(keyId: number): void {
    this.#drop.run(keyId);
  }

  /** `false` where it was there. */
  #keep(name: string, bytes: Uint8Array, key: DataKey | undefined): boolean {
    const id = Buffer.from(name, 'hex');
    if (this.#exists.get(id) !== undefined) return false;
    const row = blobRow(this.#packing, name, bytes, key);
    this.#insert.run(id, row.bytes, row.keyId, row.sum);
    return true;
  }
}

/** A large value as it is stored. */
export interface BlobRow {
  readonly bytes: Uint8Array;
  /** The data key that it is sealed with. */
  readonly keyId: number | null;
  /** The hash of the bytes, where they are packed: else their name is that. */
  readonly sum: Buffer | null;
}

/** Packs a large value for its name and key. */
export function blobRow(
  packing: Packing,
  name: string,
  bytes: Uint8Array,
  key: DataKey | undefined,
): BlobRow {
  const packed = packing.packLarge(bytes, key, blobPlace(name));
  if (packed === undefined) return { bytes, keyId: null, sum: null };
  return { bytes: packed, keyId: key?.id ?? null, sum: digest('sha256', packed, 'buffer') };
}

/** The name of a string that belongs to a key. */
export function liftedName(bytes: Uint8Array, key: DataKey | undefined): string {
  return key === undefined ? digest('sha256', bytes, 'hex') : nameUnder(key, bytes);
}

/** The name of a value that is kept by itself and found by the hash of its bytes, in hex. */
export function ownName(hash: string, key: DataKey | undefined): string {
  return key === undefined ? hash : nameUnder(key, Buffer.from(hash, 'hex'));
}

/** The bytes of a row, if they are those that were written. */
export function openBlob(
  packing: Packing,
  name: string,
  { bytes, sum }: Readonly<Record<string, unknown>>,
): Uint8Array | 'erased' | 'damaged' {
  if (!(bytes instanceof Uint8Array)) return 'damaged';
  if (sum === null)
    return digest('sha256', bytes, 'hex') === name.toLowerCase() ? bytes : 'damaged';
  const isWhole = sum instanceof Uint8Array && digest('sha256', bytes, 'buffer').equals(sum);
  return isWhole ? packing.unpack(bytes, blobPlace(name)) : 'damaged';
}

function blobPlace(name: string): string {
  return JSON.stringify(['blob', name.toLowerCase()]);
}
