import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { StoreError } from '@overseer/core/plugin';
import { conditionsOf } from '../sqlite/conditions-of.ts';
import { isRefusal } from '../sqlite/protocol.ts';
import { toStoreError } from '../sqlite/store-error.ts';

/** What is copied, and where to. */
export interface CopyOptions {
  readonly path: string;
  /** A file that is not there. */
  readonly to: string;
  readonly driver: string | undefined;
  readonly busyTimeoutMs: number;
}

const ENTRY = '@overseer/storage/backup/copier';

/** Copies a journal file in a thread of its own while others write it. Throws `StoreError`. */
export async function copyJournal(options: CopyOptions): Promise<void> {
  requireJournal(options.path);
  const worker = new Worker(new URL(import.meta.resolve(ENTRY)), {
    name: 'overseer-backup',
    workerData: options,
    execArgv: ['--disable-warning=ExperimentalWarning', ...conditionsOf(process.execArgv)],
  });
  const answer = await new Promise<unknown>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('The thread that copies ended without a word.')));
  });
  await worker.terminate();
  if (isRefusal(answer)) throw toStoreError(answer);
}

/** Opening would make one. Throws `StoreError` `store.unreachable`. */
export function requireJournal(path: string): void {
  if (existsSync(path)) return;
  throw new StoreError('store.unreachable', `There is no journal at ${path}: correct the path.`);
}
