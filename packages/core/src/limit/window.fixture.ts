import { seeded } from '../internal/seeded.ts';
import type { Window } from './window.ts';

/** An amount as brute force keeps it. */
export interface PlainEntry {
  at: number;
  amount: number;
}

/** What a window must say, worked out anew from the plain list of all that was ever charged. */
export interface Oracle {
  used(entries: readonly PlainEntry[], now: number): number;
  /** Whether an amount fits at a moment, if nothing else is charged. */
  fits(entries: readonly PlainEntry[], now: number, amount: number): boolean;
  /** Moments after `now`, ascending, among which is the first at which the amount fits. */
  moments(entries: readonly PlainEntry[], now: number, amount: number): Iterable<number>;
}

type Step =
  | { readonly do: 'pass' | 'jump' | 'set-back' | 'set-forward'; readonly ms: number }
  | { readonly do: 'add' | 'force'; readonly amount: number }
  | { readonly do: 'settle'; readonly which: number; readonly amount: number }
  | { readonly do: 'ask'; readonly ahead: number; readonly amount: number }
  | { readonly do: 'clone' };

/** A source of chance: each call gives the next number, at least 0 and less than 1. */
export type Chance = () => number;

/** One window to be held against brute force. */
export interface Trial {
  readonly create: () => Window;
  readonly oracle: Oracle;
  /** About how long the window is. */
  readonly windowMs: number;
  readonly startAt: number;
  /** How far back, at most, it knows what was charged; two windows where left out. */
  readonly memoryMs?: number;
  /** Whether it goes with a clock that is set forward, as a calendar does. */
  readonly followsClock?: boolean;
}

/** Plays as many histories of 400 steps as there are seeds, and tells the first difference, if there is one. */
export function firstDifference(trial: Trial, seeds: number): string | undefined {
  for (let seed = 1; seed <= seeds; seed++) {
    const problem = differenceOf(trial, seeded(seed), 400);
    if (problem !== undefined) return `seed ${seed}, ${problem}`;
  }
  return undefined;
}

/** Plays one history, and tells its first difference from brute force, if there is one. */
export function differenceOf(trial: Trial, chance: Chance, steps: number): string | undefined {
  const replay = new Replay(trial);
  for (let step = 1; step <= steps; step++) {
    const problem = replay.play(drawStep(chance, trial.windowMs));
    if (problem !== undefined) return `step ${step}: ${problem}`;
  }
  return undefined;
}

function drawStep(chance: Chance, windowMs: number): Step {
  const nat = (max: number): number => Math.floor(chance() * (max + 1));
  const ms = (part: number): number => nat(Math.floor(windowMs * part));
  const kind = nat(38);
  if (kind < 8) return { do: 'pass', ms: ms(0.12) };
  if (kind < 9) return { do: 'pass', ms: ms(3) };
  if (kind < 10) return { do: 'jump', ms: ms(0.5) };
  if (kind < 11) return { do: 'set-back', ms: ms(2) };
  if (kind < 23) return { do: 'add', amount: nat(12) };
  if (kind < 25) return { do: 'force', amount: nat(80) };
  if (kind < 31) return { do: 'settle', which: nat(1_000), amount: nat(1) * nat(30) };
  if (kind < 37) return { do: 'ask', ahead: ms(1.5), amount: nat(60) };
  if (kind < 38) return { do: 'clone' };
  return { do: 'set-forward', ms: ms(2) };
}

/** One history on a window and on the plain list of all that was charged. */
class Replay {
  #window: Window;
  readonly #oracle: Oracle;
  readonly #windowMs: number;
  readonly #memoryMs: number;
  readonly #followsClock: boolean;
  readonly #entries: PlainEntry[] = [];
  #stamps: number[] = [];
  #now: number;
  #newest: number;
  /** What was charged up to here may be forgotten. */
  #horizon = Number.NEGATIVE_INFINITY;

  constructor(trial: Trial) {
    const { create, oracle, windowMs, startAt, memoryMs = 2 * windowMs } = trial;
    this.#memoryMs = memoryMs;
    this.#followsClock = trial.followsClock === true;
    this.#window = create();
    this.#oracle = oracle;
    this.#windowMs = windowMs;
    this.#now = startAt;
    this.#newest = startAt;
  }

  play(step: Step): string | undefined {
    switch (step.do) {
      case 'pass':
        this.#now += step.ms;
        break;
      case 'jump':
        this.#now = Math.max(
          this.#now - step.ms,
          this.#newest - Math.floor(this.#windowMs / 2),
          this.#horizon + 1,
        );
        break;
      case 'set-back':
        this.#setBack(step.ms);
        break;
      case 'set-forward':
        this.#setForward(step.ms);
        break;
      case 'add':
        if (this.#window.fitAt(this.#now, step.amount) === this.#now) this.#add(step.amount);
        break;
      case 'force':
        this.#add(step.amount);
        break;
      case 'settle':
        this.#settle(step.which, step.amount);
        break;
      case 'ask':
        return this.#differsAt(this.#now + step.ahead, step.amount);
      case 'clone':
        return this.#clone();
    }
    return this.#differsAt(this.#now, 7);
  }

  #add(amount: number): void {
    this.#stamps.push(this.#window.add(this.#now, amount));
    this.#entries.push({ at: this.#now, amount });
    this.#newest = Math.max(this.#newest, this.#now);
    this.#horizon = Math.max(this.#horizon, this.#newest - this.#memoryMs);
  }

  /** What is settled later than two windows after its time is forgotten, and changes nothing. */
  #settle(which: number, amount: number): void {
    const recent = this.#entries.flatMap(({ at }, index) => (at > this.#horizon ? [index] : []));
    const index = recent[which % Math.max(1, recent.length)] ?? -1;
    const [stamp, entry] = [this.#stamps[index], this.#entries[index]];
    if (stamp === undefined || entry === undefined) return;
    this.#window.change(stamp, amount - entry.amount);
    entry.amount = amount;
  }

  #setBack(ms: number): void {
    this.#now = Math.max(this.#now - ms, this.#horizon + 1);
    if (this.#now > this.#newest) return;
    const now = this.#now;
    this.#stamps = this.#stamps.map((stamp) => this.#window.stampAfterSetBack(stamp, now));
    this.#window.setBack(now);
    for (const entry of this.#entries) entry.at = Math.min(entry.at, now);
    this.#newest = Math.min(this.#newest, now);
  }

  #setForward(ms: number): void {
    const now = this.#now + ms;
    const stamps = this.#stamps.map((one) => this.#window.stampAfterSetForward(one, ms, now));
    this.#now = now;
    this.#window.setForward(ms, now);
    if (this.#followsClock) return;
    const moved = (at: number): number => Math.min(at + ms, now);
    this.#stamps = stamps;
    for (const entry of this.#entries) entry.at = moved(entry.at);
    this.#newest = moved(this.#newest);
    this.#horizon = moved(this.#horizon);
  }

  /** A copy says the same, and what happens to it does not come back. */
  #clone(): string | undefined {
    const before = this.#window.used(this.#now);
    const copy = this.#window.clone();
    copy.add(this.#now, 1_000);
    if (this.#window.used(this.#now) !== before) return 'what a copy is charged comes back';
    this.#window = this.#window.clone();
    return this.#differsAt(this.#now, 7);
  }

  #differsAt(at: number, amount: number): string | undefined {
    const used = this.#oracle.used(this.#entries, at);
    const found = this.#window.used(at);
    if (found !== used) return `${found} used at ${at} in place of ${used}`;
    const earliest = this.#earliest(at, amount);
    const fitAt = this.#window.fitAt(at, amount);
    return fitAt === earliest
      ? undefined
      : `${amount} fits from ${fitAt} in place of ${earliest}, asked at ${at}`;
  }

  #earliest(now: number, amount: number): number {
    if (this.#oracle.fits(this.#entries, now, amount)) return now;
    for (const moment of this.#oracle.moments(this.#entries, now, amount)) {
      if (this.#oracle.fits(this.#entries, moment, amount)) return moment;
    }
    return Number.POSITIVE_INFINITY;
  }
}

/** Entries of one moment as one, ascending. */
export function merged(entries: readonly PlainEntry[]): readonly PlainEntry[] {
  const sums = new Map<number, number>();
  for (const { at, amount } of entries) sums.set(at, (sums.get(at) ?? 0) + amount);
  return [...sums].map(([at, amount]) => ({ at, amount })).sort((a, b) => a.at - b.at);
}
