import { measured } from '../harness/measured.ts';
import type { Work } from '../harness/work.ts';

const PRODUCERS = 50;
/** Before that, the compiler of the engine is still at work, and its time counts too. */
const WARM_UP = 600;
const STEPS = 500;

/** What a step costs that calls no model, and each event recorded for it. */
export const work: Work = {
  summary: `steps without a model: ${PRODUCERS} chains at once, ${STEPS} steps each after ${WARM_UP}`,
  metrics: [
    { name: 'cpuUs', unit: 'µs', compared: true },
    { name: 'cpuUsPerEvent', unit: 'µs', compared: true },
    { name: 'wallUs', unit: 'µs', compared: false },
    { name: 'eventsPerStep', unit: 'events', compared: false },
  ],
  subjects: ['floor', 'overseer', 'overseer:durable'],
  peers: ['@langchain/langgraph', '@mastra/core'],
  repeats: 5,
  timeoutMs: 180_000,
  needsServer: false,
  async measure(subject, { folder }) {
    if (subject.stepper === undefined) throw new Error('This subject makes no steps.');
    await using stepper = await subject.stepper({ producers: PRODUCERS, folder });
    await stepper.run(WARM_UP);
    let done: Awaited<ReturnType<typeof stepper.run>> | undefined;
    const { cpuUs, wallUs } = await measured(async () => {
      done = await stepper.run(STEPS);
    });
    const events = (await done?.events()) ?? 0;
    const steps = PRODUCERS * STEPS;
    return {
      ...(events > 0 && { cpuUsPerEvent: cpuUs / events, eventsPerStep: events / steps }),
      cpuUs: cpuUs / steps,
      wallUs: wallUs / steps,
    };
  },
};
