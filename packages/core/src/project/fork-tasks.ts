import { ConfigError } from '../errors/config-error.ts';
import { OverseerError } from '../errors/overseer-error.ts';
import { suggest } from '../internal/nearest.ts';
import { isPriority, PRIORITIES } from '../internal/priorities.ts';
import type { RunState, TaskState } from '../journal/run-state.ts';
import { titleOf } from '../plan/title-of.ts';
import type { DoneBefore } from '../run/new-run.ts';
import type { PlanTask, Priority } from '../spec/task.ts';

/** What a task of a fork is to have that it had not in the parent. */
export interface TaskChange {
  readonly instruction?: string;
  /** A model of the team that does it; `null` for whichever can. */
  readonly model?: string | null;
  readonly priority?: Priority;
}

/** The tasks of a fork: those to be worked, with what was done. */
export interface ForkedTasks {
  readonly tasks: readonly PlanTask[];
  readonly done: readonly DoneBefore[];
}

const FIELDS: readonly string[] = ['instruction', 'model', 'priority'];

/**
 * What a fork of a run has to do, from how the run stood: what was done is done, unless its instruction or its model is
 * another one now, or that of a task that it needs. A plan that is made anew brings tasks of its own (`planned` are those
 * of the old one). A deadline that has passed is let go. Pure. Throws `OverseerError` `task.unknown`, and `ConfigError`
 * `fork.invalid` for a change that is none.
 */
export function forkTasks(
  run: RunState,
  planned: ReadonlySet<string>,
  changes: Readonly<Record<string, TaskChange>>,
  nowMs: number,
): ForkedTasks {
  // Questions are asked again by whoever asked them.
  const states = [...run.tasks.values()].filter(({ asks }) => asks === undefined);
  const wanted = changesOf(run.id, states, changes);
  const again = workedAgain(states, wanted);
  const isPlannedAnew = states.some(({ task }) => task.kind === 'plan' && again.has(task.key));
  const kept = states.filter(({ task }) => !(isPlannedAnew && planned.has(task.key)));
  return {
    tasks: kept.map((state) => changed(state, wanted.get(state.task.key) ?? {}, nowMs)),
    done: kept.flatMap((state) => {
      if (state.status !== 'done' || again.has(state.task.key)) return [];
      return [{ task: state.task.key, data: doneBefore(run.id, state) }];
    }),
  };
}

/** Who changes a task that several answer means their tasks too. */
function changesOf(
  run: string,
  states: readonly TaskState[],
  changes: Readonly<Record<string, TaskChange>>,
): ReadonlyMap<string, TaskChange> {
  const byKey = new Map(states.map((state) => [state.task.key, state]));
  const wanted = new Map<string, TaskChange>();
  for (const [key, change] of Object.entries(changes)) {
    const state = byKey.get(key);
    if (state === undefined) throw unknownTask(run, key, [...byKey.keys()]);
    requireChange(key, change);
    for (const one of [...(state.task.ensemble?.members ?? []), key]) {
      wanted.set(one, { ...wanted.get(one), ...change });
    }
  }
  return wanted;
}

function workedAgain(
  states: readonly TaskState[],
  wanted: ReadonlyMap<string, TaskChange>,
): ReadonlySet<string> {
  const again = new Set<string>();
  for (const [key, { instruction, model }] of wanted) {
    if (instruction !== undefined || model !== undefined) again.add(key);
  }
  for (let size = -1; size < again.size; ) {
    size = again.size;
    for (const { task } of states) {
      if (task.needs.some((need) => again.has(need))) again.add(task.key);
    }
  }
  return again;
}

function changed(state: TaskState, change: TaskChange, nowMs: number): PlanTask {
  const { model: own, deadlineAt, ...task } = state.task;
  const named = change.model === undefined ? (state.model ?? own) : (change.model ?? undefined);
  const { instruction = task.instruction } = change;
  // A title that nobody gave says what the instruction says.
  const isOwn = task.title !== titleOf(task.instruction);
  return {
    ...task,
    title: isOwn ? task.title : titleOf(instruction) || task.key,
    instruction,
    priority: change.priority ?? state.priority,
    ...(named === undefined ? {} : { model: named }),
    ...(deadlineAt === undefined || deadlineAt <= nowMs ? {} : { deadlineAt }),
  };
}

function doneBefore(run: string, { past, output = '', commit }: TaskState): DoneBefore['data'] {
  const last = past.at(-1);
  return {
    ...(commit === undefined ? {} : { commit }),
    takenOver: {
      run,
      ...(last === undefined ? {} : { attempt: last.id }),
      ...(last?.model === undefined ? {} : { model: last.model }),
      output,
    },
  };
}

function requireChange(key: string, change: TaskChange): void {
  const other = Object.keys(change).find((field) => !FIELDS.includes(field));
  const { instruction, model, priority } = change;
  const isText = (value: unknown): boolean => typeof value === 'string' && value.trim() !== '';
  if (other !== undefined) {
    throw invalid(key, `there is no ${other} to change; change ${FIELDS.join(', ')}`);
  }
  if (instruction !== undefined && !isText(instruction)) {
    throw invalid(key, 'the instruction is empty');
  }
  if (model !== undefined && model !== null && !isText(model)) {
    throw invalid(key, 'a model is named by its name in the team, or null frees the task');
  }
  if (priority !== undefined && !isPriority(priority)) {
    throw invalid(key, `the priority is none of ${PRIORITIES.join(', ')}`);
  }
}

function invalid(key: string, why: string): ConfigError {
  return new ConfigError('fork.invalid', `Task ${key} cannot be changed so: ${why}.`);
}

function unknownTask(run: string, key: string, keys: readonly string[]): OverseerError {
  const hint = suggest(key, keys);
  return new OverseerError(
    'task.unknown',
    `Run ${run} had no task ${JSON.stringify(key)} at that event; ${hint}.`,
  );
}
