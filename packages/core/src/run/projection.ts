import { foldRun, type Runs } from '../journal/fold-run.ts';
import { RunBudget } from '../limit/budget.ts';
import { type Cooldown, cooldownAfter, noCooldown, outlivesProcess } from '../limit/cooldown.ts';
import { ExpectedCalls } from '../limit/expected-calls.ts';
import type { ModelLimits } from '../limit/model-limits.ts';
import { OutputEstimates } from '../limit/output-estimates.ts';
import type { Member } from '../route/member.ts';
import type { OverseerEvent } from '../spec/event.ts';
import { isSetBack, setBackWaits } from './set-back.ts';

/** All that the kernel knows, folded from its events: at every moment equal to a fold of the journal. */
export class Projection {
  readonly runs: Runs = new Map();
  readonly budgets: Map<string, RunBudget> = new Map();
  readonly cooldowns: Map<string, Cooldown> = new Map();
  readonly expected: ExpectedCalls = new ExpectedCalls();
  readonly outputs: OutputEstimates = new OutputEstimates();
  readonly #members: ReadonlyMap<string, Member>;
  readonly #strangers: ModelLimits | undefined;
  #latestAt: number = Number.NEGATIVE_INFINITY;

  /** `strangers` is charged for models that are not among the members. */
  constructor(members: ReadonlyMap<string, Member>, strangers?: ModelLimits) {
    this.#members = members;
    this.#strangers = strangers;
  }

  /** When the last event was, epoch ms. */
  get latestAt(): number {
    return this.#latestAt;
  }

  /** Makes one event true. */
  apply(event: OverseerEvent): void {
    if (isSetBack(this.#latestAt, event.at)) this.#setBack(event.at);
    this.#latestAt = Math.max(this.#latestAt, event.at);
    foldRun(this.runs, event);
    this.expected.take(event);
    switch (event.type) {
      case 'run.started':
        if (event.data.budget !== undefined && event.run !== undefined) {
          this.budgets.set(event.run, new RunBudget(event.data.budget));
        }
        return;
      case 'run.finished':
        this.budgets.delete(event.run ?? '');
        return;
      case 'lease.taken':
        this.#forgiveFailures();
        return;
      case 'call.started':
        this.#start(event);
        return;
      case 'call.finished':
        this.#finish(event);
        return;
      case 'call.failed':
        this.#fail(event);
        return;
      default:
    }
  }

  /** Lets go of a run that is over and read. */
  forget(run: string): void {
    this.runs.delete(run);
  }

  /** The clock was set back; what follows counts by the new one. */
  #setBack(at: number): void {
    for (const { limits } of this.#members.values()) limits.setBack(at);
    setBackWaits(this.runs, this.cooldowns, this.#latestAt, at);
    this.#latestAt = at;
  }

  #start(event: OverseerEvent<'call.started'>): void {
    const { call = '', model = '', run = '' } = event;
    const { estimate, worst, payer, holds } = event.data;
    const claim = { estimate, worst, ...(payer === undefined ? {} : { payer }) };
    this.#limitsOf(model)?.start(call, event.at, claim, holds);
    this.budgets.get(run)?.start(call, claim);
  }

  #finish(event: OverseerEvent<'call.finished'>): void {
    const { call = '', model = '', run = '' } = event;
    const { settled, rate, durationMs, firstTokenMs = durationMs } = event.data;
    const limits = this.#limitsOf(model);
    limits?.settle(call, settled, event.at);
    // Headers come before the first token, and a long answer ends long after it.
    const headersAt = event.at - Math.max(0, durationMs - firstTokenMs);
    if (rate !== undefined) limits?.learn(event.at, rate, headersAt);
    this.budgets.get(run)?.settle(call, settled);
    this.outputs.note(outputKey(model, this.#kindOf(event)), settled.outputTokens);
    if (this.cooldowns.has(model)) this.cooldowns.delete(model);
  }

  #fail(event: OverseerEvent<'call.failed'>): void {
    const { call = '', model = '', run = '' } = event;
    const { settled, uncertain, rate } = event.data;
    const limits = this.#limitsOf(model);
    if (uncertain) {
      limits?.settle(call, settled);
      this.budgets.get(run)?.settle(call, settled);
    } else {
      limits?.release(call, event.data.kind === 'rate-limit');
      this.budgets.get(run)?.release(call);
    }
    if (rate !== undefined) limits?.learn(event.at, rate);
    const before = this.cooldowns.get(model) ?? noCooldown;
    this.cooldowns.set(model, cooldownAfter(before, event.data, event.at));
  }

  #limitsOf(model: string): ModelLimits | undefined {
    return this.#members.get(model)?.limits ?? this.#strangers;
  }

  /** Whoever starts anew may have mended what was wrong with a model. */
  #forgiveFailures(): void {
    for (const [model, cooldown] of this.cooldowns) {
      if (!outlivesProcess(cooldown)) this.cooldowns.delete(model);
    }
  }

  #kindOf(event: OverseerEvent): string {
    return this.runs.get(event.run ?? '')?.tasks.get(event.task ?? '')?.task.kind ?? '';
  }
}

/** Under what a call's output is remembered. */
export function outputKey(model: string, kind: string): string {
  return `${model}/${kind}`;
}
