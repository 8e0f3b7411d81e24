/** Moments kept apart; when there are more, neighbours are merged into the later of them. */
const MAX_MOMENTS = 100_000;

/** What of earlier moments a moment hands on to the next: a pure function of the last one and its own amount. */
export type Carry = (before: number, beforeAt: number, at: number, amount: number) => number;

/** How a log is kept. */
export interface MomentLogOptions {
  readonly carry: Carry;
  /** What the first moment is handed. */
  readonly first: number;
  /** Moments that lie so far before the newest, in ms, may be let go of. */
  readonly keepMs: number;
  /** Whether a moment has to stay by itself. */
  readonly keepsApart: (at: number, carried: number) => boolean;
  /** What is handed to the first moment once the clock was set back to `now`. */
  readonly setBack: (carried: number, now: number) => number;
  /** What is handed to the first moment once all moments lie so much later. */
  readonly setForward: (carried: number, byMs: number) => number;
}

/**
 * Amounts by the moment at which they were charged, ascending, each with what it hands on. A change far back is worked
 * forward from there until it makes no more difference, so that what is settled late counts at its own time. Adding at
 * the end is amortised O(1); a change takes as many steps as there are moments that it alters.
 */
export class MomentLog {
  readonly #options: MomentLogOptions;
  #ats: Float64Array<ArrayBuffer> = new Float64Array(16);
  #amounts: Float64Array<ArrayBuffer> = new Float64Array(16);
  #carried: Float64Array<ArrayBuffer> = new Float64Array(16);
  #length = 0;
  /** What the first moment kept is handed, and when: left by those that were let go. */
  #base: number;
  #baseAt = Number.NEGATIVE_INFINITY;

  constructor(options: MomentLogOptions) {
    this.#options = options;
    this.#base = options.first;
  }

  get length(): number {
    return this.#length;
  }

  at(index: number): number {
    return this.#ats[index] ?? Number.NaN;
  }

  amount(index: number): number {
    return this.#amounts[index] ?? 0;
  }

  carried(index: number): number {
    return index < 0 ? this.#base : (this.#carried[index] ?? this.#options.first);
  }

  /** The first moment at `time` or later; `length` when there is none. */
  indexOf(time: number): number {
    let from = 0;
    let to = this.#length;
    if (to > 0 && this.#ats[to - 1] === time) return to - 1;
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((this.#ats[middle] ?? 0) >= time) to = middle;
      else from = middle + 1;
    }
    return from;
  }

  /** Adds an amount and returns its moment, which is later than asked where that time is forgotten. */
  add(time: number, amount: number): number {
    const at = Math.max(time, this.#baseAt);
    let index = this.indexOf(at);
    if (index === this.#length || this.#ats[index] !== at) {
      if (this.#length === this.#ats.length) {
        this.#makeRoom(at);
        index = this.indexOf(at);
      }
      if (index < this.#length) this.#shift(index);
      this.#length += 1;
      this.#ats[index] = at;
      this.#amounts[index] = 0;
      this.#carried[index] = Number.NaN;
    }
    this.#amounts[index] = (this.#amounts[index] ?? 0) + amount;
    this.#work(index);
    return at;
  }

  /** Adds to the amount of the moment that `stamp` names. Returns whether it is still known. */
  change(stamp: number, delta: number): boolean {
    const index = this.indexOf(stamp);
    if (!this.knows(stamp) || index === this.#length) return false;
    this.#amounts[index] = (this.#amounts[index] ?? 0) + delta;
    this.#work(index);
    return true;
  }

  /** Whether a moment is not forgotten. */
  knows(stamp: number): boolean {
    return stamp >= this.#baseAt;
  }

  /** Says what the first moment is handed and since when that holds, where nothing before it is known. */
  seed(carried: number, since: number): void {
    if (this.#length > 0 || this.#base !== this.#options.first) return;
    this.#base = carried;
    this.#baseAt = since;
  }

  /** Moves all that was later to `now`. */
  setBack(now: number): void {
    if (this.#baseAt > now) {
      this.#baseAt = now;
      this.#base = this.#options.setBack(this.#base, now);
    }
    const index = this.indexOf(now);
    if (index === this.#length) return;
    let sum = 0;
    for (let later = index; later < this.#length; later++) sum += this.#amounts[later] ?? 0;
    this.#length = index + 1;
    this.#ats[index] = now;
    this.#amounts[index] = sum;
    this.#carried[index] = Number.NaN;
    this.#work(index);
  }

  /** Moves all moments on by `byMs`, none beyond `now`. */
  setForward(byMs: number, now: number): void {
    let kept = 0;
    for (let index = 0; index < this.#length; index++) {
      const at = Math.min(this.at(index) + byMs, now);
      const amount = this.amount(index);
      if (kept > 0 && this.#ats[kept - 1] === at) {
        this.#amounts[kept - 1] = this.amount(kept - 1) + amount;
        continue;
      }
      this.#ats[kept] = at;
      this.#amounts[kept] = amount;
      kept += 1;
    }
    this.#length = kept;
    this.#base = this.#options.setForward(this.#base, byMs);
    this.#baseAt = Math.min(this.#baseAt + byMs, now);
    this.#carried.fill(Number.NaN);
    this.#work(0);
  }

  /** Becomes the same as another one. */
  copy(other: MomentLog): void {
    this.#ats = other.#ats.slice();
    this.#amounts = other.#amounts.slice();
    this.#carried = other.#carried.slice();
    this.#length = other.#length;
    this.#base = other.#base;
    this.#baseAt = other.#baseAt;
  }

  #shift(index: number): void {
    for (const column of [this.#ats, this.#amounts, this.#carried]) {
      column.copyWithin(index + 1, index, this.#length);
    }
  }

  /** Works what is handed on forward from `index` until it is what it was. */
  #work(index: number): void {
    const { carry } = this.#options;
    let before = this.carried(index - 1);
    let beforeAt = index === 0 ? this.#baseAt : this.at(index - 1);
    for (let next = index; next < this.#length; next++) {
      const carried = carry(before, beforeAt, this.at(next), this.amount(next));
      if (carried === this.#carried[next]) return;
      this.#carried[next] = carried;
      before = carried;
      beforeAt = this.at(next);
    }
  }

  /** Makes room for one more moment: lets go of old ones, or grows, or merges. */
  #makeRoom(newest: number): void {
    const old = this.indexOf(newest - this.#options.keepMs);
    if (old >= this.#length / 2) {
      this.#base = this.carried(old - 1);
      this.#baseAt = this.at(old - 1);
      for (const column of [this.#ats, this.#amounts, this.#carried]) column.copyWithin(0, old);
      this.#length -= old;
    } else if (this.#length < MAX_MOMENTS) {
      this.#ats = grown(this.#ats);
      this.#amounts = grown(this.#amounts);
      this.#carried = grown(this.#carried);
    } else {
      this.#merge();
    }
  }

  /** Puts each second moment together with the one after it. */
  #merge(): void {
    let kept = 0;
    for (let index = 0; index < this.#length; index++) {
      let amount = this.amount(index);
      const isLast = index + 1 === this.#length;
      if (!isLast && !this.#options.keepsApart(this.at(index), this.carried(index))) {
        index += 1;
        amount += this.amount(index);
      }
      this.#ats[kept] = this.at(index);
      this.#amounts[kept] = amount;
      kept += 1;
    }
    this.#length = kept;
    this.#carried.fill(Number.NaN);
    this.#work(0);
  }
}

function grown(column: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(Math.min(column.length * 2, MAX_MOMENTS));
  larger.set(column);
  return larger;
}
