import type { EventDraft } from '../journal/draft.ts';
import type { EventData } from '../spec/event.ts';
import type { PlanTask, TaskSource } from '../spec/task.ts';

/** The task of another run for which a run works. */
export interface RunParent {
  readonly run: string;
  readonly task: string;
}

/** What a new run starts with. */
export interface NewRun extends Readonly<EventData['run.started']> {
  readonly tasks: readonly PlanTask[];
  readonly source?: TaskSource;
  /** Where it goes on from, and what of its tasks was done there. */
  readonly fork?: EventData['run.forked'] & { readonly done: readonly DoneBefore[] };
}

/** A task that was done in the run that a fork goes on from. */
export interface DoneBefore {
  readonly task: string;
  readonly data: EventData['task.done'];
}

/** The events by which a run starts: it, and its tasks. */
export function startDrafts(run: string, request: NewRun): readonly EventDraft[] {
  // What is only for this process goes no further.
  const { tasks, source: _, fork, ...data } = request;
  const planned: EventDraft = { type: 'plan.accepted', run, data: { by: 'host', tasks } };
  if (fork === undefined) return [{ type: 'run.started', run, data }, planned];
  const { done, ...forked } = fork;
  return [
    { type: 'run.started', run, data },
    { type: 'run.forked', run, data: forked },
    planned,
    ...done.map(
      ({ task, data: given }): EventDraft => ({ type: 'task.done', run, task, data: given }),
    ),
  ];
}
