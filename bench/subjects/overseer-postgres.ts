import { postgres } from '@overseer/storage/postgres';
import { startPostgres } from '@overseer/storage/postgres/throwaway-server';
import type { Subject } from '../harness/subject.ts';
import { storeRecorder } from './overseer/store-recorder.ts';

/** Overseer's store in a PostgreSQL server of its own, whose commits go to the disk. */
export const subject: Subject = {
  recorder: async () => {
    const server = await startPostgres({ fsync: true });
    const recorder = await storeRecorder(postgres(server.url));
    return {
      record: () => recorder.record(),
      [Symbol.asyncDispose]: async () => {
        await recorder[Symbol.asyncDispose]();
        await server[Symbol.asyncDispose]();
      },
    };
  },
};
