import type { TaskState, TaskStatus } from '../journal/run-state.ts';
import type { GroupedTask } from '../run/task-group.ts';
import type { RunStatus } from '../spec/run-events.ts';
import type { PlanTask } from '../spec/task.ts';
import type { AskedModels } from './asked-models.ts';
import type { LimitedTime, WaitReason } from './limited-time.ts';
import { WorkBook } from './work-book.ts';

/** An attempt that goes on. */
export interface AttemptRecord extends AskedModels {
  readonly id: string;
  /** Epoch ms. */
  readonly startedAt: number;
  /** Answers that are recorded: it is gone on from there. */
  steps: number;
  /** How much of it was no work: it waited for limits, or was at rest. */
  stalledMs: number;
  /** Since when it waits for a limit, and for which; `undefined` while it does not. */
  stalled: { readonly at: number; readonly reason: WaitReason } | undefined;
  /**
   * Since when nothing of it is done, as its run is suspended, it is paused or a person is asked, and what it waited for
   * then; `undefined` while it may go on.
   */
  rest:
    | {
        at: number;
        /** Whether the process that worked on it is gone, with all that was under way. */
        isLeft: boolean;
        stalled: WaitReason | undefined;
        readonly waiting: TaskRecord['waiting'];
      }
    | undefined;
}

/** When a task did what. Moments are epoch ms. */
export interface TaskRecord extends GroupedTask {
  /** As it was planned, or as a later plan has it. */
  task: PlanTask;
  readonly past: { model: string | undefined; outcome: Outcome; fault: Fault }[];
  model: string | undefined;
  status: TaskStatus;
  paused: boolean;
  /** Tasks that it needs and that are not verified. */
  missing: number;
  attempts: number;
  attempt: AttemptRecord | undefined;
  /** When its first attempt began. */
  startedAt: number | undefined;
  endedAt: number | undefined;
  /** Since when it is ready and waits; `undefined` while it does not. */
  readyAt: number | undefined;
  /** How its group's limited time stood then. */
  limitedThen: number;
  /** The group in which it waits. */
  group: string;
  /** How long it was ready and not worked on. */
  waitedMs: number;
  /** The part of that, and of its attempts, in which limits kept it waiting. */
  limitedMs: number;
  /** The part of that in its attempts that ended. */
  stalledMs: number;
  /** How long attempts worked on it, as far as their clocks went. */
  workedMs: number;
  /** What it waits for, as it was told. */
  waiting: { readonly because: string; readonly untilAt: number | undefined } | undefined;
  /** Ids of questions that only a person can answer. */
  readonly asking: Set<string>;
  commit: string | undefined;
  because: string | undefined;
}

type Outcome = TaskState['past'][number]['outcome'];
type Fault = TaskState['past'][number]['fault'];

/** How long tasks waited for one limit. */
export interface WaitSum extends WaitReason {
  ms: number;
  /** How many waits these were; a task that waits again counts again. */
  times: number;
}

/** When a run did what. Moments are epoch ms. */
export interface RunRecord {
  readonly id: string;
  readonly title: string;
  readonly startedAt: number;
  readonly tasks: Map<string, TaskRecord>;
  /** The tasks that need each. */
  readonly dependants: Map<string, string[]>;
  status: 'running' | 'suspended' | RunStatus;
  because: string | undefined;
  endedAt: number | undefined;
  /** Since when it is suspended; `undefined` while it is not. */
  suspendedAt: number | undefined;
  suspendedMs: number;
  /** The last of its events. */
  last: { seq: number; at: number };
  /** Waits for limits that are over, by their reasons. */
  readonly waits: Map<string, WaitSum>;
  readonly book: WorkBook;
}

/** A run that begins. */
export function newRunRecord(id: string, title: string, seq: number, at: number): RunRecord {
  return {
    id,
    title,
    startedAt: at,
    tasks: new Map(),
    dependants: new Map(),
    status: 'running',
    because: undefined,
    endedAt: undefined,
    suspendedAt: undefined,
    suspendedMs: 0,
    last: { seq, at },
    waits: new Map(),
    book: new WorkBook(),
  };
}

/** A task that nobody has begun. */
export function newTaskRecord(run: string, task: PlanTask, asks: TaskRecord['asks']): TaskRecord {
  return {
    run,
    task,
    asks,
    past: [],
    model: undefined,
    status: 'open',
    paused: false,
    missing: 0,
    attempts: 0,
    attempt: undefined,
    startedAt: undefined,
    endedAt: undefined,
    readyAt: undefined,
    limitedThen: 0,
    group: '',
    waitedMs: 0,
    limitedMs: 0,
    stalledMs: 0,
    workedMs: 0,
    waiting: undefined,
    asking: new Set(),
    commit: undefined,
    because: undefined,
  };
}

/** Reasons that are kept apart in one run. */
const REASONS = 200;

/** Adds a wait to the sums of its run. */
export function addWait(
  waits: Map<string, WaitSum>,
  reason: WaitReason | undefined,
  ms: number,
): void {
  if (reason === undefined || ms <= 0) return;
  const { model, what, kind } = reason;
  const key = JSON.stringify([model, what, kind]);
  const isNew = !waits.has(key);
  const place = isNew && waits.size >= REASONS ? 'other' : key;
  const sum = waits.get(place) ?? {
    model,
    what: place === key ? what : 'other',
    kind,
    ms: 0,
    times: 0,
  };
  sum.ms += ms;
  sum.times += 1;
  waits.set(place, sum);
}

/** How long a task that is ready has waited for limits by `at`, in ms. */
export function limitedBy(task: TaskRecord, time: LimitedTime | undefined, at: number): number {
  return time === undefined ? 0 : Math.max(0, time.at(at) - task.limitedThen);
}
