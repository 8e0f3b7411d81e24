import { type DataKey, dataKey, newSecret, unwrap, wrap } from '../../at-rest/data-key.ts';
import type { KeyRing } from '../../at-rest/key-ring.ts';
import type { SqliteDatabase, SqliteRow, SqliteStatement } from '../driver.ts';
import type { Refusal } from '../protocol.ts';
import { BoundedMap } from './bounded-map.ts';

/** Whose a data key is. */
export type KeyOwner =
  | { readonly kind: 'run'; readonly run: string; readonly stream: string }
  | { readonly kind: 'stream'; readonly stream: string }
  | { readonly kind: 'store' };

/** The data keys of a file, wrapped under master keys. */
export class KeyTable {
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
    for (const row of this.#masters.all()) {
      const master = String(row['master']);
      if (this.#ring === undefined)
        return this.#refuse(`it is sealed under master key ${master}, and no keys were given`);
      if (!Object.hasOwn(this.#ring.keys, master)) {
        return this.#refuse(
          `it is sealed under master key ${master}, which is not among those that were given`,
        );
      }
      const newest = this.#findById.get(row['id'] ?? null);
      if (newest === undefined || this.#open(newest) === undefined) {
        return this.#refuse(
          `master key ${master} is not the one that it was sealed under, or its keys are damaged`,
        );
      }
    }
    return undefined;
  }

  /**
   * The key to write with, made when the owner has none; of an erased run that of its stream. `undefined` where nothing is
   * sealed.
   */
  forWriting(owner: KeyOwner): DataKey | undefined {
    const ring = this.#ring;
    if (ring === undefined) return undefined;
    const name = nameOf(owner);
    const known = this.#byOwner.get(name);
    if (known !== undefined) return known;
    const row = this.#find.get(name);
    const isErased = row !== undefined && row['wrapped'] === null;
    if (isErased && owner.kind === 'run') return this.forWriting({ ...owner, kind: 'stream' });
    const key = row === undefined ? this.#make(name, ring) : this.#open(row);
    if (key === undefined) throw new Error(`the data key of ${name} cannot be opened`);
    this.#byOwner.set(name, key);
    return key;
  }

  /** The key with that id; `undefined` when it was erased, is damaged, or its master key was not given. */
  byId(id: number): DataKey | undefined {
    const known = this.#byId.get(String(id));
    if (known !== undefined) return known;
    const row = this.#findById.get(id);
    const key = row === undefined ? undefined : this.#open(row);
    if (key !== undefined) this.#byId.set(String(id), key);
    return key;
  }

  /** The id of an owner's key, erased or not; `undefined` when it has none. */
  idOf(owner: KeyOwner): number | undefined {
    const id = this.#find.get(nameOf(owner))?.['id'];
    return id === undefined ? undefined : Number(id);
  }

  /** Whether the key with that id was erased on purpose. */
  isErased(id: number): boolean {
    const row = this.#findById.get(id);
    return row !== undefined && row['wrapped'] === null;
  }

  /** Drops an owner's key for good. */
  erase(owner: KeyOwner, at: number): void {
    this.#drop.run(at, nameOf(owner));
    this.forget();
  }

  /** Wraps every data key under the current master key; gives how many were under another one. */
  rotate(): number {
    const ring = this.#ring;
    const master = ring?.keys[ring.current];
    if (ring === undefined || master === undefined) return 0;
    const rows = this.#ofMaster.all(ring.current);
    for (const row of rows) {
      const secret = this.#secret(row);
      if (secret === undefined) throw new Error(`data key ${String(row['id'])} cannot be opened`);
      this.#rewrap.run(ring.current, wrap(secret, master, String(row['owner'])), Number(row['id']));
    }
    return rows.length;
  }

  /** Drops what is in memory. */
  forget(): void {
    this.#byOwner.clear();
    this.#byId.clear();
  }

  #make(name: string, ring: KeyRing): DataKey | undefined {
    const master = ring.keys[ring.current];
    if (master === undefined) return undefined;
    const secret = newSecret();
    const { lastInsertRowid } = this.#insert.run(name, ring.current, wrap(secret, master, name));
    return dataKey(Number(lastInsertRowid), secret);
  }

  #open(row: SqliteRow): DataKey | undefined {
    const secret = this.#secret(row);
    return secret === undefined ? undefined : dataKey(Number(row['id']), secret);
  }

  #secret({ owner, master, wrapped }: SqliteRow): Uint8Array | undefined {
    const key = this.#ring?.keys[String(master)];
    if (key === undefined || !(wrapped instanceof Uint8Array)) return undefined;
    return unwrap(wrapped, key, String(owner));
  }

  #refuse(problem: string): Refusal {
    return {
      refused: 'store.key',
      message: `${this.#path} cannot be opened: ${problem}. Give the keys that it was written with, in the option "encryption".`,
    };
  }
}

function nameOf(owner: KeyOwner): string {
  switch (owner.kind) {
    case 'run':
      return `run ${owner.run}`;
    case 'stream':
      return `stream ${owner.stream}`;
    case 'store':
      return 'store';
  }
}
