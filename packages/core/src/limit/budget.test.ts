import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CallEstimate } from '../spec/event.ts';
import { RunBudget } from './budget.ts';
import type { Claim } from './model-limits.ts';

function claim(inputTokens: number, outputTokens: number, microUsd: number): Claim {
  const worst: CallEstimate = { inputTokens, outputTokens, microUsd };
  return { estimate: { inputTokens: 0, outputTokens: 0, microUsd: 0 }, worst };
}

describe('RunBudget', () => {
  it('L6: reserves the worst case of every call', () => {
    const budget = new RunBudget({ usd: 1, tokens: 1_000, calls: 3 });
    expect(budget.admit(claim(100, 200, 50_000))).toEqual({
      kind: 'run',
      holds: [
        { limit: 'run budget: usd', amount: 50_000 },
        { limit: 'run budget: tokens', amount: 300 },
        { limit: 'run budget: calls', amount: 1 },
      ],
    });
    budget.start('a', claim(100, 200, 50_000));
    budget.start('a', claim(100, 200, 50_000));
    expect(budget.use()).toEqual([
      { limit: 'run budget: usd', used: 0, held: 50_000, capacity: 1_000_000, resetAt: undefined },
      { limit: 'run budget: tokens', used: 0, held: 300, capacity: 1_000, resetAt: undefined },
      { limit: 'run budget: calls', used: 0, held: 1, capacity: 3, resetAt: undefined },
    ]);
  });

  it('L6: waits where only calls under way stand in the way, and stops where too little is left', () => {
    const budget = new RunBudget({ usd: 1 });
    budget.start('a', claim(0, 0, 700_000));
    expect(budget.admit(claim(0, 0, 400_000))).toEqual({
      kind: 'wait',
      untilAt: undefined,
      why: "the run's budget of $1 is reserved by calls under way",
    });
    budget.settle('a', { inputTokens: 0, outputTokens: 0, microUsd: 650_000 });
    expect(budget.admit(claim(0, 0, 400_000))).toEqual({
      kind: 'never',
      why: "the run's budget of $1 has $0.35 left, and the next call may use $0.40",
    });
    expect(budget.admit(claim(0, 0, 350_000)).kind).toBe('run');
  });

  it('L6: too little of one part is the end, though another part only waits', () => {
    const budget = new RunBudget({ usd: 1, calls: 2, tokens: 100 });
    budget.start('a', claim(0, 0, 900_000));
    expect(budget.admit(claim(200, 0, 900_000)).kind).toBe('never');
    expect(budget.admit(claim(50, 0, 900_000)).kind).toBe('wait');
    budget.start('b', claim(0, 0, 0));
    expect(budget.admit(claim(50, 0, 900_000))).toMatchObject({
      why: "the run's budget of $1 is reserved by calls under way",
    });
  });

  it('L6: a call that costs nothing runs when the money is gone', () => {
    const budget = new RunBudget({ usd: 1 });
    budget.start('a', claim(0, 0, 1_000_000));
    budget.settle('a', { inputTokens: 0, outputTokens: 0, microUsd: 1_200_000 });
    expect(budget.admit(claim(5_000, 100, 0)).kind).toBe('run');
    expect(budget.admit(claim(0, 0, 1)).kind).toBe('never');
  });

  it('L6: what is left out is unlimited, and what is no amount allows nothing', () => {
    expect(new RunBudget({}).admit(claim(1e9, 1e9, 1e12))).toEqual({ kind: 'run', holds: [] });
    for (const calls of [0, -1, Number.NaN]) {
      expect(new RunBudget({ calls }).admit(claim(0, 0, 0)).kind).toBe('never');
    }
    expect(new RunBudget({ usd: Number.NaN }).admit(claim(0, 0, 1)).kind).toBe('never');
  });

  it('L6: never overshoots, and holds nothing when idle, in any order of endings', () => {
    const step = fc.record({
      worst: fc.record({
        inputTokens: fc.nat(300),
        outputTokens: fc.nat(300),
        microUsd: fc.nat(90_000),
      }),
      end: fc.constantFrom('settle' as const, 'release' as const, 'none' as const),
      which: fc.nat(),
      part: fc.nat(100),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120, size: 'max' }), (history) => {
        const trial = new Trial();
        for (const step of history) trial.play(step);
        trial.finish();
      }),
    );
  });
});

interface Step {
  readonly worst: CallEstimate;
  readonly end: 'settle' | 'release' | 'none';
  readonly which: number;
  readonly part: number;
}

/** A budget with calls that start where they may and end in any order. */
class Trial {
  readonly #budget = new RunBudget({ usd: 0.5, tokens: 4_000, calls: 20 });
  readonly #open: { readonly id: string; readonly worst: CallEstimate }[] = [];
  #count = 0;

  play({ worst, end, which, part }: Step): void {
    this.#count += 1;
    const id = `c${this.#count}`;
    if (this.#budget.admit({ estimate: worst, worst }).kind === 'run') {
      this.#budget.start(id, { estimate: worst, worst });
      this.#open.push({ id, worst });
    }
    if (end !== 'none') this.#end(which, end === 'settle' ? part : undefined);
    for (const { used, held, capacity } of this.#budget.use()) {
      expect(used + held).toBeLessThanOrEqual(capacity);
    }
    expect(this.#budget.use()[2]?.held).toBe(this.#open.length);
  }

  finish(): void {
    while (this.#open.length > 0) this.#end(0, undefined);
    expect(this.#budget.use().map(({ held }) => held)).toEqual([0, 0, 0]);
  }

  #end(which: number, part: number | undefined): void {
    const [call] = this.#open.splice(which % Math.max(1, this.#open.length), 1);
    if (call === undefined) return;
    const { id, worst } = call;
    if (part === undefined) this.#budget.release(id);
    else this.#budget.settle(id, { ...worst, microUsd: Math.floor((worst.microUsd * part) / 100) });
  }
}
