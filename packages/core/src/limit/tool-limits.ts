import type { Hold } from '../spec/call-amounts.ts';
import { refusalOf } from './admit.ts';
import type { Admission, Claim } from './claim.ts';
import { memoryOf } from './create-window.ts';
import { Gauges } from './gauges.ts';
import { holdsOf } from './holds-of.ts';
import { Ledger } from './ledger.ts';
import { type LimitUse, useOf } from './limit-use.ts';
import { ProviderLimits } from './provider-limits.ts';
import { ToolLimitSets } from './tool-limit-sets.ts';
import { ownerOf, type ToolCall, type ToolRules } from './tool-rules.ts';

/**
 * The quotas of tools, by the same windows as those of models. A call is admitted by all of them or by none, charged when
 * it starts, and leaves its place when it ends; what it was charged stays. Does no I/O and knows no clock: times are epoch
 * ms.
 */
export class ToolLimits {
  readonly #rules: readonly ToolRules[];
  readonly #bounded: ReadonlySet<string>;
  readonly #ledger = new Ledger();
  readonly #sets: ToolLimitSets;
  /** By attempt, of which each calls one tool at a time. */
  readonly #open = new Map<string, Claim>();
  /** Both without content: no provider and no gauge has a say in calls of tools. */
  readonly #provider = new ProviderLimits();
  readonly #gauges = new Gauges();

  constructor(rules: readonly ToolRules[] = [], original?: ToolLimitSets) {
    this.#rules = rules;
    this.#bounded = new Set(rules.flatMap(({ tools }) => tools));
    this.#sets = new ToolLimitSets(rules, this.#ledger, this.#gauges, original);
  }

  /** The same as they stand, to try out what would become of them; of calls under way there it knows the places, and no end. */
  copy(): ToolLimits {
    return new ToolLimits(this.#rules, this.#sets);
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

  /** How long a call waits for its quotas, in ms: as long as the least patient of those that count it. */
  patienceMs(call: ToolCall): number {
    const own = this.#rules.filter((rules) => ownerOf(rules, call) !== undefined);
    return Math.min(...own.map(({ patienceMs }) => patienceMs));
  }

  /** Whether a call may start at `now`, and if not, when. Changes nothing. */
  admit(call: ToolCall, now: number): Admission {
    const sets = this.#sets.of(call);
    const claim = claimOf(call);
    const input = {
      model: '',
      sets,
      provider: this.#provider,
      gauges: this.#gauges,
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
    this.#ledger.start(attempt, at, '', this.#sets.toCharge(call), claim, holds);
    this.#sets.sweep(at);
  }

  /** The call of an attempt is over, or will not be waited for: its place is free. `at` is when it succeeded, where it did. */
  end(attempt: string, at?: number): void {
    const claim = this.#open.get(attempt);
    if (claim === undefined) return;
    this.#open.delete(attempt);
    this.#ledger.end(attempt, claim.worst, at);
  }

  /** The process that made these calls is gone: no place is taken. */
  endAll(): void {
    for (const attempt of [...this.#open.keys()]) this.end(attempt);
  }

  /** The clock was set back to `now`: what was charged at times still to come counts from now. */
  setBack(now: number): void {
    this.#ledger.setBack(now);
  }

  /** The clock was set forward by `byMs`, to `now`, in less time: what was charged before goes with it. */
  setForward(byMs: number, now: number): void {
    this.#ledger.setForward(byMs, now);
  }

  /** How every quota stands at `now`, or those of one tool; of owners of which nothing is known yet there is nothing. */
  use(now: number, tool?: string): readonly LimitUse[] {
    if (this.isEmpty) return [];
    const held = this.#ledger.held(now);
    return this.#sets.kept(tool).flatMap((set) => useOf(set, held, this.#gauges, now));
  }
}

function claimOf({ microUsd }: ToolCall): Claim {
  const use = { inputTokens: 0, outputTokens: 0, microUsd };
  return { estimate: use, worst: use };
}
