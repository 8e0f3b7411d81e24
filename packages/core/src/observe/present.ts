import type { WaitingTask } from '../run/waiting-tasks.ts';
import type { TaskKind } from '../spec/task.ts';

/** What is known beside the journal: by the process that works on it. */
export interface Present {
  readonly nowMs: number;
  /** Ready tasks with what they wait for and when they start; left out by who only reads the journal. */
  readonly waiting?: readonly WaitingTask[];
  /** How long a task of a kind takes, in ms, where the journal that was read does not tell. */
  readonly expectedMs?: (kind: TaskKind, model: string | undefined) => number | undefined;
  readonly snapshotSeq?: number | undefined;
}
