import type { Hold } from '../spec/call-amounts.ts';
import type { LimitRule } from '../spec/limit.ts';
import type { ToolCaller } from '../spec/tool-caller.ts';
import { refusalOf } from './admit.ts';
import type { Admission, Claim } from './claim.ts';
import { memoryOf } from './create-window.ts';
import { Gauges } from './gauges.ts';
import { holdsOf } from './holds-of.ts';
import { Ledger } from './ledger.ts';
import { createLimitSet, type LimitSet } from './limit-set.ts';
import { type LimitUse, useOf } from './limit-use.ts';
import { ProviderLimits } from './provider-limits.ts';

/** By what a tool's quota is counted. `all`: every call of it. */
export type ToolScope = 'all' | 'model' | 'role' | 'user' | 'tenant' | 'run';

/** Limits on calls of some tools together. */
export interface ToolRules {
  readonly tools: readonly string[];
  readonly per: ToolScope;
  /** The one that they hold for; each has its own where left out. */
  readonly of: string | undefined;
  readonly rules: readonly LimitRule[];
  /** How long a call waits for them before the model is told to do without, in ms. */
  readonly patienceMs: number;
}

/** A call of a tool: whose it is, in which run, and what one costs. */
export interface ToolCall {
  readonly tool: string;
  readonly caller: ToolCaller;
  readonly run: string;
  /** Micro-dollars. */
  readonly microUsd: number;
}

/** Owners whose limits are looked through for those in which nothing counts any more. */
const SWEEP_AT = 1_000;

/** No provider and no gauge has a say in calls of tools. */
const NO_PROVIDER = new ProviderLimits();
const NO_GAUGES = new Gauges();

/**
 * The quotas of tools, by the same windows as those of models. A call is admitted by all of them or by none, charged when
 * it starts, and leaves its place when it ends; what it was charged stays. Does no I/O and knows no clock: times are epoch
 * ms.
 */
export class ToolLimits {
  readonly #rules: readonly ToolRules[];
  readonly #bounded: ReadonlySet<string>;
  readonly #ledger = new Ledger();
  readonly #sets = new Map<string, LimitSet>();
  /** By attempt, of which each calls one tool at a time. */
  readonly #open = new Map<string, Claim>();
  #sweepAt = SWEEP_AT;

  constructor(rules: readonly ToolRules[] = []) {
    this.#rules = rules;
    this.#bounded = new Set(rules.flatMap(({ tools }) => tools));
    // Those that are known beforehand are there from the beginning, to be looked at.
    for (const [index, rule] of rules.entries()) {
      if (rule.per === 'all') this.#setFor(rule, index, '');
      else if (rule.of !== undefined) this.#setFor(rule, index, rule.of);
    }
  }

  /** Whether no tool has a quota. */
  get isEmpty(): boolean {
    return this.#rules.length === 0;
  }

  /** Whether calls of a tool are counted. */
  bounds(tool: string): boolean {
    return this.#bounded.has(tool);
  }

  /** Whether some quota counts calls of both tools. */
  shares(one: string, other: string): boolean {
    return this.#rules.some(({ tools }) => tools.includes(one) && tools.includes(other));
  }

  /** How far back any of them looks, in ms. */
  get memoryMs(): number {
    return Math.max(0, ...this.#rules.flatMap(({ rules }) => rules.map(memoryOf)));
  }

  /** How long a call of a tool waits for its quotas, in ms: as long as the least patient of them. */
  patienceMs(tool: string): number {
    const own = this.#rules.filter(({ tools }) => tools.includes(tool));
    return Math.min(...own.map(({ patienceMs }) => patienceMs));
  }

  /** Whether a call may start at `now`, and if not, when. Changes nothing. */
  admit(call: ToolCall, now: number): Admission {
    const sets = this.#setsOf(call);
    const claim = claimOf(call);
    const input = {
      model: '',
      sets,
      provider: NO_PROVIDER,
      gauges: NO_GAUGES,
      atOnce: Number.POSITIVE_INFINITY,
      claim,
      calls: 1,
    };
    return refusalOf(input, now) ?? { kind: 'run', holds: holdsOf(sets, '', claim, now) };
  }

  /**
   * Charges a call of an attempt, which ends whatever it called before. Never refuses, so that state can be rebuilt from a
   * record; `holds` are those that were recorded.
   */
  start(attempt: string, call: ToolCall, at: number, holds: readonly Hold[]): void {
    this.end(attempt);
    const claim = claimOf(call);
    this.#open.set(attempt, claim);
    this.#ledger.start(attempt, at, '', this.#setsOf(call), claim, holds);
    this.#sweep(at);
  }

  /** The call of an attempt is over, or will not be waited for: its place is free. `at` is when it succeeded, where it did. */
  end(attempt: string, at?: number): void {
    const claim = this.#open.get(attempt);
    if (claim === undefined) return;
    this.#open.delete(attempt);
    this.#ledger.end(attempt, { actual: claim.worst, at });
  }

  /** The process that made these calls is gone: no place is taken. */
  endAll(): void {
    for (const attempt of [...this.#open.keys()]) this.end(attempt);
  }

  /** The clock was set back to `now`: what was charged at times still to come counts from now. */
  setBack(now: number): void {
    this.#ledger.setBack(now);
  }

  /** How every quota stands at `now`, or those of one tool; of owners of which nothing is known yet there is nothing. */
  use(now: number, tool?: string): readonly LimitUse[] {
    if (this.isEmpty) return [];
    const held = this.#ledger.held(now);
    return [...this.#sets].flatMap(([key, set]) => {
      const rule = this.#rules[Number.parseInt(key, 10)];
      const isAsked = tool === undefined || rule?.tools.includes(tool) === true;
      return isAsked ? useOf(set, held, NO_GAUGES, now) : [];
    });
  }

  #setsOf({ tool, caller, run }: ToolCall): readonly LimitSet[] {
    return this.#rules.flatMap((rule, index) => {
      if (!rule.tools.includes(tool)) return [];
      const value = ownerOf(rule.per, caller, run);
      if (value === undefined || (rule.of !== undefined && rule.of !== value)) return [];
      return [this.#setFor(rule, index, value)];
    });
  }

  #setFor({ tools, per, rules }: ToolRules, index: number, value: string): LimitSet {
    const key = `${index} ${value}`;
    const known = this.#sets.get(key);
    if (known !== undefined) return known;
    const names = `tool ${tools.join(' + ')}`;
    const set = createLimitSet(
      per === 'all' ? names : `${names}, ${per} ${value}`,
      rules,
      NO_GAUGES,
    );
    this.#sets.set(key, set);
    this.#ledger.add(set);
    return set;
  }

  /** Lets go of limits in which nothing counts, once there are many: runs and users come and go. */
  #sweep(now: number): void {
    if (this.#sets.size < this.#sweepAt) return;
    const held = this.#ledger.heldSets();
    for (const [key, set] of this.#sets) {
      const isShown = this.#rules[Number.parseInt(key, 10)]?.per === 'all';
      const isIdle = set.meters.every(({ window }) => window.nextEndAt(now) === undefined);
      // What rises with success would have to begin anew.
      if (
        isShown ||
        !isIdle ||
        held.has(set) ||
        set.meters.some(({ grade }) => grade !== undefined)
      )
        continue;
      this.#sets.delete(key);
      this.#ledger.remove(set);
    }
    this.#sweepAt = Math.max(SWEEP_AT, 2 * this.#sets.size);
  }
}

function ownerOf(per: ToolScope, caller: ToolCaller, run: string): string | undefined {
  if (per === 'all') return '';
  if (per === 'run') return run;
  // Of who called nothing may be known.
  return caller[per] === '' ? undefined : caller[per];
}

function claimOf({ microUsd }: ToolCall): Claim {
  const use = { inputTokens: 0, outputTokens: 0, microUsd };
  return { estimate: use, worst: use };
}
