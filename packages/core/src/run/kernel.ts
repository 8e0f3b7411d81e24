import { EventEmitter } from 'eventemitter3';
import type { AttemptHost, AttemptPlace } from '../attempt/attempt-host.ts';
import { ANSWERED } from '../attempt/call-model.ts';
import { endAttempt } from '../attempt/drive.ts';
import { atMost } from '../internal/at-most.ts';
import { Cancellation } from '../internal/cancellation.ts';
import { Deadlines } from '../internal/deadlines.ts';
import type { EventDraft } from '../journal/draft.ts';
import { questionTasks } from '../journal/fold-run.ts';
import type { Journal } from '../journal/journal.ts';
import type { JournalIndex } from '../journal/journal-index.ts';
import { isFinal, type RunState, type TaskState } from '../journal/run-state.ts';
import type { TaskSource } from '../spec/task.ts';
import { Chains } from '../validate/chain.ts';
import { breakStart } from './break-start.ts';
import { ClosingDown } from './closing-down.ts';
import { createAttemptHost, type LiveBus } from './create-attempt-host.ts';
import { createHedging } from './create-hedging.ts';
import { Dispatcher } from './dispatcher.ts';
import { GaugeSampler } from './gauge-sampler.ts';
import { createHealer, type Healer } from './healer.ts';
import { HealthWatch } from './health-watch.ts';
import type { JointGate } from './joint-gate.ts';
import type { KeptReply } from './kept-replies.ts';
import { describeError, LiveAttempts } from './live-attempts.ts';
import { type ModelState, modelStates } from './model-state.ts';
import { type NewRun, startDrafts } from './new-run.ts';
import { PassOn } from './pass-on.ts';
import type { Projection } from './projection.ts';
import { QuestionDeadlines } from './question-deadlines.ts';
import { QuestionListeners } from './question-listeners.ts';
import { answerDraft, type OpenQuestion, openQuestions } from './questions.ts';
import { QueueWatch } from './queue-watch.ts';
import { RemoteCalls } from './remote-calls.ts';
import { Removals } from './removals.ts';
import { RunControl } from './run-control.ts';
import { type RunEnd, RunEnds } from './run-ends.ts';
import { RunGraphs } from './run-graphs.ts';
import type { Scheduling } from './scheduling.ts';
import type { Settings } from './settings.ts';
import { StatusWatch } from './status-watch.ts';
import { StuckWatch } from './stuck-watch.ts';
import { Succession } from './succession.ts';
import { tellCrossings } from './tell-crossings.ts';
import { WorkOrders } from './work-orders.ts';

/** One overseer at work: the parts of the loop, wired together. */
export class Kernel {
  /** Work between changes that is under way. */
  readonly #between = new Set<Promise<unknown>>();
  readonly live: LiveBus = new EventEmitter();
  /** The order in which tasks start. */
  readonly scheduling: Scheduling;
  readonly #settings: Settings;
  readonly #projection: Projection;
  readonly #journal: Journal;
  readonly #index: Pick<JournalIndex, 'paused'>;
  readonly #dispatcher: Dispatcher;
  readonly #attempts: LiveAttempts;
  readonly #graphs: RunGraphs;
  readonly #control: RunControl;
  readonly #orders: WorkOrders;
  readonly #host: AttemptHost;
  readonly #sources = new Map<string, TaskSource>();
  readonly #chains: Chains;
  readonly #ends = new RunEnds();
  readonly #deadlines: Deadlines;
  readonly #removals: Removals;
  readonly #sampler: GaugeSampler;
  readonly #joint: JointGate | undefined;
  readonly #passOn: PassOn;
  readonly #succession: Succession;
  readonly #healer: Healer | undefined;
  readonly #questionDeadlines: QuestionDeadlines;
  readonly #stuck: StuckWatch | undefined;
  readonly #queueWatch: QueueWatch | undefined;
  /** Who hears of questions to people. */
  readonly questionListeners: QuestionListeners = new QuestionListeners();
  /** Who hears how models stand. */
  readonly status: StatusWatch;
  readonly #health: HealthWatch;
  /** How it comes to rest. */
  readonly closing: ClosingDown;
  readonly #remote: RemoteCalls | undefined;

  constructor(
    settings: Settings,
    projection: Projection,
    journal: Journal,
    index: Pick<JournalIndex, 'paused' | 'heard'>,
    joint?: JointGate,
  ) {
    this.#settings = settings;
    this.#joint = joint;
    this.#projection = projection;
    this.#journal = journal;
    this.#index = index;
    this.#deadlines = new Deadlines(settings.clock);
    this.#removals = new Removals(settings.workspaces);
    this.#passOn = new PassOn(settings, journal, projection.runs);
    this.#healer = createHealer(settings, projection, journal);
    const { transport } = settings;
    this.#remote =
      transport &&
      new RemoteCalls(settings, projection, transport, {
        stream: journal.stream,
        isOver: () => journal.failure !== undefined,
        append: (drafts) => journal.append(drafts),
        goOn: (place) => this.#goOn(place),
      });
    this.#host = this.#attemptHost();
    this.#chains = new Chains(settings.validators);
    const hedging = createHedging(settings, projection, journal, (at) => this.#mayAskToo(at));
    this.#attempts = new LiveAttempts(this.#host, this.#chains, hedging, (at, error) =>
      this.#broken(at, error),
    );
    this.#dispatcher = new Dispatcher(settings, projection, journal, {
      begin: (run, task, call, durable) => this.#begin(run, task, call, durable),
      proceed: (at, call, durable) => {
        tellCrossings(projection, journal);
        this.#attempts.go(at, durable, call);
      },
      goOn: (at) => this.#attempts.go(at, undefined, undefined),
      show: (at, event) => this.#host.show(at, event),
      end: (at, outcome, because, details) =>
        endAttempt(this.#host, at, outcome, because, [], details),
      breakStart: (run, task, error) => this.#breakStart(run, task, error),
      failTask: (run, task, because, findings) =>
        this.#control.failTask(run, task, because, findings),
      giveUp: (run, task, because) => this.#control.giveUp(run, task, because),
      attempts: () => this.#attempts.list(),
      longest: (run) => this.#graphs.longest(run),
      rank: (run, task) => this.#graphs.rank(run, task),
      append: (drafts) => this.#journal.append(drafts),
      wake: () => this.#dispatcher.wake(),
      isStopping: (run) => this.#control.stops.has(run),
      isPaused: () => this.paused !== undefined,
      // A stop can fail only with the journal, and of that everybody hears by other ways.
      stopRun: (run, because) =>
        void this.#control.stops.drain(run, because).catch(() => undefined),
    });
    this.scheduling = this.#dispatcher.scheduling;
    this.#graphs = new RunGraphs(this.scheduling, this.#dispatcher.free, settings);
    this.#control = new RunControl({
      attempts: this.#attempts,
      graphs: this.#graphs,
      attemptHost: this.#host,
      maxAttempts: settings.maxAttempts,
      spent: (run) => projection.budgets.spentSoFar(run),
      append: (drafts) => this.#journal.append(drafts),
      closeWorkspace: (at) => this.#removals.start(at),
      isRemote: (call) => projection.remotes.has(call),
      rescue: (run, task) => this.#healer?.rescue(run, task),
      rescueEarly: (run, task) => this.#healer?.rescueEarly(run, task),
      wake: () => this.#dispatcher.wake(),
      finished: (run) => this.#finished(run),
    });
    this.#sampler = new GaugeSampler(settings, projection, () => this.#dispatcher.freed());
    joint?.whenFreed(() => this.#dispatcher.freed());
    this.#orders = new WorkOrders({
      runs: projection.runs,
      members: settings.members,
      attempts: this.#attempts,
      attemptHost: this.#host,
      graphs: this.#graphs,
      control: this.#control,
      chains: this.#chains,
      isPaused: () => this.paused !== undefined,
      append: (drafts) => this.#append(drafts),
      wake: () => this.#dispatcher.wake(),
      resumeRun: (run, because, source) => this.#resume(run, because, source),
    });
    this.#succession = new Succession(settings, projection, {
      stream: journal.stream,
      heard: index.heard,
      append: (drafts) => journal.append(drafts),
      remote: this.#remote,
      retryDelay: this.#host.retryDelay,
      forget: (attempt) => this.#dispatcher.forget(attempt),
      goOn: (place) => this.#goOn(place),
      breakOff: (call) => {
        const here = this.#host.calls.get(call);
        here?.abort(ANSWERED);
        return here !== undefined;
      },
    });
    const { healing } = settings;
    const watched = { settings, projection, journal, attempts: this.#attempts };
    this.#stuck = healing && new StuckWatch(healing, { ...watched, attemptHost: this.#host });
    const { scheduling } = this;
    const waits = { settings, projection, journal, scheduling, remote: this.#remote };
    this.#queueWatch =
      healing && new QueueWatch(healing, { ...waits, isPaused: () => this.paused !== undefined });
    this.#questionDeadlines = new QuestionDeadlines({
      ...{ clock: settings.clock, runs: projection.runs, journal },
      ...{ attempts: this.#attempts, attemptHost: this.#host },
    });
    this.status = new StatusWatch(settings, projection, () => this.models());
    this.#health = new HealthWatch(settings, projection);
    this.closing = new ClosingDown({
      settings,
      journal,
      attempts: this.#attempts,
      stops: this.#control.stops,
      removals: this.#removals,
      deadlines: this.#deadlines,
      passOn: this.#passOn,
      succession: this.#succession,
      ends: this.#ends,
      remote: this.#remote,
      starters: [
        ...[this.#dispatcher, this.#questionDeadlines, this.#sampler, this.status, this.#health],
        ...(this.#stuck === undefined ? [] : [this.#stuck]),
        ...(this.#queueWatch === undefined ? [] : [this.#queueWatch]),
      ],
      changesOver: () =>
        atMost(settings.clock, LONGEST_CHANGE_MS, Promise.allSettled([...this.#between])),
      unfinished: () => this.unfinished,
    });
    journal.whenFailed((failure) => this.closing.fail(failure));
  }

  /** Takes up replies that came after the project had left a store; resolves when what came of them is durable. */
  hear(replies: readonly KeptReply[]): Promise<void> {
    return this.#succession.hear(replies);
  }

  /** The runs that are not finished. */
  get unfinished(): readonly RunState[] {
    return [...this.#projection.runs.values()].filter(({ status }) => status !== 'finished');
  }

  /** Why the whole project is paused, while it is. */
  get paused(): string | undefined {
    return this.#index.paused;
  }

  /** How every model of the team stands now. */
  models(): readonly ModelState[] {
    return modelStates(this.#settings, this.#projection, this.#attempts.list());
  }

  /** A run that is not finished, or whose end is not read yet. */
  runOf(id: string): RunState | undefined {
    return this.#projection.runs.get(id);
  }

  /** Starts a run; its tasks begin in the same turn. Throws `ConfigError` for a check that nobody makes. */
  start(id: string, request: NewRun): void {
    for (const task of request.tasks) this.#chains.of(task);
    if (request.source !== undefined) this.#sources.set(id, request.source);
    this.#append(startDrafts(id, request));
    this.#sampler.wake();
    this.#queueWatch?.begin();
    const run = this.#projection.runs.get(id);
    if (run !== undefined) this.#control.added(run, request.tasks);
  }

  /** What is ordered about work under way. Throws `OverseerError` `overseer.closed` once this kernel closes. */
  get orders(): WorkOrders {
    this.closing.requireOpen();
    return this.#orders;
  }

  /** The questions that wait for a person. */
  questions(): readonly OpenQuestion[] {
    return openQuestions(this.unfinished);
  }

  /** Records a person's answer, with which the check that asked goes on. `false` when nobody asks that any more. */
  answer(question: Pick<OpenQuestion, 'run' | 'task' | 'id'>, reply: string, by: string): boolean {
    this.closing.requireOpen();
    const answered = answerDraft(this.runOf(question.run), question, reply, by);
    if (answered === undefined) return false;
    this.#append([answered]);
    this.#attempts.goOn(question);
    return true;
  }

  /** Resolves when the run has ended, or when this kernel stops working on it. Rejects when the journal failed. */
  whenEnded(id: string): Promise<RunEnd> {
    return this.#ends.of(id, this.#journal.failure);
  }

  /** Something changed that nobody here ordered: looks what can begin now. */
  wake(): void {
    this.#dispatcher.wake();
  }

  /** Does work between changes that go in: none is under way meanwhile, and those that went in are told as done. */
  async serially<T>(work: () => Promise<T>): Promise<T> {
    const done = Promise.resolve(
      this.#host.serially(async () => {
        await this.#attempts.changesTold();
        return await work();
      }, new Cancellation()),
    );
    this.#between.add(done);
    try {
      return await done;
    } finally {
      this.#between.delete(done);
    }
  }

  /** Everything appended is durable. */
  settled(): Promise<void> {
    return this.#journal.settled();
  }

  #append(drafts: readonly EventDraft[]): void {
    // A failed write ends the journal, which tells everybody.
    void this.#journal.append(drafts);
  }

  #begin(
    run: RunState,
    task: TaskState,
    call: Parameters<LiveAttempts['go']>[2],
    durable: Promise<void>,
  ): void {
    if (task.attempt === undefined) return;
    tellCrossings(this.#projection, this.#journal);
    const at = this.#attempts.adopt(run, task, task.attempt);
    this.#stuck?.begin();
    // A task without a model does nothing yet that must be on disk before; its tools see to that themselves.
    this.#attempts.go(at, call === undefined ? undefined : durable, call);
  }

  /**
   * Goes on with a run that was suspended, or that another process left unfinished; does nothing for one that goes on
   * here. Throws `ConfigError` for a check that nobody makes any more.
   */
  #resume(run: RunState, because: string, source: TaskSource | undefined): void {
    if (run.status === 'finished' || this.#control.stops.has(run)) return;
    if (run.status === 'running' && this.#graphs.has(run.id)) return;
    for (const { status, task } of run.tasks.values()) if (!isFinal[status]) this.#chains.of(task);
    if (source !== undefined) this.#sources.set(run.id, source);
    this.#append([{ type: 'run.resumed', run: run.id, data: { because } }]);
    this.#sampler.wake();
    this.#queueWatch?.begin();
    const left = this.#attempts.adoptAll(run);
    this.#graphs.load(run);
    // Only once all are taken on can one find the other that asked it.
    for (const at of left) this.#attempts.go(at, undefined, undefined);
    this.#questionDeadlines.look();
    this.#stuck?.begin();
    this.#control.finishIfOver(run);
    this.#dispatcher.wake();
  }

  #breakStart(run: RunState, task: TaskState, error: unknown): void {
    breakStart(
      {
        attempts: this.#attempts,
        append: (drafts) => this.#append(drafts),
        broken: (at, cause) => this.#broken(at, cause),
        failTask: (...failed) => this.#control.failTask(...failed),
      },
      run,
      task,
      error,
    );
  }

  #broken(at: AttemptPlace, error: unknown): void {
    if (this.#journal.failure !== undefined) return;
    endAttempt(this.#host, at, 'failed', describeError(error), [], { fault: 'infrastructure' });
  }

  #finished(run: RunState): void {
    const status = run.outcome ?? 'failed';
    this.#ends.tell(run.id, { status, because: run.because, state: run });
    this.#sources.delete(run.id);
    this.#projection.forget(run.id);
    if (this.#attempts.list().length === 0) this.#stuck?.rest();
    if (!this.unfinished.some(({ status }) => status === 'running')) this.#queueWatch?.rest();
  }

  #attemptHost(): AttemptHost {
    return createAttemptHost({
      settings: this.#settings,
      projection: this.#projection,
      journal: this.#journal,
      deadlines: this.#deadlines,
      live: this.live,
      sources: this.#sources,
      joint: this.#joint,
      remote: this.#remote,
      passOn: this.#passOn,
      flights: this.#projection.flights,
      turns: () => this.#dispatcher.toolTurns,
      freed: () => this.#dispatcher.freed(),
      callEnded: () => {
        tellCrossings(this.#projection, this.#journal);
        this.#dispatcher.freed();
      },
      endsLoop: (at) => this.#healer?.endsLoop(this.#host, at) ?? false,
      wantsCall: (at) => {
        if (!this.closing.hasBegun) this.#dispatcher.want(at);
        this.#dispatcher.freed();
      },
      asked: (at) => this.#asked(at),
      ended: (at) => {
        this.#dispatcher.forget(at.attempt.id);
        this.#control.attemptEnded(at);
        this.#dispatcher.freed();
      },
    });
  }

  /** The call of an attempt has its end, which came from elsewhere. */
  #goOn(place: { readonly run: string; readonly task: string; readonly attempt: string }): void {
    this.#dispatcher.forget(place.attempt);
    this.#attempts.goOn(place);
    const at = this.#attempts.list(place.run).find(({ attempt }) => attempt.id === place.attempt);
    if (at === undefined) this.#dispatcher.freed();
    else this.#host.callEnded(at);
  }

  /** Whether a call may be begun beside one that is under way. */
  #mayAskToo({ run, task }: AttemptPlace): boolean {
    return (
      !this.closing.hasBegun && this.paused === undefined && this.#dispatcher.mayGoOn(run, task)
    );
  }

  #asked(at: AttemptPlace): void {
    this.questionListeners.asked(at, this.#journal);
    this.#questionDeadlines.asked(at);
    const children = questionTasks(at.run, at.task, at.attempt).filter(
      ({ status }) => status === 'open',
    );
    this.#graphs.add(at.run, children);
    // Until a person has said whether its call happened, it wants no turn.
    this.#dispatcher.toolTurns.forget(at.attempt.id);
    this.#dispatcher.freed();
  }
}

/** A change of files that takes longer is not waited for. */
const LONGEST_CHANGE_MS = 60_000;
