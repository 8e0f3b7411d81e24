import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileSink } from '../package/file-sink.ts';
import { type CommittedSink, packageFile } from '../package/package-source.ts';
import { targetError } from './backup-error.ts';
import type { BackupTarget, KeptBackup } from './backup-target.ts';

/**
 * Keeps backups in a folder, made where it is missing (mode 0700); its files are of mode 0600. A file gets its name once all
 * of it is on the disk. Put the folder on another disk than the journal.
 */
export function folderTarget(folder: string): BackupTarget {
  const path = resolve(folder);
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw targetError(error, path);
    }
  };
  return {
    name: path,
    scratch: path,
    put: (name) =>
      guarded(async () => {
        await mkdir(path, { recursive: true, mode: 0o700 });
        return guardedSink(await fileSink(join(path, name)), guarded);
      }),
    get: (name) => {
      const file = packageFile(join(path, name));
      return {
        name: file.name,
        read: async function* () {
          try {
            yield* file.read();
          } catch (error) {
            throw targetError(error, path);
          }
        },
      };
    },
    list: () => guarded(() => listFolder(path)),
    delete: (name) => guarded(() => rm(join(path, name), { force: true })),
  };
}

function guardedSink(
  sink: CommittedSink,
  guarded: <T>(work: () => Promise<T>) => Promise<T>,
): CommittedSink {
  return {
    write: (bytes) => guarded(() => sink.write(bytes)),
    commit: () => guarded(() => sink.commit()),
    [Symbol.asyncDispose]: () => sink[Symbol.asyncDispose](),
  };
}

async function listFolder(path: string): Promise<readonly KeptBackup[]> {
  const kept: KeptBackup[] = [];
  for (const name of await namesIn(path)) {
    // It may have been deleted meanwhile.
    const found = await stat(join(path, name)).catch(() => undefined);
    if (found?.isFile() === true) kept.push({ name, bytes: found.size });
  }
  return kept;
}

async function namesIn(path: string): Promise<readonly string[]> {
  try {
    const names = await readdir(path);
    return names.filter((name) => name.endsWith('.ovpkg') && !name.startsWith('.'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
