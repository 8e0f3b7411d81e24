import { fstatSync } from 'node:fs';

/**
 * Calls back once when the parent process is gone, however it died: its end of our standard input closes, its IPC
 * channel does, or we have another parent. The last is asked every 250 ms.
 */
export function onParentGone(callback: () => void): void {
  let told = false;
  const tell = (): void => {
    if (told) return;
    told = true;
    clearInterval(asking);
    callback();
  };
  const parent = process.ppid;
  const asking = setInterval(() => {
    if (process.ppid !== parent) tell();
  }, 250);
  process.once('disconnect', tell);
  if (!inputIsHeld()) return;
  process.stdin.once('end', tell);
  process.stdin.once('error', tell);
  process.stdin.resume();
}

/** Only a pipe or a socket says that somebody holds its other end; a terminal or /dev/null says nothing. */
function inputIsHeld(): boolean {
  try {
    const input = fstatSync(0);
    return input.isFIFO() || input.isSocket();
  } catch {
    return false;
  }
}
