import { questionTaskOf } from '../journal/fold-run.ts';
import { ExpectedDurations } from '../schedule/expected-durations.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { PlanTask, TaskKind } from '../spec/task.ts';
import { skip } from './attempt-clock.ts';
import { AttemptFold } from './attempt-fold.ts';
import { HeldWork } from './held-work.ts';
import type { LimitedTime } from './limited-time.ts';
import { addNeeds, changeNeeds, isOver, settle, unsettle } from './needs.ts';
import { ReadyWaits } from './ready-waits.ts';
import { newRunRecord, newTaskRecord, type RunRecord, type TaskRecord } from './run-record.ts';
import { WorkBook } from './work-book.ts';

/** Runs that are over and still told of. */
const OVER_KEPT = 100;

/**
 * When every task of a journal was ready, worked on, kept waiting and done: a fold of events, for whoever asks for
 * progress. The kernel does without it, so that no event costs more for it. Keeps unfinished runs, and of those that are
 * over the last hundred.
 */
export class ProgressFold {
  /** @internal */
  readonly runs: ReadonlyMap<string, RunRecord>;
  /**
   * Over all runs that were seen.
   *
   * @internal
   */
  readonly book: WorkBook = new WorkBook();
  /**
   * How long tasks were worked on, by kind and under `*`.
   *
   * @internal
   */
  readonly durations: ExpectedDurations = new ExpectedDurations();
  readonly #runs = new Map<string, RunRecord>();
  readonly #waits = new ReadyWaits();
  readonly #attempts = new AttemptFold(this.book);
  readonly #held = new HeldWork(this.#waits, this.#attempts);
  #epoch: number | undefined;

  constructor() {
    this.runs = this.#runs;
  }

  /** Whether the project is paused. */
  get isPaused(): boolean {
    return this.#held.isPaused;
  }

  /**
   * Says that the project was paused before the first event that was taken; of no effect where an event tells.
   *
   * @internal
   */
  pausedBefore(): void {
    this.#held.pausedBefore(this.#runs.values());
  }

  /** Takes one event into account, in order. */
  take(event: OverseerEvent): void {
    if (event.epoch !== this.#epoch) this.#takenOver(event.epoch);
    if (event.type === 'project.paused') this.#held.pauseAll(this.#runs.values(), event.at);
    if (event.type === 'project.resumed') this.#resumeAll(event.at);
    if (event.run === undefined) return;
    if (event.type === 'run.started') {
      const { run, seq, at, data } = event;
      this.#runs.set(run, newRunRecord(run, data.title, seq, at));
      return;
    }
    const run = this.#runs.get(event.run);
    if (run === undefined) return;
    const task = event.task === undefined ? undefined : run.tasks.get(event.task);
    if (task !== undefined) this.#foldTask(run, task, event);
    else this.#foldRun(run, event);
    run.last = { seq: event.seq, at: event.at };
  }

  /**
   * How long limits held the tasks of a group up; `undefined` where they never did.
   *
   * @internal
   */
  limitedTime(group: string): LimitedTime | undefined {
    return this.#waits.limitedTime(group);
  }

  #foldRun(run: RunRecord, event: OverseerEvent): void {
    switch (event.type) {
      case 'plan.accepted':
        this.#plan(run, event.at, event.data.tasks);
        return;
      case 'run.suspended':
        this.#suspend(run, event.at, event.data.because);
        return;
      case 'run.resumed':
        this.#resume(run, event.at);
        return;
      case 'run.finished':
        run.suspendedMs += event.at - (run.suspendedAt ?? event.at);
        run.suspendedAt = undefined;
        run.status = event.data.status;
        run.because = event.data.because;
        run.endedAt = event.at;
        this.#forgetOld();
        return;
      default:
    }
  }

  #plan(run: RunRecord, at: number, tasks: readonly PlanTask[]): void {
    const added = tasks.map((task) => newTaskRecord(run.id, task, undefined));
    for (const task of added) run.tasks.set(task.task.key, task);
    // Only once all are there can they need each other.
    for (const task of added) addNeeds(run, task);
    for (const task of added) this.#held.wait(run, task, at);
  }

  #foldTask(run: RunRecord, task: TaskRecord, event: OverseerEvent): void {
    const { at } = event;
    switch (event.type) {
      case 'task.waiting':
        this.#limited(task, event);
        return;
      case 'task.assigned':
        this.#waits.start(run, task, at);
        this.#attempts.begin(task, event);
        return;
      case 'attempt.ended':
        this.#attempts.end(run, task, event, event.data.outcome, event.data.fault);
        task.asking.clear();
        this.#held.wait(run, task, at);
        return;
      case 'task.done':
        this.#done(run, task, event);
        return;
      case 'task.failed':
      case 'task.skipped':
        this.#over(run, task, event.type === 'task.failed' ? 'failed' : 'skipped', at);
        task.because = event.data.because;
        return;
      case 'task.reopened':
        if (task.status === 'done' || !isOver(task)) return;
        task.status = 'open';
        task.because = undefined;
        task.endedAt = undefined;
        for (const late of unsettle(run, task)) this.#waits.end(run, late, at);
        this.#held.wait(run, task, at);
        return;
      case 'task.paused':
        task.paused = true;
        this.#held.hold(run, task, at);
        return;
      case 'task.resumed':
        task.paused = false;
        this.#held.letGoOn(run, task, at);
        return;
      case 'task.changed':
        if (event.data.model !== undefined) task.model = event.data.model ?? undefined;
        return;
      case 'task.diagnosed':
      case 'plan.patched':
        this.#mended(run, task, event);
        return;
      case 'question.asked':
        this.#attempts.take(run, task, event);
        this.#asked(run, task, event);
        return;
      case 'question.answered':
        this.#attempts.take(run, task, event);
        task.asking.delete(event.data.id);
        this.#held.clock(run, task, at);
        return;
      default:
        this.#attempts.take(run, task, event);
    }
  }

  /** A task rests until another way is found for it, or goes on by one. */
  #mended(
    run: RunRecord,
    task: TaskRecord,
    { type, data, at }: OverseerEvent<'task.diagnosed' | 'plan.patched'>,
  ): void {
    if (type === 'task.diagnosed') {
      if (data.mend === undefined) return;
      this.#waits.end(run, task, at);
      task.missing += 1;
      task.waiting = { because: `another way is looked for: ${data.mend.key}`, untilAt: undefined };
      this.#plan(run, at, [data.mend]);
      return;
    }
    this.#plan(run, at, data.added);
    for (const changed of data.changed) {
      const record = run.tasks.get(changed.key);
      if (record === undefined) continue;
      changeNeeds(run, record, changed);
      record.waiting = undefined;
      this.#held.wait(run, record, at);
    }
  }

  #done(run: RunRecord, task: TaskRecord, event: OverseerEvent<'task.done'>): void {
    this.#attempts.end(run, task, event, 'accepted', undefined);
    this.#over(run, task, 'done', event.at);
    task.commit = event.data.commit;
    if (task.asks !== undefined || event.data.takenOver !== undefined) return;
    this.durations.note(task.task.kind, task.workedMs);
    this.durations.note(ANY_KIND, task.workedMs);
  }

  #over(run: RunRecord, task: TaskRecord, status: 'done' | 'failed' | 'skipped', at: number): void {
    this.#waits.end(run, task, at);
    task.status = status;
    task.attempt = undefined;
    task.paused = false;
    task.asking.clear();
    task.endedAt = at;
    for (const ready of settle(run, task)) this.#held.wait(run, ready, at);
  }

  #asked(run: RunRecord, task: TaskRecord, event: OverseerEvent<'question.asked'>): void {
    const { ask, id } = event.data;
    if ('person' in ask.of) {
      task.asking.add(id);
      this.#held.clock(run, task, event.at);
    } else {
      const child = questionTaskOf(task.task, id, ask.of.role, ask.request);
      const asks = { task: task.task.key, question: id, author: task.attempt?.model };
      const record = newTaskRecord(run.id, child, asks);
      run.tasks.set(child.key, record);
      this.#held.wait(run, record, event.at);
    }
  }

  /** A task or an attempt was told to wait. */
  #limited(task: TaskRecord, event: OverseerEvent<'task.waiting'>): void {
    const { because, untilAt } = event.data;
    task.waiting = { because, untilAt };
    if (task.attempt === undefined) this.#waits.limit(task, event);
    else this.#attempts.limit(task.attempt, event);
  }

  #suspend(run: RunRecord, at: number, because: string | undefined): void {
    run.status = 'suspended';
    run.because = because;
    run.suspendedAt = at;
    for (const task of run.tasks.values()) this.#held.hold(run, task, at);
  }

  #resume(run: RunRecord, at: number): void {
    run.suspendedMs += at - (run.suspendedAt ?? at);
    run.suspendedAt = undefined;
    run.status = 'running';
    run.because = undefined;
    for (const task of run.tasks.values()) {
      this.#held.letGoOn(run, task, at);
      // What is asked still rests, and nothing of it was under way while the run was suspended.
      if (task.attempt !== undefined) skip(task.attempt, at);
    }
  }

  #resumeAll(at: number): void {
    // An end tells of a beginning that was not taken.
    this.pausedBefore();
    this.#held.letAllGoOn(this.#runs.values(), at);
  }

  /** Another process writes now: what is not finished is left alone until it is resumed. */
  #takenOver(epoch: number): void {
    this.#epoch = epoch;
    for (const run of this.#runs.values()) {
      // A process that was killed wrote no end; its last event stands for it.
      if (run.status === 'running') this.#suspend(run, run.last.at, undefined);
      for (const task of run.tasks.values()) this.#attempts.leave(task);
    }
  }

  #forgetOld(): void {
    const over = [...this.#runs.values()].filter(({ endedAt }) => endedAt !== undefined);
    for (const { id } of over.slice(0, Math.max(0, over.length - OVER_KEPT))) this.#runs.delete(id);
  }
}

/** Under what the durations of all kinds of task are remembered together. */
export const ANY_KIND: TaskKind = '*';
