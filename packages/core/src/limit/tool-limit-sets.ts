import type { Gauges } from './gauges.ts';
import type { Ledger } from './ledger.ts';
import { copyLimitSet, createLimitSet, type LimitSet } from './limit-set.ts';
import { ownerOf, type ToolCall, type ToolRules } from './tool-rules.ts';

/** Owners whose limits are looked through for those in which nothing counts any more. */
const SWEEP_AT = 1_000;

/** Owners whose limits have risen and of whom nothing else counts: the latest are kept, or each would begin anew. */
const KEPT_RISEN = 1_000;

/** Rules, with what tells them from equal ones. */
interface Numbered {
  readonly number: number;
  readonly rules: ToolRules;
}

interface Owned {
  readonly rules: ToolRules;
  readonly set: LimitSet;
  /** Whether it is shown before anybody called. */
  readonly isNamed: boolean;
}

/** The limits on tools of all who called them: made at a first call, and let go when nothing counts in them any more. */
export class ToolLimitSets {
  readonly #rules: readonly Numbered[];
  readonly #ledger: Ledger;
  readonly #gauges: Gauges;
  readonly #owned = new Map<string, Owned>();
  readonly #original: ToolLimitSets | undefined;
  #sweepAt = SWEEP_AT;

  /** With an `original` it is the same as that stands; each set is copied when it is first asked for. */
  constructor(
    rules: readonly ToolRules[],
    ledger: Ledger,
    gauges: Gauges,
    original?: ToolLimitSets,
  ) {
    this.#original = original;
    this.#rules = rules.map((one, number) => ({ number, rules: one }));
    this.#ledger = ledger;
    this.#gauges = gauges;
    for (const one of this.#rules) {
      const owner = one.rules.per === 'all' ? '' : one.rules.of;
      if (owner !== undefined) this.#keep(one, owner, true);
    }
  }

  /** All that count a call, as they stand; those of who never called are made for the question alone. */
  of(call: ToolCall): readonly LimitSet[] {
    if (this.#original !== undefined) return this.toCharge(call);
    return this.#find(call, ({ rules }, owner) => this.#create(rules, owner));
  }

  /** The same, to be charged: they are kept from here on. */
  toCharge(call: ToolCall): readonly LimitSet[] {
    return this.#find(call, (rules, owner) => this.#keep(rules, owner, false));
  }

  /** Those that are kept, of one tool or of all. */
  kept(tool?: string): readonly LimitSet[] {
    const sets: LimitSet[] = [];
    for (const { rules, set } of this.#owned.values()) {
      if (tool === undefined || rules.tools.includes(tool)) sets.push(set);
    }
    return sets;
  }

  /** Lets go of limits in which nothing counts at `now`, once there are many: runs and users come and go. */
  sweep(now: number): void {
    if (this.#owned.size < this.#sweepAt) return;
    const held = this.#ledger.heldSets();
    const risen: (readonly [string, LimitSet])[] = [];
    for (const [key, { set, isNamed }] of this.#owned) {
      if (isNamed || held.has(set) || !isIdle(set, now)) continue;
      if (set.meters.some(({ grade }) => grade?.hasRisen === true)) risen.push([key, set]);
      else this.#letGo(key, set);
    }
    for (const [key, set] of risen.slice(0, -KEPT_RISEN)) this.#letGo(key, set);
    this.#sweepAt = Math.max(SWEEP_AT, 2 * this.#owned.size);
  }

  #find(call: ToolCall, make: (rules: Numbered, owner: string) => LimitSet): readonly LimitSet[] {
    const sets: LimitSet[] = [];
    for (const one of this.#rules) {
      const owner = ownerOf(one.rules, call);
      if (owner === undefined) continue;
      sets.push(this.#owned.get(keyOf(one, owner))?.set ?? make(one, owner));
    }
    return sets;
  }

  #keep(one: Numbered, owner: string, isNamed: boolean): LimitSet {
    const key = keyOf(one, owner);
    const known = this.#original === undefined ? undefined : this.#original.#owned.get(key);
    const set = known === undefined ? this.#create(one.rules, owner) : copyLimitSet(known.set);
    this.#owned.set(key, { rules: one.rules, set, isNamed });
    this.#ledger.add(set);
    return set;
  }

  #create({ tools, per, rules }: ToolRules, owner: string): LimitSet {
    const names = `tool ${tools.join(' + ')}`;
    const name = per === 'all' ? names : `${names}, ${per} ${owner}`;
    return createLimitSet(name, rules, this.#gauges);
  }

  #letGo(key: string, set: LimitSet): void {
    this.#owned.delete(key);
    this.#ledger.remove(set);
  }
}

function keyOf({ number }: Numbered, owner: string): string {
  return `${number} ${owner}`;
}

function isIdle({ meters }: LimitSet, now: number): boolean {
  return meters.every(({ window }) => window.nextEndAt(now) === undefined);
}
