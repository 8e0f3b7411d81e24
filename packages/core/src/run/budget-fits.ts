import { runNode, taskNode } from '../limit/budget-node.ts';
import type { BudgetTree } from '../limit/budget-tree.ts';
import type { CostForecast, GraphForecast } from '../schedule/cost-projection.ts';
import type { CostRange } from '../schedule/quantity.ts';
import type { BudgetScope } from '../spec/limit.ts';
import type { NewRun } from './new-run.ts';

/** Whether what is expected fits one amount of a budget. */
export interface BudgetFit {
  readonly scope: BudgetScope;
  readonly metric: 'usd' | 'tokens' | 'calls';
  /** What is neither used nor held: US dollars, tokens or calls. */
  readonly left: number;
  /** `maybe` where what is left lies within the range that is expected, or where nobody knows a price. */
  readonly fits: 'yes' | 'maybe' | 'no';
}

/** Whether a run that is not started fits the budgets that it would be below, and its tasks theirs. Pure. */
export function budgetFits(
  budgets: BudgetTree,
  request: NewRun,
  { total, tasks }: GraphForecast,
): readonly BudgetFit[] {
  const own = request.budget === undefined ? [] : [runNode('new', request.budget)];
  const whole = [...budgets.pathOfNew(request), ...own].flatMap((node) => fitsOf(node, total));
  const parts = request.tasks.flatMap(({ key, budget }, at) => {
    const forecast = tasks[at];
    if (budget === undefined || forecast === undefined) return [];
    return fitsOf(taskNode('new', key, budget), forecast);
  });
  return [...whole, ...parts];
}

function fitsOf(
  { scope, purses }: ReturnType<typeof runNode>,
  forecast: CostForecast,
): readonly BudgetFit[] {
  return purses.map(({ metric, capacity, used, held }) => {
    const free = Math.max(0, capacity - used - held);
    const left = metric === 'usd' ? free / 1e6 : free;
    return { scope, metric, left, fits: fitOf(left, rangeFor(metric, forecast)) };
  });
}

function fitOf(left: number, range: CostRange | undefined): BudgetFit['fits'] {
  if (range === undefined) return 'maybe';
  if (range.high <= left) return 'yes';
  return range.low > left ? 'no' : 'maybe';
}

function rangeFor(metric: BudgetFit['metric'], forecast: CostForecast): CostRange | undefined {
  const { calls, usd, inputTokens, outputTokens } = forecast;
  if (metric === 'calls') return calls;
  if (metric === 'usd') return usd;
  return {
    low: inputTokens.low + outputTokens.low,
    expected: inputTokens.expected + outputTokens.expected,
    high: inputTokens.high + outputTokens.high,
  };
}
