import type { CallEstimate, LimitRule } from '@overseer/core/spec';
import type { AuditedRun } from './audited.ts';
import type { Scenario } from './scenario.ts';

/** A call as the audit knows it; `charged` is its worst case while it is open, and what it was settled at afterwards. */
export interface AuditedCall {
  readonly run: string;
  readonly user: string | undefined;
  readonly model: string;
  readonly at: number;
  open: boolean;
  charged: CallEstimate;
  /** 0 for a call that was refused and counts as none. */
  calls: 0 | 1;
}

/** What the start of `call` breaks of the limits of its model and of the budget of its run, by counting all calls anew. */
export function auditLimits(
  scenario: Scenario,
  run: AuditedRun,
  calls: ReadonlyMap<string, AuditedCall>,
  call: AuditedCall,
  clockWentBack: boolean,
): readonly string[] {
  const model = scenario.models.find(({ name }) => name === call.model);
  if (model === undefined) return [`calls ${call.model}, which is not in the team`];
  const mine = [...calls.values()].filter((other) => other.model === call.model);
  const ofRun = [...calls.values()].filter((other) => other.run === call.run);
  const atOnce = mine.filter(({ open }) => open).length;
  // What is counted here by hand looks back from now; the other kinds are held against a fold of the journal.
  const limits = model.limits.filter(({ soft, kind }) => soft !== true && kind === undefined);
  const windows = clockWentBack ? limits.filter(isConcurrency) : limits;
  return [
    ...overLimit({ metric: 'concurrency', capacity: model.concurrency }, call, atOnce),
    ...windows.flatMap((limit) =>
      overLimit(limit, call, isConcurrency(limit) ? atOnce : usedOf(limit, mine, call.at)),
    ),
    ...auditBudget(run.budget, 'its run', ofRun),
    ...auditShared(scenario, run.user, [...calls.values()]),
  ];
}

function isConcurrency({ metric }: LimitRule): boolean {
  return metric === 'concurrency';
}

function overLimit(limit: LimitRule, { model }: AuditedCall, used: number): readonly string[] {
  const capacity = limit.metric === 'usd' ? limit.capacity * 1e6 : limit.capacity;
  return used > capacity ? [`brings ${model} to ${used} of ${capacity} ${limit.metric}`] : [];
}

function usedOf(limit: LimitRule, calls: readonly AuditedCall[], now: number): number {
  let used = 0;
  for (const call of calls) {
    if (call.at + (limit.windowMs ?? 0) > now) used += amountOf(limit.metric, call);
  }
  return used;
}

/** All calls of all lives count for the project; for a user, those of that user. */
function auditShared(
  { budgets: { project = {}, users = {} } }: Scenario,
  user: string | undefined,
  calls: readonly AuditedCall[],
): readonly string[] {
  const ofProject = auditBudget(project, 'the project', calls);
  if (user === undefined) return ofProject;
  const mine = calls.filter((call) => call.user === user);
  return [...ofProject, ...auditBudget(users[user] ?? users['*'] ?? {}, `user ${user}`, mine)];
}

function auditBudget(
  { usd, tokens, calls: most }: AuditedRun['budget'],
  whose: string,
  calls: readonly AuditedCall[],
): readonly string[] {
  const problems: string[] = [];
  const check = (metric: LimitRule['metric'], capacity: number | undefined): void => {
    if (capacity === undefined) return;
    const used = calls.reduce((sum, call) => sum + amountOf(metric, call), 0);
    if (used > capacity)
      problems.push(`brings ${whose} to ${used} of a budget of ${capacity} ${metric}`);
  };
  check('usd', usd === undefined ? undefined : Math.round(usd * 1e6));
  check('tokens', tokens);
  check('calls', most);
  return problems;
}

function amountOf(metric: LimitRule['metric'], { charged, calls }: AuditedCall): number {
  switch (metric) {
    case 'calls':
    case 'concurrency':
      return calls;
    case 'tokens':
      return charged.inputTokens + charged.outputTokens;
    case 'input-tokens':
    case 'uncached-input-tokens':
      return charged.inputTokens;
    case 'output-tokens':
      return charged.outputTokens;
    case 'usd':
      return charged.microUsd;
  }
}
