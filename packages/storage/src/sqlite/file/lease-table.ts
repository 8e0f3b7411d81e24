import type { LeaseHolder } from '@overseer/core/spec';
import type { SqliteDatabase, SqliteStatement } from '../driver.ts';
import type { LeaseRow, Questions, Refusal, TakenLease } from '../protocol.ts';

/** The one lease of the file. */
export class LeaseTable {
  readonly #path: string;
  readonly #read: SqliteStatement;
  readonly #take: SqliteStatement;
  readonly #release: SqliteStatement;

  constructor(database: SqliteDatabase, path: string) {
    this.#path = path;
    this.#read = database.prepare('SELECT epoch, holder, since FROM lease');
    this.#take = database.prepare(
      'UPDATE lease SET epoch = epoch + 1, name = ?, holder = ?, since = ? WHERE epoch = ?',
    );
    this.#release = database.prepare(
      'UPDATE lease SET name = NULL, holder = NULL WHERE name = ? AND epoch = ?',
    );
  }

  read(): LeaseRow | Refusal {
    const row = this.#read.get();
    const text = row?.['holder'];
    const holder = typeof text === 'string' ? parseHolder(text) : undefined;
    if (typeof text === 'string' && holder === undefined) return damagedLease(this.#path);
    return { epoch: Number(row?.['epoch'] ?? 0), holder, since: Number(row?.['since'] ?? 0) };
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

function damagedLease(path: string): Refusal {
  return {
    refused: 'store.corrupt',
    message: `${path} is damaged: its lease cannot be read. Restore the file from a backup; or, when no process works on it any more, run "UPDATE lease SET name = NULL, holder = NULL" in it.`,
  };
}

function parseHolder(text: string): LeaseHolder | undefined {
  try {
    const holder: Partial<LeaseHolder> | null = JSON.parse(text);
    const { name, pid, bootId, processStart } = holder ?? {};
    const isWhole = [name, bootId, processStart].every((one) => typeof one === 'string');
    return isWhole && Number.isInteger(pid) ? (holder as LeaseHolder) : undefined;
  } catch {
    return undefined;
  }
}
