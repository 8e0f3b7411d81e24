import { hash as digest } from 'node:crypto';
import type { SqliteDatabase, SqliteStatement } from '../driver.ts';

/** Large values by the SHA-256 of their bytes. */
export class BlobTable {
  readonly #insert: SqliteStatement;
  readonly #find: SqliteStatement;

  constructor(database: SqliteDatabase) {
    this.#insert = database.prepare('INSERT OR IGNORE INTO blob (hash, bytes) VALUES (?, ?)');
    this.#find = database.prepare('SELECT bytes FROM blob WHERE hash = ?');
  }

  /** Writes the value unless it is there, and gives its hash in hex. */
  put(bytes: Uint8Array): string {
    const hash = digest('sha256', bytes, 'buffer');
    this.#insert.run(hash, bytes);
    return hash.toString('hex');
  }

  /** `undefined` when it is not there; `damaged` when its bytes are no longer those that were written. */
  get(hash: string): Uint8Array | 'damaged' | undefined {
    const bytes = this.#find.get(Buffer.from(hash, 'hex'))?.['bytes'];
    if (!(bytes instanceof Uint8Array)) return undefined;
    return digest('sha256', bytes, 'hex') === hash.toLowerCase() ? bytes : 'damaged';
  }
}
