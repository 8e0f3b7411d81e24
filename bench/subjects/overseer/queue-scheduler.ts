import { ModelLimits } from '../../../packages/core/src/limit/model-limits.ts';
import { normaliseLimit } from '../../../packages/core/src/limit/parse-limit.ts';
import type { ReadyTask } from '../../../packages/core/src/schedule/ready-task.ts';
import { TaskQueue } from '../../../packages/core/src/schedule/task-queue.ts';
import type { SchedulerBench } from '../../harness/subject.ts';
import { scheduledTask } from '../../schedule/scheduled-task.ts';

const PRIORITIES = ['critical', 'high', 'medium', 'low'] as const;
const GROUPS = ['worker/m0', 'worker/m1', 'worker/m2', 'worker/m3', 'worker/m4'];

const LIMIT = { metric: 'calls', capacity: 10_000_000, windowMs: 60_000 } as const;
const USE = { inputTokens: 100, outputTokens: 100, microUsd: 0 };
const CLAIM = { estimate: USE, worst: USE };

/** Overseer's queue over five models, each start admitted and charged by the limit of its model. */
export async function queueScheduler(): Promise<SchedulerBench> {
  const nowMs = Date.now();
  const queue = new TaskQueue();
  const models = GROUPS.map(
    (name) => new ModelLimits(name, [normaliseLimit(LIMIT)], LIMIT.capacity),
  );
  const hold = (count: number): void => {
    for (let index = 0; index < count; index++) queue.add(readyTask(index, nowMs), nowMs);
  };
  return {
    hold,
    run: async (count) => {
      hold(count);
      let started = 0;
      queue.offer(nowMs, ({ task, group }) => {
        const limits = models[GROUPS.indexOf(group)];
        if (limits?.admit(nowMs, CLAIM).kind !== 'run') return 'blocked';
        limits.start(task, nowMs, CLAIM);
        limits.settle(task, USE);
        started += 1;
        return 'started';
      });
      if (started !== count) throw new Error(`${started} of ${count} tasks were started.`);
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

function readyTask(index: number, nowMs: number): ReadyTask {
  const { id, priority, flow, model, deadlineMs } = scheduledTask(index);
  return {
    run: flow,
    task: id,
    group: GROUPS[model] ?? '',
    flow,
    weight: 1,
    priority: PRIORITIES[priority] ?? 'low',
    rank: index % 7,
    order: index,
    readyAt: nowMs,
    notBefore: 0,
    latestStartAt: deadlineMs === undefined ? Number.POSITIVE_INFINITY : nowMs + deadlineMs,
    expiresAt: Number.POSITIVE_INFINITY,
    express: false,
  };
}
