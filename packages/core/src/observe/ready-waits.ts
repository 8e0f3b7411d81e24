import { groupOf } from '../run/task-group.ts';
import type { OverseerEvent } from '../spec/event.ts';
import { LimitedTime, reasonOf } from './limited-time.ts';
import { addWait, limitedBy, type RunRecord, type TaskRecord } from './run-record.ts';

/** Groups of tasks whose waits are told apart; they are made of words that models may make up. */
const GROUPS = 10_000;

/**
 * How long ready tasks wait, and how much of that for limits: one of a group is told to wait, the others wait for the
 * same, and nobody tells of them.
 */
export class ReadyWaits {
  readonly #groups = new Map<string, LimitedTime>();

  /** How long limits held the tasks of a group up; `undefined` where they never did. */
  limitedTime(group: string): LimitedTime | undefined {
    return this.#groups.get(group);
  }

  /** A task is ready, and waits from now on. */
  begin(task: TaskRecord, at: number): void {
    task.readyAt = at;
    task.group = groupOf(task);
    task.limitedThen = this.#groups.get(task.group)?.at(at) ?? 0;
  }

  /** A ready task is told to wait, and so are the others of its group. */
  limit(task: TaskRecord, { at, data }: OverseerEvent<'task.waiting'>): void {
    if (task.readyAt === undefined) return;
    let time = this.#groups.get(task.group);
    if (time === undefined && this.#groups.size < GROUPS) {
      time = new LimitedTime();
      this.#groups.set(task.group, time);
    }
    time?.begin(at, data.untilAt ?? Number.POSITIVE_INFINITY, reasonOf(data));
  }

  /** A task starts, and nothing holds its group up any more. */
  start(run: RunRecord, task: TaskRecord, at: number): void {
    this.#groups.get(task.group)?.end(at);
    this.end(run, task, at);
  }

  /** A task waits no more. */
  end(run: RunRecord, task: TaskRecord, at: number): void {
    task.waiting = undefined;
    if (task.readyAt === undefined) return;
    const time = this.#groups.get(task.group);
    const limitedMs = limitedBy(task, time, at);
    task.waitedMs += Math.max(0, at - task.readyAt);
    task.limitedMs += limitedMs;
    task.readyAt = undefined;
    addWait(run.waits, time?.reason, limitedMs);
  }
}
