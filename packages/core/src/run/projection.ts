import { AnswerCache } from '../call/answer-cache.ts';
import type { CacheSettings } from '../call/cache-options.ts';
import { SingleFlight } from '../call/single-flight.ts';
import type { TaskTraces } from '../heal/task-traces.ts';
import type { PairKeys } from '../internal/pair-keys.ts';
import { strikesOf } from '../internal/recoveries.ts';
import { foldRun, foldRunAt, type Runs } from '../journal/fold-run.ts';
import { Grants } from '../journal/grants.ts';
import type { TaskState } from '../journal/run-state.ts';
import { BudgetTree } from '../limit/budget-tree.ts';
import { ExpectedCalls } from '../limit/expected-calls.ts';
import { ModelBreakers } from '../limit/model-breakers.ts';
import type { ModelLimits } from '../limit/model-limits.ts';
import type { OutputEstimates } from '../limit/output-estimates.ts';
import type { SpendRate } from '../limit/spend-rate.ts';
import { ToolBreakers } from '../limit/tool-breakers.ts';
import { WorkHistory } from '../limit/work-history.ts';
import { guardedOf, type Member } from '../route/member.ts';
import type { Roster } from '../route/roster.ts';
import { RoutingMemory } from '../route/routing-memory.ts';
import { type Routing, routingOf } from '../route/routing-options.ts';
import type { ExpectedDurations } from '../schedule/expected-durations.ts';
import type { OverseerEvent } from '../spec/event.ts';
import { CallBook, type CallUnderWay, type RemoteCall } from './call-book.ts';
import { foldToolCalls } from './fold-tool-calls.ts';
import { HedgeBook } from './hedge-book.ts';
import { isSetBack, setBackWaits } from './set-back.ts';

/** What a projection is made with, where a host has more than models. */
export interface ProjectionParts {
  readonly budgets?: BudgetTree;
  readonly cache?: CacheSettings | undefined;
  readonly routing?: Routing;
  /** Where calls count whose models left the team, for limits that they shared. */
  readonly strangers?: ModelLimits | undefined;
  /** Folded by whoever keeps the journal's index. */
  readonly grants?: Grants;
  /** Where a host wants tasks watched that do not come to their end. */
  readonly traces?: TaskTraces | undefined;
  /** Where models come and go. */
  readonly roster?: Pick<Roster, 'departed'> | undefined;
}

/** All that the kernel knows, folded from its events: at every moment equal to a fold of the journal. */
export class Projection {
  readonly runs: Runs = new Map();
  readonly budgets: BudgetTree;
  readonly breakers: ModelBreakers;
  readonly grants: Grants;
  readonly tools: ToolBreakers = new ToolBreakers();
  /** When each run began, or was gone on with, epoch ms. */
  readonly begunAt: Map<string, number> = new Map();
  readonly expected: ExpectedCalls = new ExpectedCalls();
  /** The calls under way. */
  readonly calls: Map<string, CallUnderWay>;
  /** Calls that go on at an overseer which had the project before: until when their replies may come, epoch ms. */
  readonly awaited: Map<string, number>;
  /** Those of them that workers make. */
  readonly remotes: Map<string, RemoteCall>;
  readonly durations: ExpectedDurations;
  readonly outputs: OutputEstimates;
  /** What those two are asked by. */
  readonly outputKeys: PairKeys;
  readonly history: WorkHistory = new WorkHistory();
  /** What each model used lately. */
  readonly rates: Map<string, SpendRate>;
  /** Models from whose calls something may have been learned that nobody was told yet. */
  readonly taught: Set<string>;
  /** Answers for equal requests, and equal calls in flight; absent where the host wants no cache. */
  readonly answers: AnswerCache | undefined;
  readonly flights: SingleFlight | undefined;
  /** What was learned of models from outcomes. */
  readonly routing: RoutingMemory;
  /** What hedging goes by; absent where the host wants none. */
  readonly hedges: HedgeBook | undefined;
  /** What unfinished tasks went through; absent where nobody watches them. */
  readonly traces: TaskTraces | undefined;
  /** Who sees each event as it becomes true, for a while. */
  readonly watchers: Set<(event: OverseerEvent) => void> = new Set();
  /** Who hears of each event once it is true. */
  readonly followers: Set<(event: OverseerEvent) => void> = new Set();
  readonly #members: ReadonlyMap<string, Member>;
  readonly #book: CallBook;
  #latestAt: number = Number.NEGATIVE_INFINITY;

  constructor(
    members: ReadonlyMap<string, Member>,
    {
      budgets = new BudgetTree(),
      cache,
      routing = routingOf(),
      strangers,
      grants = new Grants(),
      traces,
      roster,
    }: ProjectionParts = {},
  ) {
    this.#members = members;
    this.budgets = budgets;
    this.grants = grants;
    this.traces = traces;
    this.answers = cache === undefined ? undefined : new AnswerCache(cache);
    this.flights = cache === undefined ? undefined : new SingleFlight();
    this.routing = new RoutingMemory(routing);
    this.hedges = routing.hedge === undefined ? undefined : new HedgeBook(routing.hedge);
    this.breakers = new ModelBreakers([...members.values()].map(guardedOf));
    for (const { limits } of members.values()) limits.heed(this.breakers);
    this.#book = new CallBook({ members, breakers: this.breakers, strangers, roster });
    const { calls, awaited, remotes, durations, outputs, outputKeys, rates, taught } = this.#book;
    this.calls = calls;
    this.awaited = awaited;
    this.remotes = remotes;
    this.durations = durations;
    this.outputs = outputs;
    this.outputKeys = outputKeys;
    this.rates = rates;
    this.taught = taught;
  }

  /** A model comes into the team, or takes another form. */
  put(member: Member): void {
    this.#book.put(member.name);
    this.breakers.put(guardedOf(member));
    member.limits.heed(this.breakers);
  }

  /** A model left the team. */
  remove(model: string): void {
    this.breakers.remove(model);
    this.#book.remove(model);
  }

  /** When the last event was, epoch ms. */
  get latestAt(): number {
    return this.#latestAt;
  }

  /** Makes one event true. */
  apply(event: OverseerEvent): void {
    this.#fold(event);
    for (const follow of this.followers) follow(event);
  }

  #fold(event: OverseerEvent): void {
    if (isSetBack(this.#latestAt, event.at)) this.#setBack(event.at);
    this.#latestAt = Math.max(this.#latestAt, event.at);
    if (this.watchers.size > 0) for (const watch of this.watchers) watch(event);
    const run = event.run === undefined ? undefined : this.runs.get(event.run);
    const task = event.task === undefined ? undefined : run?.tasks.get(event.task);
    const kind = task?.task.kind ?? '';
    this.history.take(event, kind, this.calls);
    if (event.type === 'call.failed') this.#strike(event, task);
    foldToolCalls(this.tools, task, event);
    if (run === undefined) foldRun(this.runs, event);
    else foldRunAt(run, task, event);
    this.traces?.take(event, task);
    this.expected.take(event);
    this.answers?.take(event);
    this.flights?.take(event);
    this.budgets.take(event);
    this.hedges?.take(event, this.calls);
    this.routing.take(event, task);
    switch (event.type) {
      case 'run.started':
      case 'run.resumed':
        this.begunAt.set(event.run ?? '', event.at);
        return;
      case 'run.finished':
        this.begunAt.delete(event.run ?? '');
        return;
      case 'handoff.offered':
        for (const call of event.data.inFlight) this.awaited.set(call, event.data.untilAt);
        return;
      case 'lease.taken':
        if (event.data.custody === true) return;
        this.breakers.forgive(event.at);
        this.tools.forgive();
        return;
      case 'model.changed':
        this.breakers.tell(event.model ?? '', event.data);
        return;
      case 'key.changed':
        this.breakers.tellKey(event.model ?? '', event.data);
        return;
      case 'clock.jumped':
        this.#setForward(event);
        return;
      case 'limit.learned':
        this.#members.get(event.model ?? '')?.learned.tell(event.data);
        return;
      case 'call.started':
        this.#book.start(event, kind);
        return;
      case 'call.finished':
        this.#book.finish(event, kind);
        return;
      case 'call.failed':
        this.#book.fail(event);
        return;
      case 'call.withheld':
        this.#book.withhold(event);
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
    for (const { limits, learned } of this.#members.values()) {
      limits.setBack(at);
      learned.setBack(at);
    }
    this.breakers.setBack(this.#latestAt, at);
    this.tools.setBack(this.#latestAt, at);
    for (const [run, begunAt] of this.begunAt) this.begunAt.set(run, Math.min(begunAt, at));
    setBackWaits(this.runs, this.#latestAt, at);
    this.#latestAt = at;
  }

  /** The clock was set forward; what counts for a while goes with it. */
  #setForward({ at, data }: OverseerEvent<'clock.jumped'>): void {
    const members = [...this.#members.values()];
    const ledgers = new Set(members.map(({ limits }) => limits.ledger));
    for (const ledger of ledgers) ledger.setForward(data.byMs, at);
    for (const { learned } of members) learned.setForward(data.byMs, at);
  }

  /** A failure between which and the one before it the model answered others is not of an outage. */
  #strike(event: OverseerEvent<'call.failed'>, task: TaskState | undefined): void {
    const { model = '' } = event;
    const attempt = task?.attempt;
    if (attempt?.failedAt === undefined || attempt.hedge?.id === event.call) return;
    if (strikesOf(event.data.kind) !== 'alone') return;
    const succeededAt = this.breakers.succeededAt(model) ?? Number.NEGATIVE_INFINITY;
    if (succeededAt > attempt.failedAt) attempt.strikes += 1;
  }
}
