import type { OverseerEvent } from '../spec/event.ts';
import type { PlanTask } from '../spec/task.ts';
import type { ProjectRun, TaskCounts } from './project-state.ts';

/** How many runs that are over are told of. */
const FINISHED = 1_000;

/** A task of a run that goes on: its phase, and how it stands. */
export interface TaskEntry {
  readonly phase: string;
  status: 'open' | 'verified' | 'failed' | 'skipped';
}

/** A run of the project, as it grows. */
export interface RunEntry extends Omit<ProjectRun, 'status' | 'lastSeq' | 'tasks' | 'counts'> {
  status: ProjectRun['status'];
  lastSeq: number;
  readonly counts: { -readonly [K in keyof TaskCounts]: number };
  /** Its tasks, as long as it is not over. */
  readonly tasks: Map<string, TaskEntry>;
  /** Questions that wait for a person, with the task that asks each. */
  readonly asking: Map<string, string>;
}

/** The runs of a project: those that go on with their tasks, and the latest that are over. */
export class ProjectRuns {
  readonly #runs = new Map<string, RunEntry>();
  readonly #finished = new Set<string>();

  /** A run, as long as it is told of. */
  get(run: string | undefined): RunEntry | undefined {
    return run === undefined ? undefined : this.#runs.get(run);
  }

  /** All that are told of, in the order in which they began. */
  list(): readonly RunEntry[] {
    return [...this.#runs.values()];
  }

  /** A run begins. */
  start({ run = '', seq, data }: OverseerEvent<'run.started'>): void {
    this.#runs.set(run, {
      run,
      title: data.title,
      status: 'running',
      firstSeq: seq,
      lastSeq: seq,
      counts: { open: 0, verified: 0, failed: 0, skipped: 0 },
      tasks: new Map(),
      asking: new Map(),
    });
  }

  /** It is a fork of another one, which says where it comes from. */
  fork(entry: RunEntry, parent: string): void {
    this.#runs.set(entry.run, { ...entry, parent });
  }

  /** It ends: what its tasks were is told in numbers from here on. */
  finish(entry: RunEntry, status: ProjectRun['status']): void {
    entry.status = status;
    entry.tasks.clear();
    entry.asking.clear();
    this.#finished.add(entry.run);
    for (const oldest of this.#finished) {
      if (this.#finished.size <= FINISHED) return;
      this.#finished.delete(oldest);
      this.#runs.delete(oldest);
    }
  }
}

/** Takes up tasks of a plan. */
export function addTasks(
  entry: RunEntry,
  tasks: readonly PlanTask[],
  phaseOf: (task: PlanTask) => string,
): void {
  for (const task of tasks) {
    entry.tasks.set(task.key, { phase: phaseOf(task), status: 'open' });
    entry.counts.open += 1;
  }
}

/** Moves a task to another status, which its run counts. */
export function moveTask(entry: RunEntry, task: TaskEntry, status: TaskEntry['status']): void {
  entry.counts[task.status] -= 1;
  entry.counts[status] += 1;
  task.status = status;
}

/** Notes which questions wait for a person. */
export function foldQuestions({ asking }: RunEntry, event: OverseerEvent): void {
  const { task = '' } = event;
  switch (event.type) {
    case 'question.asked':
      if ('person' in event.data.ask.of) asking.set(`${task} ${event.data.id}`, task);
      return;
    case 'question.answered':
      asking.delete(`${task} ${event.data.id}`);
      return;
    case 'attempt.ended':
    case 'task.done':
    case 'task.failed':
    case 'task.skipped':
      if (asking.size === 0) return;
      for (const [question, asker] of asking) if (asker === task) asking.delete(question);
      return;
    default:
  }
}
