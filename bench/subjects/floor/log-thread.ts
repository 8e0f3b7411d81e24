import type { Thread, ThreadSetting } from '../../harness/subject.ts';
import { openLog } from './log.ts';

/** A thread whose every step appends what it added, and nothing else. */
export async function logThread({ folder, content }: ThreadSetting): Promise<Thread> {
  const log = await openLog(folder);
  return {
    async run(steps, onStep) {
      for (let step = 0; step < steps; step++) {
        onStep(step);
        await log.append({ step, at: Date.now(), content: content(step) });
      }
    },
    [Symbol.asyncDispose]: () => log[Symbol.asyncDispose](),
  };
}
