import { chmodSync } from 'node:fs';
import type { SqliteDatabase } from '../driver.ts';
import { explainFailure } from '../explain-failure.ts';
import { isRefusal, type Refusal } from '../protocol.ts';
import { configure } from './configure.ts';
import { identify } from './identify.ts';
import { JournalFile } from './journal-file.ts';
import { migrate } from './migrate.ts';
import type { OpenFileOptions } from './open-file-options.ts';
import { preparePath } from './prepare-path.ts';
import { MIGRATIONS } from './schema.ts';

/** Opens a journal file, making it when it is not there. Does not take the lease. Never throws. */
export function openFile(options: OpenFileOptions): JournalFile | Refusal {
  let database: SqliteDatabase | undefined;
  try {
    const found = preparePath(options.path);
    if (isRefusal(found)) return found;
    database = options.openDatabase(options.path);
    // SQLite's files beside it take after the file.
    if (found === 'new') chmodSync(options.path, 0o600);
    const refusal = ready(database, options);
    if (refusal === undefined) return new JournalFile(database, options);
    database.close();
    return refusal;
  } catch (error) {
    close(database);
    return explainFailure(error, options.path);
  }
}

function ready(
  database: SqliteDatabase,
  { path, busyTimeoutMs }: OpenFileOptions,
): Refusal | undefined {
  database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
  const refusal =
    identify(database, path) ?? retryBusy(() => configure(database, path), path, busyTimeoutMs);
  if (refusal !== undefined) return refusal;
  migrate(database, path, MIGRATIONS);
  // A file that may only be read says so when it is written, and that must not be the first append.
  database.exec('UPDATE lease SET id = id WHERE FALSE');
  return undefined;
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
