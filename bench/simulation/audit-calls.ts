import type { CallEstimate, OverseerEvent } from '@overseer/core/spec';
import { type AuditedCall, auditLimits } from './audit-limits.ts';
import type { AuditedAttempt, AuditedRun } from './audited.ts';
import type { World } from './world.ts';

/** Says what is wrong with an event. */
export type Broken = (event: OverseerEvent, what: string) => void;

/** Reads the calls of all runs, each of which is opened once, ended once, and charged. */
export class CallAudit {
  /** By id. */
  readonly calls: Map<string, AuditedCall> = new Map();
  readonly #world: World;
  readonly #broken: Broken;

  constructor(world: World, broken: Broken) {
    this.#world = world;
    this.#broken = broken;
  }

  /** A call was answered from before. */
  answer(run: AuditedRun, attempt: AuditedAttempt, event: OverseerEvent<'call.cached'>): void {
    if (attempt.openCalls.size > 0) this.#broken(event, 'answers a call that is open');
    attempt.finishedSteps.add(attempt.finishedSteps.size + 1);
    run.usage.cachedCalls += 1;
    this.#world.count(`answers ${event.data.by}`);
  }

  /** A call is made; windows are not recounted where a clock went back. */
  open(run: AuditedRun, event: OverseerEvent<'call.started'>, clockWentBack: boolean): void {
    const call: AuditedCall = {
      user: run.user,
      run: event.run ?? '',
      model: event.model ?? '',
      at: event.at,
      open: true,
      charged: event.data.worst,
      calls: 1,
    };
    if (this.calls.has(event.call ?? '')) this.#broken(event, 'starts a call twice');
    this.calls.set(event.call ?? '', call);
    const problems = auditLimits(this.#world.scenario, run, this.calls, call, clockWentBack);
    for (const problem of problems) this.#broken(event, problem);
  }

  /** Of two calls, the one that ends last answers, or has what the other gave before count. */
  #answered(attempt: AuditedAttempt, event: OverseerEvent<'call.finished' | 'call.failed'>): void {
    const isFinished = event.type === 'call.finished';
    if (attempt.openCalls.size > 0) {
      attempt.hasSpare ||= isFinished;
      return;
    }
    if (isFinished || attempt.hasSpare) attempt.finishedSteps.add(attempt.finishedSteps.size + 1);
    attempt.hasSpare = false;
  }

  /** What workers answer has to be what one of them left. */
  #lookAtAnswer(event: OverseerEvent<'call.finished' | 'call.failed'>): void {
    if (event.type !== 'call.finished' || !this.#world.jobs.has(event.call ?? '')) return;
    const problem = this.#world.jobs.wrongAnswer(event);
    if (problem !== undefined) this.#broken(event, problem);
  }

  /** A call ended; one that is `free` does not count. */
  close(
    run: AuditedRun,
    attempt: AuditedAttempt,
    event: OverseerEvent<'call.finished' | 'call.failed'>,
    settled: CallEstimate,
    free: boolean,
  ): void {
    const call = this.calls.get(event.call ?? '');
    if (call === undefined || !call.open || !attempt.openCalls.delete(event.call ?? '')) {
      this.#broken(event, 'ends a call that is not open');
      return;
    }
    this.#answered(attempt, event);
    this.#lookAtAnswer(event);
    call.open = false;
    call.charged = settled;
    call.calls = free ? 0 : 1;
    if (event.type === 'call.finished') run.usage.calls += 1;
    else run.usage.failedCalls += 1;
    if (event.type === 'call.failed' && event.data.uncertain) run.usage.uncertainCalls += 1;
    run.usage.inputTokens += settled.inputTokens;
    run.usage.outputTokens += settled.outputTokens;
    run.usage.microUsd += settled.microUsd;
  }
}
