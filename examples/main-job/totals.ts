import { readMockCounts } from '@overseer/adapters/mock-llm';
import type { Followed } from '@overseer/cli';

/** Sets the run's own totals beside what the mock service counted, in words. */
export async function compareTotals(
  view: Followed['view'],
  countFile: string,
): Promise<readonly string[]> {
  const counts = Object.values(await readMockCounts(countFile));
  const sum = (pick: (one: (typeof counts)[number]) => number): number =>
    counts.reduce((total, one) => total + pick(one), 0);
  const completed = sum((one) => one.completed);
  const input = sum((one) => one.inputTokens);
  const output = sum((one) => one.outputTokens);
  const difference = completed - view.calls;
  const same =
    difference === 0 &&
    (view.uncertainCalls > 0 || (input === view.inputTokens && output === view.outputTokens));
  const verdict = same
    ? 'the same as ours'
    : difference >= 0 && difference <= view.uncertainCalls
      ? `${difference} more than ours, within the ${view.uncertainCalls} uncertain`
      : 'NOT what we counted';
  return [
    `The mock service counted ${completed} answers, ${input} tokens in, ${output} out: ${verdict}.`,
  ];
}
