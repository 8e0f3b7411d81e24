import { AnswerCache } from '../call/answer-cache.ts';
import type { CacheSettings } from '../call/cache-options.ts';
import { SingleFlight } from '../call/single-flight.ts';
import { foldRun, type Runs } from '../journal/fold-run.ts';
import { BudgetTree } from '../limit/budget-tree.ts';
import { type Cooldown, cooldownAfter, noCooldown, outlivesProcess } from '../limit/cooldown.ts';
import { ExpectedCalls } from '../limit/expected-calls.ts';
import { OutputEstimates } from '../limit/output-estimates.ts';
import { SpendRate } from '../limit/spend-rate.ts';
import { WorkHistory } from '../limit/work-history.ts';
import type { Member } from '../route/member.ts';
import { ExpectedDurations } from '../schedule/expected-durations.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { OpenCall } from './expected-ends.ts';
import { outputKey } from './output-key.ts';
import { isSetBack, setBackWaits } from './set-back.ts';

/** All that the kernel knows, folded from its events: at every moment equal to a fold of the journal. */
export class Projection {
  readonly runs: Runs = new Map();
  readonly budgets: BudgetTree;
  readonly cooldowns: Map<string, Cooldown> = new Map();
  readonly expected: ExpectedCalls = new ExpectedCalls();
  /** The calls under way. */
  readonly calls: Map<string, OpenCall> = new Map();
  readonly durations: ExpectedDurations = new ExpectedDurations();
  readonly outputs: OutputEstimates = new OutputEstimates();
  readonly history: WorkHistory = new WorkHistory();
  /** What each model used lately. */
  readonly rates: ReadonlyMap<string, SpendRate>;
  /** Answers for equal requests, and equal calls in flight; absent where the host wants no cache. */
  readonly answers: AnswerCache | undefined;
  readonly flights: SingleFlight | undefined;
  readonly #members: ReadonlyMap<string, Member>;
  #latestAt: number = Number.NEGATIVE_INFINITY;

  constructor(
    members: ReadonlyMap<string, Member>,
    budgets: BudgetTree = new BudgetTree(),
    cache?: CacheSettings,
  ) {
    this.#members = members;
    this.budgets = budgets;
    this.rates = new Map([...members.keys()].map((name) => [name, new SpendRate()]));
    this.answers = cache === undefined ? undefined : new AnswerCache(cache);
    this.flights = cache === undefined ? undefined : new SingleFlight();
  }

  /** When the last event was, epoch ms. */
  get latestAt(): number {
    return this.#latestAt;
  }

  /** Makes one event true. */
  apply(event: OverseerEvent): void {
    if (isSetBack(this.#latestAt, event.at)) this.#setBack(event.at);
    this.#latestAt = Math.max(this.#latestAt, event.at);
    this.history.take(event, () => this.#kindOf(event));
    foldRun(this.runs, event);
    this.expected.take(event);
    this.answers?.take(event);
    this.flights?.take(event);
    this.budgets.take(event);
    switch (event.type) {
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
    const { call = '', model = '' } = event;
    this.calls.set(call, { model, kind: this.#kindOf(event), startedAt: event.at });
    const claim = { estimate: event.data.estimate, worst: event.data.worst };
    this.#members.get(model)?.limits.start(call, event.at, claim);
  }

  #finish(event: OverseerEvent<'call.finished'>): void {
    const { call = '', model = '' } = event;
    const { settled, rate } = event.data;
    this.calls.delete(call);
    const member = this.#members.get(model);
    member?.limits.settle(call, settled);
    this.rates.get(model)?.note(event.at, settled);
    if (rate !== undefined) member?.limits.learn(event.at, rate);
    const key = outputKey(model, this.#kindOf(event));
    this.outputs.note(key, settled.outputTokens);
    this.durations.note(key, event.data.durationMs);
    this.durations.note(model, event.data.durationMs);
    if (this.cooldowns.has(model)) this.cooldowns.delete(model);
  }

  #fail(event: OverseerEvent<'call.failed'>): void {
    const { call = '', model = '' } = event;
    const { settled, uncertain, rate } = event.data;
    this.calls.delete(call);
    const member = this.#members.get(model);
    if (uncertain) {
      member?.limits.settle(call, settled);
      this.rates.get(model)?.note(event.at, settled);
    } else member?.limits.release(call);
    if (rate !== undefined) member?.limits.learn(event.at, rate);
    const before = this.cooldowns.get(model) ?? noCooldown;
    this.cooldowns.set(model, cooldownAfter(before, event.data, event.at));
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
