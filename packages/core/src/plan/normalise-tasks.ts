import type { PlanTask, TaskInput } from '../spec/task.ts';
import { apartProblems, ensembleProblems } from './ensemble-problems.ts';
import { expandEnsembles } from './expand-ensembles.ts';
import { keepFilesApart } from './keep-files-apart.ts';
import { plainPath } from './plain-path.ts';
import { planError, type TaskProblem, taskProblems } from './task-problems.ts';
import { titleOf } from './title-of.ts';

/**
 * Fills in what a task may leave out and checks the graph. `existing` tasks of the same run may be needed, their keys
 * must not be used again, and whoever shares a file with one waits for it. Of two new tasks that share a file the one
 * given later waits for the other, unless the needs say otherwise. A task that wants several answers becomes a task for
 * each and one that ends them. Throws `ConfigError` with one line a problem:
 * `plan.empty-instruction`, `plan.duplicate-key`, `plan.unknown-need`, `plan.cycle`, which names the cycle,
 * `plan.ensemble` for several answers where there can be only one, and `plan.invalid` where there are problems of several kinds. O(tasks + needs) but for the files, see `keepFilesApart`.
 */
export function normaliseTasks(
  inputs: readonly TaskInput[],
  existing: readonly Pick<PlanTask, 'key' | 'files' | 'needs'>[] = [],
): readonly PlanTask[] {
  const named = nameTasks(inputs, existing);
  refuse([
    ...taskProblems(named, existing),
    ...apartProblems(named, existing),
    ...ensembleProblems(named, inputs),
  ]);
  const tasks = expandEnsembles(named, inputs);
  // The new tasks may have the key of another one.
  if (tasks !== named) refuse(taskProblems(tasks, existing));
  return keepFilesApart(tasks, existing);
}

function refuse(problems: readonly TaskProblem[]): void {
  if (problems.length > 0) throw planError(problems);
}

/** Tasks without a key become `t1`, `t2` and so on, past the names that are taken. */
function nameTasks(
  inputs: readonly TaskInput[],
  existing: readonly Pick<PlanTask, 'key'>[],
): readonly PlanTask[] {
  let taken: Set<string> | undefined;
  let count = 0;
  const fresh = (): string => {
    taken ??= new Set([...existing, ...inputs].flatMap(({ key }) => key ?? []));
    do count += 1;
    while (taken.has(`t${count}`));
    return `t${count}`;
  };
  return inputs.map((input) => withDefaults(input, input.key ?? fresh()));
}

function withDefaults(input: TaskInput, key: string): PlanTask {
  const { title, instruction, needs, files } = input;
  const task: PlanTask = {
    key,
    title: title || titleOf(instruction) || key,
    instruction,
    kind: input.kind ?? 'write',
    needs: unique(needs),
    files: unique(files?.filter((file) => file.trim() !== '').map(plainPath)),
    priority: input.priority ?? 'medium',
    checks: input.checks ?? NO_CHECKS,
  };
  carry(input, task);
  return task;
}

const CARRIED = [
  'role',
  'phase',
  'step',
  'origin',
  'cache',
  'budget',
  'model',
  'notBy',
  'grants',
  'deadlineAt',
  'maxWaitMs',
] as const;

/** Gives a task what it has or has not, and no default for. */
function carry(input: TaskInput, task: { [key in (typeof CARRIED)[number]]?: unknown }): void {
  for (const key of CARRIED) if (input[key] !== undefined) task[key] = input[key];
}

/** One of each for all tasks that have none: a run may have very many. */
const NO_CHECKS: PlanTask['checks'] = Object.freeze([]);
const NO_TEXTS: readonly string[] = Object.freeze([]);

function unique(texts: readonly string[] = NO_TEXTS): readonly string[] {
  return texts.length < 2 ? texts : [...new Set(texts)];
}
