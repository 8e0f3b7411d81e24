import { inFlight } from '../harness/in-flight.ts';
import { randomText, seeded } from '../harness/random.ts';
import { median } from '../harness/samples.ts';
import { storedBytes } from '../harness/stored-bytes.ts';
import type { Thread } from '../harness/subject.ts';
import type { Work } from '../harness/work.ts';

const STEPS = 1_000;
const BYTES = 2_048;
/** Threads, and steps in each, that are run before costs are compared. */
const WARM_UPS = 4;
const WARM_UP = 300;
/** Steps whose median stands for one early or late step. */
const SPAN = 100;
/** Steps that a thread makes before its early steps are looked at. */
const FIRST = 10;

/** Whether a step costs more, in bytes and in time, the longer its thread already is. */
export const work: Work = {
  summary: `one thread of ${STEPS} steps that add 2 KiB each; its last steps against those of a short thread`,
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
    const before = storedBytes(folder);
    const stored = await subject.thread({ folder, content });
    await stored.run(STEPS, () => {});
    await stored[Symbol.asyncDispose]();
    const bytes = storedBytes(folder) - before;
    // Early and late steps are compared in one opened store, long after whatever runs in it has been compiled.
    await using thread = await subject.thread({ folder, content });
    await inFlight(WARM_UPS, 1, () => thread.run(WARM_UP, () => {}));
    const early = (await stepCosts(thread, FIRST + SPAN)).slice(FIRST);
    const costs = await stepCosts(thread, STEPS);
    return {
      storedPerContentByte: bytes / (STEPS * BYTES),
      stepCostRatio: median(costs.slice(-SPAN)) / median(early),
      cpuUsPerStep: costs.reduce((sum, cost) => sum + cost, 0) / costs.length,
    };
  },
};

/** Processor time from the beginning of each step to that of the next, in µs. */
async function stepCosts(thread: Thread, steps: number): Promise<readonly number[]> {
  const marks: number[] = [];
  const mark = (): void => {
    const { user, system } = process.cpuUsage();
    marks.push(user + system);
  };
  await thread.run(steps, mark);
  mark();
  return marks.slice(1).map((value, index) => value - (marks[index] ?? value));
}
