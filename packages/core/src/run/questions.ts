import type { RunState, TaskState } from '../journal/run-state.ts';

/** A question that waits for a person, as long as it takes and over restarts. */
export interface OpenQuestion {
  readonly run: string;
  readonly task: string;
  /** Names it within its task. */
  readonly id: string;
  /** Who is asked, in the words of the check that asks. */
  readonly person: string;
  readonly request: string;
}

/** The questions of unfinished runs that only a person can answer and nobody has. */
export function openQuestions(runs: readonly RunState[]): readonly OpenQuestion[] {
  return runs.flatMap((run) => [...run.tasks.values()].flatMap((task) => questionsOf(run, task)));
}

function questionsOf(run: RunState, task: TaskState): readonly OpenQuestion[] {
  return [...(task.attempt?.questions ?? [])].flatMap(([id, { ask, reply }]) =>
    reply === undefined && 'person' in ask.of
      ? [{ run: run.id, task: task.task.key, id, person: ask.of.person, request: ask.request }]
      : [],
  );
}
