import type { StoreLine } from './ask-store.ts';

/** Tells a store that this member lives, as often as it wants to hear that, while there is something that it holds. */
export class JointRenewal {
  readonly #line: StoreLine;
  readonly #isNeeded: () => boolean;
  #cancel: (() => void) | undefined;
  #closed = false;

  constructor(line: StoreLine, isNeeded: () => boolean) {
    this.#line = line;
    this.#isNeeded = isNeeded;
  }

  /** Something is held from now on. */
  wake(): void {
    const { store, clock, member } = this.#line;
    const { renewMs } = store.capabilities;
    if (renewMs === undefined || this.#closed || this.#cancel !== undefined) return;
    this.#cancel = clock.after(renewMs, () => {
      this.#cancel = undefined;
      if (!this.#isNeeded()) return;
      // Whoever was taken for dead joins again when it next asks.
      store.renew(member.id, clock.now()).catch(() => undefined);
      this.wake();
    });
  }

  close(): void {
    this.#closed = true;
    this.#cancel?.();
  }
}
