import type { Ledger } from './ledger.ts';
import { copyLimitSet, type LimitSet } from './limit-set.ts';

/**
 * Copies of limits that go on together: what several models share is copied once for all of them, and so is the book of
 * the calls that are charged to it. Each is made when it is first asked for. Uses no clock.
 */
export class LimitCopies {
  readonly #sets = new Map<LimitSet, LimitSet>();
  readonly #ledgers = new Map<Ledger, Ledger>();

  /** The copy of an owner's limits. */
  of(set: LimitSet): LimitSet {
    const known = this.#sets.get(set) ?? copyLimitSet(set);
    this.#sets.set(set, known);
    return known;
  }

  /** The copy of a book, with all its calls under way. */
  ledgerOf(ledger: Ledger): Ledger {
    const known = this.#ledgers.get(ledger) ?? ledger.copy((set) => this.of(set));
    this.#ledgers.set(ledger, known);
    return known;
  }
}
