import { ModelLimits } from '../../../packages/core/src/limit/model-limits.ts';
import { normaliseLimit } from '../../../packages/core/src/limit/parse-limit.ts';
import { TaskQueue } from '../../../packages/core/src/schedule/task-queue.ts';
import type { Scheduler } from '../../harness/subject.ts';

const PRIORITIES = ['critical', 'high', 'medium', 'low'] as const;

const LIMIT = { metric: 'calls', capacity: 10_000_000, windowMs: 60_000 } as const;
const USE = { inputTokens: 100, outputTokens: 100, microUsd: 0 };
const CLAIM = { estimate: USE, worst: USE };

/** Overseer's queue over five models, each start admitted and charged by the limit of its model. */
export async function queueScheduler(): Promise<Scheduler> {
  const queue = new TaskQueue();
  const models = Array.from(
    { length: 5 },
    (_, index) => new ModelLimits(`m${index}`, [normaliseLimit(LIMIT)], 10_000_000),
  );
  const nowMs = Date.now();
  let order = 0;
  return {
    add: ({ id, priority, flow, model, deadlineAt }) => {
      order += 1;
      queue.add(
        {
          run: flow,
          task: id,
          group: GROUPS[model] ?? '',
          flow,
          weight: 1,
          priority: PRIORITIES[priority] ?? 'low',
          rank: order % 7,
          order,
          readyAt: nowMs,
          notBefore: 0,
          latestStartAt: deadlineAt ?? Number.POSITIVE_INFINITY,
          expiresAt: Number.POSITIVE_INFINITY,
          express: false,
        },
        nowMs,
      );
    },
    drain: async () => {
      let started = 0;
      queue.offer(nowMs, ({ task, group }) => {
        const limits = models[GROUPS.indexOf(group)];
        if (limits?.admit(nowMs, CLAIM).kind !== 'run') return 'blocked';
        limits.start(task, nowMs, CLAIM);
        limits.settle(task, USE);
        started += 1;
        return 'started';
      });
      return started;
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

const GROUPS = ['worker/m0', 'worker/m1', 'worker/m2', 'worker/m3', 'worker/m4'];
