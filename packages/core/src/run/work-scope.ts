import { OverseerError } from '../errors/overseer-error.ts';
import { suggest } from '../internal/nearest.ts';
import { isFinal, type RunState, type TaskState } from '../journal/run-state.ts';
import { checkScope, type WorkScope } from './check-scope.ts';

export type { WorkScope } from './check-scope.ts';

/** Who gave an order, and why; both are recorded. */
export interface Order {
  /** In words; what is told to whoever sees its effect. */
  readonly because?: string;
  /** A person's name; the default is `host`. */
  readonly by?: string;
}

/** Who gave an order, as events name them. */
export function orderedBy({ by }: Order): string {
  return by === undefined ? 'host' : `person:${by}`;
}

/** An order about everything, about a run, or about tasks of one. */
export type Ordered =
  | { readonly kind: 'everything' }
  | { readonly kind: 'run'; readonly run: RunState }
  | { readonly kind: 'tasks'; readonly run: RunState; readonly tasks: readonly TaskState[] };

/**
 * What a scope means now. Throws `OverseerError`: `scope.invalid` for a scope that names a phase or task and no run, or
 * both, or something that is not known; `run.unknown`, `phase.unknown` and `task.unknown`, with the names that there are.
 */
export function resolveScope(runs: ReadonlyMap<string, RunState>, scope: WorkScope): Ordered {
  checkScope(scope);
  const { run: id, phase, task } = scope;
  if (id === undefined) {
    if (phase === undefined && task === undefined) return { kind: 'everything' };
    throw new OverseerError(
      'scope.invalid',
      'A phase or a task is one of a run: name the run too.',
    );
  }
  if (phase !== undefined && task !== undefined) {
    throw new OverseerError(
      'scope.invalid',
      'An order is about a phase or about a task: name one.',
    );
  }
  const run = runs.get(id);
  if (run === undefined || run.status === 'finished') {
    throw new OverseerError('run.unknown', `There is no unfinished run ${id} here.`);
  }
  if (task !== undefined) return { kind: 'tasks', run, tasks: [taskOf(run, task)] };
  if (phase !== undefined) return { kind: 'tasks', run, tasks: tasksOf(run, phase) };
  return { kind: 'run', run };
}

/** Those of the tasks that are not over. */
export function openOf(tasks: readonly TaskState[]): readonly TaskState[] {
  return tasks.filter(({ status }) => !isFinal[status]);
}

/** Those that are not over, and with the end of an ensemble its members: who names a task that several answer means them too. */
export function openWith({
  run,
  tasks,
}: {
  readonly run: RunState;
  readonly tasks: readonly TaskState[];
}): readonly TaskState[] {
  const all = tasks.flatMap((state) => [
    state,
    ...(state.task.ensemble?.members ?? []).flatMap((key) => run.tasks.get(key) ?? []),
  ]);
  return openOf([...new Set(all)]);
}

function taskOf(run: RunState, key: string): TaskState {
  const task = run.tasks.get(key);
  if (task !== undefined) return task;
  const hint = suggest(key, [...run.tasks.keys()]);
  throw new OverseerError(
    'task.unknown',
    `Run ${run.id} has no task ${JSON.stringify(key)}; ${hint}.`,
  );
}

function tasksOf(run: RunState, phase: string): readonly TaskState[] {
  const tasks = [...run.tasks.values()];
  const found = tasks.filter(({ task }) => task.phase === phase);
  if (found.length > 0) return found;
  const phases = new Set(tasks.flatMap(({ task }) => task.phase ?? []));
  const hint = phases.size === 0 ? 'its tasks name no phases' : suggest(phase, [...phases]);
  throw new OverseerError(
    'phase.unknown',
    `Run ${run.id} has no phase ${JSON.stringify(phase)}; ${hint}.`,
  );
}
