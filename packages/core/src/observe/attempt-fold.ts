import type { OverseerEvent } from '../spec/event.ts';
import type { AttemptFault } from '../spec/task-events.ts';
import { newAskedModels, takeCall } from './asked-models.ts';
import { goOn, rest, skip, worked, workedMs } from './attempt-clock.ts';
import { reasonOf } from './limited-time.ts';
import { type AttemptRecord, addWait, type RunRecord, type TaskRecord } from './run-record.ts';
import type { AttemptEnd, WorkBook } from './work-book.ts';

/** What attempts took, kept with their tasks and counted in the books of their run and of all runs. */
export class AttemptFold {
  readonly #book: WorkBook;

  constructor(book: WorkBook) {
    this.#book = book;
  }

  /** An attempt begins. */
  begin(task: TaskRecord, event: OverseerEvent<'task.assigned'>): void {
    task.status = 'running';
    task.attempts += 1;
    task.startedAt ??= event.at;
    task.attempt = {
      id: event.attempt ?? '',
      ...newAskedModels(event.data.model),
      startedAt: event.at,
      steps: 0,
      stalledMs: 0,
      stalled: undefined,
      rest: undefined,
    };
  }

  /** An attempt is told to wait. */
  limit(
    attempt: AttemptRecord,
    { at, data }: OverseerEvent<'task.waiting' | 'call.withheld'>,
  ): void {
    const reason = reasonOf(data);
    if (attempt.rest === undefined) attempt.stalled ??= { at, reason };
    else attempt.rest.stalled ??= reason;
  }

  /** Has the attempt of a task rest as long as nothing of it may begin. */
  hold(run: RunRecord, task: TaskRecord, isHeld: boolean, at: number): void {
    const { attempt } = task;
    if (attempt === undefined || isHeld === (attempt.rest !== undefined)) return;
    if (isHeld) {
      const waitedFor = { stalled: attempt.stalled?.reason, waiting: task.waiting };
      this.#goOn(run, task, attempt, at);
      rest(attempt, at, waitedFor);
    } else goOn(task, attempt, at);
  }

  /** The process that worked on an attempt at rest is gone. */
  leave({ attempt }: TaskRecord): void {
    if (attempt?.rest !== undefined) attempt.rest.isLeft = true;
  }

  /** Takes what happens in an attempt into account. */
  take(run: RunRecord, task: TaskRecord, event: OverseerEvent): void {
    const { attempt } = task;
    if (attempt === undefined || attempt.id !== event.attempt) return;
    if (event.type === 'question.answered') skip(attempt, event.at);
    else worked(attempt, event.at);
    switch (event.type) {
      case 'call.started':
      case 'call.cached':
        this.#goOn(run, task, attempt, event.at);
        break;
      case 'call.finished':
        this.#charge(run, task, event);
        break;
      case 'call.failed':
        if (event.data.uncertain) this.#charge(run, task, event);
        break;
      case 'call.withheld':
        if (event.data.on !== undefined) this.limit(attempt, event);
        break;
      case 'tool.started':
      case 'tool.finished':
        // One tool is called at a time, so that it is what was waited for that begins, or is done without.
        this.#goOn(run, task, attempt, event.at);
        return;
      default:
        return;
    }
    // What is gone on from is an answer; one that another took the place of is none.
    if (takeCall(attempt, event)) attempt.steps += 1;
  }

  /** An attempt ends, and its task is open again, unless that ends too. */
  end(
    run: RunRecord,
    task: TaskRecord,
    { at }: OverseerEvent,
    outcome: AttemptEnd['outcome'],
    fault: AttemptFault | undefined,
  ): void {
    const { attempt } = task;
    if (attempt === undefined) return;
    this.#goOn(run, task, attempt, at);
    skip(attempt, at);
    const durationMs = workedMs(attempt, at);
    const isModels = (fault ?? 'model') === 'model';
    for (const book of [this.#book, run.book]) {
      book.attempt(attempt.model, task.task.kind, { outcome, isModels, durationMs });
    }
    task.workedMs += durationMs;
    task.past.push({ model: attempt.model, outcome, fault });
    task.attempt = undefined;
    if (task.status === 'running') task.status = 'open';
  }

  #charge(
    run: RunRecord,
    task: TaskRecord,
    event: OverseerEvent<'call.finished' | 'call.failed'>,
  ): void {
    for (const book of [this.#book, run.book]) {
      book.call(event.model, task.task.kind, event.data.settled);
    }
  }

  /** The attempt waits no more. */
  #goOn(run: RunRecord, task: TaskRecord, attempt: AttemptRecord, at: number): void {
    task.waiting = undefined;
    if (attempt.stalled === undefined) return;
    const ms = Math.max(0, at - attempt.stalled.at);
    attempt.stalledMs += ms;
    task.limitedMs += ms;
    task.stalledMs += ms;
    addWait(run.waits, attempt.stalled.reason, ms);
    attempt.stalled = undefined;
  }
}
