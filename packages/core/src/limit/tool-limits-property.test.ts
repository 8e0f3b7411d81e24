import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LimitRule, LimitText } from '../spec/limit.ts';
import type { ToolCaller } from '../spec/tool-caller.ts';
import { normaliseLimit } from './parse-limit.ts';
import { ToolLimits } from './tool-limits.ts';
import type { ToolCall, ToolRules, ToolScope } from './tool-rules.ts';

interface PlainCall extends ToolCall {
  readonly attempt: string;
  readonly at: number;
}

/** The same by brute force: every call ever started, in a plain list. */
class PlainQuotas {
  readonly rules: readonly ToolRules[];
  readonly calls: PlainCall[] = [];
  open: PlainCall[] = [];

  constructor(rules: readonly ToolRules[]) {
    this.rules = rules;
  }

  /** The earliest moment from `now` on at which every window has room; `undefined` for never. */
  earliest(call: ToolCall, now: number): number | undefined {
    const windows = this.#rulesFor(call).flatMap(({ rules }) =>
      rules.map((one) => one.windowMs ?? 0),
    );
    const ends = this.calls.flatMap(({ at }) => windows.map((ms) => at + ms));
    const moments = [now, ...ends.filter((end) => end > now).sort((a, b) => a - b)];
    return moments.find((at) =>
      this.#rulesFor(call).every((rule) =>
        rule.rules.every((one) => one.metric === 'concurrency' || this.#fits(rule, one, call, at)),
      ),
    );
  }

  hasPlace(call: ToolCall): boolean {
    return this.#rulesFor(call).every((rule) =>
      rule.rules.every(
        ({ metric, capacity }) =>
          metric !== 'concurrency' || this.#sharing(rule, call, this.open).length < capacity,
      ),
    );
  }

  /** The most that counts in any window of a rule that ends at `now`, over everybody who has one. */
  most(rule: ToolRules, one: LimitRule, now: number): number {
    const counted = this.calls.filter((call) => ownerOf(rule.per, call) !== undefined);
    return Math.max(0, ...counted.map((call) => this.#used(rule, one, call, now)));
  }

  #fits(rule: ToolRules, one: LimitRule, call: ToolCall, at: number): boolean {
    return this.#used(rule, one, call, at) + amountOf(one, call) <= capacityOf(one);
  }

  #used(rule: ToolRules, one: LimitRule, call: ToolCall, now: number): number {
    const counting = this.#sharing(rule, call, this.calls).filter(
      ({ at }) => at + (one.windowMs ?? 0) > now,
    );
    return counting.reduce((sum, other) => sum + amountOf(one, other), 0);
  }

  #sharing(rule: ToolRules, call: ToolCall, calls: readonly PlainCall[]): readonly PlainCall[] {
    const owner = ownerOf(rule.per, call);
    return calls.filter(
      (other) => rule.tools.includes(other.tool) && ownerOf(rule.per, other) === owner,
    );
  }

  #rulesFor(call: ToolCall): readonly ToolRules[] {
    return this.rules.filter(({ tools, per, of }) => {
      const owner = ownerOf(per, call);
      return tools.includes(call.tool) && owner !== undefined && (of ?? owner) === owner;
    });
  }
}

function ownerOf(per: ToolScope, { caller, run }: ToolCall): string | undefined {
  if (per === 'all') return '';
  return per === 'run' ? run : caller[per];
}

function amountOf({ metric }: LimitRule, { microUsd }: ToolCall): number {
  return metric === 'usd' ? microUsd : 1;
}

function capacityOf({ metric, capacity }: LimitRule): number {
  return metric === 'usd' ? Math.round(capacity * 1e6) : capacity;
}

const ruleSets: fc.Arbitrary<readonly ToolRules[]> = fc.array(
  fc
    .record({
      tools: fc.constantFrom(['search'], ['fetch'], ['search', 'fetch']),
      per: fc.constantFrom<ToolScope>('all', 'model', 'role', 'user', 'run'),
      texts: fc.uniqueArray(
        fc.constantFrom<LimitText>(
          '2 calls / 1s',
          '5 calls / 4s',
          '$0.03 / 2s',
          '1 at once',
          '3 at once',
        ),
        { minLength: 1, maxLength: 3 },
      ),
    })
    .map(({ tools, per, texts }) => ({
      tools,
      per,
      of: undefined,
      rules: texts.map((text) => normaliseLimit(text) as LimitRule),
      patienceMs: 0,
    })),
  { maxLength: 4 },
);

const caller: fc.Arbitrary<ToolCaller> = fc.record(
  {
    role: fc.constantFrom('coder', 'worker'),
    model: fc.constantFrom('a', 'b'),
    user: fc.constantFrom('ada', 'ben'),
  },
  { requiredKeys: ['role'] },
);

const call: fc.Arbitrary<ToolCall> = fc.record({
  tool: fc.constantFrom('search', 'fetch'),
  caller,
  run: fc.constantFrom('r1', 'r2'),
  microUsd: fc.constantFrom(0, 10_000),
});

const steps = fc.array(
  fc.oneof(
    { weight: 2, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.nat(700) }) },
    { weight: 6, arbitrary: fc.record({ do: fc.constant('ask' as const), call }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('end' as const), which: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('die' as const) }) },
  ),
  { maxLength: 120, size: 'max' },
);

describe('ToolLimits against brute force', () => {
  it('T5 L1: no quota is exceeded at any instant, waits end at the earliest moment, and nothing is held when idle', () => {
    fc.assert(
      fc.property(ruleSets, steps, (rules, history) => {
        const limits = new ToolLimits(rules);
        const plain = new PlainQuotas(rules);
        let now = 50_000;
        for (const [index, step] of history.entries()) {
          if (step.do === 'pass') now += step.ms;
          if (step.do === 'die') {
            limits.endAll();
            plain.open = [];
          }
          if (step.do === 'end' && plain.open.length > 0) {
            const [ended] = plain.open.splice(step.which % plain.open.length, 1);
            limits.end(ended?.attempt ?? '', now);
          }
          if (step.do === 'ask') ask(limits, plain, step.call, now, `t${index}`);
          for (const rule of rules) {
            for (const one of rule.rules) {
              if (one.metric === 'concurrency') continue;
              expect(plain.most(rule, one, now)).toBeLessThanOrEqual(capacityOf(one));
            }
          }
        }
        limits.endAll();
        expect(limits.use(now).every(({ held }) => held === 0)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});

function ask(
  limits: ToolLimits,
  plain: PlainQuotas,
  wanted: ToolCall,
  now: number,
  attempt: string,
): void {
  const admission = limits.admit(wanted, now);
  const earliest = plain.earliest(wanted, now);
  if (earliest === undefined) {
    expect(admission.kind).toBe('never');
  } else if (earliest > now) {
    expect(admission).toMatchObject({ kind: 'wait', untilAt: earliest });
  } else if (!plain.hasPlace(wanted)) {
    expect(admission).toMatchObject({ kind: 'wait', untilAt: undefined });
  } else {
    expect(admission.kind).toBe('run');
    const holds = admission.kind === 'run' ? admission.holds : [];
    limits.start(attempt, wanted, now, holds);
    const charged = { ...wanted, attempt, at: now };
    plain.calls.push(charged);
    plain.open.push(charged);
  }
}
