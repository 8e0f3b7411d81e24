import { measured } from '../harness/measured.ts';
import type { SchedulerBench, Subject } from '../harness/subject.ts';
import type { Work } from '../harness/work.ts';

const QUEUED = 100_000;
const SMALL = 10_000;
const LARGE = 300_000;
const WARM_UP = 20_000;

/** What holding a task in a long queue costs, in memory and until it starts, and how that grows with the queue. */
export const work: Work = {
  summary: `${QUEUED} queued tasks of 20 flows and 4 priorities, one in ten with a deadline, on 5 models with a limit each; growth from ${SMALL} to ${LARGE}`,
  metrics: [
    { name: 'cpuUsPerTask', unit: 'µs', compared: true },
    { name: 'bytesPerTask', unit: 'bytes', compared: true },
    { name: 'growth', unit: 'ratio', compared: false },
  ],
  subjects: ['floor', 'overseer'],
  peers: ['p-queue', 'bottleneck'],
  peer: 'p-queue',
  repeats: 5,
  timeoutMs: 600_000,
  needsServer: false,
  async measure(subject) {
    await cost(subject, WARM_UP, 3);
    const small = await cost(subject, SMALL, LARGE / SMALL);
    const queued = await cost(subject, QUEUED, 1);
    const large = await cost(subject, LARGE, 1);
    const bytesPerTask = await bytesOf(subject, QUEUED);
    return {
      cpuUsPerTask: queued,
      ...(bytesPerTask === undefined ? {} : { bytesPerTask }),
      growth: large / small,
    };
  },
};

/** Processor time for each of so many tasks, in µs: queued together and started, `rounds` times. */
async function cost(subject: Subject, count: number, rounds: number): Promise<number> {
  let cpuUs = 0;
  for (let round = 0; round < rounds; round++) {
    await using scheduler = await schedulerOf(subject);
    globalThis.gc?.();
    cpuUs += (await measured(() => scheduler.run(count))).cpuUs;
  }
  return cpuUs / count / rounds;
}

/** Bytes that each of so many queued tasks takes; `undefined` where they cannot be left queued. */
async function bytesOf(subject: Subject, count: number): Promise<number | undefined> {
  await using scheduler = await schedulerOf(subject);
  if (scheduler.hold === undefined) return undefined;
  const before = heapUsed();
  scheduler.hold(count);
  return (heapUsed() - before) / count;
}

async function schedulerOf({ scheduler }: Subject): Promise<SchedulerBench> {
  if (scheduler === undefined) throw new Error('This subject schedules no tasks.');
  return await scheduler();
}

/** Bytes that the program holds, once what it let go of is gone. */
function heapUsed(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
