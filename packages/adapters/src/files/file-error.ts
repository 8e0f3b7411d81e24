import { ToolError } from '@overseer/core/plugin';

/** What the system's error codes mean to a model. */
const MEANINGS: Readonly<Record<string, readonly [code: string, words: string]>> = {
  ENOENT: ['tool.absent', 'does not exist'],
  ELOOP: ['tool.link', 'is a link, and links are not followed; use the path of the file itself'],
  ENOTDIR: ['tool.not-a-folder', 'lies below something that is not a folder'],
  EISDIR: ['tool.not-a-file', 'is a folder, not a file'],
  EEXIST: ['tool.exists', 'already exists'],
  ENOTEMPTY: ['tool.not-empty', 'is a folder that is not empty; delete what is in it first'],
  EACCES: ['tool.denied', 'may not be opened by this user'],
  EPERM: ['tool.denied', 'may not be changed by this user'],
  ENOSPC: ['tool.full', 'could not be written: the disk is full'],
  EROFS: ['tool.denied', 'lies on a disk that is read-only'],
};

/** Turns a failure of the file system into a sentence about the path that the model gave; no absolute path is shown. */
export function fileError(error: unknown, path: string): ToolError {
  if (error instanceof ToolError) return error;
  const code = codeOf(error) ?? 'an unknown error';
  const [name, words] = MEANINGS[code] ?? ['tool.io', `could not be used (${code})`];
  return new ToolError(name, `${JSON.stringify(path)} ${words}.`, { cause: error });
}

/** Whether an error carries one of the system's codes. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return codes.includes(codeOf(error) ?? '');
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
