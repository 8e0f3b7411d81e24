import { readMockCounts } from '@overseer/adapters/mock-llm';
import type { Followed } from '@overseer/cli';

/** The run's own totals beside what the mock service counted. */
export interface ComparedTotals {
  /** Whether they differ by no more than by calls whose end nobody saw. */
  readonly agree: boolean;
  readonly sentence: string;
}

/** Sets the run's own totals beside what the mock service counted. */
export async function compareTotals(
  view: Followed['view'],
  countFile: string,
): Promise<ComparedTotals> {
  const counts = Object.values(await readMockCounts(countFile));
  const sum = (pick: (one: (typeof counts)[number]) => number): number =>
    counts.reduce((total, one) => total + pick(one), 0);
  const completed = sum((one) => one.completed);
  const input = sum((one) => one.inputTokens);
  const output = sum((one) => one.outputTokens);
  const difference = completed - view.calls;
  const uncertain = view.uncertainCalls;
  const same =
    difference === 0 &&
    input === view.inputTokens - view.uncertainInputTokens &&
    output === view.outputTokens - view.uncertainOutputTokens;
  const isWithin = difference > 0 && difference <= uncertain;
  const verdict = same
    ? `the same as ours${uncertain === 0 ? '' : `, but for ${uncertain} uncertain call${uncertain === 1 ? '' : 's'}`}`
    : isWithin
      ? `${difference} more than ours, within the ${uncertain} uncertain`
      : 'NOT what we counted';
  return {
    agree: same || isWithin,
    sentence: `The mock service counted ${completed} answers, ${input} tokens in, ${output} out: ${verdict}.`,
  };
}
