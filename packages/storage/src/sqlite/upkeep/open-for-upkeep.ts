import { existsSync, statSync } from 'node:fs';
import { StoreError } from '@overseer/core/plugin';
import { type KeySource, openKeys } from '../../at-rest/key-ring.ts';
import type { SqliteDatabase } from '../driver.ts';
import { explainFailure } from '../explain-failure.ts';
import { hurtLog } from '../file/hurt-log.ts';
import { identify } from '../file/identify.ts';
import { KeyTable } from '../file/key-table.ts';
import { openReading } from '../file/open-reading.ts';
import { Packing } from '../file/packing.ts';
import { readPragma } from '../file/pragma.ts';
import { PACKED_SINCE } from '../file/schema.ts';
import { isRefusal, type Refusal } from '../protocol.ts';
import { toStoreError } from '../store-error.ts';
import { whyDamaged } from './known-tables.ts';

/** What looks after a file is told. */
export interface UpkeepOptions {
  /** Opens what is sealed; without them it is checked as far as that goes. */
  readonly keys?: KeySource;
  /** Hears now and then how many events were seen so far, and how many there are. */
  readonly onProgress?: (done: number, all: number) => void;
  /** Ends the work; it then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** A file that is open to be looked at. */
export interface LookedAt extends Disposable {
  readonly database: SqliteDatabase;
  readonly path: string;
  /** How many changes of the schema it has had. */
  readonly version: number;
  /** Absent in a file from before anything could be packed. */
  readonly packing: Packing | undefined;
  readonly hasKeys: boolean;
  /** Opens a database in memory, to compare with. */
  readonly openEmpty: () => SqliteDatabase;
}

/** How long another process is waited for that has the file to itself, in ms. */
const BUSY_TIMEOUT_MS = 5_000;

/**
 * Opens a journal without changing it, in a place too where nothing can be written. Throws `StoreError` `store.unreachable` where there is none, `store.corrupt` for what is no
 * journal at all, `store.newer`, and `store.key`.
 */
export async function openForUpkeep(path: string, { keys }: UpkeepOptions): Promise<LookedAt> {
  if (!existsSync(path)) {
    throw new StoreError('store.unreachable', `There is no journal at ${path}.`);
  }
  const ring = keys === undefined ? undefined : await openKeys(keys);
  const { openDatabase } = await import('../node-driver.ts');
  let database: SqliteDatabase | undefined;
  try {
    // SQLite would take an empty file for a new one, and remove the log that is left.
    const emptied = statSync(path).size === 0 ? (hurtLog(path) ?? nothing(path)) : undefined;
    if (emptied !== undefined) throw toStoreError(emptied);
    const found = openReading(path, BUSY_TIMEOUT_MS);
    if (isRefusal(found)) throw toStoreError(found);
    database = found;
    const openEmpty = (): SqliteDatabase => openDatabase(':memory:');
    const refusal = identify(database, path);
    if (refusal !== undefined) {
      throw toStoreError(whyDamaged(database, path, openEmpty) ?? refusal);
    }
    // What others write meanwhile is not seen: one moment is looked at.
    database.exec('BEGIN');
    const version = Number(readPragma(database, 'user_version'));
    if (version === 0) {
      const refused = hurtLog(path) ?? whyDamaged(database, path, openEmpty) ?? nothing(path);
      throw toStoreError(refused);
    }
    const opened = database;
    const packing =
      version < PACKED_SINCE ? undefined : new Packing(new KeyTable(database, path, ring), 'none');
    const hasKeys = ring !== undefined;
    return {
      database,
      path,
      version,
      packing,
      hasKeys,
      openEmpty,
      [Symbol.dispose]: () => quietly(opened),
    };
  } catch (error) {
    if (database !== undefined) quietly(database);
    throw StoreError.is(error) ? error : toStoreError(explainFailure(error, path));
  }
}

/** Does what may meet damage; what it met is returned. */
export function tried<T>(path: string, work: () => T): T | Refusal {
  try {
    return work();
  } catch (error) {
    return explainFailure(error, path);
  }
}

/** What went wrong, in words, of a value that may be a refusal. */
export function problemOf(value: unknown): string | undefined {
  return isRefusal(value) ? (value.cause ?? value.message) : undefined;
}

/** Lets others have their turn, and stops where that was asked for. */
export async function breathe(signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
  signal?.throwIfAborted();
}

function nothing(path: string): Refusal {
  return { refused: 'store.corrupt', message: `${path} is empty: there is no journal in it.` };
}

function quietly(database: SqliteDatabase): void {
  try {
    database.close();
  } catch {
    // It was open to be looked at alone.
  }
}
