import type { AttemptPlace } from '../attempt/attempt-host.ts';
import type { EndDetails } from '../attempt/drive.ts';
import type { LetThrough } from '../attempt/let-through.ts';
import type { RunState, TaskState } from '../journal/run-state.ts';
import type { ModelEvent } from '../spec/model.ts';
import type { SchedulingHost } from './scheduling.ts';

/** What the dispatcher has others do. */
export interface DispatcherHost extends SchedulingHost {
  /** An attempt was given its task: take it on, and make its first call when there is one. */
  begin(run: RunState, task: TaskState, call: LetThrough | undefined, durable: Promise<void>): void;
  /** A waiting attempt got leave for its next call. */
  proceed(at: AttemptPlace, call: LetThrough | undefined, durable: Promise<void>): void;
  /** An attempt that a tool's quota kept waiting looks again. */
  goOn(at: AttemptPlace): void;
  /** Shows what the call says that an attempt waits for. */
  show(at: Pick<AttemptPlace, 'run' | 'task' | 'attempt'>, event: ModelEvent): void;
  /** An attempt cannot go on with its model. */
  end(at: AttemptPlace, outcome: 'failed' | 'moved', because: string, details?: EndDetails): void;
  /** A task could not be begun for an error nobody planned for: ends that task, or its attempt. */
  breakStart(run: RunState, task: TaskState, error: unknown): void;
  /** No model can do a task, or none any more: it fails, unless there is another way. */
  giveUp(run: RunState, task: TaskState, because: string): void;
  /** Sees whether the clock was set forward, before anything is decided by it. */
  lookAtClock(): void;
  stopRun(run: RunState, because: string): void;
}
