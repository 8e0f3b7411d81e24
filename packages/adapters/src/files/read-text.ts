import { constants, type FileHandle, lstat, open } from 'node:fs/promises';
import { ToolError } from '@overseer/core/plugin';
import { fileError } from './file-error.ts';
import type { Entry } from './place.ts';

/** Reads a whole text file of at most `maxBytes`. Throws `ToolError` for links, folders, devices, large and binary files. */
export async function readText(entry: Entry, maxBytes: number): Promise<string> {
  const bytes = await readBytes(entry, maxBytes);
  const text = decodeText(bytes);
  if (text !== undefined) return text;
  throw new ToolError(
    'tool.binary',
    `${JSON.stringify(entry.path)} is not UTF-8 text (${bytes.length} bytes); its content cannot be shown.`,
  );
}

/** The text of UTF-8 bytes, a byte order mark included; `undefined` when they are no text. */
export function decodeText(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Reads a whole file of at most `maxBytes`. */
export async function readBytes(entry: Entry, maxBytes: number): Promise<Buffer> {
  // Without O_NONBLOCK, opening a named pipe would wait for a writer for ever.
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  let handle: FileHandle;
  try {
    if (constants.O_NOFOLLOW === undefined) await refuseLink(entry);
    handle = await open(entry.folder.at(entry.name), flags);
  } catch (error) {
    throw fileError(error, entry.path);
  }
  try {
    await checkFile(handle, entry, maxBytes);
    return await readAll(handle, maxBytes, entry.path);
  } finally {
    await handle.close();
  }
}

/** Windows cannot be told to open links themselves. */
async function refuseLink(entry: Entry): Promise<void> {
  const stats = await lstat(entry.folder.at(entry.name));
  if (stats.isSymbolicLink()) throw fileError({ code: 'ELOOP' }, entry.path);
}

async function checkFile(handle: FileHandle, entry: Entry, maxBytes: number): Promise<void> {
  await entry.folder.check();
  const stats = await handle.stat();
  if (stats.isDirectory()) throw fileError({ code: 'EISDIR' }, entry.path);
  if (!stats.isFile()) {
    throw new ToolError('tool.not-a-file', `${JSON.stringify(entry.path)} is not a regular file.`);
  }
  if (stats.size > maxBytes) throw tooLarge(entry.path, maxBytes, stats.size);
}

/** The size is not trusted: the file may grow while it is read. */
async function readAll(handle: FileHandle, maxBytes: number, path: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  while (true) {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(65_536), 0, 65_536);
    if (bytesRead === 0) return Buffer.concat(chunks, size);
    chunks.push(buffer.subarray(0, bytesRead));
    size += bytesRead;
    if (size > maxBytes) throw tooLarge(path, maxBytes, size);
  }
}

function tooLarge(path: string, maxBytes: number, size: number): ToolError {
  return new ToolError(
    'tool.too-large',
    `${JSON.stringify(path)} has ${size} bytes, more than the ${maxBytes} that can be read; search it instead.`,
  );
}
