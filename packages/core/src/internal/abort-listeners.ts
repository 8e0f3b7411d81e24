/**
 * Hears of the aborts of signals with one listener a signal, however many wish to hear, and with none once nobody does:
 * a signal that lives as long as its process keeps nothing of what came and went.
 */
export class AbortListeners {
  readonly #groups = new Map<AbortSignal, Group>();

  /** Calls back when `signal` aborts, at once when it has. The returned function takes that back. */
  add(signal: AbortSignal, hear: (reason: unknown) => void): () => void {
    if (signal.aborted) {
      hear(signal.reason);
      return () => undefined;
    }
    const { wishes } = this.#groups.get(signal) ?? this.#listen(signal);
    // The same function may be given twice.
    const wish = { hear };
    wishes.add(wish);
    return () => {
      wishes.delete(wish);
      if (wishes.size === 0) this.#forget(signal, wishes);
    };
  }

  /** Takes all wishes back. */
  clear(): void {
    for (const [signal, { wishes }] of this.#groups) this.#forget(signal, wishes);
  }

  #listen(signal: AbortSignal): Group {
    const wishes = new Set<Wish>();
    const listener = (): void => {
      this.#forget(signal, wishes);
      for (const { hear } of wishes) hear(signal.reason);
    };
    const group = { wishes, listener };
    this.#groups.set(signal, group);
    signal.addEventListener('abort', listener);
    return group;
  }

  #forget(signal: AbortSignal, wishes: Group['wishes']): void {
    const group = this.#groups.get(signal);
    if (group?.wishes !== wishes) return;
    signal.removeEventListener('abort', group.listener);
    this.#groups.delete(signal);
  }
}

interface Wish {
  readonly hear: (reason: unknown) => void;
}

interface Group {
  readonly wishes: Set<Wish>;
  readonly listener: () => void;
}
