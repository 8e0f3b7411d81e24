import type {
  ReservationAnswer,
  ReservationRequest,
  ReservationWant,
  ReservationWindow,
} from '../spec/reservation-store.ts';
import { PlaceQueue } from './place-queue.ts';

/** A time that is earlier than the last one by more than this tells of a clock that was set back. */
const SET_BACK_MS = 30_000;

/** Limits that are looked through for those of which nothing counts any more. */
const SWEEP_AT = 1_000;

interface Charge {
  member: string;
  /** Who began to work on it last; see `ReservationRequest`. */
  fence: number;
  readonly limit: string;
  at: number;
  amount: number;
  readonly count: Count;
}

/** What counts in one limit, or in one period of it. */
interface Count {
  readonly key: string;
  window: ReservationWindow;
  /** Charges that count, oldest first; of periods and places those that are open. */
  readonly charges: Set<Charge>;
  used: number;
  lastAt: number;
  readonly queue: PlaceQueue;
}

/** What is reserved of limits. Does no I/O and knows no clock: times are epoch ms. */
export class ReservationBook {
  readonly #counts = new Map<string, Count>();
  /** Reservations that are not settled. */
  readonly #open = new Map<string, readonly Charge[]>();
  #sweepAt = SWEEP_AT;

  /** How much is kept: charges, and limits without any. */
  get size(): number {
    let size = 0;
    for (const { charges } of this.#counts.values()) size += Math.max(1, charges.size);
    return size;
  }

  /** Takes all that is wanted, or nothing. `fenced` where a later one has its places. */
  reserve(request: ReservationRequest): ReservationAnswer | 'fenced' {
    const { id, member, nowMs, wants, fence = 0 } = request;
    const known = this.#open.get(id);
    if (known === undefined) return this.#take(request);
    const own = known.filter(({ count }) => count.window.kind === 'places');
    if (own.some((charge) => charge.fence > fence)) return 'fenced';
    for (const charge of own) {
      charge.member = member;
      charge.fence = fence;
    }
    const has = new Set(own.map(({ limit }) => limit));
    const lost = wants.filter(({ window, limit }) => window.kind === 'places' && !has.has(limit));
    if (lost.length > 0) return this.#take({ ...request, wants: lost });
    return { kind: 'held', at: known[0]?.at ?? nowMs };
  }

  #take({ id, member, nowMs, wants, fence = 0 }: ReservationRequest): ReservationAnswer {
    if (this.#counts.size >= this.#sweepAt) this.#sweep(nowMs);
    const counts = wants.map((want) => this.#countOf(want, nowMs));
    const at = Math.max(nowMs, ...counts.map(({ lastAt }) => lastAt));
    for (const count of counts) {
      this.#counts.set(count.key, count);
      prune(count, at);
      count.lastAt = at;
    }
    const refusal = latestRefusal(wants, counts, member, at);
    if (refusal !== undefined) {
      const full = counts.find(({ key }) => key === refusal.limit);
      if (full?.window.kind === 'places' && refusal.untilAt === undefined)
        full.queue.wait(member, at);
      return refusal;
    }
    const charges = wants.map(({ limit, amount }, index) => {
      const count = counts[index] as Count;
      const charge: Charge = { member, fence, limit, at, amount, count };
      count.charges.add(charge);
      count.queue.leave(member);
      count.used += amount;
      return charge;
    });
    this.#open.set(id, [...(this.#open.get(id) ?? []), ...charges]);
    return { kind: 'held', at };
  }

  /** Replaces what a reservation took. */
  settle(id: string, amounts: Readonly<Record<string, number>> | undefined): void {
    const charges = this.#open.get(id) ?? [];
    this.#open.delete(id);
    for (const charge of charges) {
      const { count, amount } = charge;
      if (!count.charges.has(charge)) continue;
      charge.amount = usedOf(charge, amounts);
      count.used += charge.amount - amount;
      if (charge.amount === 0 || count.window.kind === 'period') count.charges.delete(charge);
    }
  }

  /** Frees the places that a member has of a reservation. */
  vacate(id: string, member: string): void {
    const charges = this.#open.get(id);
    if (charges !== undefined) this.#leavePlaces(id, charges, member);
  }

  /** A member is gone: its places are free, and what it holds beside them stays as it is. */
  free(member: string): void {
    for (const [id, charges] of this.#open) this.#leavePlaces(id, charges, member);
    for (const { queue } of this.#counts.values()) queue.leave(member);
  }

  /** Also forgets a reservation of which nothing counts any more, as its member may never settle it. */
  #leavePlaces(id: string, charges: readonly Charge[], member: string): void {
    const left = charges.filter((charge) => {
      const { count } = charge;
      if (!count.charges.has(charge)) return false;
      if (count.window.kind !== 'places' || charge.member !== member) return true;
      count.charges.delete(charge);
      count.used -= charge.amount;
      return false;
    });
    if (left.length === 0) this.#open.delete(id);
    else if (left.length < charges.length) this.#open.set(id, left);
  }

  /** The count of a limit as it stands, with the clock set back where it was. */
  #countOf({ limit, window }: ReservationWant, nowMs: number): Count {
    const key = window.kind === 'period' ? `${limit} from ${window.startAt}` : limit;
    const count = this.#counts.get(key);
    if (count === undefined) {
      const lastAt = Number.NEGATIVE_INFINITY;
      return { key, window, charges: new Set(), used: 0, lastAt, queue: new PlaceQueue() };
    }
    if (window.kind === 'rolling' && count.window.kind === 'rolling') {
      count.window = window.windowMs > count.window.windowMs ? window : count.window;
    }
    if (nowMs < count.lastAt - SET_BACK_MS) {
      for (const charge of count.charges) charge.at = Math.min(charge.at, nowMs);
      count.lastAt = nowMs;
    }
    return count;
  }

  /** Lets go of limits of which nothing counts any more, once there are many. */
  #sweep(nowMs: number): void {
    for (const [key, count] of this.#counts) {
      prune(count, nowMs - SET_BACK_MS);
      const { window, charges, lastAt } = count;
      const isPeriod = window.kind === 'period';
      if (!isPeriod && charges.size > 0) continue;
      // Who asks with a clock that is a little behind must find the last moment that was seen.
      if (nowMs - (isPeriod ? window.endAt : lastAt) > SET_BACK_MS) this.#counts.delete(key);
    }
    this.#sweepAt = Math.max(SWEEP_AT, 2 * this.#counts.size);
  }
}

/** What stays charged once a reservation is settled. */
function usedOf(
  { count, limit, amount }: Charge,
  amounts: Readonly<Record<string, number>> | undefined,
): number {
  if (amounts === undefined || count.window.kind === 'places') return 0;
  return Object.hasOwn(amounts, limit) ? (amounts[limit] ?? 0) : amount;
}

/** Forgets what counts no more at `at`. */
function prune(count: Count, at: number): void {
  const { window, charges } = count;
  if (window.kind !== 'rolling') return;
  for (const charge of charges) {
    if (charge.at + window.windowMs > at) return;
    charges.delete(charge);
    count.used -= charge.amount;
  }
}

type Wait = Extract<ReservationAnswer, { kind: 'wait' }>;

/** Which limit has room last, if one has none now. */
function latestRefusal(
  wants: readonly ReservationWant[],
  counts: readonly Count[],
  member: string,
  at: number,
): Wait | undefined {
  let latest: Wait | undefined;
  for (const [index, want] of wants.entries()) {
    const count = counts[index];
    const wait = count && waitFor(want, count, member, at);
    if (wait === undefined) continue;
    if (latest === undefined || (wait.untilAt ?? 0) > (latest.untilAt ?? 0)) latest = wait;
  }
  return latest;
}

function waitFor(
  { limit, capacity, amount }: ReservationWant,
  count: Count,
  member: string,
  at: number,
): Wait | undefined {
  const { used } = count;
  const excess = used + count.queue.ahead(member, at) + amount - capacity;
  if (amount === 0 || excess <= 0) return undefined;
  const untilAt = amount > capacity ? undefined : fitAt(count, excess);
  return { kind: 'wait', limit, used, untilAt };
}

/** When so much counts no more, if nothing else is charged. */
function fitAt({ window, charges }: Count, excess: number): number | undefined {
  if (window.kind === 'places') return undefined;
  if (window.kind === 'period') return window.endAt;
  let left = excess;
  for (const { at, amount } of charges) {
    left -= amount;
    if (left <= 0) return at + window.windowMs;
  }
  return undefined;
}
