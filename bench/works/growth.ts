import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { inFlight } from '../harness/in-flight.ts';
import { randomText, seeded } from '../harness/random.ts';
import { median } from '../harness/samples.ts';
import { storedBytes } from '../harness/stored-bytes.ts';
import type { Thread } from '../harness/subject.ts';
import type { Work } from '../harness/work.ts';

const STEPS = 1_000;
/** Steps of the short thread. */
const SHORT = 100;
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
  summary: `one thread of ${STEPS} steps that add 2 KiB each, and one of ${SHORT}; its last steps against those of a short thread`,
  metrics: [
    { name: 'storedPerContentByte', unit: 'bytes', compared: true },
    { name: 'shortStoredPerContentByte', unit: 'bytes', compared: true },
    { name: 'stepCostRatio', unit: 'ratio', compared: false },
    { name: 'cpuUsPerStep', unit: 'µs', compared: true },
  ],
  subjects: ['floor', 'overseer:durable'],
  peers: ['@langchain/langgraph-checkpoint-sqlite', '@mastra/libsql'],
  peer: '@langchain/langgraph-checkpoint-sqlite',
  repeats: 5,
  timeoutMs: 300_000,
  needsServer: false,
  async measure(subject, { folder }) {
    const { thread } = subject;
    if (thread === undefined) throw new Error('This subject keeps no thread.');
    const random = seeded(7);
    const contents = Array.from({ length: STEPS }, () => randomText(random, BYTES));
    const content = (index: number): string => contents[index] ?? '';
    const stored = async (name: string, steps: number): Promise<number> => {
      const place = join(folder, name);
      await mkdir(place);
      const kept = await thread({ folder: place, content });
      await kept.run(steps, () => {});
      await kept[Symbol.asyncDispose]();
      return storedBytes(place) / (steps * BYTES);
    };
    const storedPerContentByte = await stored('long', STEPS);
    const shortStoredPerContentByte = await stored('short', SHORT);
    // Early and late steps are compared in one opened store, long after whatever runs in it has been compiled.
    await using opened = await thread({ folder, content });
    await inFlight(WARM_UPS, 1, () => opened.run(WARM_UP, () => {}));
    const early = (await stepCosts(opened, FIRST + SPAN)).slice(FIRST);
    const costs = await stepCosts(opened, STEPS);
    return {
      storedPerContentByte,
      shortStoredPerContentByte,
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
