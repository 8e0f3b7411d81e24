import { memory } from '@overseer/core';
import type { Subject } from '../harness/subject.ts';
import { keptAnswers } from './overseer/kept-answers.ts';
import { modelLimiter } from './overseer/model-limiter.ts';
import { queueScheduler } from './overseer/queue-scheduler.ts';
import { readyProgram } from './overseer/ready-program.ts';
import { storeRecorder } from './overseer/store-recorder.ts';
import { storeReserver } from './overseer/store-reserver.ts';
import { taskCaller } from './overseer/task-caller.ts';
import { taskStepper } from './overseer/task-stepper.ts';

/** Overseer: calls as durable tasks through the official SDK of OpenAI; steps in the memory store. */
export const subject: Subject = {
  async caller(setting) {
    const { openai } = await import('@overseer/adapters/openai');
    return await taskCaller(setting, openai('mock', { baseURL: setting.baseURL, apiKey: 'none' }));
  },
  stepper: (setting) => taskStepper(setting, memory()),
  recorder: () => storeRecorder(memory()),
  limiter: modelLimiter,
  reserver: storeReserver,
  scheduler: queueScheduler,
  answers: keptAnswers,
  start: ({ folder, typeInstantiations }) => ({
    folder: folder ?? '',
    modules: ['@overseer/core'],
    ready: readyProgram,
    typeInstantiations: Number(typeInstantiations),
  }),
};
