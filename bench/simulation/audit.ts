import type { WorkScope } from '@overseer/core';
import type { OverseerEvent, PlanTask } from '@overseer/core/spec';
import { CacheAudit } from '../../packages/core/src/caching-audit.fixture.ts';
import { CallAudit } from './audit-calls.ts';
import { leftBehind, wrongOutcome, wrongUsage } from './audit-end.ts';
import { isTakenOver, wrongClosing } from './audit-ensemble.ts';
import { HedgeAudit } from './audit-hedges.ts';
import { LateAudit } from './audit-late.ts';
import { takeOrder } from './audit-orders.ts';
import { ProbeAudit } from './audit-probes.ts';
import { wrongCall, wrongStart } from './audit-start.ts';
import {
  type AuditedAttempt,
  type AuditedRun,
  type AuditedTask,
  isCalling,
  started,
} from './audited.ts';
import { describeEvent } from './describe-event.ts';
import type { World } from './world.ts';

/** Reads every durable event once and says what it breaks: a second opinion on the kernel, written apart from it. */
export class Audit {
  readonly runs: Map<string, AuditedRun> = new Map();
  readonly #world: World;
  readonly #cache: CacheAudit = new CacheAudit();
  readonly #probes: ProbeAudit;
  readonly #hedges: HedgeAudit;
  readonly #late: LateAudit;
  readonly #calls: CallAudit;
  #seq = 0;
  #epoch = 0;
  #latestAt = 0;
  #isPaused = false;

  constructor(world: World) {
    this.#world = world;
    this.#probes = new ProbeAudit(world.scenario);
    this.#hedges = new HedgeAudit(world);
    this.#late = new LateAudit(world);
    this.#calls = new CallAudit(world, (event, what) => this.#broken(event, what));
  }

  /** Whether any clock went back so far; then windows cannot be recounted from the times of events. */
  clockWentBack = false;

  /** Whether somebody paused that and nobody resumed it. */
  isPaused({ run = '', task = '' }: WorkScope): boolean {
    return run === '' ? this.#isPaused : (this.runs.get(run)?.tasks.get(task)?.isPaused ?? false);
  }

  take(event: OverseerEvent): void {
    this.#place(event);
    this.#world.note(describeEvent(event));
    for (const problem of this.#cache.take(event)) this.#broken(event, problem);
    if (event.type === 'project.paused') this.#isPaused = true;
    if (event.type === 'project.resumed') this.#isPaused = false;
    for (const problem of [this.#probes.take(event), this.#hedges.take(event)]) {
      if (problem !== undefined) this.#broken(event, problem);
    }
    if (event.type === 'reply.late') this.#takeLate(event);
    else if (event.run !== undefined) this.#takeOfRun(event, event.run);
  }

  #takeLate(event: OverseerEvent<'reply.late'>): void {
    for (const problem of this.#late.take(event)) this.#broken(event, problem);
  }

  #takeOfRun(event: OverseerEvent, id: string): void {
    if (event.type === 'run.started') {
      this.runs.set(id, started(event));
      return;
    }
    const run = this.runs.get(id);
    if (run === undefined) {
      this.#broken(event, 'belongs to no run');
      return;
    }
    run.events += 1;
    if (run.status === 'finished') this.#broken(event, 'comes after the end of its run');
    if (event.task === undefined) this.#takeRun(run, event);
    else this.#takeTask(run, event.task, event);
  }

  #place(event: OverseerEvent): void {
    this.#seq += 1;
    if (event.seq !== this.#seq)
      this.#broken(event, `has seq ${event.seq} where ${this.#seq} was due`);
    if (event.epoch < this.#epoch) this.#broken(event, 'was written under an old epoch');
    this.#epoch = event.epoch;
    if (event.at < this.#latestAt) this.clockWentBack = true;
    this.#latestAt = Math.max(this.#latestAt, event.at);
  }

  #takeRun(run: AuditedRun, event: OverseerEvent): void {
    switch (event.type) {
      case 'plan.accepted':
        for (const task of event.data.tasks) this.#addTask(run, event, task, undefined);
        return;
      case 'run.suspended':
        if (run.status !== 'running') this.#broken(event, 'suspends a run that is not running');
        run.status = 'suspended';
        return;
      case 'run.resumed':
        if (run.status === 'running' && run.epoch === event.epoch) {
          this.#broken(event, 'resumes a run that this process is working on');
        }
        run.status = 'running';
        run.epoch = event.epoch;
        return;
      case 'run.finished':
        this.#finish(run, event);
        return;
      default:
    }
  }

  #finish(run: AuditedRun, event: OverseerEvent<'run.finished'>): void {
    run.status = 'finished';
    for (const problem of [
      ...leftBehind(run),
      ...wrongOutcome(run, event),
      ...wrongUsage(run, event),
    ]) {
      this.#broken(event, problem);
    }
  }

  #addTask(run: AuditedRun, event: OverseerEvent, task: PlanTask, asks: string | undefined): void {
    if (run.tasks.has(task.key)) this.#broken(event, `adds ${task.key}, which is there`);
    run.tasks.set(task.key, {
      task,
      asks,
      status: 'open',
      attempt: undefined,
      waitingUntil: undefined,
      isPaused: false,
      model: undefined,
    });
  }

  #takeTask(run: AuditedRun, key: string, event: OverseerEvent): void {
    const task = run.tasks.get(key);
    if (task === undefined) {
      this.#broken(event, 'belongs to no task');
      return;
    }
    const { attempt } = task;
    // Whoever calls a model or a tool waits no more, and may say so when it waits again.
    if (event.type === 'call.started' || event.type === 'tool.started')
      task.waitingUntil = undefined;
    switch (event.type) {
      case 'task.assigned':
        this.#assign(run, task, event);
        return;
      case 'task.waiting':
        if (!this.clockWentBack && (task.waitingUntil ?? 0) > event.at)
          this.#broken(event, 'repeats itself');
        task.waitingUntil = event.data.untilAt;
        return;
      case 'task.done':
        this.#done(run, task, event);
        task.status = 'done';
        task.attempt = undefined;
        return;
      case 'task.failed':
      case 'task.skipped':
        this.#giveUp(task, event);
        return;
      case 'task.paused':
      case 'task.resumed':
      case 'task.changed':
      case 'task.reopened':
        for (const problem of takeOrder(task, event)) this.#broken(event, problem);
        return;
      case 'question.asked':
        this.#ask(run, task, event);
        break;
      default:
    }
    if (attempt === undefined || attempt.id !== event.attempt) {
      this.#broken(event, 'belongs to no attempt that is going on');
      return;
    }
    this.#takeAttempt(run, task, attempt, event);
  }

  #ask(run: AuditedRun, { task }: AuditedTask, event: OverseerEvent<'question.asked'>): void {
    if (!('role' in event.data.ask.of)) return;
    const { ensemble: _, memberOf: __, ...about } = task;
    const key = `${task.key}/${event.data.id}`;
    const child = { ...about, key, needs: [], files: [], checks: [], kind: 'review' };
    this.#addTask(run, event, child, task.key);
  }

  #giveUp(task: AuditedTask, event: OverseerEvent<'task.failed' | 'task.skipped'>): void {
    const isOver = task.status !== 'open' && task.status !== 'running';
    if (isOver) this.#broken(event, 'ends a task twice');
    if (event.data.because === '') this.#broken(event, 'gives no reason');
    if (isCalling(task.attempt)) this.#broken(event, 'leaves a call open');
    task.status = event.type === 'task.failed' ? 'failed' : 'skipped';
    task.isPaused = false;
  }

  #assign(run: AuditedRun, task: AuditedTask, event: OverseerEvent<'task.assigned'>): void {
    if (this.#isPaused) this.#broken(event, 'starts while the project is paused');
    for (const problem of wrongStart(run, task, event.data.model)) this.#broken(event, problem);
    task.status = 'running';
    task.waitingUntil = undefined;
    task.attempt = {
      id: event.attempt ?? '',
      verdicts: new Map(),
      openCalls: new Set(),
      hasSpare: false,
      hasTools: false,
      finishedSteps: new Set(),
      openTools: 0,
    };
  }

  #done(run: AuditedRun, task: AuditedTask, event: OverseerEvent<'task.done'>): void {
    const { attempt } = task;
    if (attempt === undefined || attempt.id !== event.attempt) {
      this.#broken(event, 'does a task outside its attempt');
      return;
    }
    if (isCalling(attempt)) this.#broken(event, 'leaves a call open');
    for (const problem of wrongClosing(run, task, attempt, event)) this.#broken(event, problem);
    if (event.data.commit !== undefined && !this.#world.commits.has(attempt.id)) {
      this.#broken(event, 'names a commit that is not there');
    }
    if (!isTakenOver(this.#world, task, attempt)) this.#passed(task, attempt, event);
  }

  #passed({ task }: AuditedTask, attempt: AuditedAttempt, event: OverseerEvent): void {
    const { kind, checks: own } = task;
    const hasFirst =
      kind !== 'check' && !(kind === 'plan' && own.some((check) => check.kind === kind));
    const checks = own.length + (hasFirst ? 1 : 0);
    for (let check = 0; check < checks; check++) {
      if (attempt.verdicts.get(check) !== 'pass')
        this.#broken(event, `is given without a pass of check ${check}`);
    }
  }

  #takeAttempt(
    run: AuditedRun,
    task: AuditedTask,
    attempt: AuditedAttempt,
    event: OverseerEvent,
  ): void {
    switch (event.type) {
      case 'attempt.started':
        attempt.hasTools = event.data.tools.length > 0;
        return;
      case 'attempt.ended':
        if (isCalling(attempt)) this.#broken(event, 'leaves a call open');
        task.status = 'open';
        task.attempt = undefined;
        return;
      case 'verdict.given':
        attempt.verdicts.set(event.data.check, event.data.verdict.kind);
        return;
      case 'call.started':
        if (this.#isPaused) this.#broken(event, 'calls while the project is paused');
        for (const problem of wrongCall(run, task, attempt, event)) this.#broken(event, problem);
        attempt.openCalls.add(event.call ?? '');
        this.#calls.open(run, event, this.clockWentBack);
        return;
      case 'call.cached':
        this.#calls.answer(run, attempt, event);
        return;
      case 'call.finished':
        this.#calls.close(run, attempt, event, event.data.settled, false);
        return;
      case 'call.failed':
        this.#calls.close(run, attempt, event, event.data.settled, !event.data.uncertain);
        return;
      default:
    }
  }

  #broken(event: OverseerEvent, what: string): void {
    this.#world.broken(
      `${event.type} of ${event.task ?? this.runs.get(event.run ?? '')?.title ?? 'the journal'} ${what}`,
    );
  }
}
