import type {
  CallEstimate,
  Envelope,
  EventData,
  EventType,
  OverseerEvent,
  PlanTask,
} from '@overseer/core/spec';

/** When the first event of a test happens, epoch ms. */
export const START: number = Date.UTC(2026, 0, 2, 3, 4, 5);

/** One event of a run named `r`, at `START` unless told. */
export function event<T extends EventType>(
  type: T,
  data: EventData[T],
  more: Partial<Envelope> = {},
): OverseerEvent {
  const envelope: Envelope = {
    id: `e${more.seq ?? 1}`,
    stream: 'project/default',
    seq: 1,
    at: START,
    v: 1,
    epoch: 1,
    actor: 'overseer',
    run: 'r',
    ...more,
  };
  return { ...envelope, type, data } as OverseerEvent;
}

/** A task of a plan. */
export function planTask(key: string, more: Partial<PlanTask> = {}): PlanTask {
  return {
    key,
    title: `Title of ${key}`,
    instruction: 'Do it.',
    kind: 'code',
    needs: [],
    files: [],
    priority: 'medium',
    checks: [],
    ...more,
  };
}

/** What a call used. */
const SETTLED: CallEstimate = { inputTokens: 1_000, outputTokens: 50, microUsd: 2_500 };

/** What a call of `n` says that began because `m` was silent in call `c`. */
export const HEDGE: Partial<EventData['call.started']> = {
  hedge: { of: 'c', version: 'p/n', because: 'm gave no first word in 4.2 s: asked n too' },
};

/** A call that began. */
export function callStarted(
  call: string,
  task: string,
  model: string,
  more: Partial<EventData['call.started']> = {},
): OverseerEvent {
  const data = { step: 1, holds: [], estimate: SETTLED, worst: SETTLED, ...more };
  return event('call.started', data, { call, task, model });
}

/** A call that was answered. */
export function callFinished(call: string, task: string, model: string): OverseerEvent {
  const usage = { input: {}, output: {} };
  const data = { parts: [], reason: 'stop', usage, settled: SETTLED, durationMs: 5 } as const;
  return event('call.finished', data, { call, task, model });
}

/** A call that failed. */
export function callFailed(
  call: string,
  task: string,
  model: string,
  data: Partial<EventData['call.failed']> = {},
): OverseerEvent {
  const nothing = { inputTokens: 0, outputTokens: 0, microUsd: 0 };
  const failed = {
    kind: 'network',
    message: `openai/${model}: connect ECONNREFUSED 127.0.0.1:9; the connection failed; check that the server runs and can be reached`,
    retryable: true,
    settled: nothing,
    uncertain: false,
  } as const;
  return event('call.failed', { ...failed, ...data }, { call, task, model });
}

/** A verdict on an attempt's answer. */
export function verdict(
  task: string,
  validator: string,
  given: EventData['verdict.given']['verdict'],
): OverseerEvent {
  const data = { check: 0, validator, tier: 'automated', verdict: given } as const;
  return event('verdict.given', data, { task });
}
