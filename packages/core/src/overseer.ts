import type { ModelChange, RemoveOrder } from './check-model-order.ts';
import type { AtOnceBounds } from './check-workers.ts';
import { AbortListeners } from './internal/abort-listeners.ts';
import type { GivenGrant } from './journal/grant.ts';
import type { BreakerStanding } from './limit/breaker-standing.ts';
import type { LimitUse } from './limit/limit-use.ts';
import type { Delegation } from './observe/delegation.ts';
import type { DelegationFilter } from './observe/delegations.ts';
import type { FailureReport } from './observe/failure-report.ts';
import type { Progress } from './observe/progress.ts';
import type { ProgressScope } from './observe/progress-of.ts';
import { createReadings, type OverseerReadings } from './observe/readings.ts';
import type { AuditFilter, ToolCallRecord } from './observe/tool-audit.ts';
import type { UsageRow } from './observe/usage.ts';
import { createConversation, type OverseerConversation } from './overseer-conversation.ts';
import type { CountTokensRequest } from './overseer-counts.ts';
import { createDecisions, type OverseerDecisions } from './overseer-decisions.ts';
import { groundOf, type OverseerGround, requireOpen } from './overseer-ground.ts';
import { createOrders, type OverseerOrders } from './overseer-orders.ts';
import { createRequests, type OverseerRequests } from './overseer-requests.ts';
import { createRoster, type OverseerRoster } from './overseer-roster.ts';
import {
  type HandOverOrder,
  type OverseerEnd,
  type OverseerTenure,
  Tenure,
} from './overseer-tenure.ts';
import type { ComparedTask } from './plan/compared-tasks.ts';
import { callableProject } from './project/callable-project.ts';
import { OwnProject } from './project/project.ts';
import type { OverseerProject } from './project/project-face.ts';
import type { ForkOptions, ReplayOptions } from './request-fork.ts';
import type { Practice } from './route/practice-entry.ts';
import type { PersonalMail } from './run/aside-mail.ts';
import type { CacheState } from './run/cache-state.ts';
import type { Comparison } from './run/comparison.ts';
import type { LiveEvent } from './run/create-attempt-host.ts';
import type { CostEstimate } from './run/estimate-cost.ts';
import type { Approval } from './run/expedite.ts';
import type { GrantInput } from './run/grant-orders.ts';
import type { ModelState } from './run/model-state.ts';
import type { OpenKernel } from './run/open-kernel.ts';
import type { ErasedPerson } from './run/personal-data.ts';
import type { Planning } from './run/planning.ts';
import type { TidiedPractices, TidyOrder } from './run/practice-desk.ts';
import type { DroppedPractice } from './run/practice-dropped.ts';
import type { PracticeInput } from './run/practice-noted.ts';
import type { ImportedPractices, ImportOptions } from './run/practices-imported.ts';
import type { OpenQuestion } from './run/questions.ts';
import type { Run } from './run/run-handle.ts';
import type { Settings } from './run/settings.ts';
import type { ModelListener } from './run/status-watch.ts';
import type { StoreListener } from './run/store-breaker.ts';
import type { ToolState } from './run/tool-state.ts';
import type { UnfinishedRun } from './run/unfinished-runs.ts';
import type { WaitingTask } from './run/waiting-tasks.ts';
import type { Order, WorkScope } from './run/work-scope.ts';
import type { RunOptions } from './run-options.ts';
import type { OverseerEvent } from './spec/event.ts';
import type { ListedModel, TokenCount } from './spec/model.ts';
import type { ModelEntry } from './spec/plugin.ts';
import type { PracticeRecord } from './spec/practice-record.ts';
import type { Priority, TaskGraph } from './spec/task.ts';

/** A team of models at work. Made by `createOverseer`; closed by `close`, or by `await using`. */
export class Overseer
  implements
    OverseerRequests,
    OverseerOrders,
    OverseerRoster,
    OverseerDecisions,
    OverseerReadings,
    OverseerConversation,
    OverseerTenure,
    AsyncDisposable
{
  readonly #dispose: () => Promise<void>;
  readonly #aborts = new AbortListeners();
  readonly #ground: OverseerGround;
  readonly #project: OverseerProject;
  readonly #requests: OverseerRequests;
  readonly #orders: OverseerOrders;
  readonly #roster: OverseerRoster;
  readonly #decisions: OverseerDecisions;
  readonly #readings: OverseerReadings;
  readonly #conversation: OverseerConversation;
  readonly #tenure: Tenure;
  #closed: Promise<void> | undefined;

  /** @internal */
  constructor(
    settings: Settings,
    open: OpenKernel,
    dispose: () => Promise<void>,
    signal?: AbortSignal,
  ) {
    this.#dispose = dispose;
    this.#ground = groundOf(settings, open, () => this.#closed !== undefined);
    this.#project = callableProject(new OwnProject(settings, open), settings);
    this.#requests = createRequests(this.#ground, this.#aborts);
    this.#orders = createOrders(this.#ground);
    this.#roster = createRoster(this.#ground);
    this.#decisions = createDecisions(this.#ground);
    this.#readings = createReadings(this.#ground);
    this.#conversation = createConversation(this.#ground);
    this.#tenure = new Tenure(this.#ground);
    // Whoever closes it too hears of what goes wrong.
    if (signal !== undefined)
      this.#aborts.add(signal, () => void this.close().catch(() => undefined));
  }

  run(request: string | TaskGraph, options?: RunOptions): Run {
    return this.#requests.run(request, options);
  }

  plan(goal: string, options?: RunOptions): Planning {
    return this.#requests.plan(goal, options);
  }

  estimate(request: TaskGraph, options?: RunOptions): CostEstimate {
    return this.#requests.estimate(request, options);
  }

  compare(task: ComparedTask, models: readonly string[], options?: RunOptions): Comparison {
    return this.#requests.compare(task, models, options);
  }

  fork(run: string, options?: ForkOptions): Promise<Run> {
    return this.#requests.fork(run, options);
  }

  replay(run: string, options?: ReplayOptions): Promise<Run> {
    return this.#requests.replay(run, options);
  }

  open(id: string): Run {
    return this.#requests.open(id);
  }

  unfinished(): readonly UnfinishedRun[] {
    return this.#requests.unfinished();
  }

  pause(scope?: WorkScope, order?: Order): Promise<void> {
    return this.#orders.pause(scope, order);
  }

  resume(scope?: WorkScope, order?: Order): Promise<void> {
    return this.#orders.resume(scope, order);
  }

  cancel(scope: WorkScope, order?: Order): Promise<void> {
    return this.#orders.cancel(scope, order);
  }

  reprioritise(scope: WorkScope, priority: Priority, order?: Order): Promise<void> {
    return this.#orders.reprioritise(scope, priority, order);
  }

  reassign(scope: WorkScope, model?: string, order?: Order): Promise<void> {
    return this.#orders.reassign(scope, model, order);
  }

  retry(scope: WorkScope, order?: Order): Promise<void> {
    return this.#orders.retry(scope, order);
  }

  expedite(run: string, task: string, approval: Approval): Promise<void> {
    return this.#orders.expedite(run, task, approval);
  }

  unexpedite(run: string, task: string, approval: Approval): Promise<void> {
    return this.#orders.unexpedite(run, task, approval);
  }

  setWorkers(bounds: AtOnceBounds): void {
    this.#orders.setWorkers(bounds);
  }

  addModel(name: string, entry: ModelEntry, order?: Order): Promise<void> {
    return this.#roster.addModel(name, entry, order);
  }

  removeModel(name: string, order?: RemoveOrder): Promise<void> {
    return this.#roster.removeModel(name, order);
  }

  reconfigureModel(name: string, change: ModelChange, order?: Order): Promise<void> {
    return this.#roster.reconfigureModel(name, change, order);
  }

  onModel(listener: ModelListener): () => void {
    return this.#roster.onModel(listener);
  }

  verifyModel(name: string): Promise<ListedModel | undefined> {
    return this.#roster.verifyModel(name);
  }

  loadModel(name: string, signal?: AbortSignal): Promise<void> {
    return this.#roster.loadModel(name, signal);
  }

  unloadModel(name: string, signal?: AbortSignal): Promise<void> {
    return this.#roster.unloadModel(name, signal);
  }

  countTokens(request: CountTokensRequest): Promise<TokenCount> {
    return this.#roster.countTokens(request);
  }

  grant(grant: GrantInput, order?: Order): Promise<GivenGrant> {
    return this.#decisions.grant(grant, order);
  }

  revoke(grant: string, order?: Order): Promise<void> {
    return this.#decisions.revoke(grant, order);
  }

  notePractice(note: PracticeInput, by: string): Promise<void> {
    return this.#decisions.notePractice(note, by);
  }

  dropPractice(what: DroppedPractice, by: string): Promise<void> {
    return this.#decisions.dropPractice(what, by);
  }

  importPractices(
    records: readonly PracticeRecord[],
    by: string,
    options?: ImportOptions,
  ): Promise<ImportedPractices> {
    return this.#decisions.importPractices(records, by, options);
  }

  tidyPractices(by: string, order?: TidyOrder): Promise<TidiedPractices> {
    return this.#decisions.tidyPractices(by, order);
  }

  get overseerModel(): string {
    return this.#decisions.overseerModel;
  }

  setOverseer(model: string, order?: Order): Promise<void> {
    return this.#decisions.setOverseer(model, order);
  }

  erase(run: string, order?: Order): Promise<void> {
    return this.#decisions.erase(run, order);
  }

  eraseUser(user: string, order?: Order): Promise<ErasedPerson> {
    return this.#decisions.eraseUser(user, order);
  }

  exportUser(user: string): AsyncGenerator<OverseerEvent | PersonalMail> {
    return this.#readings.exportUser(user);
  }

  models(): readonly ModelState[] {
    return this.#readings.models();
  }

  limits(): readonly LimitUse[] {
    return this.#readings.limits();
  }

  queue(): readonly WaitingTask[] {
    return this.#readings.queue();
  }

  usage(): readonly UsageRow[] {
    return this.#readings.usage();
  }

  failures(run: string): Promise<FailureReport> {
    return this.#readings.failures(run);
  }

  progress(scope?: ProgressScope): Promise<Progress> {
    return this.#readings.progress(scope);
  }

  practices(): readonly Practice[] {
    return this.#readings.practices();
  }

  grants(): readonly GivenGrant[] {
    return this.#readings.grants();
  }

  audit(filter?: AuditFilter): AsyncGenerator<ToolCallRecord> {
    return this.#readings.audit(filter);
  }

  delegations(filter?: DelegationFilter): AsyncGenerator<Delegation> {
    return this.#readings.delegations(filter);
  }

  tools(): readonly ToolState[] {
    return this.#readings.tools();
  }

  cache(): readonly CacheState[] {
    return this.#readings.cache();
  }

  breakers(): readonly BreakerStanding[] {
    return this.#readings.breakers();
  }

  onStore(listener: StoreListener): () => void {
    return this.#readings.onStore(listener);
  }

  get paused(): string | undefined {
    return this.#readings.paused;
  }

  questions(): readonly OpenQuestion[] {
    return this.#conversation.questions();
  }

  onQuestion(listener: (question: OpenQuestion) => void): () => void {
    return this.#conversation.onQuestion(listener);
  }

  answer(
    question: Pick<OpenQuestion, 'run' | 'task' | 'id'>,
    reply: string,
    by?: string,
  ): Promise<void> {
    return this.#conversation.answer(question, reply, by);
  }

  onLive(listener: (event: LiveEvent) => void): () => void {
    return this.#conversation.onLive(listener);
  }

  /**
   * The project that is worked on: its phases, checklist and checkpoints, and its state as of any event. Called with an id it gives that
   * project of the store, to look at: `overseer.project('shop').at(seq)`.
   */
  get project(): OverseerProject {
    requireOpen(this.#ground);
    return this.#project;
  }

  get ended(): Promise<OverseerEnd> {
    return this.#tenure.ended;
  }

  handOver(order?: HandOverOrder): Promise<void> {
    return this.#tenure.handOver(order);
  }

  /**
   * Looks whether the models of the team can be reached, and writes down that this overseer goes on with what another had, with what
   * it found; does nothing where it took nothing over. @internal
   */
  acceptHandoff(by: string): Promise<void> {
    return this.#tenure.accept(by);
  }

  drained(): Promise<void> {
    return this.#tenure.drained();
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

  async #close(): Promise<void> {
    this.#aborts.clear();
    try {
      await this.#tenure.close();
    } finally {
      await this.#dispose();
    }
  }
}
