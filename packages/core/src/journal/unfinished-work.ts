import type { AttemptState, PastAttempt, StepState, UnfinishedWork } from './run-state.ts';

/**
 * What an attempt that ended leaves to the next one at its task: its conversation as far as tools were called in it, where
 * that broke off because of the model, or somebody gave the task to another. `undefined` where it said its last word, where
 * what was said may be what was wrong, and where its folder cannot be made again by calling the same tools. Pure.
 */
export function unfinishedWork(
  attempt: AttemptState,
  outcome: PastAttempt['outcome'],
): UnfinishedWork | undefined {
  const { id, origin, base, model, failure, steps } = attempt;
  const isLeft = outcome === 'moved' || (outcome === 'failed' && failure !== undefined);
  if (!isLeft || model === undefined) return undefined;
  if (failure?.kind === 'invalid' || failure?.kind === 'content-filter') return undefined;
  const last = steps.findLastIndex(callsTools);
  const hasSpoken = last < steps.length - 1 && failure === undefined;
  if (last < 0 || hasSpoken) return undefined;
  if (base !== undefined && !steps.every(isRepeatable)) return undefined;
  // Words behind it were cut off: another model says its own.
  return { attempt: id, origin, base, steps: steps.slice(0, last + 1).map(askedAnew) };
}

function callsTools({ parts }: StepState): boolean {
  return parts.some((part) => part.type === 'tool-call');
}

function isRepeatable({ tools }: StepState): boolean {
  return [...tools.values()].every(({ effect }) => effect === 'none' || effect === 'idempotent');
}

/** A question about a call in doubt is asked by whoever waits for its answer. */
function askedAnew(step: StepState): StepState {
  const tools = [...step.tools].map(
    ([id, tool]) => [id, { ...tool, question: undefined }] as const,
  );
  return { ...step, tools: new Map(tools) };
}
