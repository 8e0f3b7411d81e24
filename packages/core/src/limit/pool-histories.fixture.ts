import type { CallEstimate } from '../spec/call-amounts.ts';
import type { Claim } from './claim.ts';
import { LimitCopies } from './limit-copies.ts';
import { ModelLimits } from './model-limits.ts';
import { normaliseLimit } from './parse-limit.ts';
import { type PoolKind, STEPS } from './pool-trials.fixture.ts';
import { SharedLimits } from './shared-limits.ts';
import type { Chance, PlainEntry } from './window.fixture.ts';
import { endingOracle } from './window-oracles.fixture.ts';

/** By how much a call of each model counts in the pool. */
const WEIGHTS = { a: 1, b: 1, c: 2 };
type Name = keyof typeof WEIGHTS;
const NAMES: readonly Name[] = ['a', 'b', 'c'];

/** From the least there is to more than anybody uses. */
export const POOL_CAPACITIES: readonly number[] = [1, 2, 3, 7, 50, 1_000_000_000];

/** A call under way, as brute force keeps it. */
interface PlainCall {
  readonly id: string;
  readonly model: Name;
  readonly pooled: PlainEntry;
  readonly own: PlainEntry;
}

/**
 * Plays one history of calls of three models that draw on one pool, the first of them with a limit of its own besides, and tells its
 * first difference from brute force, if there is one.
 */
export function poolDifference(
  kind: PoolKind,
  capacity: number,
  chance: Chance,
  steps: number,
): string | undefined {
  const history = new PoolHistory(kind, capacity, chance);
  for (let step = 1; step <= steps; step++) {
    const problem = history.play();
    if (problem !== undefined) return `capacity ${capacity}, step ${step}: ${problem}`;
  }
  return undefined;
}

class PoolHistory {
  readonly #kind: PoolKind;
  readonly #capacity: number;
  readonly #ownCapacity: number;
  readonly #chance: Chance;
  readonly #models: Readonly<Record<Name, ModelLimits>>;
  readonly #shared: SharedLimits;
  readonly #pooled: PlainEntry[] = [];
  readonly #own: PlainEntry[] = [];
  readonly #open: PlainCall[] = [];
  /** Ends that have a say in how far the limit has risen, in order. */
  readonly #ends: ('full' | 'refused')[] = [];
  #calls = 0;
  #now: number;
  #newest: number;
  /** What was charged up to here may be forgotten by the shorter of the two windows. */
  #horizon: number = Number.NEGATIVE_INFINITY;

  constructor(kind: PoolKind, capacity: number, chance: Chance) {
    this.#kind = kind;
    this.#capacity = capacity;
    this.#ownCapacity = Math.max(1, Math.ceil(capacity / 2));
    this.#chance = chance;
    this.#now = kind.startAt;
    this.#newest = kind.startAt;
    this.#shared = new SharedLimits({
      scopes: [],
      pools: [
        { name: 'p', of: NAMES, weights: WEIGHTS, rules: [normaliseLimit(kind.limit(capacity))] },
      ],
      project: 'x',
      models: new Map(NAMES.map((name) => [name, { provider: 'p', key: name, keyNames: [] }])),
    });
    const ownLimit = {
      metric: 'tokens',
      capacity: this.#ownCapacity,
      windowMs: kind.windowMs / 2,
    } as const;
    const limitsOf = (name: Name): ModelLimits => {
      const rules = name === 'a' ? [normaliseLimit(ownLimit)] : [];
      return new ModelLimits(name, rules, 1_000_000, undefined, this.#shared);
    };
    this.#models = { a: limitsOf('a'), b: limitsOf('b'), c: limitsOf('c') };
  }

  play(): string | undefined {
    const what = this.#nat(39);
    if (what < 8) this.#now += this.#ms(0.12);
    else if (what < 9) this.#now += this.#ms(3);
    else if (what < 10) this.#setBack();
    else if (what < 11) this.#setForward();
    else if (what < 26) return this.#ask();
    else if (what < 28) this.#start(this.#model(), this.#amount());
    else if (what < 38) this.#end();
    else return this.#copy();
    return this.#usedDiffers(this.#now);
  }

  #nat(most: number): number {
    return Math.floor(this.#chance() * (most + 1));
  }

  #ms(part: number): number {
    return this.#nat(Math.floor(this.#kind.windowMs * part));
  }

  #model(): Name {
    return NAMES[this.#nat(2)] ?? 'a';
  }

  /** Mostly a part of the capacity, at times just it, and more than there ever is. */
  #amount(): number {
    const what = this.#nat(9);
    if (what === 0) return this.#capacity;
    if (what === 1) return this.#capacity + this.#nat(2 * this.#capacity);
    return this.#nat(Math.max(1, Math.floor(this.#capacity / 2)));
  }

  #ask(): string | undefined {
    const [model, amount] = [this.#model(), this.#amount()];
    const admission = this.#models[model].admit(this.#now, claimOf(amount));
    const found =
      admission.kind === 'run'
        ? this.#now
        : admission.kind === 'wait'
          ? admission.untilAt
          : Number.POSITIVE_INFINITY;
    const earliest = this.#earliest(model, amount);
    if (found !== earliest) {
      return `${amount} of ${model} fit from ${found} in place of ${earliest}, asked at ${this.#now}`;
    }
    if (admission.kind === 'run') this.#start(model, amount);
    return this.#usedDiffers(this.#now);
  }

  #start(model: Name, amount: number): void {
    this.#calls += 1;
    const id = `c${this.#calls}`;
    this.#models[model].start(id, this.#now, claimOf(amount));
    const pooled = { at: this.#now, amount: amount * WEIGHTS[model] };
    const own = { at: this.#now, amount };
    this.#pooled.push(pooled);
    if (model === 'a') this.#own.push(own);
    this.#open.push({ id, model, pooled, own });
    this.#newest = Math.max(this.#newest, this.#now);
    this.#horizon = Math.max(this.#horizon, this.#newest - this.#kind.windowMs / 2);
  }

  #end(): void {
    const [call] = this.#open.splice(this.#nat(1_000) % Math.max(1, this.#open.length), 1);
    if (call === undefined) return;
    const limits = this.#models[call.model];
    const how = this.#nat(4);
    // What ends later than the shorter window after its start may be forgotten: it ends as it was set aside.
    const isOld = call.pooled.at <= this.#horizon;
    if (how === 0 && !isOld) {
      const isRefused = this.#nat(1) === 0;
      limits.release(call.id, isRefused);
      this.#settled(call, 0);
      if (isRefused) this.#ends.push('refused');
      return;
    }
    const actual = isOld || how < 3 ? call.own.amount : this.#nat(2 * call.own.amount);
    limits.settle(call.id, useOf(actual), this.#now);
    this.#settled(call, actual);
    const used = this.#kind.oracle(this.#capacity).used(this.#pooled, this.#now);
    if (10 * used >= 8 * this.#allowed(this.#now)) this.#ends.push('full');
  }

  #settled({ model, pooled, own }: PlainCall, actual: number): void {
    own.amount = actual;
    pooled.amount = actual * WEIGHTS[model];
  }

  #setBack(): void {
    this.#now = Math.max(this.#now - this.#ms(2), this.#horizon + 1);
    if (this.#now > this.#newest) return;
    this.#shared.ledger.setBack(this.#now);
    for (const entry of this.#entries()) entry.at = Math.min(entry.at, this.#now);
    this.#newest = Math.min(this.#newest, this.#now);
  }

  #setForward(): void {
    const ms = this.#ms(2);
    this.#now += ms;
    this.#shared.ledger.setForward(ms, this.#now);
    const moved = (at: number): number => Math.min(at + ms, this.#now);
    for (const entry of this.#own) entry.at = moved(entry.at);
    this.#newest = moved(this.#newest);
    if (this.#kind.followsClock === true) return;
    for (const entry of this.#pooled) entry.at = moved(entry.at);
    this.#horizon = moved(this.#horizon);
  }

  #entries(): readonly PlainEntry[] {
    return [...this.#pooled, ...this.#own];
  }

  /** Copies made together say the same together, and what happens to them does not come back. */
  #copy(): string | undefined {
    const copies = new LimitCopies();
    const [one, other] = [this.#models.b.clone(copies), this.#models.c.clone(copies)];
    const amount = this.#amount();
    const before = this.#models.b.admit(this.#now, claimOf(amount));
    other.start('copied', this.#now, claimOf(this.#capacity));
    const after = this.#models.b.admit(this.#now, claimOf(amount));
    if (JSON.stringify(after) !== JSON.stringify(before))
      return 'what a copy is charged comes back';
    const copied = one.admit(this.#now, claimOf(Math.max(1, amount)));
    return copied.kind === 'run'
      ? 'what one copy is charged does not count for the other'
      : undefined;
  }

  #usedDiffers(now: number): string | undefined {
    const [use] = this.#shared.use(now);
    const used = this.#kind.oracle(this.#capacity).used(this.#pooled, now);
    const found = (use?.used ?? 0) + (use?.held ?? 0);
    if (found !== used) return `${found} used at ${now} in place of ${used}`;
    const allowed = this.#allowed(now);
    return use?.capacity === allowed
      ? undefined
      : `${use?.capacity} allowed at ${now} in place of ${allowed}`;
  }

  /** The earliest moment at which there is room in the pool and in what is a model's own. */
  #earliest(model: Name, amount: number): number {
    const pooled = amount * WEIGHTS[model];
    if (pooled === 0) return this.#now;
    const most = this.#most();
    if (pooled > most || (model === 'a' && amount > this.#ownCapacity)) return Infinity;
    // More than is allowed so far goes alone.
    const isGrade = this.#kind.rises === true;
    const fitting = isGrade ? Math.min(pooled, this.#allowed(this.#now)) : pooled;
    const pool = this.#kind.oracle(isGrade ? this.#allowed(this.#now) : this.#capacity);
    const own = endingOracle(this.#ownCapacity, ({ at }) => at + this.#kind.windowMs / 2);
    const fits = (at: number): boolean =>
      pool.fits(this.#pooled, at, fitting) && (model !== 'a' || own.fits(this.#own, at, amount));
    if (fits(this.#now)) return this.#now;
    const moments = [
      ...pool.moments(this.#pooled, this.#now, fitting),
      ...(model === 'a' ? own.moments(this.#own, this.#now, amount) : []),
    ];
    return moments.sort((a, b) => a - b).find(fits) ?? Number.POSITIVE_INFINITY;
  }

  #most(): number {
    return this.#kind.most?.(this.#capacity) ?? this.#capacity;
  }

  /** What may be used at a moment; how far it has risen is worked out anew, in millionths. */
  #allowed(at: number): number {
    const capacity = this.#kind.capacityAt?.(this.#capacity, at) ?? this.#capacity;
    if (this.#kind.rises !== true) return capacity;
    const from = STEPS.from * 1e6;
    let part = from;
    let full = 0;
    for (const end of this.#ends) {
      if (end === 'refused') [part, full] = [Math.max(from, part / 2), 0];
      else if (part < 1e6 && ++full === STEPS.after) {
        [part, full] = [Math.min(1e6, part + STEPS.step * 1e6), 0];
      }
    }
    return Math.max(1, Math.floor((capacity * part) / 1e6));
  }
}

function useOf(tokens: number): CallEstimate {
  return { inputTokens: tokens, outputTokens: 0, microUsd: 0 };
}

function claimOf(tokens: number): Claim {
  return { estimate: useOf(tokens), worst: useOf(tokens) };
}
