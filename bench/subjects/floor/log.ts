import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';

/** A file of JSON lines; a line is acknowledged when it would survive a power cut. */
export interface Log extends AsyncDisposable {
  append(value: object): Promise<void>;
}

/** Opens a log with group commit: all that waits while the disk is busy shares one write and one `fdatasync`. */
export async function openLog(folder: string): Promise<Log> {
  const file = await open(join(folder, 'log.ndjson'), 'a');
  let lines = '';
  let waiting: PromiseWithResolvers<void>[] = [];
  let flushing: Promise<void> | undefined;

  const flushAll = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = lines;
      const acknowledged = waiting;
      lines = '';
      waiting = [];
      await writeThrough(file, batch, acknowledged);
    }
    flushing = undefined;
  };

  return {
    append(value) {
      const written = Promise.withResolvers<void>();
      lines += `${JSON.stringify(value)}\n`;
      waiting.push(written);
      flushing ??= new Promise<void>((resolve) => setImmediate(resolve)).then(flushAll);
      return written.promise;
    },
    async [Symbol.asyncDispose]() {
      await flushing;
      await file.close();
    },
  };
}

async function writeThrough(
  file: FileHandle,
  batch: string,
  acknowledged: readonly PromiseWithResolvers<void>[],
): Promise<void> {
  try {
    await file.write(batch);
    await file.datasync();
    for (const { resolve } of acknowledged) resolve();
  } catch (error) {
    for (const { reject } of acknowledged) reject(error);
  }
}
