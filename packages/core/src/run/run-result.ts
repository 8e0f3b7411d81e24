import type { RunState, TaskState, TaskStatus } from '../journal/run-state.ts';
import type { UsageTotals } from '../spec/call-amounts.ts';
import type { RunStatus } from '../spec/run-events.ts';

/** How one task of a run ended. */
export interface TaskResult {
  readonly key: string;
  readonly title: string;
  readonly status: TaskStatus;
  /** The model whose answer was accepted, or that tried last. */
  readonly model?: string;
  readonly attempts: number;
  readonly output?: string;
  /** The task whose answer this one took over, and whose model `model` is. */
  readonly from?: string;
  readonly reason?: string;
}

/** How a run ended. Never an error: what went wrong is in `status` and `reason`. */
export interface RunResult {
  readonly id: string;
  readonly status: RunStatus;
  readonly output?: string;
  readonly reason?: string;
  readonly usage: UsageTotals;
  /** US dollars; absent where a call was charged to a model whose price nobody knows. */
  readonly cost?: number;
  readonly tasks: readonly TaskResult[];
}

/** What a host is told of a run that ended. */
export function runResult(run: RunState, status: RunStatus, reason: string | undefined): RunResult {
  return {
    id: run.id,
    status,
    usage: { ...run.usage },
    ...(run.unpriced ? {} : { cost: run.usage.microUsd / 1_000_000 }),
    tasks: taskResults(run),
    ...(run.output === undefined ? {} : { output: run.output }),
    ...(reason === undefined ? {} : { reason }),
  };
}

function taskResults(run: RunState): readonly TaskResult[] {
  const results: TaskResult[] = [];
  for (const state of run.tasks.values()) {
    if (state.asks === undefined) results.push(taskResult(run, state));
  }
  return results;
}

function taskResult(run: RunState, state: TaskState): TaskResult {
  const { task, status, past, attempt, output, because, from } = state;
  const author = (from === undefined ? undefined : run.tasks.get(from)) ?? state;
  const model = author.attempt?.model ?? author.past.at(-1)?.model;
  const attempts = past.length + (attempt === undefined ? 0 : 1);
  // Set one by one: a run may have very many tasks, and copies of copies are slow.
  const result: { -readonly [K in keyof TaskResult]: TaskResult[K] } = {
    key: task.key,
    title: task.title,
    status,
    attempts,
  };
  if (model !== undefined) result.model = model;
  if (output !== undefined) result.output = output;
  if (from !== undefined) result.from = from;
  if (because !== undefined) result.reason = because;
  return result;
}
