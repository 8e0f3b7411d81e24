import { openaiCompatible } from '@overseer/adapters/openai-compatible';
import type { Subject } from '../harness/subject.ts';
import { taskCaller } from './overseer/task-caller.ts';

/** Overseer: calls as durable tasks over its own wire adapter. */
export const subject: Subject = {
  caller: (setting) =>
    taskCaller(setting, openaiCompatible('mock', { baseURL: setting.baseURL, apiKey: 'none' })),
};
