import type { Clock } from '../internal/clock.ts';
import type { OutsideBreaker, OutsideNews } from '../limit/outside-breaker.ts';

/** A lookup that takes longer has failed. */
const PATIENCE_MS = 2_000;

/** Lookups in one thing outside, as long as that works: one that fails, hangs or is not made has found nothing. */
export class GuardedLookups {
  readonly #clock: Clock;
  readonly #breaker: OutsideBreaker;
  readonly #tell: (news: OutsideNews, run: string) => void;
  readonly #timers = new Set<() => void>();
  #count = 0;
  #closed = false;

  /** `tell` hears when it is left alone and when it works again, with the run that found it so. */
  constructor(
    clock: Clock,
    breaker: OutsideBreaker,
    tell: (news: OutsideNews, run: string) => void,
  ) {
    this.#clock = clock;
    this.#breaker = breaker;
    this.#tell = tell;
  }

  /** What `ask` finds for a run; `undefined` at once while the thing is left alone. Never throws and never rejects. */
  look<T extends object>(
    run: string,
    ask: () => T | undefined | Promise<T | undefined>,
  ): T | undefined | Promise<T | undefined> {
    const lookup = `${++this.#count}`;
    if (!this.#breaker.begin(lookup, this.#clock.now())) return undefined;
    const end = (broken: string | undefined): void => this.#end(lookup, run, broken);
    try {
      const found = ask();
      if (found instanceof Promise) return this.#inTime(found, end);
      end(undefined);
      return found;
    } catch (error) {
      end(wordsOf(error));
      return undefined;
    }
  }

  /** Waits for nothing more, and tells nothing. */
  close(): void {
    this.#closed = true;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
  }

  #inTime<T>(
    result: Promise<T | undefined>,
    end: (broken: string | undefined) => void,
  ): Promise<T | undefined> {
    const { promise, resolve } = Promise.withResolvers<T | undefined>();
    let isOver = false;
    const over = (found: T | undefined, broken: string | undefined): void => {
      if (isOver) return;
      isOver = true;
      cancel();
      this.#timers.delete(cancel);
      end(broken);
      resolve(found);
    };
    const late = `no answer within ${PATIENCE_MS / 1_000} s`;
    const cancel = this.#clock.after(PATIENCE_MS, () => over(undefined, late));
    this.#timers.add(cancel);
    result.then(
      (found) => over(found, undefined),
      (error: unknown) => over(undefined, wordsOf(error)),
    );
    return promise;
  }

  #end(lookup: string, run: string, broken: string | undefined): void {
    this.#breaker.end(lookup, this.#clock.now(), broken);
    const news = this.#closed ? undefined : this.#breaker.news();
    if (news !== undefined) this.#tell(news, run);
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
