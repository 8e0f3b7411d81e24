import { closeSync, fdatasyncSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { Recorder, RecorderSetting } from '../../harness/subject.ts';

const PAGE = Buffer.alloc(4_096, 'x');
const PAGES = 1_024;

/** What the disk can do: a page overwritten in a file that is there, and one fdatasync, for every event. */
export async function syncedFile({ folder }: RecorderSetting): Promise<Recorder> {
  const file = openSync(join(folder, 'pages'), 'w');
  for (let page = 0; page < PAGES; page++) writeSync(file, PAGE);
  fsyncSync(file);
  let next = 0;
  return {
    async record() {
      writeSync(file, PAGE, 0, PAGE.length, (next++ % PAGES) * PAGE.length);
      fdatasyncSync(file);
      await turn();
    },
    [Symbol.asyncDispose]: async () => closeSync(file),
  };
}
