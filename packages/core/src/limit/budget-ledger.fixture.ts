import type { EventDraft } from '../journal/draft.ts';
import { place, planTask } from '../journal/history.fixture.ts';
import { Spending } from '../journal/spending.ts';
import type { CallEstimate } from '../spec/call-amounts.ts';
import type { BudgetSpec, SharedBudgets } from '../spec/limit.ts';
import { BudgetTree } from './budget-tree.ts';
import type { Claim } from './model-limits.ts';

/** Nothing at all. */
export const NONE: CallEstimate = { inputTokens: 0, outputTokens: 0, microUsd: 0 };

/** What a call may use at most. */
export function claim(inputTokens: number, outputTokens: number, microUsd: number): Claim {
  return { estimate: NONE, worst: { inputTokens, outputTokens, microUsd } };
}

/** The same, in micro-dollars alone. */
export const dollars = (microUsd: number): Claim => claim(0, 0, microUsd);

/** A tree with what its shared budgets spent, fed as a journal feeds them. */
export class Ledger {
  readonly spending: Spending = new Spending();
  readonly tree: BudgetTree;
  #seq = 0;

  constructor(specs: SharedBudgets = {}) {
    this.tree = new BudgetTree(specs, this.spending);
  }

  take(draft: EventDraft): void {
    this.#seq += 1;
    const event = place(draft, this.#seq);
    this.spending.take(event);
    this.tree.take(event);
  }

  run(
    run: string,
    data: { budget?: BudgetSpec; user?: string; tenant?: string; parent?: string } = {},
    budgets: Readonly<Record<string, BudgetSpec>> = {},
  ): void {
    const { parent, ...rest } = data;
    const below = parent === undefined ? {} : { parent: { run: parent, task: 'a' } };
    this.take({ type: 'run.started', run, data: { title: run, ...rest, ...below } });
    const tasks = ['a', 'b'].map((key) => {
      const budget = budgets[key];
      return { ...planTask(key, []), ...(budget === undefined ? {} : { budget }) };
    });
    this.take({ type: 'plan.accepted', run, data: { by: 'host', tasks } });
  }

  start(run: string, call: string, { worst }: Claim, task = 'a'): void {
    const data = { step: 1, holds: [], estimate: worst, worst };
    this.take({ type: 'call.started', run, task, attempt: 'x', call, data });
  }

  settle(run: string, call: string, { worst: settled }: Claim): void {
    const usage = { usage: { input: {}, output: {} }, durationMs: 1, reason: 'stop' } as const;
    const data = { ...usage, parts: [], settled };
    this.take({ type: 'call.finished', run, task: 'a', attempt: 'x', call, data });
  }

  fail(run: string, call: string, settled: CallEstimate, uncertain: boolean): void {
    const data = { kind: 'server', message: 'down', retryable: true, settled, uncertain } as const;
    this.take({ type: 'call.failed', run, task: 'a', attempt: 'x', call, data });
  }

  finish(run: string): void {
    const usage = { calls: 0, failedCalls: 0, uncertainCalls: 0 };
    const totals = { ...usage, inputTokens: 0, outputTokens: 0, microUsd: 0 };
    this.take({ type: 'run.finished', run, data: { status: 'completed', usage: totals } });
  }

  /** Used and held of each budget, by scope and metric. */
  use(): Readonly<Record<string, readonly [number, number]>> {
    const rows = this.tree.use().map(({ scope, metric, used, held }) => {
      return [`${scope} ${metric}`, [used, held]] as const;
    });
    return Object.fromEntries(rows);
  }

  crossings(): readonly string[] {
    const crossings = this.tree.crossings();
    for (const { run, data } of crossings) this.take({ type: 'budget.crossed', run, data });
    return crossings.map(({ data }) => `${data.scope} ${data.metric} ${data.share}`);
  }
}
