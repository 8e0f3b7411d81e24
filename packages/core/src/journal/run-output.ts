import type { PlanTask } from '../spec/task.ts';
import type { RunState, TaskState } from './run-state.ts';

/** What a run gives: the output of the task that no other needs, or of all of these under their titles. */
export function runOutput(run: RunState): string | undefined {
  const needed = new Set<string>();
  for (const { task } of run.tasks.values()) {
    if (!isCheckAlone(task)) for (const key of task.needs) needed.add(key);
  }
  const last: TaskState[] = [];
  for (const [key, task] of run.tasks) {
    const isWork = task.asks === undefined && task.task.kind !== 'plan' && !isCheckAlone(task.task);
    if (isWork && task.status === 'done' && !needed.has(key)) last.push(task);
  }
  if (last.length <= 1) return last[0]?.output;
  return last.map(({ task, output }) => `## ${task.title}\n\n${output ?? ''}`).join('\n\n');
}

/** A task that is its checks alone gives nothing. */
function isCheckAlone({ kind, step }: PlanTask): boolean {
  return kind === 'check' && step === undefined;
}
