import type { OverseerEvent } from '../spec/event.ts';
import type { RunningTotals } from './run-state.ts';

/** Counts a call that ended, and what it used; every other event is passed over. */
export function countCall(usage: RunningTotals, event: OverseerEvent): void {
  switch (event.type) {
    case 'call.finished':
      usage.calls += 1;
      charge(usage, event);
      return;
    case 'call.failed':
      usage.failedCalls += 1;
      if (event.data.uncertain) usage.uncertainCalls += 1;
      charge(usage, event);
      return;
    case 'call.cached':
      usage.cachedCalls += 1;
      return;
    default:
  }
}

function charge(
  usage: RunningTotals,
  { data: { settled } }: OverseerEvent<'call.finished' | 'call.failed'>,
): void {
  usage.inputTokens += settled.inputTokens;
  usage.outputTokens += settled.outputTokens;
  usage.microUsd += settled.microUsd;
}
