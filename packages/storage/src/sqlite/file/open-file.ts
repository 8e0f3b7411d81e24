import { chmodSync, existsSync } from 'node:fs';
import type { SqliteDatabase } from '../driver.ts';
import { explainFailure } from '../explain-failure.ts';
import { isRefusal, type Refusal } from '../protocol.ts';
import { configure } from './configure.ts';
import { type FileFormat, JOURNAL } from './file-format.ts';
import { hurtLog } from './hurt-log.ts';
import { identify } from './identify.ts';
import { JournalFile } from './journal-file.ts';
import { migrate } from './migrate.ts';
import type { OpenFileOptions } from './open-file-options.ts';
import { readPragma } from './pragma.ts';
import { preparePath } from './prepare-path.ts';

/** Opens a journal file, making it when it is not there. Does not take the lease. Never throws. */
export function openFile(options: OpenFileOptions): JournalFile | Refusal {
  const database = openAs(JOURNAL, options);
  if (isRefusal(database)) return database;
  try {
    const file = new JournalFile(database, options);
    const refusal = file.checkKeys();
    if (refusal === undefined) return file;
    close(database);
    return refusal;
  } catch (error) {
    close(database);
    return explainFailure(error, options.path);
  }
}

/**
 * Opens a file of a format for writing, making it when it is not there (mode 0600), or for reading alone. Never throws.
 */
export function openAs(format: FileFormat, options: OpenFileOptions): SqliteDatabase | Refusal {
  let database: SqliteDatabase | undefined;
  try {
    if (options.readOnly === true) return openAsItIs(format, options);
    const found = preparePath(options.path);
    if (isRefusal(found)) return found;
    const hurt = found === 'present' ? hurtLog(options.path) : undefined;
    if (hurt !== undefined) return hurt;
    database = options.openDatabase(options.path);
    // SQLite's files beside it take after the file.
    if (found === 'new') chmodSync(options.path, 0o600);
    const refusal = ready(database, format, options);
    if (refusal === undefined) return database;
    database.close();
    return refusal;
  } catch (error) {
    close(database);
    return explainFailure(error, options.path);
  }
}

/** Opens a file for reading alone. */
function openAsItIs(
  format: FileFormat,
  { path, busyTimeoutMs, openDatabase, openReading }: OpenFileOptions,
): SqliteDatabase | Refusal {
  if (!existsSync(path)) return absent(path);
  const hurt = hurtLog(path);
  if (hurt !== undefined) return hurt;
  const database = openReading?.(path, busyTimeoutMs) ?? openDatabase(path);
  if (isRefusal(database)) return database;
  try {
    database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}; ${READING}`);
    const refusal = identify(database, path, format) ?? olderThan(database, path, format);
    if (refusal === undefined) return database;
    database.close();
    return refusal;
  } catch (error) {
    close(database);
    return explainFailure(error, path);
  }
}

/** What is set of a file that is only read. */
const READING =
  'PRAGMA query_only = 1; PRAGMA cell_size_check = 1; PRAGMA trusted_schema = 0; PRAGMA cache_size = -8000';

function ready(
  database: SqliteDatabase,
  format: FileFormat,
  { path, busyTimeoutMs }: OpenFileOptions,
): Refusal | undefined {
  database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
  const refusal =
    identify(database, path, format) ??
    retryBusy(() => configure(database, path, format.checkpointPages), path, busyTimeoutMs);
  if (refusal !== undefined) return refusal;
  migrate(database, path, format.migrations, format.applicationId);
  // A file that may only be read says so when it is written, and that must not be the first append.
  database.exec('UPDATE meta SET value = value WHERE FALSE');
  return undefined;
}

/** Why a file cannot be read as it is. */
function olderThan(
  database: SqliteDatabase,
  path: string,
  { readableSince }: FileFormat,
): Refusal | undefined {
  const version = Number(readPragma(database, 'user_version'));
  if (version >= readableSince) return undefined;
  if (version === 0) return absent(path);
  return {
    refused: 'store.read-only',
    message: `${path} is of version ${version}, this Overseer reads ${readableSince} and later, and whoever only reads brings nothing up to date: an overseer of this version does when it works on it, or read it with the version that does now.`,
  };
}

function absent(path: string): Refusal {
  return { refused: 'store.unreachable', message: `There is no journal at ${path}.` };
}

/** SQLite does not wait by itself where two processes turn one new file to a write-ahead log at once. */
function retryBusy<T>(work: () => T | Refusal, path: string, timeoutMs: number): T | Refusal {
  const end = performance.now() + timeoutMs;
  while (true) {
    try {
      return work();
    } catch (error) {
      const refusal = explainFailure(error, path);
      if (refusal.refused !== 'store.busy' || performance.now() > end) return refusal;
      pause(10);
    }
  }
}

/** The writer's thread has nothing else to do while it opens its file. */
function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

function close(database: SqliteDatabase | undefined): void {
  try {
    database?.close();
  } catch {
    // What went wrong first is what matters.
  }
}
