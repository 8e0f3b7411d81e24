/** Who was refused a place is before others as long as it asks again within this time. */
const FRESH_MS = 250;

/** For how long it is remembered when a member was refused first. */
const REMEMBERED_MS = 60_000;

interface Waiter {
  readonly since: number;
  seenAt: number;
}

/** Members that were refused a place, which goes to the first of them when it comes free. */
export class PlaceQueue {
  readonly #waiting = new Map<string, Waiter>();

  /** How many places others are to have before this member. */
  ahead(member: string, at: number): number {
    const since = this.#waiting.get(member)?.since ?? Number.POSITIVE_INFINITY;
    let ahead = 0;
    for (const [other, waiter] of this.#waiting) {
      if (at - waiter.seenAt > REMEMBERED_MS) this.#waiting.delete(other);
      else if (waiter.since < since && at - waiter.seenAt <= FRESH_MS) ahead += 1;
    }
    return ahead;
  }

  /** A member was refused. */
  wait(member: string, at: number): void {
    const known = this.#waiting.get(member);
    if (known === undefined) this.#waiting.set(member, { since: at, seenAt: at });
    else known.seenAt = at;
  }

  /** A member got a place, or is gone. */
  leave(member: string): void {
    this.#waiting.delete(member);
  }
}
