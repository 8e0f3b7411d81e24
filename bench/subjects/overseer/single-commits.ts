import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { currentHolder } from '@overseer/core/plugin';
import { encodeEvents } from '../../../packages/storage/src/sqlite/encode-events.ts';
import { openFile } from '../../../packages/storage/src/sqlite/file/open-file.ts';
import { openDatabase } from '../../../packages/storage/src/sqlite/node-driver.ts';
import { isRefusal } from '../../../packages/storage/src/sqlite/protocol.ts';
import type { Recorder, RecorderSetting } from '../../harness/subject.ts';
import { recordedEvent } from './store-recorder.ts';

/** The same file without group commit and without a thread of its own: every event is a transaction, at once. */
export async function singleCommits({ folder }: RecorderSetting): Promise<Recorder> {
  const path = join(folder, 'journal.db');
  const file = openFile({ path, openDatabase, busyTimeoutMs: 5_000 });
  if (isRefusal(file)) throw new Error(file.message);
  const epoch = file.take({ name: 'bench', holder: currentHolder('bench'), epoch: 0, at: 0 });
  if (typeof epoch !== 'number') throw new Error('The lease was not given.');
  let seq = 0;
  return {
    async record() {
      const { segments } = encodeEvents([recordedEvent(++seq, epoch)]);
      const [outcome] = file.write([{ kind: 'append', epoch, segments }]);
      if (isRefusal(outcome)) throw new Error(outcome.message);
      file.checkpointIfDue();
      await turn();
    },
    [Symbol.asyncDispose]: async () => file.close([]),
  };
}
