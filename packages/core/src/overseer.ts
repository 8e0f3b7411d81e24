import { type AtOnceBounds, checkWorkers } from './check-workers.ts';
import { OverseerError } from './errors/overseer-error.ts';
import { AbortListeners } from './internal/abort-listeners.ts';
import { shown } from './internal/sensitive-mark.ts';
import type { GivenGrant } from './journal/grant.ts';
import type { LimitUse } from './limit/model-limits.ts';
import type { Delegation } from './observe/delegation.ts';
import type { DelegationFilter } from './observe/delegations.ts';
import type { FailureReport } from './observe/failure-report.ts';
import type { Progress } from './observe/progress.ts';
import type { ProgressScope } from './observe/progress-of.ts';
import { Readings } from './observe/readings.ts';
import type { AuditFilter, ToolCallRecord } from './observe/tool-audit.ts';
import type { UsageRow } from './observe/usage.ts';
import type { ComparedTask } from './plan/compared-tasks.ts';
import { Project } from './project/project.ts';
import { type ForkOptions, newFork, type ReplayOptions } from './request-fork.ts';
import { newComparison, newPlanning, newRun } from './request-run.ts';
import { requireRunId } from './require-run-id.ts';
import type { Practice } from './route/practices.ts';
import type { CacheState } from './run/cache-state.ts';
import { cancelOn } from './run/cancel-on.ts';
import { type Comparison, compare } from './run/comparison.ts';
import type { LiveEvent } from './run/create-attempt-host.ts';
import { eraseRun } from './run/erase-run.ts';
import { type CostEstimate, estimateCost } from './run/estimate-cost.ts';
import type { Approval } from './run/expedite.ts';
import { type GrantInput, grantGiven, grantRevoked } from './run/grant-orders.ts';
import type { Kernel } from './run/kernel.ts';
import { lookAtModels } from './run/look-at-models.ts';
import type { ModelState } from './run/model-state.ts';
import type { NewRun } from './run/new-run.ts';
import type { OpenKernel } from './run/open-kernel.ts';
import { overseerChanged } from './run/overseer-changed.ts';
import { type ErasedPerson, erasePerson, personalData } from './run/personal-data.ts';
import { type Planning, planning } from './run/planning.ts';
import { type PracticeInput, practiceNoted } from './run/practice-noted.ts';
import { type OpenQuestion, unknownQuestion } from './run/questions.ts';
import { createRecordedRun } from './run/recorded-run.ts';
import { createRunHandle, type Run } from './run/run-handle.ts';
import type { Settings } from './run/settings.ts';
import type { ToolState } from './run/tool-state.ts';
import { type UnfinishedRun, unfinishedRuns } from './run/unfinished-runs.ts';
import type { WaitingTask } from './run/waiting-tasks.ts';
import { type Order, orderedBy, type WorkScope } from './run/work-scope.ts';
import type { RunOptions } from './run-options.ts';
import type { OverseerEvent } from './spec/event.ts';
import type { HandoffAway } from './spec/handoff-events.ts';
import type { HandoffTrigger } from './spec/run-events.ts';
import type { Priority, TaskGraph } from './spec/task.ts';

/** Why an overseer works no more. */
export type OverseerEnd =
  | { readonly kind: 'closed' }
  | { readonly kind: 'handed-over'; readonly to?: string }
  /** `store.fenced` where another overseer has taken over; `store.unreachable` where its lease could not be renewed. */
  | { readonly kind: 'failed'; readonly error: Error };

/** To whom a project is given up, and why. */
export interface HandOverOrder extends Order {
  /** The name of the node or overseer that is to have it, for the record; whoever is first takes it. */
  readonly to?: string;
  /** The default is `operator`. */
  readonly trigger?: HandoffTrigger;
  /** It leaves this store for another one, and nobody works on it here any more: `@overseer/storage/handoff` carries it there. */
  readonly away?: HandoffAway;
  /** How long calls under way may take to end before it is given up, in ms; the default is 0. */
  readonly waitMs?: number;
}

/** A team of models at work. Made by `createOverseer`; closed by `close`, or by `await using`. */
export class Overseer implements AsyncDisposable {
  readonly #settings: Settings;
  readonly #open: OpenKernel;
  readonly #project: Project;
  readonly #dispose: () => Promise<void>;
  readonly #aborts = new AbortListeners();
  readonly #readings: Readings;
  readonly #ended = Promise.withResolvers<OverseerEnd>();
  #isHandedOver = false;
  #closed: Promise<void> | undefined;

  /** @internal */
  constructor(
    settings: Settings,
    open: OpenKernel,
    dispose: () => Promise<void>,
    signal?: AbortSignal,
  ) {
    this.#settings = settings;
    this.#open = open;
    this.#project = new Project(settings, open);
    this.#readings = new Readings(settings, open);
    this.#dispose = dispose;
    open.journal.whenFailed((error) => {
      if (!this.#isHandedOver) this.#ended.resolve({ kind: 'failed', error });
    });
    // Whoever closes it too hears of what goes wrong.
    if (signal !== undefined)
      this.#aborts.add(signal, () => void this.close().catch(() => undefined));
  }

  /**
   * Starts a run and returns its handle at once: of a goal in words, which the overseer model breaks into tasks, or of
   * a graph of tasks. Throws `ConfigError` for a graph that cannot be worked (`plan.…`), for a budget that is none
   * (`config.budget`) or counts dollars where a model has no price (`config.price`), and for a parent that is over or has another user
   * (`config.parent`), and `config.share` for a flow or a weight that is none.
   */
  run(request: string | TaskGraph, options: RunOptions = {}): Run {
    return this.#start(newRun(this.#settings, this.#kernel(), request, options), options);
  }

  /**
   * Has the overseer model make the plan of a goal, and works none of it: a run of its own with the same prompt, checks
   * of the plan, limits and budgets as planning within `run`, which ends with the plan. What comes of it is a graph that
   * can be read, changed, given to `estimate` and to `run`. Throws `ConfigError` as `run` does.
   */
  plan(goal: string, options: RunOptions = {}): Planning {
    const request = newPlanning(this.#settings, this.#kernel(), goal, options);
    return planning(this.#start(request, options));
  }

  /**
   * What a graph of tasks will use, per task and in all, and whether that fits its budgets: calls with repairs and
   * reviews, tokens and dollars, each with a range that holds the truth in nine of ten cases. Starts nothing. Throws as
   * `run` does.
   */
  estimate(request: TaskGraph, options: RunOptions = {}): CostEstimate {
    const run = newRun(this.#settings, this.#kernel(), request, options);
    return estimateCost(this.#settings, this.#open.projection, run);
  }

  /**
   * Has each of these models do one task by itself, side by side: a run of one task a model, without a winner, which a
   * model's failure does not fail. Throws `ConfigError` as `run` does, `plan.unknown-model` for a name that is not in
   * the team, and `plan.ensemble` for tasks that are not answered in words.
   */
  compare(task: ComparedTask, models: readonly string[], options: RunOptions = {}): Comparison {
    const request = newComparison(this.#settings, this.#kernel(), task, models, options);
    return compare(this.#start(request, options));
  }

  /**
   * Resolves when this overseer works no more: it was closed, or its journal failed or was taken over by another; never
   * rejects. Close it then, as ever.
   */
  get ended(): Promise<OverseerEnd> {
    return this.#ended.promise;
  }

  /**
   * Starts a run that goes on from another one as that stood at an event, with changed input: what was done by then is
   * taken over and not paid again, the rest is worked anew. What is changed is worked anew too, with all that needs it. The
   * parent stays as it is. Throws `OverseerError`: `run.unknown`, `seq.unknown`, `task.unknown`; and `ConfigError`
   * `fork.invalid`, and as `run` does.
   */
  async fork(run: string, options: ForkOptions = {}): Promise<Run> {
    return await this.#fork(run, options.at, options);
  }

  /** Starts a run that does all of another one anew, with changed input. Throws as `fork` does. */
  async replay(run: string, options: ReplayOptions = {}): Promise<Run> {
    return await this.#fork(run, 'first', options);
  }

  /** A handle to a run of this journal, whoever started it. */
  open(id: string): Run {
    const kernel = this.#kernel();
    if (kernel.runOf(id) !== undefined) return this.#handle(id, kernel);
    return createRecordedRun(id, this.#open.journal.stream, this.#settings);
  }

  /** The project that is worked on: its phases, checklist and checkpoints, and its state as of any event. */
  get project(): Project {
    this.#kernel();
    return this.#project;
  }

  /**
   * Makes what a finished run said unreadable for good, and records who wanted it and why. The run's events stay in their
   * places and say that they were erased, so the journal still proves itself; budgets keep what it spent. Runs below it, and
   * what other runs took over from it, are not touched. Does nothing for one that was erased. Throws `OverseerError`
   * `run.unknown` and `run.unfinished`, and `StoreError` `store.unsealed` where the store cannot forget.
   */
  async erase(run: string, order: Order = {}): Promise<void> {
    this.#kernel();
    await eraseRun(this.#settings, this.#open, run, order);
  }

  /**
   * Erases all runs of a person, those below them included, as `erase` does each, and nothing where one of them is not finished. Done
   * again it erases what came since. Throws `OverseerError` `run.unfinished`, and `StoreError` `store.unsealed`.
   */
  async eraseUser(user: string, order: Order = {}): Promise<ErasedPerson> {
    this.#kernel();
    return await erasePerson(this.#settings, this.#open, user, order);
  }

  /** Every event of a person's runs, in order and with what is sensitive in them: what this journal holds of that person. */
  async *exportUser(user: string): AsyncGenerator<OverseerEvent> {
    const { kernel, journal } = this.#open;
    this.#kernel();
    await kernel.settled();
    yield* personalData(this.#settings.store, journal.stream, user);
  }

  /** The runs that are not finished: those that go on here, and those that a dead process left. */
  unfinished(): readonly UnfinishedRun[] {
    return unfinishedRuns(this.#kernel().unfinished);
  }

  /** What is known to work, and not to work, with each model at each kind of task: plain data, ready to be kept as JSON. */
  practices(): readonly Practice[] {
    return this.#told.practices();
  }

  /**
   * Notes what works with a model of the team at one kind of task, or at all of them; its prompts tell it from then on.
   * An empty note takes back what was noted there. Resolves once it is durable. Throws `ConfigError`
   * `config.unknown-model`.
   */
  async notePractice(note: PracticeInput, by: string): Promise<void> {
    this.#kernel();
    await this.#open.journal.append([practiceNoted(this.#settings, note, by)]);
  }

  /** How every model of the team stands now. */
  models(): readonly ModelState[] {
    return this.#kernel().models();
  }

  /**
   * How the limits that models share stand now, and those of tools; those of users, tenants, runs and the like once one
   * has made a call.
   */
  limits(): readonly LimitUse[] {
    return this.#told.limits();
  }

  /**
   * Every task that is ready and waits for its turn, in the order in which they are expected to start: its position,
   * what it waits for, and when it is expected to start if all goes as expected and nothing new comes. Changes nothing.
   */
  queue(): readonly WaitingTask[] {
    return this.#kernel().scheduling.waiting();
  }

  /**
   * Puts a waiting task before all others: an emergency, by a person's word alone, which is recorded with its reason; no
   * model can do it. Limits, budgets and the number of tasks at once hold for it as for any. At most three tasks are
   * first at once. Resolves when it is on disk. Throws `ConfigError` `config.approval` where no person stands behind it,
   * and `OverseerError` `run.not-waiting` for a task that does not wait, `run.expedited` when three are first already.
   */
  async expedite(run: string, task: string, approval: Approval): Promise<void> {
    const kernel = this.#kernel();
    kernel.scheduling.expedite(run, task, approval);
    await kernel.settled();
  }

  /**
   * Changes how many tasks are worked at once, and how many calls a model gets at once, from now on and until this
   * overseer is closed; what is left out stays as it is. What is above a bound goes on, and nothing begins until there is
   * less. Throws `ConfigError`: `config.workers`, `config.unknown-model`.
   */
  setWorkers(bounds: AtOnceBounds): void {
    checkWorkers(bounds, [...this.#settings.members.keys()]);
    this.#kernel().scheduling.setWorkers(bounds);
  }

  /**
   * How every limit and every budget stands now, how fast it is used, and when it will be reached at that rate: limits by
   * model, then budgets from the project down, then what hedges cost where there may be any. A fold of what happened in
   * the last hour, bounded.
   */
  usage(): readonly UsageRow[] {
    return this.#told.usage();
  }

  /**
   * What failed in a run so far, by cause and place: how often, what was done about it, what it cost, which tasks are open
   * because of it, and what to do. Reads the run's events anew. Throws `OverseerError` `run.unknown`.
   */
  async failures(run: string): Promise<FailureReport> {
    return await this.#told.failures(run);
  }

  /**
   * How far the project, its runs, their phases and tasks are: what is under way since when and until when, what needs
   * what, the critical path with slack, what holds work up, what limits did to the schedule, from where a run would go on,
   * and how each model did at each kind of task. Of the runs that are not finished and those that finished since it was
   * first asked for, or of one run of the journal. Read from the journal when it is asked for: nothing else pays for it.
   * Throws `OverseerError` `run.unknown`.
   */
  async progress(scope: ProgressScope = {}): Promise<Progress> {
    return await this.#told.progress(scope);
  }

  /**
   * Gives leave for a while: of a tool, or of a permission, to whoever fits `to`. Resolves once it is durable. Throws
   * `ConfigError`: `config.grant` for one that is malformed, endless or over already, `config.unknown-tool`,
   * `config.unknown-role`, `config.unknown-model`; and `OverseerError` `run.unknown`, `task.unknown`, `scope.invalid`.
   */
  async grant(grant: GrantInput, order: Order = {}): Promise<GivenGrant> {
    this.#kernel();
    const { draft, given } = grantGiven(this.#settings, this.#open.projection, grant, order);
    await this.#open.journal.append([draft]);
    return given;
  }

  /**
   * Takes a grant back: calls under way end, and none begins under it any more. Does nothing for one that is over. Throws
   * `OverseerError` `grant.unknown`.
   */
  async revoke(grant: string, order: Order = {}): Promise<void> {
    this.#kernel();
    const draft = grantRevoked(this.#settings, this.#open.projection, grant, order);
    if (draft !== undefined) await this.#open.journal.append([draft]);
  }

  /** Every grant that counts now, and the latest that are over, in the order in which they were given. */
  grants(): readonly GivenGrant[] {
    return this.#told.grants();
  }

  /**
   * Reads every tool call that the journal tells of, whether it was allowed or not: who, what, when, by whose leave, and
   * what came of it. In the order in which they ended, then those under way.
   */
  async *audit(filter: AuditFilter = {}): AsyncGenerator<ToolCallRecord> {
    yield* this.#told.audit(filter);
  }

  /**
   * Reads who had which task when, and on which terms: for each attempt its model and role, context, prerequisites, tools and
   * permissions, what it has to bring about and by when, what it gave so far, and what came of it. In the order in which they
   * ended, then those under way. Throws `OverseerError`: `run.unknown`, `task.unknown`.
   */
  async *delegations(filter: DelegationFilter = {}): AsyncGenerator<Delegation> {
    yield* this.#told.delegations(filter);
  }

  /** How every tool stands now: which are left alone after failures, and until when; and how its quotas stand. */
  tools(): readonly ToolState[] {
    return this.#told.tools();
  }

  /**
   * How the store of answers from before stands, and what embeds texts where that is used: whether it is left alone after
   * failures, and until when. Empty where no answers are kept.
   */
  cache(): readonly CacheState[] {
    return this.#told.cache();
  }

  /** The questions of checks that only a person can answer; they wait as long as it takes, over restarts too. */
  questions(): readonly OpenQuestion[] {
    return this.#kernel().questions().map(shownQuestion);
  }

  /**
   * Hears of every question to a person that is open now, as after a start, and of each that comes, once it is on disk. The
   * returned function stops it.
   */
  onQuestion(listener: (question: OpenQuestion) => void): () => void {
    const kernel = this.#kernel();
    const tell = (question: OpenQuestion): void => listener(shownQuestion(question));
    return kernel.questionListeners.add(tell, kernel.questions());
  }

  /**
   * Gives a person's answer to a question and lets its task go on; resolves when the answer is on disk. Throws
   * `OverseerError` `question.unknown` when nobody asks that any more.
   */
  async answer(
    question: Pick<OpenQuestion, 'run' | 'task' | 'id'>,
    reply: string,
    by = 'host',
  ): Promise<void> {
    const kernel = this.#kernel();
    if (!kernel.answer(question, reply, by)) throw unknownQuestion(question);
    await kernel.settled();
  }

  /**
   * Lets calls in flight end and begins nothing more: of everything (`{}`), of a run, of one phase or one task of a run.
   * Holds over restarts. Resolves when it is on disk. Throws `OverseerError` for what is not there (`run.unknown`,
   * `phase.unknown`, `task.unknown`, `scope.invalid`), as all orders do.
   */
  async pause(scope: WorkScope = {}, order: Order = {}): Promise<void> {
    this.#kernel().orders.pause(scope, order);
    await this.#kernel().settled();
  }

  /** Goes on with what was paused. */
  async resume(scope: WorkScope = {}, order: Order = {}): Promise<void> {
    this.#kernel().orders.resume(scope, order);
    await this.#kernel().settled();
  }

  /**
   * Ends work before it is done, down to the sockets, and skips what needs it; `{}` is the emergency stop of all runs.
   * A run of which a part was cancelled ends as `stopped`, if nothing of it failed.
   */
  async cancel(scope: WorkScope, order: Order = {}): Promise<void> {
    await this.#kernel().orders.cancel(scope, order);
    await this.#open.kernel.settled();
  }

  /** Gives a task, a phase or a whole run another priority; what runs already goes on. */
  async reprioritise(scope: WorkScope, priority: Priority, order: Order = {}): Promise<void> {
    this.#kernel().orders.reprioritise(scope, priority, order);
    await this.#kernel().settled();
  }

  /**
   * Binds tasks to a model of the team, and ends what another is doing for them; without a model, frees them again.
   * Throws `ConfigError` `config.unknown-model`.
   */
  async reassign(scope: WorkScope, model?: string, order: Order = {}): Promise<void> {
    await this.#kernel().orders.reassign(scope, model, order);
    await this.#open.kernel.settled();
  }

  /**
   * Tries tasks again that failed or were skipped, while their run goes on, and what was skipped because of them.
   * Throws `OverseerError`: `task.not-over`, `task.needs`.
   */
  async retry(scope: WorkScope, order: Order = {}): Promise<void> {
    this.#kernel().orders.retry(scope, order);
    await this.#kernel().settled();
  }

  /** The model of the team that plans and judges now. */
  get overseerModel(): string {
    return this.#settings.overseer;
  }

  /**
   * Has another model of the team plan and judge from now on, over restarts too, until the options name another overseer; what is
   * under way goes on with the one before. Resolves once it is durable. Throws `ConfigError` `config.unknown-model`.
   */
  async setOverseer(model: string, order: Order = {}): Promise<void> {
    const kernel = this.#kernel();
    await this.#open.journal.append([
      overseerChanged(this.#settings, this.#open.configured, model, order),
    ]);
    kernel.wake();
  }

  /** Why the whole project is paused, while it is. */
  get paused(): string | undefined {
    return this.#kernel().paused;
  }

  /**
   * Shows what models say as they say it. For display alone: what is shown may be lost, and is not in the journal.
   * The returned function stops it.
   */
  onLive(listener: (event: LiveEvent) => void): () => void {
    const { live } = this.#kernel();
    live.on('model', listener);
    return () => live.off('model', listener);
  }

  /**
   * Gives the project up to another overseer that waits for it (`standby`, or a node), with all that is not finished; resolves
   * once it may begin. Calls under way go on here, and their replies are passed on, where the store can do that: nothing is
   * asked or paid twice. Close this overseer once that is `drained`.
   */
  async handOver(order: HandOverOrder = {}): Promise<void> {
    const { to, because = 'handed over', by, trigger = 'operator', away, waitMs = 0 } = order;
    this.#kernel();
    this.#isHandedOver = true;
    const end = { kind: 'handed-over', ...(to === undefined ? {} : { to }) } as const;
    const giving = this.#open.handOver({
      trigger,
      to,
      because,
      actor: orderedBy(by === undefined ? {} : { by }),
      away,
      waitMs,
    });
    await giving.catch((error: Error) => {
      this.#ended.resolve({ kind: 'failed', error });
      throw error;
    });
    this.#ended.resolve(end);
  }

  /**
   * Looks whether the models of the team can be reached, and writes down that this overseer goes on with what another had, with what
   * it found; does nothing where it took nothing over. @internal
   */
  async acceptHandoff(by: string): Promise<void> {
    const { succession, journal } = this.#open;
    if (succession === undefined) return;
    const connections = await lookAtModels(this.#settings);
    await journal.append([{ type: 'handoff.accepted', data: { by, ...succession, connections } }]);
  }

  /** Resolves when no call is under way here any more, and all that came for another overseer was passed on. */
  async drained(): Promise<void> {
    await this.#open.kernel.closing.drained();
  }

  /**
   * Starts nothing more, gives calls in flight a moment to end, aborts the rest, and lets go of everything. Runs that
   * are not finished are suspended and can be resumed from the same store. Idempotent.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  /** Closes, at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #start(request: NewRun, { signal, id: wished }: Pick<RunOptions, 'signal' | 'id'>): Run {
    const kernel = this.#kernel();
    const id = wished === undefined ? this.#settings.ids() : requireRunId(wished, kernel);
    kernel.start(id, request);
    // In the same turn, before the run can have ended.
    const run = this.#handle(id, kernel);
    if (signal !== undefined) cancelOn(this.#aborts, signal, run);
    return run;
  }

  async #fork(run: string, at: number | 'first' | undefined, options: ReplayOptions): Promise<Run> {
    const { stream } = this.#open.journal;
    const request = await newFork(this.#settings, this.#kernel(), stream, run, at, options);
    this.#kernel();
    return this.#start(request, options);
  }

  async #close(): Promise<void> {
    this.#aborts.clear();
    this.#ended.resolve({ kind: 'closed' });
    try {
      await this.#open.close();
    } finally {
      await this.#dispose();
    }
  }

  /** What is told, as long as this overseer is open. */
  get #told(): Readings {
    this.#kernel();
    return this.#readings;
  }

  #kernel(): Kernel {
    if (this.#closed === undefined) return this.#open.kernel;
    throw new OverseerError('overseer.closed', 'This overseer was closed; create another one.');
  }

  #handle(id: string, kernel: Kernel): Run {
    return createRunHandle(id, kernel, this.#open.journal, this.#settings.shown);
  }
}

/** As it is shown to people, who hold no key. */
function shownQuestion(question: OpenQuestion): OpenQuestion {
  return { ...question, request: shown(question.request) };
}
