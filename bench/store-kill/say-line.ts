import { writeSync } from 'node:fs';

/**
 * Writes a line to standard output at once: it is in the pipe when this returns, whatever happens to the process then.
 * Where the pipe is full, as its reader has no time, it waits.
 */
export function sayLine(line: string): void {
  let left = Buffer.from(`${line}\n`);
  while (left.length > 0) {
    try {
      left = left.subarray(writeSync(1, left));
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}
