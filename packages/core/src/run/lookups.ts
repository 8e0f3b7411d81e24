import type { Clock } from '../internal/clock.ts';
import { RecentMap } from '../internal/recent-map.ts';

/** A lookup that takes longer has found nothing. */
const PATIENCE_MS = 2_000;
/** How long nothing found is believed. */
const BELIEVED_MS = 1_000;
/** Results that nobody asked for again; the oldest go first. */
const REMEMBERED = 10_000;

interface Lookup<T> {
  readonly key: string;
  /** Absent once it is over. */
  readonly pending?: Promise<void>;
  readonly found?: T | undefined;
  readonly at: number;
}

/**
 * Lookups that may take time, for decisions that do not wait: whoever asks is told at once, or when to ask again. One
 * at a time for each who asks; one that fails or hangs has found nothing.
 */
export class Lookups<T extends object> {
  readonly #clock: Clock;
  readonly #byAsker = new RecentMap<Lookup<T>>(REMEMBERED);
  readonly #timers = new Set<() => void>();
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What was found for `who` under `key`, `undefined` for nothing, or a promise after which to ask again. */
  ask(
    who: string,
    key: string,
    look: () => T | undefined | Promise<T | undefined>,
  ): T | undefined | Promise<void> {
    const known = this.#byAsker.get(who);
    if (known?.pending !== undefined) return known.pending;
    if (known?.key === key) {
      if (known.found !== undefined) {
        this.#byAsker.delete(who);
        return known.found;
      }
      if (this.#clock.now() - known.at < BELIEVED_MS) return undefined;
    }
    if (this.#closed) return undefined;
    const result = look();
    return result instanceof Promise ? this.#wait(who, key, result) : result;
  }

  /** Waits for nothing more. */
  close(): void {
    this.#closed = true;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
  }

  #wait(who: string, key: string, result: Promise<T | undefined>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<T | undefined>();
    const cancel = this.#clock.after(PATIENCE_MS, () => resolve(undefined));
    this.#timers.add(cancel);
    result.then(resolve, () => resolve(undefined));
    const pending = promise.then((found) => {
      cancel();
      this.#timers.delete(cancel);
      this.#remember(who, { key, found, at: this.#clock.now() });
    });
    this.#remember(who, { key, pending, at: this.#clock.now() });
    return pending;
  }

  #remember(who: string, lookup: Lookup<T>): void {
    this.#byAsker.set(who, lookup);
  }
}
