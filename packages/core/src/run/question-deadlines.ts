import type { AttemptHost, AttemptPlace } from '../attempt/attempt-host.ts';
import { endAttempt } from '../attempt/drive.ts';
import type { Clock } from '../internal/clock.ts';
import type { Runs } from '../journal/fold-run.ts';
import type { Journal } from '../journal/journal.ts';
import type { QuestionState, RunState, TaskState } from '../journal/run-state.ts';
import type { LiveAttempts } from './live-attempts.ts';

/** What deadlines of questions need of the kernel around them. */
export interface QuestionDeadlinesHost {
  readonly clock: Clock;
  readonly runs: Runs;
  readonly journal: Pick<Journal, 'append'>;
  readonly attempts: LiveAttempts;
  readonly attemptHost: AttemptHost;
}

/** The longest hop of a timer, in ms. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Has questions that nobody answered in their time answered by what they say for that, or fail their task. When they are
 * due is in the journal, so that no restart moves it; what fell due while nobody was there is due at once.
 */
export class QuestionDeadlines {
  readonly #host: QuestionDeadlinesHost;
  #cancel: (() => void) | undefined;
  #isClosed = false;

  constructor(host: QuestionDeadlinesHost) {
    this.#host = host;
  }

  /** An attempt asks: where that will not wait for ever, looks when it is due. */
  asked({ attempt }: AttemptPlace): void {
    const questions = [...(attempt.questions?.values() ?? [])];
    if (questions.some((question) => dueOf(question) !== undefined)) this.look();
  }

  /** Does what is due, and looks again when the next one is. */
  look(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#isClosed) return;
    const nowMs = this.#host.clock.now();
    let nextAt = Number.POSITIVE_INFINITY;
    for (const { run, task, id, question, dueAt } of timedQuestions(this.#host.runs)) {
      if (dueAt > nowMs) nextAt = Math.min(nextAt, dueAt);
      else this.#pass(run, task, id, question);
    }
    if (nextAt === Number.POSITIVE_INFINITY) return;
    const waitMs = Math.min(LONGEST_MS, Math.max(1, nextAt - nowMs));
    this.#cancel = this.#host.clock.after(waitMs, () => this.look());
  }

  /** Looks no more. */
  close(): void {
    this.#isClosed = true;
    this.#cancel?.();
  }

  #pass(run: RunState, task: TaskState, id: string, { ask }: QuestionState): void {
    const { attempts, attemptHost, journal } = this.#host;
    const at = attempts.of(task);
    if (at === undefined) return;
    if (ask.otherwise === undefined) {
      const because = `nobody answered in ${spanOf(ask.answerWithinMs ?? 0)}: ${ask.request}`;
      endAttempt(attemptHost, at, 'rejected', because, [], { fault: 'none', isLast: true });
      return;
    }
    const place = { run: run.id, task: task.task.key, attempt: at.attempt.id };
    const data = { id, reply: ask.otherwise, by: 'deadline' };
    void journal.append([{ type: 'question.answered', ...place, data }]);
    attempts.go(at, undefined, undefined);
  }
}

/** Epoch ms at which a question is answered by itself; `undefined` where it waits as long as it takes. */
export function dueOf({ ask, askedAt, reply }: QuestionState): number | undefined {
  if (reply !== undefined || !('person' in ask.of) || ask.answerWithinMs === undefined) {
    return undefined;
  }
  return askedAt + ask.answerWithinMs;
}

/** The questions of runs under way that nobody answered and that will not wait for ever. */
function timedQuestions(runs: Runs): readonly {
  readonly run: RunState;
  readonly task: TaskState;
  readonly id: string;
  readonly question: QuestionState;
  readonly dueAt: number;
}[] {
  const running = [...runs.values()].filter(({ status }) => status === 'running');
  return running.flatMap((run) =>
    [...run.tasks.values()].flatMap((task) =>
      [...(task.attempt?.questions ?? [])].flatMap(([id, question]) => {
        const dueAt = dueOf(question);
        return dueAt === undefined ? [] : [{ run, task, id, question, dueAt }];
      }),
    ),
  );
}

function spanOf(ms: number): string {
  const hours = ms / 3_600_000;
  return hours >= 1 ? `${Math.round(hours * 10) / 10} h` : `${Math.round(ms / 1_000)} s`;
}
