import type { CallEstimate, Hold } from '../spec/call-amounts.ts';
import { type Claim, charged } from './claim.ts';
import { type LimitSet, weightOf } from './limit-set.ts';
import { capacityAt, type Meter } from './meter.ts';

/** A call under way: for each meter of its sets, in order, the stamp of its charge and the amount. */
interface OpenCall {
  model: string;
  sets: readonly LimitSet[];
  readonly charges: number[];
  at: number;
  claim: Claim;
}

/** A call that ended: when it started, and what it used. */
export interface PastUse {
  readonly at: number;
  readonly used: CallEstimate;
}

/** What all calls under way hold, over all models: each is charged once, to every limit that it counts in, and settled once. */
export class Ledger {
  /** By name. One that no limit counts stays, since the engine makes a table anew when the last is taken out. */
  readonly #open = new Map<string | undefined, OpenCall>([[undefined, NO_CALL]]);
  /** What was kept of the call that ended last, for the next one to be kept in. */
  #ended: OpenCall | undefined;
  readonly #sets = new Set<LimitSet>();

  /** How many calls are under way. */
  get size(): number {
    return this.#open.size - 1;
  }

  /** Takes limits into the book, so that a change of the clock reaches them. */
  add(set: LimitSet): void {
    this.#sets.add(set);
  }

  /** Lets go of limits in which nothing counts. */
  remove(set: LimitSet): void {
    this.#sets.delete(set);
  }

  /** Charges a call; one that is open already is not charged again. `holds` are what was written down when it started. */
  start(
    call: string,
    at: number,
    model: string,
    sets: readonly LimitSet[],
    claim: Claim,
    holds: readonly Hold[] = [],
  ): boolean {
    if (this.#open.has(call)) return false;
    const open = this.#entryFor(model, sets, at, claim);
    const { charges } = open;
    let index = 0;
    for (const set of sets) {
      const weight = weightOf(set, model);
      for (const meter of set.meters) {
        const amount = charged(meter, meter.soft ? claim.estimate : claim.worst, weight);
        charges[index] = meter.window.add(at, amount, openedAt(meter, holds));
        charges[index + 1] = amount;
        index += 2;
      }
      for (const places of set.atOnce) places.running += 1;
    }
    if (charges.length > index) charges.length = index;
    this.#open.set(call, open);
    return true;
  }

  /**
   * Replaces what a call reserved by what it used, at the time it started; `undefined` when it was refused and used nothing, with
   * `refused` because it was too much. Limits that rise with success need `at`, epoch ms. Returns whether the call was open.
   */
  end(call: string, actual: CallEstimate | undefined, at?: number, refused = false): boolean {
    const open = this.#open.get(call);
    if (open === undefined) return false;
    this.#open.delete(call);
    this.#ended = open;
    const { sets, model, charges } = open;
    let index = 0;
    for (const set of sets) {
      const weight = weightOf(set, model);
      for (const meter of set.meters) {
        settle(meter, charges[index] ?? 0, charges[index + 1] ?? 0, actual, weight);
        if (meter.grade !== undefined) grade(meter, actual !== undefined, at, refused);
        index += 2;
      }
      for (const places of set.atOnce) places.running -= 1;
    }
    return true;
  }

  /**
   * Puts other limits of the same owner in the place of these, for calls of one model. Meters that both have keep what was charged;
   * the others are charged with the calls of the past and with those under way.
   */
  replace(before: LimitSet, after: LimitSet, model: string, past: readonly PastUse[]): void {
    const kept = new Set(before.meters);
    const fresh = after.meters.filter((meter) => !kept.has(meter));
    const weight = weightOf(after, model);
    const affected = [...this.#open].filter(([, { sets }]) => sets.includes(before));
    const stamps = new Map<string | undefined, Map<Meter, readonly [number, number]>>();
    const charges = [
      ...past.map(({ at, used }) => ({ at, call: undefined, estimate: used, worst: used })),
      ...affected.map(([call, { at, claim }]) => ({ at, call, ...claim })),
    ].sort((a, b) => a.at - b.at);
    for (const { at, call, estimate, worst } of charges) {
      const own = new Map<Meter, readonly [number, number]>();
      for (const meter of fresh) {
        const amount = charged(meter, meter.soft && call !== undefined ? estimate : worst, weight);
        own.set(meter, [meter.window.add(at, amount), amount]);
      }
      if (call !== undefined) stamps.set(call, own);
    }
    for (const [call, open] of affected) {
      const known = new Map<Meter, readonly [number, number]>(stamps.get(call));
      for (const [index, meter] of open.sets.flatMap(({ meters }) => meters).entries()) {
        known.set(meter, [open.charges[2 * index] ?? 0, open.charges[2 * index + 1] ?? 0]);
      }
      const sets = open.sets.map((set) => (set === before ? after : set));
      const all = sets.flatMap(({ meters }) => meters);
      this.#open.set(call, {
        ...open,
        sets,
        charges: all.flatMap((one) => known.get(one) ?? [0, 0]),
      });
      for (const places of after.atOnce) places.running += 1;
    }
    this.#sets.delete(before);
    this.#sets.add(after);
  }

  /** A book of its own with the same calls, charged to copies of their limits. */
  copy(copyOf: (set: LimitSet) => LimitSet): Ledger {
    const copy = new Ledger();
    for (const [call, open] of this.#open) {
      const sets = open.sets.map(copyOf);
      copy.#open.set(call, { ...open, sets, charges: [...open.charges] });
    }
    return copy;
  }

  /** What calls under way hold of each meter at `now`. */
  held(now: number): ReadonlyMap<Meter, number> {
    const held = new Map<Meter, number>();
    for (const { sets, charges } of this.#open.values()) {
      for (const [index, meter] of sets.flatMap(({ meters }) => meters).entries()) {
        if (!meter.window.counts(charges[2 * index] ?? 0, now)) continue;
        held.set(meter, (held.get(meter) ?? 0) + (charges[2 * index + 1] ?? 0));
      }
    }
    return held;
  }

  /** The limits that some call under way is charged to. */
  heldSets(): ReadonlySet<LimitSet> {
    return new Set([...this.#open.values()].flatMap(({ sets }) => sets));
  }

  /** The clock was set back to `now`: what was charged later counts as charged now, in every limit. */
  setBack(now: number): void {
    // All stamps are asked for before any window forgets what they meant.
    for (const { sets, charges } of this.#open.values()) {
      for (const [index, { window }] of sets.flatMap(({ meters }) => meters).entries()) {
        charges[2 * index] = window.stampAfterSetBack(charges[2 * index] ?? 0, now);
      }
    }
    for (const { meters } of this.#sets) for (const { window } of meters) window.setBack(now);
  }

  /** The clock was set forward by `byMs`, to `now`, in less time: what was charged before goes with it, in every limit but those of the calendar. */
  setForward(byMs: number, now: number): void {
    for (const [call, open] of this.#open) {
      const windows = open.sets.flatMap(({ meters }) => meters.map(({ window }) => window));
      const charges = open.charges.map((charge, index) => {
        const window = index % 2 === 0 ? windows[index / 2] : undefined;
        return window === undefined ? charge : window.stampAfterSetForward(charge, byMs, now);
      });
      this.#open.set(call, { ...open, charges, at: Math.min(open.at + byMs, now) });
    }
    for (const { meters } of this.#sets) {
      for (const { window } of meters) window.setForward(byMs, now);
    }
  }

  #entryFor(model: string, sets: readonly LimitSet[], at: number, claim: Claim): OpenCall {
    const entry = this.#ended;
    if (entry === undefined) return { model, sets, charges: [], at, claim };
    this.#ended = undefined;
    entry.model = model;
    entry.sets = sets;
    entry.at = at;
    entry.claim = claim;
    return entry;
  }
}

const NO_USE: CallEstimate = { inputTokens: 0, outputTokens: 0, microUsd: 0 };
const NO_CALL: OpenCall = {
  model: '',
  sets: [],
  charges: [],
  at: 0,
  claim: { estimate: NO_USE, worst: NO_USE },
};

function settle(
  meter: Meter,
  stamp: number,
  amount: number,
  actual: CallEstimate | undefined,
  weight: number,
): void {
  const used = actual === undefined ? 0 : charged(meter, actual, weight);
  if (used !== amount) meter.window.change(stamp, used - amount);
}

/** When the session of a charge began, as it was written down; what was read of the journal may begin later. */
function openedAt({ session, limit }: Meter, holds: readonly Hold[]): number | undefined {
  if (session === undefined) return undefined;
  return holds.find((hold) => hold.limit === limit)?.openedAt;
}

function grade(meter: Meter, succeeded: boolean, at: number | undefined, refused: boolean): void {
  if (refused) meter.grade?.refused();
  else if (succeeded && at !== undefined) {
    meter.grade?.succeeded(meter.window.used(at), capacityAt(meter, at));
  }
}
