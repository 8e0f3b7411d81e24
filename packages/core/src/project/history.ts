import { defined } from '../internal/defined.ts';
import { readEvents } from '../journal/read-events.ts';
import type { EventType, OverseerEvent } from '../spec/event.ts';
import type { StateStore } from '../spec/store.ts';

/** One version of a project: what somebody or something changed in it. */
export interface ProjectVersion {
  /** What `at` takes. */
  readonly seq: number;
  /** Epoch ms. */
  readonly at: number;
  /** `host`, `overseer`, `person:<name>`, `model:<name>`. */
  readonly by: string;
  readonly type: EventType;
  /** In words. */
  readonly what: string;
  readonly run?: string;
  readonly task?: string;
  readonly commit?: string;
}

type Told = { readonly what: string; readonly commit?: string | undefined };

/** Every version of a project, oldest first: the changes of its phases, checklist and checkpoints, its runs, and the work that was accepted. */
export async function* projectHistory(
  store: StateStore,
  stream: string,
): AsyncGenerator<ProjectVersion> {
  for await (const page of readEvents(store, stream, undefined)) {
    for (const event of page) {
      const version = versionOf(event);
      if (version !== undefined) yield version;
    }
  }
}

function versionOf(event: OverseerEvent): ProjectVersion | undefined {
  const told = tell(event);
  if (told === undefined) return undefined;
  const { seq, at, actor: by, type, run, task } = event;
  return defined({ seq, at, by, type, what: told.what, run, task, commit: told.commit });
}

function tell(event: OverseerEvent): Told | undefined {
  switch (event.type) {
    case 'project.defined':
      return { what: `defined with ${event.data.phases.length} phases` };
    case 'phase.entered':
      return { what: `entered ${event.data.phase}: ${event.data.because}` };
    case 'phase.refused':
      return { what: `did not enter ${event.data.phase}: a criterion stood against it` };
    case 'checklist.changed':
      return { what: `${event.data.isTicked ? 'ticked' : 'unticked'} ${event.data.item}` };
    case 'checkpoint.made':
      return { what: `checkpoint ${event.data.name}`, commit: event.data.commit };
    case 'rewind.started':
      return { what: `began to go back to ${event.data.checkpoint}: ${event.data.because}` };
    case 'rewind.refused':
      return { what: `did not go back: ${event.data.because}` };
    case 'project.rewound':
      return { what: `went back to ${event.data.checkpoint}`, commit: event.data.restored };
    case 'project.paused':
      return { what: `paused: ${event.data.because}` };
    case 'project.resumed':
      return { what: `resumed: ${event.data.because}` };
    default:
      return tellOfRun(event);
  }
}

function tellOfRun(event: OverseerEvent): Told | undefined {
  switch (event.type) {
    case 'run.started':
      return { what: `began ${event.data.title}` };
    case 'run.forked':
      return { what: `forked from ${event.data.parent} at ${event.data.seq}` };
    case 'run.finished':
      return { what: `ended as ${event.data.status}` };
    case 'plan.accepted':
      return { what: `planned ${event.data.tasks.length} tasks` };
    case 'task.done':
      return { what: `verified ${event.task}`, commit: event.data.commit };
    default:
      return undefined;
  }
}
