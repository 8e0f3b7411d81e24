import type { AttemptPlace } from '../attempt/attempt-host.ts';
import { atOnce, inSlices, type Sliced } from '../internal/slices.ts';
import { askedAbout } from '../journal/asked-about.ts';
import type { EventDraft } from '../journal/draft.ts';
import type { RunState, TaskState } from '../journal/run-state.ts';
import type { ReadyTask } from '../schedule/ready-task.ts';
import { TaskQueue } from '../schedule/task-queue.ts';
import { type WorkerBounds, WorkerPools } from '../schedule/worker-pools.ts';
import type { Finding } from '../spec/validator.ts';
import { Aside } from './aside.ts';
import type { Decider } from './decider.ts';
import { type Approval, expeditedDraft, unexpeditedDraft } from './expedite.ts';
import { HeldSteps } from './held-steps.ts';
import { withHeld } from './held-waiting.ts';
import { Preparing } from './preparing.ts';
import { isSetBack } from './set-back.ts';
import { stepExpiresAt } from './step-times.ts';
import { isShutOut, type TaskTimes, timesOf, whyExpired, whyTooLate } from './task-times.ts';
import { ofBudget, type WaitingTask, waitingTasks } from './waiting-tasks.ts';
import { workingKinds } from './working-kinds.ts';

/** What the order of starts needs of the kernel around it. */
export interface SchedulingHost {
  failTask(run: RunState, task: TaskState, because: string, findings: readonly Finding[]): void;
  /** Whether a run is being ended, so that nothing of it may start. */
  isStopping(run: RunState): boolean;
  /** Whether the whole project is paused, so that nothing may start at all. */
  isPaused(): boolean;
  /** The attempts that are worked on. */
  attempts(): readonly AttemptPlace[];
  /** The longest chain of tasks behind any task of a run that is not verified. */
  longest(run: string): number;
  /** Tasks in the longest chain that waits for one. */
  rank(run: string, task: string): number;
  append(drafts: readonly EventDraft[]): Promise<void>;
  /** Has the queue offered soon. */
  wake(): void;
}

/**
 * What became of a task that was offered; `untilAt` says when to look at a blocked one again, and `isItsOwn` that the
 * others of its group are not blocked by the same.
 */
export type Started =
  | 'started'
  | 'dropped'
  | { readonly untilAt: number | undefined; readonly isItsOwn?: boolean };

/** In which order tasks start, how many at once, and until when they may wait. */
export class Scheduling {
  readonly queue: TaskQueue;
  readonly workers: WorkerPools;
  /** Tasks that only a budget keeps back. */
  readonly aside: Aside = new Aside();
  /** Steps that only their tool keeps back. */
  readonly held: HeldSteps = new HeldSteps();
  /** Tasks before whose start something is found out. */
  readonly preparing: Preparing = new Preparing();
  readonly #decider: Decider;
  readonly #host: SchedulingHost;
  #offeredAt: number = Number.NEGATIVE_INFINITY;

  constructor(decider: Decider, host: SchedulingHost) {
    this.queue = new TaskQueue(decider.settings.queueLimit);
    this.workers = new WorkerPools(decider.settings.workers);
    this.#decider = decider;
    this.#host = host;
  }

  /** Whether as many tasks of this kind are worked on as may be. */
  isFull({ task }: TaskState): boolean {
    return this.workers.whyFull(task.kind) !== undefined;
  }

  /** Queues a task again once something is known that its start hangs on, unless it was taken away or queued by others meanwhile. */
  addAfter(done: Promise<void>, ready: ReadyTask, because: string): void {
    this.preparing.put(ready, because);
    void done.then(() => {
      const waits = this.preparing.take(ready.run, ready.task);
      if (waits === undefined) return;
      this.queue.add(waits, this.#decider.settings.clock.now());
      this.#host.wake();
    });
  }

  /** Until when a task that becomes ready now may wait. */
  timesOf(task: TaskState, nowMs: number): TaskTimes {
    return timesOf(this.#decider, task, nowMs);
  }

  /** Sets how many attempts, and how many calls of each model, may be under way at once; what is left out stays as it is. */
  setWorkers({
    models = {},
    workers = this.workers.bounds.workers,
    concurrency = this.workers.bounds.concurrency,
  }: Partial<WorkerBounds> & { readonly models?: Readonly<Record<string, number>> }): void {
    for (const [name, count] of Object.entries(models)) {
      this.#decider.settings.members.get(name)?.limits.setConcurrency(count);
    }
    this.workers.set({ workers, concurrency });
    this.#host.wake();
  }

  /** Puts a waiting task before all others, by a person's word. Throws as `expeditedDraft` does. */
  expedite(run: string, task: string, approval: Approval): void {
    const { projection, settings } = this.#decider;
    const { runs } = projection;
    const models = new Set(settings.members.keys());
    const draft = expeditedDraft(runs.values(), runs.get(run), task, approval, models);
    void this.#host.append([draft]);
    this.#putFirst(run, task, true);
    this.#host.wake();
  }

  /** Takes that back, for a task and for what it asks. Throws as `unexpeditedDraft` does. */
  unexpedite(run: string, task: string, approval: Approval): void {
    const { projection, settings } = this.#decider;
    const models = new Set(settings.members.keys());
    const { draft, about } = unexpeditedDraft(projection.runs.get(run), task, approval, models);
    const asked = askedAbout(about, task);
    void this.#host.append([draft]);
    this.#putFirst(run, task, false);
    for (const one of asked) this.#putFirst(run, one.task.key, false);
    this.#host.wake();
  }

  /** Has a task that waits stand before all others, or no more, wherever it does. */
  #putFirst(run: string, task: string, express: boolean): void {
    this.queue.reprioritise(run, task, { express }, this.#decider.settings.clock.now());
    this.aside.change(run, task, { express });
    this.preparing.change(run, task, { express });
    if (express) this.held.putFirst(run, task);
    else this.held.putBack(run, task);
  }

  /** Whether a task's deadline shuts models out that others of its group may have. */
  isShutOut(task: TaskState, nowMs: number): boolean {
    return isShutOut(this.#decider, task, nowMs);
  }

  /** Offers what waits, in order; returns when to offer again if nothing else happens. */
  offer(nowMs: number, start: (ready: ReadyTask) => Started): number {
    let wakeAt = Number.POSITIVE_INFINITY;
    if (isSetBack(this.#offeredAt, nowMs)) this.#setBack(nowMs);
    this.#offeredAt = nowMs;
    if (this.workers.isBounded) this.workers.count(workingKinds(this.#host.attempts()));
    const due = this.queue.offer(
      nowMs,
      (ready) => {
        const outcome = start(ready);
        if (typeof outcome === 'string') return outcome;
        wakeAt = Math.min(wakeAt, outcome.untilAt ?? Number.POSITIVE_INFINITY);
        return outcome.isItsOwn === true ? 'aside' : 'blocked';
      },
      (ready) => this.#expire(ready, nowMs),
    );
    return Math.min(wakeAt, due ?? Number.POSITIVE_INFINITY);
  }

  /** Every ready task that waits, in the order in which they are expected to start. */
  waiting(): readonly WaitingTask[] {
    return atOnce(this.#waiting());
  }

  /** The same, without holding up the work that goes on meanwhile. */
  waitingInSlices(): Promise<readonly WaitingTask[]> {
    return inSlices(this.#waiting());
  }

  *#waiting(): Sliced<readonly WaitingTask[]> {
    const common = {
      longest: (run: string) => this.#host.longest(run),
      decider: this.#decider,
      isPaused: this.#host.isPaused(),
      nowMs: this.#decider.settings.clock.now(),
    };
    const waiting = yield* waitingTasks({
      ...common,
      queue: this.queue,
      workers: this.workers,
      attempts: this.#host.attempts(),
      aside: [...this.aside.tasks.map(ofBudget), ...this.preparing.tasks],
    });
    if (this.held.size === 0) return waiting;
    const { held } = this;
    return withHeld(waiting, { ...common, held, rank: (...of) => this.#host.rank(...of) });
  }

  /** The clock was set back: what has been waited counts still, and so does what was left to wait. Deadlines stay where they are. */
  #setBack(nowMs: number): void {
    const backMs = this.#offeredAt - nowMs;
    const moved = (ready: ReadyTask): Partial<ReadyTask> => {
      const task = this.#decider.projection.runs.get(ready.run)?.tasks.get(ready.task);
      const maxWaitMs = task?.task.maxWaitMs ?? this.#decider.settings.maxWaitMs;
      const readyAt = ready.readyAt - backMs;
      const expiresAt = Math.min(readyAt + maxWaitMs, ready.latestStartAt + 1);
      return { readyAt, expiresAt, notBefore: Math.max(0, ready.notBefore - backMs) };
    };
    for (const ready of [...this.queue.waiting()]) {
      this.queue.reprioritise(ready.run, ready.task, moved(ready), nowMs);
    }
    for (const { ready } of this.preparing.tasks) {
      this.preparing.change(ready.run, ready.task, moved(ready));
    }
    this.held.retime(({ task, readyAt: before }) => {
      const readyAt = before - backMs;
      return { readyAt, expiresAt: stepExpiresAt(this.#decider.settings, task.task, readyAt) };
    });
  }

  /** A task has waited as long as it may, unless its model has become faster meanwhile. */
  #expire(ready: ReadyTask, nowMs: number): void {
    const run = this.#decider.projection.runs.get(ready.run);
    const task = run?.tasks.get(ready.task);
    if (run?.status !== 'running' || task?.status !== 'open' || task.paused !== undefined) return;
    if (this.#host.isStopping(run)) return;
    const tooLate = whyTooLate(this.#decider, task, nowMs);
    if (tooLate === undefined && ready.expiresAt === ready.readyAt) {
      // Who may not wait at all is still asked once whether there is room.
      this.queue.add({ ...ready, expiresAt: nowMs + 1 }, nowMs);
      return;
    }
    const waitedAt = ready.readyAt + (task.task.maxWaitMs ?? this.#decider.settings.maxWaitMs);
    if (tooLate === undefined && waitedAt > nowMs) {
      const times = this.timesOf(task, nowMs);
      const expiresAt = Math.max(nowMs + 1, Math.min(waitedAt, times.expiresAt));
      this.queue.add({ ...ready, ...times, expiresAt }, nowMs);
      return;
    }
    const because = whyExpired(task, ready, nowMs, tooLate);
    this.#host.failTask(run, task, because, []);
  }
}
