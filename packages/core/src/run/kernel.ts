import type { Journal } from '../journal/journal.ts';
import type { JournalIndex } from '../journal/journal-index.ts';
import type { RunState } from '../journal/run-state.ts';
import type { ClosingDown } from './closing-down.ts';
import type { LiveBus } from './create-attempt-host.ts';
import type { JointGate } from './joint-gate.ts';
import type { KeptReply } from './kept-replies.ts';
import { KernelParts } from './kernel-parts.ts';
import type { ModelState } from './model-state.ts';
import type { NewRun } from './new-run.ts';
import type { Projection } from './projection.ts';
import type { QuestionListeners } from './question-listeners.ts';
import type { OpenQuestion } from './questions.ts';
import type { RunEnd } from './run-ends.ts';
import type { Scheduling } from './scheduling.ts';
import type { Settings } from './settings.ts';
import type { StatusWatch } from './status-watch.ts';
import type { WorkOrders } from './work-orders.ts';

/** One overseer at work: what may be asked of the parts of the loop. */
export class Kernel {
  readonly live: LiveBus;
  /** The order in which tasks start. */
  readonly scheduling: Scheduling;
  /** Who hears of questions to people. */
  readonly questionListeners: QuestionListeners;
  /** Who hears how models stand. */
  readonly status: StatusWatch;
  /** How it comes to rest. */
  readonly closing: ClosingDown;
  readonly #parts: KernelParts;
  readonly #projection: Projection;
  readonly #journal: Journal;

  constructor(
    settings: Settings,
    projection: Projection,
    journal: Journal,
    index: Pick<JournalIndex, 'paused' | 'heard'>,
    joint?: JointGate,
  ) {
    this.#projection = projection;
    this.#journal = journal;
    this.#parts = new KernelParts(settings, projection, journal, index, joint);
    const { live, dispatcher, questions, watches, closing } = this.#parts;
    this.live = live;
    this.scheduling = dispatcher.scheduling;
    this.questionListeners = questions.listeners;
    this.status = watches.status;
    this.closing = closing;
  }

  /** Takes up replies that came after the project had left a store; resolves when what came of them is durable. */
  hear(replies: readonly KeptReply[]): Promise<void> {
    return this.#parts.succession.hear(replies);
  }

  /** The runs that are not finished. */
  get unfinished(): readonly RunState[] {
    return this.#parts.unfinished;
  }

  /** Why the whole project is paused, while it is. */
  get paused(): string | undefined {
    return this.#parts.paused;
  }

  /** How every model of the team stands now. */
  models(): readonly ModelState[] {
    return this.#parts.models();
  }

  /** A run that is not finished, or whose end is not read yet. */
  runOf(id: string): RunState | undefined {
    return this.#projection.runs.get(id);
  }

  /** Starts a run; its tasks begin in the same turn. Throws `ConfigError` for a check that nobody makes. */
  start(id: string, request: NewRun): void {
    this.#parts.starts.start(id, request);
  }

  /** What is ordered about work under way. Throws `OverseerError` `overseer.closed` once this kernel closes. */
  get orders(): WorkOrders {
    this.closing.requireOpen();
    return this.#parts.orders;
  }

  /** The questions that wait for a person. */
  questions(): readonly OpenQuestion[] {
    return this.#parts.questions.open();
  }

  /** Records a person's answer, with which the check that asked goes on. `false` when nobody asks that any more. */
  answer(question: Pick<OpenQuestion, 'run' | 'task' | 'id'>, reply: string, by: string): boolean {
    this.closing.requireOpen();
    return this.#parts.questions.answer(question, reply, by);
  }

  /** Resolves when the run has ended, or when this kernel stops working on it. Rejects when the journal failed. */
  whenEnded(id: string): Promise<RunEnd> {
    return this.#parts.ends.of(id, this.#journal.failure);
  }

  /** Something changed that nobody here ordered: looks what can begin now. */
  wake(): void {
    this.#parts.dispatcher.wake();
  }

  /** Sees whether the clock was set forward, and writes it down. */
  lookAtClock(): void {
    this.#parts.watches.lookAtClock();
  }

  /** Does work between changes that go in: none is under way meanwhile, and those that went in are told as done. */
  serially<T>(work: () => Promise<T>): Promise<T> {
    return this.#parts.between.serially(work);
  }

  /** Everything appended is durable. */
  settled(): Promise<void> {
    return this.#journal.settled();
  }
}
