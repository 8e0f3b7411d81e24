import type { AttemptPlace } from '../attempt/attempt-host.ts';
import type { Journal } from '../journal/journal.ts';
import type { QuestionState } from '../journal/run-state.ts';
import { type OpenQuestion, openQuestions } from './questions.ts';

/** Who hears of questions to people. */
export class QuestionListeners {
  readonly #listeners = new Set<(question: OpenQuestion) => void>();
  /** Those that were told. */
  readonly #told = new WeakSet<QuestionState>();

  /** Hears of each question that is `open`, and of those that come; the returned function stops it. */
  add(listener: (question: OpenQuestion) => void, open: readonly OpenQuestion[]): () => void {
    const own = (question: OpenQuestion): void => listener(question);
    this.#listeners.add(own);
    for (const question of open) tell(own, question);
    return () => this.#listeners.delete(own);
  }

  /** Tells of what an attempt asks people and was not told, once that is durable. */
  asked({ run, attempt, task }: AttemptPlace, journal: Pick<Journal, 'settled'>): void {
    if (this.#listeners.size === 0) return;
    const fresh = [...(attempt.questions ?? [])].filter(
      ([, question]) => 'person' in question.ask.of && !this.#told.has(question),
    );
    for (const [, question] of fresh) this.#told.add(question);
    const ids = new Set(fresh.map(([id]) => id));
    if (ids.size === 0) return;
    const questions = openQuestions([run]).filter(
      (one) => one.task === task.task.key && ids.has(one.id),
    );
    const tellAll = (): void => {
      for (const question of questions) {
        for (const listener of [...this.#listeners]) tell(listener, question);
      }
    };
    // Of a journal that failed everybody hears by other ways.
    journal.settled().then(tellAll, () => undefined);
  }
}

/** Who looks on must not break what is looked at. */
function tell(listener: (question: OpenQuestion) => void, question: OpenQuestion): void {
  try {
    listener(question);
  } catch {
    // Its own business.
  }
}
