import type { ServerLists } from '../call/server-lists.ts';
import type { TokenCounts } from '../call/token-counts.ts';
import type { Bounded } from '../internal/bounded.ts';
import type { Cancellation } from '../internal/cancellation.ts';
import type { Clock } from '../internal/clock.ts';
import type { Deadlines } from '../internal/deadlines.ts';
import type { Ids } from '../internal/ids.ts';
import type { EventDraft } from '../journal/draft.ts';
import type { AttemptState, RunState, TaskState } from '../journal/run-state.ts';
import type { ToolDown } from '../limit/tool-breakers.ts';
import type { Member } from '../route/member.ts';
import type { EventData, EventType } from '../spec/event.ts';
import type { ModelEvent } from '../spec/model.ts';
import type { TaskSource } from '../spec/task.ts';
import type { Workspace, WorkspaceProvider } from '../spec/workspace.ts';
import type { ToolCheck, ToolWish } from '../tool/check-tool-call.ts';
import type { ToolLeave } from '../tool/tool-leave.ts';
import type { ChainLink } from '../validate/chain.ts';
import type { LetThrough } from './let-through.ts';

/** What an attempt needs of the kernel around it. */
export interface AttemptHost {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly workspaces: WorkspaceProvider | undefined;
  readonly deadlines: Deadlines;
  /** How long a call may give no sign of life, in ms. */
  readonly holdMs: number;
  /** How long it may take in all, in ms; a day where left out. */
  readonly maxCallMs: number | undefined;
  /** Names of fields that nobody is shown. */
  readonly sensitiveFields: ReadonlySet<string>;
  /** Replaces the network of every model call. */
  readonly fetch: typeof globalThis.fetch | undefined;
  /** Delays in ms before the next try of a failed call. */
  retryDelay(failures: number, retryAfterMs: number | undefined): number;
  /** Appends to the journal; the promise resolves when it is durable. */
  append(drafts: readonly EventDraft[]): Promise<void>;
  memberOf(model: string): Member;
  /** Whether a model has another key than this one that may do, now or later; `false` where it has one key. */
  hasOtherKey(model: string, keyName: string | undefined): boolean;
  /** Looks for the names of models at their servers before a call; absent where nobody wants it. */
  readonly lists?: Pick<ServerLists, 'verify' | 'forget'> | undefined;
  /** Counts requests that may be too long for their model; absent where nobody does. */
  readonly counts?: Pick<TokenCounts, 'count'> | undefined;
  /** Who may call which tool, and how often. */
  readonly access: ToolAccess;
  /** Why a tool is left alone now, and until when, epoch ms; `undefined` when it may be called. */
  toolDown(tool: string): ToolDown | undefined;
  /** Whether a tool failed and has not been seen to work since. */
  toolFailed(tool: string): boolean;
  sourceOf(run: string): TaskSource | undefined;
  /** Why an answer that passed its checks goes to a better model all the same; `undefined` where it is accepted. */
  doubtOf(at: AttemptPlace): string | undefined;
  /** The events by which an accepted plan becomes tasks. */
  planFrom(at: AttemptPlace, output: string): Promise<PlanAnswer>;
  /** Asks other processes for room before a call is sent; absent where no limit is shared with any. */
  readonly joint: JointLeave | undefined;
  /** Has calls made by workers; absent where all are made here. */
  readonly remote: RemoteLine | undefined;
  /** Whether a call that was begun may still be sent: not once another has the project. */
  maySend(): boolean;
  /** The calls of models that are under way, by id, each with what breaks off that call and nothing else of its attempt. */
  readonly calls: Map<string, Cancellation>;
  /** Runs heavy checks, a bounded number at a time. */
  readonly bounded: Bounded;
  /** Makes changes go in one at a time. */
  readonly serially: Bounded;
  /** Shows what streams; never waits. */
  show(at: Pick<AttemptPlace, 'run' | 'task' | 'attempt'>, event: ModelEvent): void;
  /** A call ended: what it held is free for others, whatever its attempt does next. */
  callEnded(at: AttemptPlace): void;
  /** Ends the attempt where it goes round in circles; whether it did. */
  endsLoop(at: AttemptPlace): boolean;
  /** The attempt wants its model's next call, now or when its failure allows. */
  wantsCall(at: AttemptPlace): void;
  /** A question was asked of a role: its task can be given away. */
  asked(at: AttemptPlace): void;
  /** The attempt ended and left the task done, or open for another try. */
  ended(at: AttemptPlace): void;
}

/** Leave for a call, of limits that are shared with other processes. */
export interface JointLeave {
  /** Resolves with what to write down of a call that must not be sent, and with `undefined` for one that may, now. Never rejects. */
  ask(call: string, cancel: Cancellation): Promise<EventData['call.withheld'] | undefined>;
}

/** Has calls made by workers: their ends come by themselves. */
export interface RemoteLine {
  takes(model: string): boolean;
  /** Has a call made whose start is durable. Never throws. */
  send(at: AttemptPlace, call: LetThrough): void;
  /** Takes back the call of an attempt that is cancelled, and writes its end down. */
  abandon(at: AttemptPlace): void;
}

/** Who may call which tool, and how often. */
export interface ToolAccess {
  /** Name, permission and input of a call, now. `id` is the call's own. */
  check(at: AttemptPlace, id: string, wish: ToolWish): ToolCheck;
  /** Name and input of a call that had leave when it began. */
  recheck(wish: ToolWish): ToolCheck;
  /**
   * Leave for a call that was checked. Who has to wait is noted, and goes on by itself; it must stop until then. Leave that
   * is counted must be used in the same turn, by recording the start.
   */
  leave(at: AttemptPlace, name: string, check: Extract<ToolCheck, { kind: 'allowed' }>): ToolLeave;
  /** A call of an attempt is over, or was never made: its place is free. */
  ended(at: AttemptPlace): void;
}

/** The events that a plan becomes, or why it cannot be taken up in its run. */
export type PlanAnswer =
  | { readonly kind: 'accepted'; readonly drafts: readonly EventDraft[] }
  | { readonly kind: 'refused'; readonly problems: readonly string[] };

/** Where an attempt stands: itself, its task and its run. */
export interface AttemptPlace {
  readonly run: RunState;
  readonly task: TaskState;
  readonly attempt: AttemptState;
  readonly live: LiveAttempt;
}

/** What an attempt holds while this process works on it. */
export interface LiveAttempt {
  readonly cancel: Cancellation;
  /** The checks that its answer must pass, in order. */
  readonly chain: readonly ChainLink[];
  workspace: Promise<Workspace> | undefined;
  /** Somebody takes it from step to step, and reads its state anew before each. */
  isDriven: boolean;
  /** A tool's quota keeps it waiting; it goes on when that says so. */
  waitsForTool: boolean;
}

/** An event of an attempt, or of a `call` of its model; `actor` is the overseer where it is left out. */
export function draftOf<T extends EventType>(
  at: AttemptPlace,
  type: T,
  data: EventData[T],
  actor?: string,
  call?: string,
): EventDraft {
  // Spelled out and in one order, so that all have the same shape in memory.
  const draft = {
    type,
    actor,
    run: at.run.id,
    task: at.task.task.key,
    attempt: at.attempt.id,
    call,
    model: call === undefined ? undefined : (at.attempt.model ?? ''),
    data,
  };
  return draft as EventDraft;
}

/** The ids that every event of an attempt carries. */
export function placeOf({ run, task, attempt }: AttemptPlace): {
  readonly run: string;
  readonly task: string;
  readonly attempt: string;
} {
  return { run: run.id, task: task.task.key, attempt: attempt.id };
}
