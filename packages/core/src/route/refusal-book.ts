/** Checks that are told apart; those beyond count together. */
const MOST = 256;

/** How often each check refused an answer: by that, whether a task's own checks can find what is wrong with answers. A fold of events, bounded. */
export class RefusalBook {
  readonly #counts = new Map<string, number>();
  #all = 0;

  /** Takes note of one refusal. */
  note(check: string): void {
    this.#all += 1;
    const known = this.#counts.get(check);
    if (known !== undefined || this.#counts.size < MOST) this.#counts.set(check, (known ?? 0) + 1);
  }

  /** The share of all refusals that these checks gave, 0 to 1; 0 before the first. */
  shareOf(checks: Iterable<string>): number {
    let sum = 0;
    for (const check of new Set(checks)) sum += this.#counts.get(check) ?? 0;
    return this.#all === 0 ? 0 : sum / this.#all;
  }

  /** Everything that is known, for a snapshot. */
  body(): RefusalBody {
    return { all: this.#all, checks: [...this.#counts] };
  }

  /** Takes up what `body` gave. */
  restore({ all, checks }: RefusalBody): void {
    this.#all = all;
    for (const [check, count] of checks) this.#counts.set(check, count);
  }
}

/** What a snapshot holds of a `RefusalBook`. */
export interface RefusalBody {
  readonly all: number;
  readonly checks: readonly (readonly [check: string, refusals: number])[];
}
