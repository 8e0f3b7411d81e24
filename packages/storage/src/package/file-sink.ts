import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { PackageError } from './package-error.ts';
import type { CommittedSink } from './package-source.ts';

/** A file that is there whole or not at all. */
export interface FileSink extends CommittedSink {
  /** Where it is until then. */
  readonly draft: string;
  /** Resolves once all of it is on the disk; nothing may be written through it any more. */
  flush(): Promise<void>;
}

/**
 * Writes a file (mode 0600) beside its place and puts it there in the end, in place of one of that name. Throws `PackageError`
 * `package.unwritable` at once where a folder is in its place, else what the file system says.
 */
export async function fileSink(path: string): Promise<FileSink> {
  if ((await stat(path).catch(() => undefined))?.isFile() === false) {
    throw new PackageError(
      'package.unwritable',
      `${path} is no file: name a file that is to be written.`,
    );
  }
  await mkdir(dirname(path), { recursive: true });
  const draft = join(dirname(path), `.${basename(path)}.${randomUUID()}.part`);
  const file = await open(draft, 'wx', 0o600);
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (!isOpen) return;
    isOpen = false;
    await file.close();
  };
  const flush = async (): Promise<void> => {
    if (isOpen) await file.sync();
    await close();
  };
  return {
    draft,
    flush,
    write: async (bytes) => {
      let from = 0;
      while (from < bytes.byteLength) {
        from += (await file.write(bytes, from).catch((error) => failed(error, path))).bytesWritten;
      }
    },
    commit: async () => {
      await flush();
      await rename(draft, path);
      await syncFolder(dirname(path));
    },
    [Symbol.asyncDispose]: async () => {
      await close();
      await rm(draft, { force: true });
    },
  };
}

/** The system does not say which file it could not write. */
function failed(error: unknown, path: string): never {
  throw error instanceof Error ? Object.assign(error, { path }) : error;
}

/** A new name outlives a power cut only when its folder was written too. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
