import { OverseerError } from '../errors/overseer-error.ts';
import type { EventDraft } from '../journal/draft.ts';
import type { RunState, TaskState } from '../journal/run-state.ts';
import { dueOf } from './question-deadlines.ts';

/** A question that waits for a person, as long as it takes and over restarts. */
export interface OpenQuestion {
  readonly run: string;
  readonly task: string;
  /** Names it within its task. */
  readonly id: string;
  /** Who is asked, in the words of the check that asks. */
  readonly person: string;
  readonly request: string;
  /** Epoch ms. */
  readonly askedAt: number;
  /** Epoch ms at which it is answered by itself, or fails its task; absent where it waits as long as it takes. */
  readonly dueAt?: number;
}

/** The questions of unfinished runs that only a person can answer and nobody has. */
export function openQuestions(runs: readonly RunState[]): readonly OpenQuestion[] {
  return runs.flatMap((run) => [...run.tasks.values()].flatMap((task) => questionsOf(run, task)));
}

/** The event by which a person's answer becomes known; `undefined` when nobody asks that any more. */
export function answerDraft(
  run: RunState | undefined,
  { task: key, id }: Pick<OpenQuestion, 'task' | 'id'>,
  reply: string,
  by: string,
): EventDraft | undefined {
  const task = run?.tasks.get(key);
  const isOpen = run !== undefined && task !== undefined && isAsked(run, task, id);
  if (!isOpen || task.attempt === undefined) return undefined;
  return {
    type: 'question.answered',
    run: run.id,
    task: key,
    attempt: task.attempt.id,
    actor: `person:${by}`,
    data: { id, reply, by: `person:${by}` },
  };
}

/** The error of whoever answers a question that nobody asks. */
export function unknownQuestion({
  run,
  task,
  id,
}: Pick<OpenQuestion, 'run' | 'task' | 'id'>): OverseerError {
  return new OverseerError(
    'question.unknown',
    `Task ${task} of run ${run} asks no question ${id}, or somebody answered it; questions() lists the open ones.`,
  );
}

function isAsked(run: RunState, task: TaskState, id: string): boolean {
  return questionsOf(run, task).some((question) => question.id === id);
}

function questionsOf(run: RunState, task: TaskState): readonly OpenQuestion[] {
  return [...(task.attempt?.questions ?? [])].flatMap(([id, question]) => {
    const { ask, reply, askedAt } = question;
    if (reply !== undefined || !('person' in ask.of)) return [];
    const dueAt = dueOf(question);
    const { person } = ask.of;
    const asked = { run: run.id, task: task.task.key, id, person, request: ask.request, askedAt };
    return [dueAt === undefined ? asked : { ...asked, dueAt }];
  });
}
