import { closeSync, openSync, statSync } from 'node:fs';
import { logFrames } from './log-frames.ts';

/** After this long what somebody was writing at the first look is written, in ms. */
const AGAIN_AFTER_MS = 50;

/**
 * How many commits in the write-ahead log of a file SQLite does not see, because something in front of them is damaged. Reads the log
 * alone, on which SQLite has no locks. Throws the system's errors.
 */
export function hiddenCommits(path: string): number {
  const first = look(`${path}-wal`);
  if (first === 0) return 0;
  // Whoever writes may have been in the middle of it.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, AGAIN_AFTER_MS);
  return Math.min(first, look(`${path}-wal`));
}

function look(log: string): number {
  const size = statSync(log, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) return 0;
  const descriptor = openSync(log, 'r');
  try {
    return logFrames(descriptor, size).hidden;
  } finally {
    closeSync(descriptor);
  }
}
