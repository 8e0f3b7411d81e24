import type { BudgetUse } from '../limit/budget-use.ts';
import type { LimitUse } from '../limit/model-limits.ts';
import { isGauge, parseLimit } from '../limit/parse-limit.ts';
import type { Trend } from '../limit/spend-rate.ts';
import type { Member } from '../route/member.ts';
import type { HedgeUse } from '../run/hedge-book.ts';
import type { Projection } from '../run/projection.ts';
import type { LimitMetric } from '../spec/limit.ts';
import { type Level, levelOf, reachedAt } from './forecast.ts';

/** How one limit, one amount of a budget, or hedging stands, and where it is going. Money is in micro-dollars. */
export interface UsageRow {
  readonly kind: 'limit' | 'budget' | 'hedge';
  /** Whose it is: the name of a model, the scope of a budget, or `team`. */
  readonly of: string;
  /** Its name in holds: `coder-a: 5 calls / 20s`, `run budget: usd`; or `hedged calls`, `cost of hedges`. */
  readonly name: string;
  readonly metric: LimitMetric;
  readonly used: number;
  /** Reserved by calls under way. */
  readonly held: number;
  /** Infinity where nothing bounds it: what hedges cost counts in the budgets of their runs. */
  readonly capacity: number;
  /** `used` and `held`, as a share of `capacity`. */
  readonly share: number;
  readonly level: Level;
  /** When the oldest use ceases to count, epoch ms; `undefined` for a budget. */
  readonly resetAt: number | undefined;
  /** Use an hour, by the last hour; `undefined` where nothing is known to have been used. */
  readonly perHour: number | undefined;
  readonly trend: Trend | undefined;
  /** When it will be reached if use goes on so, epoch ms; `undefined` if never. */
  readonly reachedAt: number | undefined;
}

/** Where a limit without warnings of its own turns yellow. */
const WARN_AT = 0.8;

/** Every limit of every model, every budget that counts now, and what hedges cost where there may be any. Pure. */
export function usageRows(
  members: Iterable<Member>,
  projection: Projection,
  now: number,
): readonly UsageRow[] {
  const limits = [...members].flatMap((member) =>
    member.limits.use(now).flatMap((use) => limitRow(member.name, use, projection, now) ?? []),
  );
  const budgets = projection.budgets.use().map((use) => budgetRow(use, now));
  const hedges = projection.hedges === undefined ? [] : hedgeRows(projection.hedges.use(), now);
  return [...limits, ...budgets, ...hedges];
}

/** `undefined` for a gauge, which is not used up. */
function limitRow(
  model: string,
  use: LimitUse,
  projection: Projection,
  now: number,
): UsageRow | undefined {
  const { limit, used, held, capacity, resetAt } = use;
  // The name of a limit says it whole, but for hours and steps.
  const rule = parseLimit(limit.slice(model.length + 2).replace(/ \([^)]*\)$/, ''));
  if (isGauge(rule)) return undefined;
  const { metric, windowMs } = rule;
  const rate = projection.rates.get(model);
  const perHour = rate?.perHour(metric, now);
  const isForecast = metric !== 'concurrency';
  const share = shareOf(used + held, capacity);
  return {
    kind: 'limit',
    of: model,
    name: limit,
    metric,
    ...{ used, held, capacity, share, resetAt, perHour },
    // That all places are taken is how it should be, and over in a moment.
    level: levelOf(isForecast ? share : 0, WARN_AT),
    trend: rate?.trend(metric, now),
    reachedAt: isForecast ? reachedAt({ used, held, capacity, perHour, windowMs }, now) : undefined,
  };
}

function budgetRow(use: BudgetUse, now: number): UsageRow {
  const { scope, limit, metric, used, held, capacity, warnAt, rate } = use;
  const perHour = rate.perHour(metric, now);
  const share = shareOf(used + held, capacity);
  return {
    kind: 'budget',
    of: scope,
    name: limit,
    metric,
    ...{ used, held, capacity, share, perHour },
    level: levelOf(share, warnAt[0] ?? 1),
    resetAt: undefined,
    trend: rate.trend(metric, now),
    reachedAt: reachedAt({ used, held, capacity, perHour, windowMs: undefined }, now),
  };
}

/** How many calls were asked twice of those that may be, and what was paid for answers that nobody needed. */
function hedgeRows(use: HedgeUse, now: number): readonly UsageRow[] {
  const { ended, open, left, microUsd, heldMicroUsd, rate } = use;
  // That as many are asked twice as may be is how it should be.
  const both = { kind: 'hedge', of: 'team', level: 'green' } as const;
  const never = { resetAt: undefined, reachedAt: undefined };
  const capacity = ended + open + left;
  return [
    {
      ...{ ...both, ...never, name: 'hedged calls', metric: 'calls' },
      ...{ used: ended, held: open, capacity },
      share: capacity === 0 ? 0 : (ended + open) / capacity,
      perHour: undefined,
      trend: undefined,
    },
    {
      ...{ ...both, ...never, name: 'cost of hedges', metric: 'usd' },
      ...{ used: microUsd, held: heldMicroUsd, capacity: Number.POSITIVE_INFINITY, share: 0 },
      perHour: rate.perHour('usd', now),
      trend: rate.trend('usd', now),
    },
  ];
}

function shareOf(amount: number, capacity: number): number {
  return capacity > 0 ? amount / capacity : 1;
}
