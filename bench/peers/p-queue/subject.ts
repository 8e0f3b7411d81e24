import PQueue from 'p-queue';
import type { SchedulerBench, Subject } from '../../harness/subject.ts';

/** p-queue, with priorities. */
export const subject: Subject = {
  scheduler: async () => schedulerBench(),
  start: () => ({
    folder: import.meta.dirname,
    modules: ['p-queue'],
    ready: 'new library.default({ concurrency: 4 });',
  }),
};

/** Priorities, strictly; it knows no flows and no deadlines. */
function schedulerBench(): SchedulerBench {
  const queue = new PQueue({ concurrency: 8, autoStart: false });
  return {
    async run(count) {
      queue.pause();
      for (let index = 0; index < count; index++) {
        void queue.add(async () => {}, { priority: index % 4 });
      }
      queue.start();
      await queue.onIdle();
    },
    [Symbol.asyncDispose]: async () => queue.clear(),
  };
}
