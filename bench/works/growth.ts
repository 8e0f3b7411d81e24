import { inFlight } from '../harness/in-flight.ts';
import { randomText, seeded } from '../harness/random.ts';
import { median } from '../harness/samples.ts';
import { storedBytes } from '../harness/stored-bytes.ts';
import type { Thread } from '../harness/subject.ts';
import type { Work } from '../harness/work.ts';

const STEPS = 1_000;
const BYTES = 2_048;
const WARM_UP = 300;
/** Steps whose median stands for an early and for a late step. */
const SPAN = 100;

/** Whether a step costs more, in bytes and in time, the longer its thread already is. */
export const work: Work = {
  summary: `one thread of ${STEPS} steps that add 2 KiB each; late steps against early ones`,
  metrics: [
    { name: 'storedPerContentByte', unit: 'bytes', compared: true },
    { name: 'stepCostRatio', unit: 'ratio', compared: false },
    { name: 'cpuUsPerStep', unit: 'µs', compared: true },
  ],
  subjects: ['floor', 'overseer:durable'],
  peers: ['@langchain/langgraph-checkpoint-sqlite', '@mastra/libsql'],
  repeats: 5,
  timeoutMs: 300_000,
  needsServer: false,
  async measure(subject, { folder }) {
    if (subject.thread === undefined) throw new Error('This subject keeps no thread.');
    const random = seeded(7);
    const contents = Array.from({ length: STEPS }, () => randomText(random, BYTES));
    const content = (index: number): string => contents[index] ?? '';
    const warm = await subject.thread({ folder, content });
    await inFlight(3, 1, () => warm.run(WARM_UP, () => {}));
    await warm[Symbol.asyncDispose]();
    const before = storedBytes(folder);
    const thread = await subject.thread({ folder, content });
    const costs = await stepCosts(thread);
    await thread[Symbol.asyncDispose]();
    return {
      storedPerContentByte: (storedBytes(folder) - before) / (STEPS * BYTES),
      stepCostRatio: median(costs.slice(-SPAN)) / median(costs.slice(10, 10 + SPAN)),
      cpuUsPerStep: costs.reduce((sum, cost) => sum + cost, 0) / costs.length,
    };
  },
};

/** Processor time from the beginning of each step to that of the next, in µs. */
async function stepCosts(thread: Thread): Promise<readonly number[]> {
  const marks: number[] = [];
  const mark = (): void => {
    const { user, system } = process.cpuUsage();
    marks.push(user + system);
  };
  await thread.run(STEPS, mark);
  mark();
  return marks.slice(1).map((value, index) => value - (marks[index] ?? value));
}
