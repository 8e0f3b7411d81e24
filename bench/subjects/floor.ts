import type { Subject } from '../harness/subject.ts';
import { fetchCaller } from './floor/fetch-caller.ts';
import { heapScheduler } from './floor/heap-scheduler.ts';
import { logStepper } from './floor/log-stepper.ts';
import { logThread } from './floor/log-thread.ts';
import { mapAnswers } from './floor/map-answers.ts';
import { ringLimiter } from './floor/ring-limiter.ts';
import { rowReserver } from './floor/row-reserver.ts';
import { syncedFile } from './floor/synced-file.ts';

/** The least that the same result takes with what Node itself brings: no library at all. */
export const subject: Subject = {
  caller: fetchCaller,
  stepper: logStepper,
  recorder: syncedFile,
  thread: logThread,
  limiter: ringLimiter,
  reserver: rowReserver,
  scheduler: heapScheduler,
  answers: mapAnswers,
  start: () => ({ folder: import.meta.dirname, modules: [] }),
};
