import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CallEstimate } from '../spec/call-amounts.ts';
import type { LimitRule, LimitText } from '../spec/limit.ts';
import { amountOf } from './call-amount.ts';
import { type Claim, ModelLimits } from './model-limits.ts';
import { normaliseLimit } from './parse-limit.ts';

interface PlainCall {
  readonly id: string;
  readonly at: number;
  readonly claim: Claim;
  /** What it used, once it is settled. */
  actual?: CallEstimate;
}

/** The same by brute force: every call ever started and not released, in a plain list. */
class PlainLimits {
  readonly rules: readonly LimitRule[];
  calls: PlainCall[] = [];

  constructor(rules: readonly LimitRule[]) {
    this.rules = rules;
  }

  /** The earliest time from `now` on at which every rule has room. */
  earliest(now: number, claim: Claim): number | undefined {
    const ends = this.calls.flatMap(({ at }) =>
      this.rules.map(({ windowMs = 0 }) => at + windowMs).filter((end) => end > now),
    );
    const moments = [now, ...ends.sort((a, b) => a - b)];
    return moments.find((moment) => this.rules.every((rule) => this.#fits(rule, moment, claim)));
  }

  /** What counts at `now`, of these calls. */
  used(rule: LimitRule, now: number, calls: readonly PlainCall[]): number {
    const counting = calls.filter(({ at }) => at + (rule.windowMs ?? 0) > now);
    return counting.reduce(
      (sum, { claim, actual }) => sum + amountOf(rule.metric, actual ?? claimed(rule, claim)),
      0,
    );
  }

  /** The most that lies in any window of a rule that a start at `now` lies in, by the times as they were written down. */
  most(rule: LimitRule, now: number): number {
    const windowMs = rule.windowMs ?? 0;
    const moments = this.calls.map(({ at }) => at).filter((at) => at >= now && at < now + windowMs);
    const sums = moments.map((moment) =>
      this.used(
        rule,
        moment,
        this.calls.filter(({ at }) => at <= moment),
      ),
    );
    return Math.max(0, ...sums);
  }

  #fits(rule: LimitRule, now: number, claim: Claim): boolean {
    const amount = amountOf(rule.metric, claimed(rule, claim));
    return amount === 0 || this.used(rule, now, this.calls) + amount <= capacityOf(rule);
  }
}

function capacityOf({ metric, capacity }: LimitRule): number {
  return metric === 'usd' ? Math.round(capacity * 1e6) : capacity;
}

function claimed(rule: LimitRule, { estimate, worst }: Claim): CallEstimate {
  return rule.soft === true ? estimate : worst;
}

function scaled(use: CallEstimate, percent: number): CallEstimate {
  const part = (amount: number): number => Math.floor((amount * percent) / 100);
  return {
    inputTokens: part(use.inputTokens),
    outputTokens: part(use.outputTokens),
    microUsd: part(use.microUsd),
  };
}

type Step =
  | { readonly do: 'pass' | 'jump'; readonly ms: number }
  | { readonly do: 'start'; readonly worst: CallEstimate; readonly percent: number }
  | { readonly do: 'settle' | 'release'; readonly which: number; readonly percent: number };

/** Plays one history on the limits and on the plain list, and compares them all along. */
class Comparison {
  readonly #limits: ModelLimits;
  readonly #plain: PlainLimits;
  readonly #concurrency: number;
  readonly #open: PlainCall[] = [];
  #count = 0;
  #now = 100_000;
  #newest = 100_000;
  #hasJumped = false;

  constructor(rules: readonly LimitRule[], concurrency: number) {
    this.#limits = new ModelLimits('m', rules, concurrency);
    this.#plain = new PlainLimits(rules);
    this.#concurrency = concurrency;
  }

  play(step: Step): void {
    switch (step.do) {
      case 'pass':
        this.#now += step.ms;
        break;
      case 'jump':
        // Less far than the shortest window.
        this.#hasJumped = true;
        this.#now = Math.max(this.#now - step.ms, this.#newest - 999);
        break;
      case 'start':
        this.#start({ estimate: scaled(step.worst, step.percent), worst: step.worst });
        break;
      default:
        this.#end(step.which, step.do === 'settle' ? step.percent : undefined);
    }
    this.#compare();
  }

  /** Ends what is open; nothing is held then. */
  finish(): void {
    while (this.#open.length > 0) this.#end(0, undefined);
    expect(this.#limits.use(this.#now).every(({ held }) => held === 0)).toBe(true);
    expect(this.#limits.running).toBe(0);
  }

  #start(claim: Claim): void {
    const admission = this.#limits.admit(this.#now, claim);
    const earliest = this.#plain.earliest(this.#now, claim);
    const isFull = this.#open.length === this.#concurrency;
    if (earliest === undefined) {
      expect(admission.kind).toBe('never');
    } else if (earliest > this.#now) {
      expect(admission).toMatchObject({ kind: 'wait', untilAt: earliest });
    } else if (isFull) {
      expect(admission).toMatchObject({ kind: 'wait', untilAt: undefined });
    } else {
      expect(admission.kind).toBe('run');
      this.#charge(claim);
    }
  }

  #charge(claim: Claim): void {
    this.#count += 1;
    const call: PlainCall = { id: `c${this.#count}`, at: this.#now, claim };
    this.#limits.start(call.id, this.#now, claim);
    this.#plain.calls.push(call);
    this.#open.push(call);
    this.#newest = Math.max(this.#newest, this.#now);
    for (const rule of this.#plain.rules) {
      if (rule.soft === true) continue;
      expect(this.#plain.most(rule, this.#now)).toBeLessThanOrEqual(capacityOf(rule));
    }
  }

  #end(which: number, percent: number | undefined): void {
    const [call] = this.#open.splice(which % Math.max(1, this.#open.length), 1);
    if (call === undefined) return;
    if (percent === undefined) {
      this.#plain.calls = this.#plain.calls.filter((other) => other !== call);
      this.#limits.release(call.id);
    } else {
      call.actual = scaled(call.claim.worst, percent);
      this.#limits.settle(call.id, call.actual);
    }
  }

  #compare(): void {
    const uses = this.#limits.use(this.#now);
    for (const [index, rule] of this.#plain.rules.entries()) {
      const { used = 0, held = 0, capacity } = uses[index] ?? {};
      expect(held).toBe(this.#plain.used(rule, this.#now, this.#open));
      expect(used + held).toBe(this.#plain.used(rule, this.#now, this.#plain.calls));
      expect(capacity).toBe(capacityOf(rule));
      // After a jump back of the clock more counts than did at any time, so that no window by the new times is exceeded.
      if (rule.soft !== true && !this.#hasJumped) {
        expect(used + held).toBeLessThanOrEqual(capacityOf(rule));
      }
    }
    expect(uses.at(-1)).toMatchObject({ held: this.#open.length, capacity: this.#concurrency });
  }
}

const texts = fc.uniqueArray(
  fc.constantFrom<LimitText>(
    '6 calls / 1s',
    '15 calls / 4s',
    '150 tokens / 2s',
    '90 input tokens / 1s',
    '100 output tokens / 3s',
    '$1.20 / 2s',
  ),
  { maxLength: 5 },
);
/** One rule of six is soft, or none. */
const ruleSets = fc.tuple(texts, fc.nat(5)).map(([all, soft]) =>
  all.map((text, index) => {
    const rule = normaliseLimit(text) as LimitRule;
    return index === soft ? { ...rule, soft: true } : rule;
  }),
);
const worst = fc.record({
  inputTokens: fc.nat(100),
  outputTokens: fc.nat(20),
  microUsd: fc.nat(300_000),
});
const percent = fc.nat(100);
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.nat(300) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('jump' as const), ms: fc.nat(999) }) },
    { weight: 6, arbitrary: fc.record({ do: fc.constant('start' as const), worst, percent }) },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constantFrom('settle' as const, 'settle' as const, 'release' as const),
        which: fc.nat(),
        percent,
      }),
    },
  ),
  { maxLength: 250, size: 'max' },
);

describe('ModelLimits against brute force', () => {
  it('L1 L2: hard limits hold at every instant, waits end at the exact earliest time, Σ holds = Σ open calls', () => {
    fc.assert(
      fc.property(
        ruleSets,
        fc.integer({ min: 1, max: 6 }),
        steps,
        (rules, concurrency, history) => {
          const comparison = new Comparison(rules, concurrency);
          for (const step of history) comparison.play(step);
          comparison.finish();
        },
      ),
      { numRuns: 150 },
    );
  });
});
