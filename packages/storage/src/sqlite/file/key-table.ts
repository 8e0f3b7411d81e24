import type { DataKey } from '../../at-rest/data-key.ts';
import {
  type DataKeys,
  type KeyOwner,
  newWrapped,
  openWrapped,
  ownerName,
  rewrap,
  type WrappedKey,
  whyClosed,
} from '../../at-rest/data-keys.ts';
import type { KeyRing } from '../../at-rest/key-ring.ts';
import type { SqliteDatabase, SqliteRow, SqliteStatement } from '../driver.ts';
import type { Refusal } from '../protocol.ts';
import { BoundedMap } from './bounded-map.ts';

/** The data keys of a file, wrapped under master keys. */
export class KeyTable implements DataKeys {
  readonly #path: string;
  readonly #ring: KeyRing | undefined;
  readonly #byOwner = new BoundedMap<DataKey>();
  readonly #byId = new BoundedMap<DataKey>();
  readonly #find: SqliteStatement;
  readonly #findById: SqliteStatement;
  readonly #insert: SqliteStatement;
  readonly #drop: SqliteStatement;
  readonly #masters: SqliteStatement;
  readonly #ofMaster: SqliteStatement;
  readonly #rewrap: SqliteStatement;

  constructor(database: SqliteDatabase, path: string, ring: KeyRing | undefined) {
    this.#path = path;
    this.#ring = ring;
    this.#find = database.prepare(
      'SELECT id, owner, master, wrapped FROM data_key WHERE owner = ?',
    );
    this.#findById = database.prepare(
      'SELECT id, owner, master, wrapped FROM data_key WHERE id = ?',
    );
    this.#insert = database.prepare(
      'INSERT INTO data_key (owner, master, wrapped) VALUES (?, ?, ?)',
    );
    this.#drop = database.prepare(
      'UPDATE data_key SET wrapped = NULL, erased_at = ? WHERE owner = ? AND wrapped IS NOT NULL',
    );
    this.#masters = database.prepare(
      'SELECT master, max(id) AS id FROM data_key WHERE wrapped IS NOT NULL GROUP BY master',
    );
    this.#ofMaster = database.prepare(
      'SELECT id, owner, master, wrapped FROM data_key WHERE wrapped IS NOT NULL AND master <> ?',
    );
    this.#rewrap = database.prepare('UPDATE data_key SET master = ?, wrapped = ? WHERE id = ?');
  }

  /** Whether what is written is sealed. */
  get seals(): boolean {
    return this.#ring !== undefined;
  }

  /** Whether these master keys open the file: `undefined` when they do. */
  check(): Refusal | undefined {
    const newest = this.#masters.all().flatMap(({ id }) => {
      const row = this.#findById.get(id ?? null);
      return row === undefined ? [] : [toWrapped(row)];
    });
    const message = whyClosed(newest, this.#ring, this.#path);
    return message === undefined ? undefined : { refused: 'store.key', message };
  }

  /**
   * The key to write with, made when the owner has none; of an erased run that of its stream. `undefined` where nothing is
   * sealed.
   */
  forWriting(owner: KeyOwner): DataKey | undefined {
    const ring = this.#ring;
    if (ring === undefined) return undefined;
    const name = ownerName(owner);
    const known = this.#byOwner.get(name);
    if (known !== undefined) return known;
    const row = this.#find.get(name);
    const isErased = row !== undefined && row['wrapped'] === null;
    if (isErased && owner.kind === 'run') return this.forWriting({ ...owner, kind: 'stream' });
    const key = row === undefined ? this.#make(name, ring) : openWrapped(toWrapped(row), ring);
    if (key === undefined) throw new Error(`the data key of ${name} cannot be opened`);
    this.#byOwner.set(name, key);
    return key;
  }

  /** The key with that id; `undefined` when it was erased, is damaged, or its master key was not given. */
  byId(id: number): DataKey | undefined {
    const known = this.#byId.get(String(id));
    if (known !== undefined) return known;
    const row = this.#findById.get(id);
    const key = row === undefined ? undefined : openWrapped(toWrapped(row), this.#ring);
    if (key !== undefined) this.#byId.set(String(id), key);
    return key;
  }

  /** The id of an owner's key, erased or not; `undefined` when it has none. */
  idOf(owner: KeyOwner): number | undefined {
    const id = this.#find.get(ownerName(owner))?.['id'];
    return id === undefined ? undefined : Number(id);
  }

  /** Whether the key with that id was erased on purpose. */
  isErased(id: number): boolean {
    const row = this.#findById.get(id);
    return row !== undefined && row['wrapped'] === null;
  }

  /** Drops an owner's key for good. */
  erase(owner: KeyOwner, at: number): void {
    this.#drop.run(at, ownerName(owner));
    this.forget();
  }

  /** Wraps every data key under the current master key; gives how many were under another one. */
  rotate(): number {
    const ring = this.#ring;
    if (ring === undefined) return 0;
    const rows = this.#ofMaster.all(ring.current).map(toWrapped);
    for (const row of rows) {
      const { master, wrapped } = rewrap(row, ring);
      this.#rewrap.run(master, wrapped, row.id);
    }
    return rows.length;
  }

  /** Drops what is in memory. */
  forget(): void {
    this.#byOwner.clear();
    this.#byId.clear();
  }

  #make(owner: string, ring: KeyRing): DataKey | undefined {
    const fresh = newWrapped(owner, ring);
    const { lastInsertRowid } = this.#insert.run(owner, fresh.master, fresh.wrapped);
    return openWrapped({ ...fresh, id: Number(lastInsertRowid) }, ring);
  }
}

function toWrapped({ id, owner, master, wrapped }: SqliteRow): WrappedKey {
  return {
    id: Number(id),
    owner: String(owner),
    master: String(master),
    wrapped: wrapped instanceof Uint8Array ? wrapped : null,
  };
}
