import type { StepState } from '../journal/run-state.ts';

/** Whether a model's answer without tool calls ended at its length limit, and nothing was done about it yet. Pure. */
export function isCutOff({ reason, parts, next }: StepState): boolean {
  return (
    reason === 'length' && next === undefined && !parts.some(({ type }) => type === 'tool-call')
  );
}
