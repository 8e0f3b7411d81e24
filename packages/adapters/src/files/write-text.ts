import { randomBytes } from 'node:crypto';
import { constants, lstat, open, rename, rm } from 'node:fs/promises';
import { ToolError } from '@overseer/core/plugin';
import { fileError, hasCode } from './file-error.ts';
import type { Entry } from './place.ts';
import { readBytes } from './read-text.ts';
import { TEMPORARY_PREFIX } from './reserved-name.ts';

/** What a write did. */
export type WriteOutcome = 'created' | 'replaced' | 'unchanged';

/** Puts `bytes` in place of a file in one step: a reader sees the old content or the new, and what was acknowledged is on disk. */
export async function writeBytes(entry: Entry, bytes: Buffer): Promise<WriteOutcome> {
  const { folder, name, path } = entry;
  const mode = await presentMode(entry);
  if (mode !== undefined && (await holdsAlready(entry, bytes))) return 'unchanged';
  const temporary = folder.at(`${TEMPORARY_PREFIX}${randomBytes(8).toString('hex')}.tmp`);
  try {
    await writeNew(temporary, bytes, mode);
    await folder.check();
    await rename(temporary, folder.at(name));
    await folder.check();
    await folder.sync();
  } catch (error) {
    await rm(temporary, { force: true });
    throw fileError(error, path);
  }
  return mode === undefined ? 'created' : 'replaced';
}

/** The permission bits of what stands there; throws when that is no regular file. */
async function presentMode({ folder, name, path }: Entry): Promise<number | undefined> {
  const stats = await lstat(folder.at(name)).catch((error) => {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw fileError(error, path);
  });
  if (stats === undefined) return undefined;
  if (stats.isSymbolicLink()) throw fileError({ code: 'ELOOP' }, path);
  if (stats.isDirectory()) throw fileError({ code: 'EISDIR' }, path);
  if (stats.isFile()) return stats.mode & 0o777;
  throw new ToolError('tool.not-a-file', `${JSON.stringify(path)} is not a regular file.`);
}

async function holdsAlready(entry: Entry, bytes: Buffer): Promise<boolean> {
  const present = await readBytes(entry, bytes.length).catch(() => undefined);
  return present?.equals(bytes) === true;
}

async function writeNew(path: string, bytes: Buffer, mode: number | undefined): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
  const handle = await open(path, flags | (constants.O_NOFOLLOW ?? 0), 0o666);
  try {
    await handle.writeFile(bytes);
    if (mode !== undefined) await handle.chmod(mode);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
