import { join } from 'node:path';
import { sqlite } from '@overseer/storage/sqlite';
import type { Subject } from '../harness/subject.ts';
import { storeRecorder } from './overseer/store-recorder.ts';

const driver = new URL(import.meta.resolve('@overseer/storage/better-sqlite3'));

/** Overseer's SQLite store on the other driver. */
export const subject: Subject = {
  recorder: ({ folder }) => storeRecorder(sqlite(join(folder, 'journal.db'), { driver })),
};
