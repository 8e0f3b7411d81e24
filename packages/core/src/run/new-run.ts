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
}

/** The events by which a run starts: it, and its tasks. */
export function startDrafts(run: string, request: NewRun): readonly EventDraft[] {
  // What is only for this process goes no further.
  const { tasks, source: _, ...data } = request;
  return [
    { type: 'run.started', run, data },
    { type: 'plan.accepted', run, data: { by: 'host', tasks } },
  ];
}
