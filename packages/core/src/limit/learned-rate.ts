import { RollingWindow } from './rolling-window.ts';

const MINUTE_MS = 60_000;
/** More calls than this a minute are not told apart. */
const ANY_RATE = 1e9;
/** What is left of a rate that was refused. */
const CUT = 0.5;
/** A rate grows by this part of what was refused, a minute in which it was needed. */
const GROWTH = 0.1;
/** Use from which on a rate was needed. */
const NEEDED = 0.8;

/**
 * How many calls a minute a provider bears that says so in no header, learned from its refusals: the calls of the last
 * minute halved, then more again by a tenth a minute, until what was refused is far behind. It only makes calls wait.
 * Times are epoch ms.
 */
export class LearnedRate {
  readonly #window: RollingWindow = new RollingWindow(ANY_RATE, MINUTE_MS);
  #perMinute: number | undefined;
  /** The calls of the minute that was refused first. */
  #refused = 0;
  #cutAt = Number.NEGATIVE_INFINITY;
  #grownAt = 0;
  /** Calls since then, and the most of them in any minute. */
  #calls = 0;
  #most = 0;
  /** The rate of which somebody was told. */
  #told: number | undefined;
  /** Whether a call succeeded since the last cut: refusals in a row are an outage, of which no rate can be learned. */
  #hasSucceeded = false;

  /** Calls a minute; `undefined` while no refusal taught any. */
  get perMinute(): number | undefined {
    return this.#perMinute;
  }

  /** What nobody was told of: a rate that is new or lower, or `lifted`. Its growth is no news. */
  get news(): number | 'lifted' | undefined {
    if (this.#perMinute === undefined) return this.#told === undefined ? undefined : 'lifted';
    return this.#told !== undefined && this.#perMinute >= this.#told ? undefined : this.#perMinute;
  }

  /** Somebody was told of this rate; `undefined`: that there is none. */
  tell(perMinute: number | undefined): void {
    this.#told = perMinute;
  }

  /** Calls of the last minute. */
  used(now: number): number {
    return this.#window.used(now);
  }

  /** When the oldest of these ends to count. */
  resetAt(now: number): number | undefined {
    return this.#window.nextEndAt(now);
  }

  /** A call starts. */
  start(at: number): void {
    this.#window.add(at, 1);
    if (this.#perMinute === undefined) return;
    if (at - this.#grownAt >= MINUTE_MS) this.#grow(this.#perMinute, at);
    this.#calls += 1;
    this.#most = Math.max(this.#most, Math.min(this.#calls, this.#window.used(at)));
  }

  /** A call that started at `startedAt` was not sent. */
  takeBack(startedAt: number): void {
    this.#window.change(startedAt + MINUTE_MS, -1);
    if (startedAt < this.#grownAt) return;
    this.#calls = Math.max(0, this.#calls - 1);
    this.#most = Math.max(0, this.#most - 1);
  }

  /** A call succeeded that started at `startedAt`. */
  succeed(startedAt: number): void {
    if (startedAt >= this.#cutAt) this.#hasSucceeded = true;
  }

  /** A call that started at `startedAt` was refused for coming too often, without a word of when to come again. */
  refuse(startedAt: number, at: number): void {
    if (startedAt < this.#cutAt || !this.#hasSucceeded) return;
    const calls = this.#window.used(at);
    if (this.#perMinute === undefined) this.#refused = calls;
    const rate = Math.min(calls, this.#perMinute ?? calls);
    this.#perMinute = Math.max(1, Math.floor(rate * CUT));
    this.#cutAt = at + 1;
    this.#hasSucceeded = false;
    this.#countFrom(at);
  }

  /** When a call may start by this rate, from `now` on. */
  fitAt(now: number): number {
    if (this.#perMinute === undefined) return now;
    return this.#window.fitAt(now, ANY_RATE - this.#perMinute + 1);
  }

  /** The clock was set forward by `byMs`, to `now`, in less time. */
  setForward(byMs: number, now: number): void {
    this.#window.setForward(byMs, now);
    this.#cutAt = Math.min(this.#cutAt + byMs, now);
    this.#grownAt = Math.min(this.#grownAt + byMs, now);
  }

  /** The clock was set back to `now`. */
  setBack(now: number): void {
    this.#window.setBack(now);
    this.#cutAt = Math.min(this.#cutAt, now);
    this.#grownAt = Math.min(this.#grownAt, now);
  }

  /** By the calls of the minute behind: whoever looks at the window now may see it just emptied. */
  #grow(perMinute: number, at: number): void {
    const wasNeeded = this.#most >= perMinute * NEEDED;
    this.#countFrom(at);
    if (!wasNeeded) return;
    const grown = perMinute + Math.max(1, Math.floor(this.#refused * GROWTH));
    this.#perMinute = grown < 2 * this.#refused ? grown : undefined;
  }

  #countFrom(at: number): void {
    this.#grownAt = at;
    this.#calls = 0;
    this.#most = 0;
  }
}
