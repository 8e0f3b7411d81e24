import { join } from 'node:path';
import { sqlite } from '@overseer/storage/sqlite';
import type { Subject } from '../harness/subject.ts';
import { storeRecorder } from './overseer/store-recorder.ts';
import { taskStepper } from './overseer/task-stepper.ts';
import { taskThread } from './overseer/task-thread.ts';

/** Overseer on its SQLite store: every step is on disk before the next begins. */
export const subject: Subject = {
  store: (path) => sqlite(path),
  recorder: ({ folder }) => storeRecorder(sqlite(join(folder, 'journal.db'))),
  stepper: (setting) => taskStepper(setting, sqlite(join(setting.folder, 'journal.db'))),
  thread: (setting) => taskThread(setting, sqlite(join(setting.folder, 'journal.db'))),
};
