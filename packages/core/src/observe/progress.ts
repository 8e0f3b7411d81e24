import type { WaitReason } from './limited-time.ts';
import type { WorkRow } from './work-book.ts';

/**
 * How a task stands: `blocked` by tasks before it, `ready` and waiting for its turn or a place, `limited` by a limit or an
 * outage, `running` (its checks included), `asking` a person, `paused`, or over.
 */
export type TaskStanding =
  | 'blocked'
  | 'ready'
  | 'limited'
  | 'running'
  | 'asking'
  | 'paused'
  | 'done'
  | 'failed'
  | 'skipped';

/** How far a part of the work is: the project, a run or a phase. Moments are epoch ms. */
export interface WorkProgress {
  readonly tasks: number;
  readonly counts: Readonly<Record<TaskStanding, number>>;
  /** How much of it is verified, 0 to 1; of no work at all, 1. */
  readonly share: number;
  /** By what tasks count in `share`: the time they take or are expected to take, or one each where that is not known. */
  readonly weightedBy: 'time' | 'count';
  /** When its first task began. */
  readonly startedAt: number | undefined;
  /** When its last task ended; `undefined` while some have not. */
  readonly endedAt: number | undefined;
  /** From the start to the end, or until now. */
  readonly elapsedMs: number | undefined;
  /** When it is expected to end if all goes as expected; `undefined` where nobody can say, and `because` says why. */
  readonly endsAt: number | undefined;
  readonly because: string | undefined;
  /** It cannot end before that, however much runs at once; `undefined` where no duration is known. */
  readonly earliestEndAt: number | undefined;
}

/** How far a task is. Moments are epoch ms. */
export interface TaskProgress {
  readonly task: string;
  readonly title: string;
  readonly kind: string;
  readonly phase: string | undefined;
  readonly standing: TaskStanding;
  /** Since when it stands so; `undefined` for what never was ready. */
  readonly since: number | undefined;
  /** Who works on it, or did last. */
  readonly model: string | undefined;
  readonly attempts: number;
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
  /** From its first attempt to its end, or until now. */
  readonly elapsedMs: number | undefined;
  /** How long attempts worked on it: while they waited for limits or a person, or were paused, nothing counts. */
  readonly workedMs: number;
  /** How long it was ready and not worked on. */
  readonly waitedMs: number;
  /** How long limits kept it waiting, before and in its attempts. */
  readonly limitedMs: number;
  /** What it waits for, in words. */
  readonly waitsFor: string | undefined;
  /** How long such tasks take; `undefined` where none was done yet. */
  readonly expectedMs: number | undefined;
  readonly startsAt: number | undefined;
  readonly endsAt: number | undefined;
  /** Why nobody can say when it ends. */
  readonly because: string | undefined;
  /** How long from now it takes at least, with what it needs; `undefined` like `slackMs`. */
  readonly earliestMs: number | undefined;
  /** How much later it may end without making its run later; `undefined` for what is over, and where no duration is known. */
  readonly slackMs: number | undefined;
  readonly isCritical: boolean;
  /** Tasks that wait for it, directly or not. */
  readonly behind: number;
}

/** The tasks of a run and what needs what, to be drawn. */
export interface DependencyMap {
  readonly nodes: readonly {
    readonly task: string;
    readonly standing: TaskStanding;
    readonly isCritical: boolean;
  }[];
  /** `from` must be verified before `to` starts. */
  readonly edges: readonly { readonly from: string; readonly to: string }[];
}

/** Something that holds work up. */
export interface Bottleneck {
  /** A limit or outage; too few places; one task; a person; a failure; somebody's pause. */
  readonly kind: 'limit' | 'place' | 'task' | 'person' | 'failure' | 'pause';
  readonly run: string | undefined;
  readonly task: string | undefined;
  /** How many tasks it holds up. */
  readonly holdsUp: number;
  /** `5 tasks wait for coder-a: 5/5 calls, resets in 8 s`. */
  readonly text: string;
}

/** What limits did to the schedule of a run so far. */
export interface LimitEffect {
  /** How long ready tasks and attempts waited, in ms, by what they waited for; the longest first. */
  readonly waits: readonly (WaitReason & { readonly ms: number; readonly times: number })[];
  /** How long ready tasks waited for limits and outages, in all. */
  readonly limitedMs: number;
  /** How long ready tasks waited for their turn and for a place. */
  readonly turnMs: number;
  /** How much of that was on the chain of tasks that decides how long the run takes: so much the limits delayed it. */
  readonly delayMs: number;
  /** `delayMs` as a share of the time that the run took so far, 0 to 1; times in which it was suspended do not count. */
  readonly share: number;
}

/** From where a run would go on, if its process died now. */
export interface RecoveryPoint {
  /** The last durable event of the run. */
  readonly seq: number;
  readonly at: number;
  /** Up to where a snapshot saves reading the journal; `undefined` where there is none. */
  readonly snapshotSeq: number | undefined;
  /** Changes that are in, in the order of acceptance. */
  readonly commits: readonly {
    readonly task: string;
    readonly commit: string;
    readonly at: number;
  }[];
  /** Attempts that go on with the call after their recorded ones. */
  readonly attempts: readonly {
    readonly task: string;
    readonly attempt: string;
    readonly model: string | undefined;
    readonly recordedCalls: number;
  }[];
}

/** How far a phase of a run is. */
export interface PhaseProgress extends WorkProgress {
  /** `undefined` for the tasks that name none. */
  readonly phase: string | undefined;
}

/** How far a run is. */
export interface RunProgress extends WorkProgress {
  readonly run: string;
  readonly title: string;
  readonly status: 'running' | 'suspended' | 'completed' | 'stopped' | 'failed';
  readonly phases: readonly PhaseProgress[];
  readonly work: readonly TaskProgress[];
  readonly map: DependencyMap;
  /** The longest chain of tasks that are left; `ms` is `undefined` where no duration is known, and the longest is that of most tasks. */
  readonly criticalPath: { readonly tasks: readonly string[]; readonly ms: number | undefined };
  readonly limits: LimitEffect;
  readonly recovery: RecoveryPoint;
  readonly analytics: readonly WorkRow[];
}

/** How far everything is, at a moment. */
export interface Progress {
  /** Epoch ms. */
  readonly at: number;
  readonly project: WorkProgress;
  readonly runs: readonly RunProgress[];
  /** What holds most up, first. */
  readonly bottlenecks: readonly Bottleneck[];
  /** By model and kind of task, over all runs that were looked at. */
  readonly analytics: readonly WorkRow[];
}
