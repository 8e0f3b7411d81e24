import { closeSync, openSync, statSync } from 'node:fs';
import { type LogContent, logFrames } from './log-frames.ts';
import { readLogIndex } from './log-index.ts';

/** After this long what somebody was writing at the first look is written, in ms. */
const AGAIN_AFTER_MS = 50;

/**
 * What was committed to the write-ahead log of a file and SQLite does not see, in words, because of something damaged in it. Reads the
 * log, on which SQLite has no locks, and, where only the last commit may be damaged, what the index beside it says: to be asked before
 * SQLite opens the file, which makes the index anew. Throws the system's errors.
 */
export function hiddenCommits(path: string): string | undefined {
  if (!isDoubtful(look(path))) return undefined;
  // Whoever writes may have been in the middle of it.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, AGAIN_AFTER_MS);
  const again = look(path);
  if (!isDoubtful(again)) return undefined;
  if (again.hidden > 0) return `${again.hidden} commits behind the damage cannot be read`;
  return isLastLost(path) ? 'what was committed last cannot be read' : undefined;
}

function isDoubtful(log: LogContent | undefined): log is LogContent {
  return log !== undefined && (log.hidden > 0 || log.isTorn);
}

/** Whether the last commit was whole once: a power cut tears none that was acknowledged, and so none that the index has. */
function isLastLost(path: string): boolean {
  const index = readLogIndex(path);
  if (index === undefined) return false;
  // After the index, so that nothing that was committed since is missed, nor a log that was begun anew.
  const log = look(path);
  const isOfIt = log?.salts.equals(index.salts) && look(path)?.salts.equals(index.salts);
  return isOfIt === true && index.committed > (log?.committed ?? 0);
}

function look(path: string): LogContent | undefined {
  const log = `${path}-wal`;
  const size = statSync(log, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) return undefined;
  const descriptor = openSync(log, 'r');
  try {
    return logFrames(descriptor, size);
  } finally {
    closeSync(descriptor);
  }
}
