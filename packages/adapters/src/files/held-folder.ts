import { constants, type FileHandle, lstat, mkdir, open, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ToolError } from '@overseer/core/plugin';
import { fileError, hasCode } from './file-error.ts';

/** A folder inside the workspace that nobody can swap for a link while it is held. */
export interface HeldFolder extends AsyncDisposable {
  /** The folder itself, for reading its entries. */
  readonly path: string;
  /** The path of the entry `name`, one name without separators; the last step is up to the caller not to follow. */
  at(name: string): string;
  /** Throws `ToolError` when the folder is no longer what was opened. */
  check(): Promise<void>;
  /** Makes new and renamed entries durable, where the system can. */
  sync(): Promise<void>;
}

/** How folders are held: by descriptor (Linux; no race is possible), or by path, with checks before and after. */
export type Holding = 'descriptor' | 'path';

/** Opens the folder `segments` below `workspace` step by step without following any link. `create` makes what is missing. */
export async function holdFolder(
  workspace: string,
  segments: readonly string[],
  options: { readonly create?: boolean; readonly holding?: Holding } = {},
): Promise<HeldFolder> {
  const step = (options.holding ?? (await bestHolding())) === 'descriptor' ? byDescriptor : byPath;
  let folder = await step(await workspacePath(workspace), '.');
  try {
    for (const [depth, segment] of segments.entries()) {
      const shown = segments.slice(0, depth + 1).join('/');
      if (options.create === true) await makeFolder(folder.at(segment), shown);
      const next = await step(folder.at(segment), shown);
      await folder[Symbol.asyncDispose]();
      folder = next;
    }
    return folder;
  } catch (error) {
    await folder[Symbol.asyncDispose]();
    throw error;
  }
}

async function workspacePath(workspace: string): Promise<string> {
  return await realpath(workspace).catch((error) => {
    throw fileError(error, '.');
  });
}

async function bestHolding(): Promise<Holding> {
  if (process.platform !== 'linux') return 'path';
  return (await stat('/proc/self/fd').catch(() => undefined)) === undefined ? 'path' : 'descriptor';
}

async function makeFolder(path: string, shown: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw fileError(error, shown);
  }
}

/** `/proc/self/fd/<n>` leads to the opened folder itself, wherever its name points by now. */
async function byDescriptor(path: string, shown: string): Promise<HeldFolder> {
  let handle: FileHandle;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  } catch (error) {
    throw await folderError(error, path, shown);
  }
  const self = `/proc/self/fd/${handle.fd}`;
  return {
    path: self,
    at: (name) => `${self}/${name}`,
    check: async () => undefined,
    sync: async () => await handle.sync(),
    [Symbol.asyncDispose]: async () => await handle.close(),
  };
}

async function byPath(path: string, shown: string): Promise<HeldFolder> {
  const opened = await lstat(path, { bigint: true }).catch(async (error) => {
    throw await folderError(error, path, shown);
  });
  const check = async (): Promise<void> => {
    const now = await lstat(path, { bigint: true }).catch(() => undefined);
    const same = now?.isDirectory() === true && now.ino === opened.ino && now.dev === opened.dev;
    if (!same || (await realpath(path)) !== path) throw notAFolder(shown);
  };
  await check();
  return {
    path,
    at: (name) => join(path, name),
    check,
    sync: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
}

async function folderError(error: unknown, path: string, shown: string): Promise<ToolError> {
  if (!hasCode(error, 'ENOTDIR', 'ELOOP')) return fileError(error, shown);
  const link = (await lstat(path).catch(() => undefined))?.isSymbolicLink() === true;
  return link ? fileError({ code: 'ELOOP' }, shown) : notAFolder(shown);
}

function notAFolder(shown: string): ToolError {
  return new ToolError('tool.not-a-folder', `${JSON.stringify(shown)} is not a folder.`);
}
