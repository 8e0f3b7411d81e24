import type { AttemptHost, AttemptPlace } from '../attempt/attempt-host.ts';
import { questionTasks, type Runs } from '../journal/fold-run.ts';
import type { Journal } from '../journal/journal.ts';
import type { RunState, TaskState } from '../journal/run-state.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { LiveAttempts } from './live-attempts.ts';
import { QuestionDeadlines } from './question-deadlines.ts';
import { QuestionListeners } from './question-listeners.ts';
import { answerDraft, type OpenQuestion, openQuestions } from './questions.ts';
import type { RunGraphs } from './run-graphs.ts';
import type { Settings } from './settings.ts';

/** What questions need of the kernel around them. */
export interface QuestionDeskHost {
  readonly settings: Pick<Settings, 'clock'>;
  readonly runs: Runs;
  readonly journal: Journal;
  readonly attempts: LiveAttempts;
  readonly attemptHost: AttemptHost;
  readonly graphs: Pick<RunGraphs, 'add'>;
  readonly dispatcher: Pick<Dispatcher, 'toolTurns' | 'freed'>;
  /** The runs that are not finished. */
  unfinished(): readonly RunState[];
}

/** What attempts ask of people and of other models: who hears of it, by when it has to be answered, and the answers. */
export class QuestionDesk {
  /** Who hears of questions to people. */
  readonly listeners: QuestionListeners = new QuestionListeners();
  readonly deadlines: QuestionDeadlines;
  readonly #host: QuestionDeskHost;

  constructor(host: QuestionDeskHost) {
    this.#host = host;
    const { settings, runs, journal, attempts, attemptHost } = host;
    const { clock } = settings;
    this.deadlines = new QuestionDeadlines({ clock, runs, journal, attempts, attemptHost });
  }

  /** The questions that wait for a person. */
  open(): readonly OpenQuestion[] {
    return openQuestions(this.#host.unfinished());
  }

  /** Records a person's answer, with which the check that asked goes on. `false` when nobody asks that any more. */
  answer(question: Pick<OpenQuestion, 'run' | 'task' | 'id'>, reply: string, by: string): boolean {
    const { runs, journal, attempts } = this.#host;
    const answered = answerDraft(runs.get(question.run), question, reply, by);
    if (answered === undefined) return false;
    // A failed write ends the journal, which tells everybody.
    void journal.append([answered]);
    attempts.goOn(question);
    return true;
  }

  /** An attempt asks: people hear of it, and models have it among their tasks. */
  asked(at: AttemptPlace): void {
    const { journal, graphs, dispatcher } = this.#host;
    this.listeners.asked(at, journal);
    this.deadlines.asked(at);
    const children = questionTasks(at.run, at.task, at.attempt).filter(isOpen);
    graphs.add(at.run, children);
    // Until a person has said whether its call happened, it wants no turn.
    dispatcher.toolTurns.forget(at.attempt.id);
    dispatcher.freed();
  }
}

function isOpen({ status }: TaskState): boolean {
  return status === 'open';
}
