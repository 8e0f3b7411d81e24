import { measured } from '../harness/measured.ts';
import { seeded } from '../harness/random.ts';
import type { ScheduledTask, Scheduler, Subject } from '../harness/subject.ts';
import type { Work } from '../harness/work.ts';

const QUEUED = 100_000;
const SMALL = 10_000;
const LARGE = 300_000;
const WARM_UP = 20_000;
const FLOWS = 20;
/** One in so many tasks has a deadline. */
const DEADLINES = 10;

/** What holding a task in a long queue costs, in memory and until it starts, and how that grows with the queue. */
export const work: Work = {
  summary: `${QUEUED} queued tasks of ${FLOWS} flows and 4 priorities, one in ${DEADLINES} with a deadline, on 5 models with a limit each; growth from ${SMALL} to ${LARGE}`,
  metrics: [
    { name: 'cpuUsPerTask', unit: 'µs', compared: true },
    { name: 'bytesPerTask', unit: 'bytes', compared: true },
    { name: 'growth', unit: 'ratio', compared: false },
  ],
  subjects: ['floor', 'overseer'],
  peers: ['p-queue', 'bottleneck'],
  repeats: 5,
  timeoutMs: 600_000,
  needsServer: false,
  async measure(subject) {
    await cost(subject, WARM_UP, 3);
    const small = await cost(subject, SMALL, LARGE / SMALL);
    const { cpuUsPerTask, bytesPerTask } = await cost(subject, QUEUED, 1);
    const large = await cost(subject, LARGE, 1);
    return { cpuUsPerTask, bytesPerTask, growth: large.cpuUsPerTask / small.cpuUsPerTask };
  },
};

/** Queues so many tasks and starts them all, `rounds` times. */
async function cost(
  subject: Subject,
  count: number,
  rounds: number,
): Promise<{ readonly cpuUsPerTask: number; readonly bytesPerTask: number }> {
  if (subject.scheduler === undefined) throw new Error('This subject schedules no tasks.');
  const tasks = tasksOf(count);
  let cpuUs = 0;
  let bytes = 0;
  for (let round = 0; round < rounds; round++) {
    await using scheduler = await subject.scheduler();
    const before = heapUsed();
    cpuUs += (await measured(async () => addAll(scheduler, tasks))).cpuUs;
    bytes += heapUsed() - before;
    let started = 0;
    const drained = await measured(async () => {
      started = await scheduler.drain();
    });
    cpuUs += drained.cpuUs;
    if (started !== count) throw new Error(`${started} of ${count} tasks were started.`);
  }
  return { cpuUsPerTask: cpuUs / count / rounds, bytesPerTask: bytes / count / rounds };
}

function addAll(scheduler: Scheduler, tasks: readonly ScheduledTask[]): void {
  for (const task of tasks) scheduler.add(task);
}

function tasksOf(count: number): readonly ScheduledTask[] {
  const random = seeded(11);
  const nowMs = Date.now();
  return Array.from({ length: count }, (_, index) => ({
    id: `task-${index}`,
    priority: Math.floor(random() * 4),
    flow: `flow-${Math.floor(random() * FLOWS)}`,
    model: Math.floor(random() * 5),
    ...(index % DEADLINES === 0 ? { deadlineAt: nowMs + Math.floor(random() * 600_000) } : {}),
  }));
}

/** Bytes that the program holds, once what it let go of is gone. */
function heapUsed(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
