import type { AttemptHost } from '../attempt/attempt-host.ts';
import { atMost } from '../internal/at-most.ts';
import { Cancellation } from '../internal/cancellation.ts';
import type { Clock } from '../internal/clock.ts';
import type { LiveAttempts } from './live-attempts.ts';

/** What work between changes needs of the kernel around it. */
export interface BetweenChangesHost {
  readonly clock: Clock;
  readonly attempts: Pick<LiveAttempts, 'changesTold'>;
  readonly attemptHost: Pick<AttemptHost, 'serially'>;
}

/** A change of files that takes longer is not waited for. */
const LONGEST_CHANGE_MS = 60_000;

/** Work that is done between changes which go in: none is under way meanwhile, and those that went in are told as done. */
export class BetweenChanges {
  readonly #host: BetweenChangesHost;
  /** What is under way. */
  readonly #between = new Set<Promise<unknown>>();

  constructor(host: BetweenChangesHost) {
    this.#host = host;
  }

  /** Does work once no change is under way. Rejects as the work does. */
  async serially<T>(work: () => Promise<T>): Promise<T> {
    const { attemptHost, attempts } = this.#host;
    const done = Promise.resolve(
      attemptHost.serially(async () => {
        await attempts.changesTold();
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

  /** Resolves when nothing of it is under way, or takes too long. */
  async over(): Promise<void> {
    await atMost(this.#host.clock, LONGEST_CHANGE_MS, Promise.allSettled([...this.#between]));
  }
}
