import { parentPort, workerData } from 'node:worker_threads';
import type { SqliteDriver } from '../sqlite/driver.ts';
import { explainFailure } from '../sqlite/explain-failure.ts';
import { hurtLog } from '../sqlite/file/hurt-log.ts';
import { identify } from '../sqlite/file/identify.ts';
import { openReading } from '../sqlite/file/open-reading.ts';
import { readPragma } from '../sqlite/file/pragma.ts';
import { isRefusal, type Refusal } from '../sqlite/protocol.ts';
import type { CopyOptions } from './copy-journal.ts';

// The entry of the thread that copies a journal; in any other thread it does nothing.
parentPort?.postMessage(await copy(workerData as CopyOptions));

/**
 * Copies the file as one commit left it. `VACUUM INTO` reads in one transaction, so that whoever writes goes on writing
 * (https://www.sqlite.org/lang_vacuum.html); the page-by-page backup of SQLite begins anew with each commit of another
 * connection, and would come to no end beside a busy overseer.
 */
async function copy({ path, to, driver, busyTimeoutMs }: CopyOptions) {
  try {
    const hurt = hurtLog(path);
    if (hurt !== undefined) return hurt;
    const { openDatabase }: SqliteDriver =
      driver === undefined ? await import('../sqlite/node-driver.ts') : await import(driver);
    const source = driver === undefined ? openReading(path, busyTimeoutMs) : openDatabase(path);
    if (isRefusal(source)) return source;
    try {
      source.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}; PRAGMA query_only = 0`);
      const refusal = identify(source, path);
      if (refusal !== undefined) return refusal;
      if (Number(readPragma(source, 'user_version')) === 0) return nothing(path);
      source.prepare('VACUUM INTO ?').run(to);
    } finally {
      source.close();
    }
    const copied = openDatabase(to);
    try {
      // Nobody works on the copy. The epoch stays, so that no later one repeats it.
      copied.exec('UPDATE lease SET name = NULL, holder = NULL');
    } finally {
      copied.close();
    }
    return undefined;
  } catch (error) {
    const refusal = explainFailure(error, path);
    // A copy fills the disk that it is written to.
    return refusal.refused === 'store.full' ? explainFailure(error, to) : refusal;
  }
}

function nothing(path: string): Refusal {
  return { refused: 'store.unreachable', message: `There is no journal at ${path}: it is empty.` };
}
