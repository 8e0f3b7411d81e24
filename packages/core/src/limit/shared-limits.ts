import { RecentMap } from '../internal/recent-map.ts';
import type { Payer } from '../spec/call-amounts.ts';
import type { GaugeRule, LimitRule } from '../spec/limit.ts';
import { memoryOf } from './create-window.ts';
import { Gauges } from './gauges.ts';
import { createJointLimits, type JointLimit } from './joint-limit.ts';
import { Ledger } from './ledger.ts';
import { createLimitSet, type LimitSet } from './limit-set.ts';
import { type LimitUse, useOf } from './limit-use.ts';

/** What limits can be shared by. */
export type Scope = 'provider' | 'key' | 'user' | 'tenant' | 'project' | 'all';

/** Whose limits can be kept together with other processes. */
export type JointScope = Scope | 'model' | 'pool';

/** Limits for each value of a scope, or for one of them. */
export interface ScopeRules {
  readonly per: Scope;
  /** The one they hold for; each has its own where left out. */
  readonly of: string | undefined;
  readonly rules: readonly (LimitRule | GaugeRule)[];
}

/** Limits that several models draw on. */
export interface PoolRules {
  readonly name: string;
  readonly of: readonly string[];
  readonly weights: Readonly<Record<string, number>> | undefined;
  readonly rules: readonly (LimitRule | GaugeRule)[];
}

/** What a model counts for in limits per provider and per key. */
export interface ModelPlace {
  readonly provider: string;
  /** What all its calls count for, whatever key they go out with; `undefined` where that says it all. */
  readonly key: string | undefined;
  /** The names of its keys, where it has several. */
  readonly keyNames: readonly string[];
}

/** What is shared, and by whom. */
export interface SharedLimitsInput {
  readonly scopes: readonly ScopeRules[];
  readonly pools: readonly PoolRules[];
  readonly project: string;
  /** Whose limits are kept together with other processes; nobody's where left out. */
  readonly joint?: ReadonlySet<JointScope> | undefined;
  /** What each model of the team counts for. */
  readonly models: ReadonlyMap<string, ModelPlace>;
}

/** Owners whose limits are looked through for those in which nothing counts any more. */
const SWEEP_AT = 1_000;

/** Models with each of their keys, those that left among them, whose sets are remembered. */
const MOST_MODELS = 10_000;

/**
 * Limits that models share: per provider, key, user, tenant, project, for everything, and pools. Those of users and
 * tenants are made when they are first asked for, and let go of once nothing counts in them.
 */
export class SharedLimits {
  readonly ledger: Ledger = new Ledger();
  readonly gauges: Gauges = new Gauges();
  readonly #input: SharedLimitsInput;
  readonly #sets = new Map<string, LimitSet>();
  readonly #pools: ReadonlyMap<string, readonly LimitSet[]>;
  /** The sets of each model, where no payer has a say. */
  readonly #byModel = new RecentMap<readonly LimitSet[]>(MOST_MODELS);
  /** Whether any limit is one of users or tenants, so that it matters for whom a call is made. */
  readonly hasPayers: boolean;
  /** Whether there is none at all. */
  readonly isPlain: boolean;
  readonly #places: Map<string, ModelPlace>;
  #sweepAt = SWEEP_AT;

  constructor(input: SharedLimitsInput) {
    this.#input = input;
    this.#places = new Map(input.models);
    this.hasPayers = input.scopes.some(({ per }) => per === 'user' || per === 'tenant');
    this.isPlain =
      input.scopes.length === 0 && input.pools.length === 0 && input.joint === undefined;
    const pools = new Map<string, LimitSet[]>();
    for (const { name, of, weights, rules } of input.pools) {
      const set = this.#create('pool', `pool ${name}`, rules, weights);
      for (const model of of) pools.set(model, [...(pools.get(model) ?? []), set]);
    }
    this.#pools = pools;
    // Those that are known beforehand are there from the beginning, to be looked at.
    for (const [model, place] of input.models) this.#lookAt(model, place);
  }

  /** How far back the shared limits look, in ms. */
  get memoryMs(): number {
    const { scopes, pools } = this.#input;
    const rules = [...scopes, ...pools].flatMap((one) => one.rules);
    return Math.max(0, ...rules.map((rule) => ('gauge' in rule ? 0 : memoryOf(rule))));
  }

  /** Whether any limit is kept together with other processes. */
  get hasJoint(): boolean {
    return this.#input.joint !== undefined;
  }

  /** Which of an owner's rules are kept together with other processes. */
  jointOf(
    per: JointScope,
    owner: string,
    rules: readonly (LimitRule | GaugeRule)[],
  ): readonly JointLimit[] {
    return this.#input.joint?.has(per) === true ? createJointLimits(owner, rules) : [];
  }

  /** All shared limits in which a call of this model, with this of its keys and for this payer counts. A model that left the team counts in those of everybody. */
  setsOf(model: string, payer: Payer | undefined, keyName?: string): readonly LimitSet[] {
    const caller = keyName === undefined ? model : JSON.stringify([model, keyName]);
    const known = this.#byModel.get(caller);
    if (known !== undefined && (payer === undefined || !this.hasPayers)) return known;
    const sets = [
      ...(this.#pools.get(model) ?? []),
      ...this.#input.scopes.flatMap((scope, index) =>
        this.#valuesOf(scope.per, model, payer, keyName).flatMap(
          (value) => this.#setOf(scope, index, value) ?? [],
        ),
      ),
    ];
    if (payer === undefined || !this.hasPayers) this.#byModel.set(caller, sets);
    return sets;
  }

  /** A model comes into the team, or is called with other keys from now on. */
  place(model: string, place: ModelPlace): void {
    const before = this.#places.get(model)?.keyNames ?? [];
    for (const keyName of before) this.#byModel.delete(JSON.stringify([model, keyName]));
    this.#byModel.delete(model);
    this.#places.set(model, place);
    this.#lookAt(model, place);
  }

  /** How every shared limit stands at `now`; owners of which nothing is known yet are not in it. */
  use(now: number): readonly LimitUse[] {
    const held = this.ledger.held(now);
    return [...this.#sets.values()].flatMap((set) => useOf(set, held, this.gauges, now));
  }

  /** Lets go of the limits of payers in which nothing counts at `now`, once there are many. */
  sweep(now: number): void {
    if (this.#sets.size < this.#sweepAt) return;
    const held = this.ledger.heldSets();
    for (const [key, set] of this.#sets) {
      const isPayer = set.owner.startsWith('user ') || set.owner.startsWith('tenant ');
      const isIdle =
        set.meters.every(({ window }) => window.nextEndAt(now) === undefined) &&
        set.joint.every(({ full, asking }) => asking === 0 && (full?.untilAt ?? 0) <= now);
      if (!isPayer || !isIdle || set.gauges.length > 0 || held.has(set)) continue;
      this.#sets.delete(key);
      this.ledger.remove(set);
    }
    this.#sweepAt = Math.max(SWEEP_AT, 2 * this.#sets.size);
  }

  #lookAt(model: string, { keyNames }: ModelPlace): void {
    if (keyNames.length === 0) this.setsOf(model, undefined);
    for (const keyName of keyNames) this.setsOf(model, undefined, keyName);
  }

  #setOf({ per, of, rules }: ScopeRules, index: number, value: string): LimitSet | undefined {
    if (of !== undefined && of !== value) return undefined;
    const owner = per === 'all' ? 'all' : `${per} ${value}`;
    const key = `${index} ${owner}`;
    return this.#sets.get(key) ?? this.#create(per, owner, rules, undefined, key);
  }

  #valuesOf(
    per: Scope,
    model: string,
    payer: Payer | undefined,
    keyName: string | undefined,
  ): readonly string[] {
    const of = (...values: readonly (string | undefined)[]): readonly string[] =>
      values.filter((value) => value !== undefined);
    switch (per) {
      case 'provider':
        return of(this.#places.get(model)?.provider);
      case 'key':
        return [...new Set(of(keyName, this.#places.get(model)?.key))];
      case 'user':
        return of(payer?.user);
      case 'tenant':
        return of(payer?.tenant);
      case 'project':
        return [this.#input.project];
      case 'all':
        return [''];
    }
  }

  #create(
    per: JointScope,
    owner: string,
    rules: readonly (LimitRule | GaugeRule)[],
    weights: Readonly<Record<string, number>> | undefined,
    key: string = owner,
  ): LimitSet {
    const joint = this.jointOf(per, owner, rules);
    const set = createLimitSet(owner, rules, this.gauges, { weights, joint });
    this.#sets.set(key, set);
    this.ledger.add(set);
    return set;
  }
}
