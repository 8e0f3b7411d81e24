import type { AttemptHost, AttemptPlace } from '../attempt/attempt-host.ts';
import { endAttempt } from '../attempt/drive.ts';
import type { Journal } from '../journal/journal.ts';
import type { RunState, TaskState } from '../journal/run-state.ts';
import { breakStart } from './break-start.ts';
import type { Dispatcher } from './dispatcher.ts';
import { describeError, type LiveAttempts } from './live-attempts.ts';
import type { Projection } from './projection.ts';
import type { RunControl } from './run-control.ts';
import type { StuckWatch } from './stuck-watch.ts';
import { tellCrossings } from './tell-crossings.ts';

/** What reactions to attempts need of the kernel around them. */
export interface AttemptReactionsHost {
  readonly projection: Projection;
  readonly journal: Journal;
  readonly attempts: LiveAttempts;
  readonly attemptHost: AttemptHost;
  readonly dispatcher: Pick<Dispatcher, 'forget' | 'freed'>;
  readonly control: Pick<RunControl, 'failTask'>;
  /** Who watches what is worked on, where a host wants that. */
  readonly stuck: StuckWatch | undefined;
}

/** What is done with an attempt when it was given its task, when its call ended elsewhere, and when it broke. */
export class AttemptReactions {
  readonly #host: AttemptReactionsHost;

  constructor(host: AttemptReactionsHost) {
    this.#host = host;
  }

  /** An attempt was given its task: takes it on, and makes its first call when there is one, once that is `durable`. */
  begin(
    run: RunState,
    task: TaskState,
    call: Parameters<LiveAttempts['go']>[2],
    durable: Promise<void>,
  ): void {
    if (task.attempt === undefined) return;
    const { projection, journal, attempts, stuck } = this.#host;
    tellCrossings(projection, journal);
    const at = attempts.adopt(run, task, task.attempt);
    stuck?.begin();
    // A task without a model does nothing yet that must be on disk before; its tools see to that themselves.
    attempts.go(at, call === undefined ? undefined : durable, call);
  }

  /** The call of an attempt has its end, which came from elsewhere. */
  goOn(place: { readonly run: string; readonly task: string; readonly attempt: string }): void {
    const { dispatcher, attempts, attemptHost } = this.#host;
    dispatcher.forget(place.attempt);
    attempts.goOn(place);
    const at = attempts.list(place.run).find(({ attempt }) => attempt.id === place.attempt);
    if (at === undefined) dispatcher.freed();
    else attemptHost.callEnded(at);
  }

  /** A task could not be begun for an error nobody planned for: ends that task, or its attempt. */
  breakStart(run: RunState, task: TaskState, error: unknown): void {
    const { attempts, journal, control } = this.#host;
    breakStart(
      {
        attempts,
        append: (drafts) => void journal.append(drafts),
        broken: (at, cause) => this.broken(at, cause),
        failTask: (...failed) => control.failTask(...failed),
      },
      run,
      task,
      error,
    );
  }

  /** An attempt met an error nobody planned for: ends it. */
  broken(at: AttemptPlace, error: unknown): void {
    const { journal, attemptHost } = this.#host;
    if (journal.failure !== undefined) return;
    endAttempt(attemptHost, at, 'failed', describeError(error), [], { fault: 'infrastructure' });
  }
}
