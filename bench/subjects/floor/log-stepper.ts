import type { Stepper, StepSetting } from '../../harness/subject.ts';
import { openLog } from './log.ts';

const EVENTS_PER_STEP = 2;
const PAYLOAD = 'x'.repeat(100);

/** Each step writes what it will do and what came of it, and waits for both to be on disk. */
export async function logStepper({ producers, folder }: StepSetting): Promise<Stepper> {
  const log = await openLog(folder);
  const chain = async (run: number, steps: number): Promise<void> => {
    for (let step = 0; step < steps; step++) {
      await log.append({ type: 'step.started', run, step, at: Date.now(), input: PAYLOAD });
      const output = await noop(step);
      await log.append({ type: 'step.finished', run, step, at: Date.now(), output });
    }
  };
  return {
    async run(steps) {
      await Promise.all(Array.from({ length: producers }, (_, run) => chain(run, steps)));
      return { events: async () => producers * steps * EVENTS_PER_STEP };
    },
    [Symbol.asyncDispose]: () => log[Symbol.asyncDispose](),
  };
}

async function noop(step: number): Promise<string> {
  return `${step} ${PAYLOAD}`;
}
