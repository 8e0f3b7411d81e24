import { currentHolder, isAlive, StoreError, systemClock } from '@overseer/core/plugin';
import { type KeySource, openKeys } from '../../at-rest/key-ring.ts';
import type { SqliteDatabase } from '../driver.ts';
import { explainFailure } from '../explain-failure.ts';
import type { Compression } from '../file/compression.ts';
import { JOURNAL } from '../file/file-format.ts';
import { KeyTable } from '../file/key-table.ts';
import { LeaseTable } from '../file/lease-table.ts';
import { openAs } from '../file/open-file.ts';
import { Packing } from '../file/packing.ts';
import { isRefusal } from '../protocol.ts';
import { toStoreError } from '../store-error.ts';

/** A file that nobody else works on. */
export interface OwnedFile {
  readonly database: SqliteDatabase;
  readonly packing: Packing<KeyTable>;
}

/**
 * Does work on a whole file in one transaction, holding its lease. Throws `StoreError`: `store.busy` while an overseer works on
 * it, `store.key`, and what opening and writing throw; then nothing is changed.
 */
export async function ownFile<T>(
  path: string,
  keys: KeySource | undefined,
  compression: Compression,
  work: (file: OwnedFile) => T,
): Promise<T> {
  const ring = keys === undefined ? undefined : await openKeys(keys);
  const { openDatabase } = await import('../node-driver.ts');
  const database = openAs(JOURNAL, { path, openDatabase, busyTimeoutMs: 5_000 });
  if (isRefusal(database)) throw toStoreError(database);
  try {
    const table = new KeyTable(database, path, ring);
    const refusal = table.check();
    if (refusal !== undefined) throw toStoreError(refusal);
    const leases = new LeaseTable(database, path);
    const held = leases.read();
    if (isRefusal(held)) throw toStoreError(held);
    if (held.holder !== undefined && isAlive(held.holder)) {
      const message = `${path} is in use by process ${held.holder.pid}: end that first.`;
      throw new StoreError('store.busy', message);
    }
    database.exec('BEGIN IMMEDIATE');
    const name = 'upkeep';
    const at = systemClock.now();
    const epoch = leases.take({ name, holder: currentHolder(name), epoch: held.epoch, at });
    if (epoch === undefined) throw new StoreError('store.busy', `${path} is in use: try again.`);
    const result = work({ database, packing: new Packing(table, compression) });
    leases.release({ name, epoch });
    database.exec('COMMIT');
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    return result;
  } catch (error) {
    throw StoreError.is(error) ? error : toStoreError(explainFailure(error, path));
  } finally {
    // What was not committed is gone with the connection.
    database.close();
  }
}
