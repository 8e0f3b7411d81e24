import { EventEmitter } from 'eventemitter3';
import type { AttemptHost, AttemptPlace } from '../attempt/attempt-host.ts';
import { ANSWERED } from '../attempt/call-model.ts';
import { endAttempt } from '../attempt/drive.ts';
import { Deadlines } from '../internal/deadlines.ts';
import type { EventDraft } from '../journal/draft.ts';
import type { Journal } from '../journal/journal.ts';
import type { JournalIndex } from '../journal/journal-index.ts';
import type { RunState } from '../journal/run-state.ts';
import type { TaskSource } from '../spec/task.ts';
import { Chains } from '../validate/chain.ts';
import { AttemptReactions } from './attempt-reactions.ts';
import { BetweenChanges } from './between-changes.ts';
import { ClosingDown } from './closing-down.ts';
import { createAttemptHost, type LiveBus } from './create-attempt-host.ts';
import { createHedging } from './create-hedging.ts';
import { Dispatcher } from './dispatcher.ts';
import { createHealer, type Healer } from './healer.ts';
import type { JointGate } from './joint-gate.ts';
import { LiveAttempts } from './live-attempts.ts';
import { type ModelState, modelStates } from './model-state.ts';
import { PassOn } from './pass-on.ts';
import type { Projection } from './projection.ts';
import { QuestionDesk } from './question-desk.ts';
import { RemoteCalls } from './remote-calls.ts';
import { Removals } from './removals.ts';
import { RunControl } from './run-control.ts';
import { RunEnds } from './run-ends.ts';
import { RunGraphs } from './run-graphs.ts';
import { RunStarts } from './run-starts.ts';
import type { Settings } from './settings.ts';
import { Succession } from './succession.ts';
import { tellCrossings } from './tell-crossings.ts';
import { Watches } from './watches.ts';
import { WorkOrders } from './work-orders.ts';

/**
 * The parts of the loop, wired together: who does what when a task is given away, an attempt wants something or a run ends. What
 * others may ask of them all is the `Kernel`'s.
 */
export class KernelParts {
  readonly live: LiveBus = new EventEmitter();
  readonly #settings: Settings;
  readonly #projection: Projection;
  readonly #journal: Journal;
  readonly #index: Pick<JournalIndex, 'paused'>;
  readonly dispatcher: Dispatcher;
  readonly attempts: LiveAttempts;
  readonly #graphs: RunGraphs;
  readonly #control: RunControl;
  readonly starts: RunStarts;
  readonly orders: WorkOrders;
  readonly questions: QuestionDesk;
  readonly between: BetweenChanges;
  readonly #host: AttemptHost;
  readonly #reactions: AttemptReactions;
  readonly #sources = new Map<string, TaskSource>();
  readonly #chains: Chains;
  readonly ends: RunEnds = new RunEnds();
  readonly #deadlines: Deadlines;
  readonly #removals: Removals;
  readonly #joint: JointGate | undefined;
  readonly #passOn: PassOn;
  readonly succession: Succession;
  readonly #healer: Healer | undefined;
  /** What it looks at by itself. */
  readonly watches: Watches;
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
        ...{ stream: journal.stream, epoch: journal.epoch },
        isOver: () => journal.failure !== undefined,
        append: (drafts) => journal.append(drafts),
        goOn: (place) => this.#reactions.goOn(place),
      });
    this.#host = this.#attemptHost();
    // A failed write ends the journal, which tells everybody.
    const append = (drafts: readonly EventDraft[]): void => void journal.append(drafts);
    this.#chains = new Chains(settings.validators);
    const hedging = createHedging(settings, projection, journal, (at) => this.#mayAskToo(at));
    this.attempts = new LiveAttempts(this.#host, this.#chains, hedging, (at, error) =>
      this.#reactions.broken(at, error),
    );
    this.dispatcher = new Dispatcher(settings, projection, journal, {
      begin: (run, task, call, durable) => this.#reactions.begin(run, task, call, durable),
      proceed: (at, call, durable) => {
        tellCrossings(projection, journal);
        this.attempts.go(at, durable, call);
      },
      goOn: (at) => this.attempts.go(at, undefined, undefined),
      show: (at, event) => this.#host.show(at, event),
      end: (at, outcome, because, details) =>
        endAttempt(this.#host, at, outcome, because, [], details),
      breakStart: (run, task, error) => this.#reactions.breakStart(run, task, error),
      failTask: (run, task, because, findings) =>
        this.#control.failTask(run, task, because, findings),
      giveUp: (run, task, because) => this.#control.giveUp(run, task, because),
      attempts: () => this.attempts.list(),
      longest: (run) => this.#graphs.longest(run),
      rank: (run, task) => this.#graphs.rank(run, task),
      append: (drafts) => this.#journal.append(drafts),
      wake: () => this.dispatcher.wake(),
      isStopping: (run) => this.#control.stops.has(run),
      isPaused: () => this.paused !== undefined,
      lookAtClock: () => this.watches.lookAtClock(),
      // A stop can fail only with the journal, and of that everybody hears by other ways.
      stopRun: (run, because) =>
        void this.#control.stops.drain(run, because).catch(() => undefined),
    });
    this.#graphs = new RunGraphs(this.dispatcher.scheduling, this.dispatcher.free, settings);
    this.#control = new RunControl({
      attempts: this.attempts,
      graphs: this.#graphs,
      attemptHost: this.#host,
      maxAttempts: settings.maxAttempts,
      spent: (run) => projection.budgets.spentSoFar(run),
      append: (drafts) => this.#journal.append(drafts),
      closeWorkspace: (at) => this.#removals.start(at),
      isRemote: (call) => projection.remotes.has(call),
      isPassedOn: (call) => projection.awaited.has(call) && !projection.remotes.has(call),
      rescue: (run, task) => this.#healer?.rescue(run, task),
      rescueEarly: (run, task) => this.#healer?.rescueEarly(run, task),
      wake: () => this.dispatcher.lookAgain(),
      finished: (run) => this.#finished(run),
    });
    this.watches = new Watches({
      ...{ settings, projection, journal, attempts: this.attempts, attemptHost: this.#host },
      ...{ scheduling: this.dispatcher.scheduling, remote: this.#remote },
      isPaused: () => this.paused !== undefined,
      freed: () => this.dispatcher.freed(),
    });
    joint?.whenFreed(() => this.dispatcher.freed());
    this.starts = new RunStarts({
      ...{ runs: projection.runs, chains: this.#chains, attempts: this.attempts },
      ...{ graphs: this.#graphs, control: this.#control, sources: this.#sources, append },
      begun: () => this.watches.begun(),
      watch: () => {
        this.questions.deadlines.look();
        this.watches.stuck?.begin();
      },
      wake: () => this.dispatcher.wake(),
    });
    this.orders = new WorkOrders({
      runs: projection.runs,
      members: settings.members,
      attempts: this.attempts,
      attemptHost: this.#host,
      graphs: this.#graphs,
      control: this.#control,
      chains: this.#chains,
      isPaused: () => this.paused !== undefined,
      append,
      wake: () => this.dispatcher.wake(),
      resumeRun: (run, because, source) => this.starts.resume(run, because, source),
    });
    this.succession = new Succession(settings, projection, {
      stream: journal.stream,
      heard: index.heard,
      append: (drafts) => journal.append(drafts),
      remote: this.#remote,
      retryDelay: this.#host.retryDelay,
      forget: (attempt) => this.dispatcher.forget(attempt),
      goOn: (place) => this.#reactions.goOn(place),
      breakOff: (call) => {
        const here = this.#host.calls.get(call);
        here?.abort(ANSWERED);
        return here !== undefined;
      },
    });
    this.#reactions = new AttemptReactions({
      ...{ projection, journal, attempts: this.attempts, attemptHost: this.#host },
      ...{ dispatcher: this.dispatcher, control: this.#control, stuck: this.watches.stuck },
    });
    this.questions = new QuestionDesk({
      ...{ settings, runs: projection.runs, journal, attempts: this.attempts },
      ...{ attemptHost: this.#host, graphs: this.#graphs, dispatcher: this.dispatcher },
      unfinished: () => this.unfinished,
    });
    this.between = new BetweenChanges({
      ...{ clock: settings.clock, attempts: this.attempts, attemptHost: this.#host },
    });
    this.closing = new ClosingDown({
      settings,
      journal,
      attempts: this.attempts,
      stops: this.#control.stops,
      removals: this.#removals,
      deadlines: this.#deadlines,
      passOn: this.#passOn,
      succession: this.succession,
      ends: this.ends,
      remote: this.#remote,
      starters: [this.dispatcher, this.questions.deadlines, ...this.watches.all],
      changesOver: () => this.between.over(),
      unfinished: () => this.unfinished,
    });
    journal.whenFailed((failure) => this.closing.fail(failure));
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
    return modelStates(this.#settings, this.#projection, this.watches.status.all());
  }

  #finished(run: RunState): void {
    const status = run.outcome ?? 'failed';
    this.ends.tell(run.id, { status, because: run.because, state: run });
    this.#sources.delete(run.id);
    this.#projection.forget(run.id);
    const isDone = !this.unfinished.some(({ status }) => status === 'running');
    this.watches.rest(this.attempts.list().length === 0, isDone);
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
      heard: (at, event) => this.watches.status.hear(at.attempt.id, at.attempt.model ?? '', event),
      turns: () => {
        this.watches.lookAtClock();
        return this.dispatcher.toolTurns;
      },
      freed: () => this.dispatcher.freed(),
      callEnded: () => {
        tellCrossings(this.#projection, this.#journal);
        this.dispatcher.freed();
      },
      endsLoop: (at) => this.#healer?.endsLoop(this.#host, at) ?? false,
      wantsCall: (at) => {
        if (!this.closing.hasBegun) this.dispatcher.want(at);
        this.dispatcher.freed();
      },
      asked: (at) => this.questions.asked(at),
      ended: (at) => {
        this.dispatcher.forget(at.attempt.id);
        this.#control.attemptEnded(at);
        this.dispatcher.freed();
      },
    });
  }

  /** Whether a call may be begun beside one that is under way. */
  #mayAskToo({ run, task }: AttemptPlace): boolean {
    this.watches.lookAtClock();
    return (
      !this.closing.hasBegun && this.paused === undefined && this.dispatcher.mayGoOn(run, task)
    );
  }
}
