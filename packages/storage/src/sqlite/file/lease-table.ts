import type { LeaseHolder } from '@overseer/core/spec';
import type { SqliteDatabase, SqliteStatement } from '../driver.ts';
import type { LeaseRow, Questions, TakenLease } from '../protocol.ts';

/** The one lease of the file. */
export class LeaseTable {
  readonly #read: SqliteStatement;
  readonly #take: SqliteStatement;
  readonly #release: SqliteStatement;

  constructor(database: SqliteDatabase) {
    this.#read = database.prepare('SELECT epoch, holder, since FROM lease');
    this.#take = database.prepare(
      'UPDATE lease SET epoch = epoch + 1, name = ?, holder = ?, since = ? WHERE epoch = ?',
    );
    this.#release = database.prepare(
      'UPDATE lease SET name = NULL, holder = NULL WHERE name = ? AND epoch = ?',
    );
  }

  read(): LeaseRow {
    const row = this.#read.get();
    const holder = row?.['holder'];
    return {
      epoch: Number(row?.['epoch'] ?? 0),
      holder: typeof holder === 'string' ? (JSON.parse(holder) as LeaseHolder) : undefined,
      since: Number(row?.['since'] ?? 0),
    };
  }

  /** The new epoch, or `undefined` when the epoch is no longer the one that was read. */
  take({ name, holder, at, epoch }: Questions['take']): number | undefined {
    const { changes } = this.#take.run(name, JSON.stringify(holder), at, epoch);
    return Number(changes) === 1 ? epoch + 1 : undefined;
  }

  release({ name, epoch }: TakenLease): void {
    this.#release.run(name, epoch);
  }
}
