import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Reserver } from '../../harness/subject.ts';

/** A row a pair, written and changed in two transactions that are synced; nothing is asked, and one process is alone. */
export async function rowReserver(folder: string): Promise<Reserver> {
  const database = new DatabaseSync(join(folder, 'rows.db'));
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  database.exec('CREATE TABLE pair (id INTEGER PRIMARY KEY, amount INTEGER NOT NULL)');
  const insert = database.prepare('INSERT INTO pair (amount) VALUES (100) RETURNING id');
  const settle = database.prepare('UPDATE pair SET amount = 80 WHERE id = ?');
  const inOne = <T>(work: () => T): T => {
    database.exec('BEGIN IMMEDIATE');
    const result = work();
    database.exec('COMMIT');
    return result;
  };
  return {
    async pairs(count, inFlight) {
      for (let done = 0; done < count; done += inFlight) {
        const ids = inOne(() => Array.from({ length: inFlight }, () => insert.get()?.['id'] ?? 0));
        inOne(() => {
          for (const id of ids) settle.run(id);
        });
      }
    },
    [Symbol.asyncDispose]: async () => database.close(),
  };
}
