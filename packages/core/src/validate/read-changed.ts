import { lstat, open, realpath } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';

/** What a reviewer sees of a changed file. */
export interface ShownText {
  readonly text: string;
  /** There is more of it. */
  readonly isCut: boolean;
}

/**
 * The first `most` characters of a file that an attempt changed, or a word in brackets in place of one that is gone or
 * is none. Follows no link: what lies outside the workspace is none of the reviewer's business.
 */
export async function readChanged(
  workspace: string,
  path: string,
  most: number,
): Promise<ShownText> {
  const file = join(workspace, path);
  const stat = await lstat(file).catch(() => undefined);
  if (stat === undefined) return { text: '(deleted)', isCut: false };
  if (!stat.isFile() || !(await liesWithin(file, workspace))) {
    return { text: '(not a regular file)', isCut: false };
  }
  // A character takes at most three bytes of UTF-8, and one of two halves four; one more tells whether the last is whole.
  const bytes = Math.min(stat.size, 3 * (most + 1));
  const start = await readStart(file, bytes);
  const text = start.slice(0, most).replace(/[\uD800-\uDBFF]$/, '');
  return { text, isCut: text.length < start.length || bytes < stat.size };
}

/** A folder on the way to a file may be a link as well. */
async function liesWithin(file: string, folder: string): Promise<boolean> {
  const path = relative(await realpath(folder), await realpath(file));
  return path !== '..' && !path.startsWith('../') && !path.startsWith('..\\') && !isAbsolute(path);
}

async function readStart(file: string, bytes: number): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytes), 0, bytes, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}
