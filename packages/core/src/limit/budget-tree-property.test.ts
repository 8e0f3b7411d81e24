import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CallEstimate } from '../spec/call-amounts.ts';
import { Ledger, NONE } from './budget-ledger.fixture.ts';

describe('BudgetTree', () => {
  it('L6: no level is overshot, and nothing is held when idle, in any order of endings', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150, size: 'max' }), (history) => {
        const trial = new Trial();
        for (const one of history) trial.play(one);
        trial.finish();
      }),
    );
  });
});

const step = fc.record({
  run: fc.nat(5),
  task: fc.constantFrom('a', 'b'),
  worst: fc.record({
    inputTokens: fc.nat(300),
    outputTokens: fc.nat(300),
    microUsd: fc.nat(90_000),
  }),
  end: fc.constantFrom('settle' as const, 'refuse' as const, 'uncertain' as const, 'none' as const),
  which: fc.nat(),
  part: fc.nat(100),
});

/** Six runs of two users, one below another, whose calls start where they may and end in any order. */
class Trial {
  readonly #ledger = new Ledger({
    project: { usd: 1.5, calls: 60 },
    users: { '*': { usd: 0.9 }, mia: { tokens: 9_000 } },
    tenants: { acme: { calls: 40 } },
  });
  readonly #open: { readonly run: string; readonly id: string; readonly worst: CallEstimate }[] =
    [];
  #count = 0;

  constructor() {
    const budget = { usd: 0.5, tokens: 4_000, calls: 20 };
    this.#ledger.run('r0', { budget, user: 'mia', tenant: 'acme' }, { a: { usd: 0.2 } });
    this.#ledger.run('r1', { budget, user: 'ben', tenant: 'acme' });
    this.#ledger.run('r2', { user: 'ben' }, { b: { calls: 3 } });
    this.#ledger.run('r3', { budget: { usd: 9 }, user: 'mia', tenant: 'acme', parent: 'r0' });
    this.#ledger.run('r4', { user: 'mia', tenant: 'acme', parent: 'r3' });
    this.#ledger.run('r5');
  }

  play({
    run,
    task,
    worst,
    end,
    which,
    part,
  }: typeof step extends fc.Arbitrary<infer T> ? T : never): void {
    this.#count += 1;
    const id = `c${this.#count}`;
    if (this.#ledger.tree.admit(`r${run}`, task, { estimate: worst, worst }).kind === 'run') {
      this.#ledger.start(`r${run}`, id, { estimate: worst, worst }, task);
      this.#open.push({ run: `r${run}`, id, worst });
    }
    if (end !== 'none') this.#end(which, end, part);
    const uses = this.#ledger.tree.use();
    for (const { used, held, capacity } of uses) expect(used + held).toBeLessThanOrEqual(capacity);
    const calls = uses.find(({ scope, metric }) => scope === 'project' && metric === 'calls');
    expect(calls?.held).toBe(this.#open.length);
  }

  finish(): void {
    while (this.#open.length > 0) this.#end(0, 'refuse', 0);
    expect(this.#ledger.tree.use().filter(({ held }) => held !== 0)).toEqual([]);
    for (const run of ['r0', 'r3', 'r5', 'r4', 'r1', 'r2']) this.#ledger.finish(run);
    const left = new Set(this.#ledger.tree.use().map(({ scope }) => scope));
    for (const scope of left) expect(scope).toMatch(/^(project|user:|tenant:)/);
  }

  #end(which: number, end: 'settle' | 'refuse' | 'uncertain', part: number): void {
    const [call] = this.#open.splice(which % Math.max(1, this.#open.length), 1);
    if (call === undefined) return;
    const { run, id, worst } = call;
    const settled = { ...worst, microUsd: Math.floor((worst.microUsd * part) / 100) };
    if (end === 'settle') this.#ledger.settle(run, id, { estimate: settled, worst: settled });
    else this.#ledger.fail(run, id, end === 'refuse' ? NONE : settled, end === 'uncertain');
  }
}
