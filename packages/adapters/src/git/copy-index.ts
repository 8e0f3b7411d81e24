import { copyFile, stat, utimes } from 'node:fs/promises';

/** Earlier than the index by more than what is lost when a time is rounded. */
const BACK_SECONDS = 0.01;

/**
 * Copies a git index with its time. Git takes a file to be unchanged when its size and time are those in the index and it is
 * older than the index; a copy that looked newer would hide what was written in the same instant as the index itself.
 */
export async function copyIndex(from: string, to: string): Promise<void> {
  const { mtimeMs } = await stat(from);
  await copyFile(from, to);
  const time = mtimeMs / 1_000 - BACK_SECONDS;
  await utimes(to, time, time);
}
