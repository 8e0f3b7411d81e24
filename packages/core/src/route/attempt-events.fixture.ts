import type { EventDraft } from '../journal/draft.ts';
import type { Verdict } from '../spec/validator.ts';

/** The place of an attempt at task `t` of run `r`. */
export function at(attempt: string): {
  readonly run: string;
  readonly task: string;
  readonly attempt: string;
} {
  return { run: 'r', task: 't', attempt };
}
const use = { inputTokens: 30, outputTokens: 12, microUsd: 7 };
/** A verdict that refuses. */
export const wrong: Verdict = { kind: 'fail', findings: [{ message: 'wrong' }] };

/** An attempt at the task is given to a model. */
export function begun(attempt: string, model = 'm'): readonly EventDraft[] {
  const data = { model, version: `fake/${model}`, because: 'free' };
  return [{ type: 'task.assigned', ...at(attempt), data }];
}

/** Its model answers one call. */
export function called(attempt: string): readonly EventDraft[] {
  const place = { ...at(attempt), call: `call of ${attempt}`, model: 'm' };
  const parts = [{ type: 'text', text: 'done' }] as const;
  const usage = { input: {}, output: {} };
  return [
    { type: 'call.started', ...place, data: { step: 1, holds: [], estimate: use, worst: use } },
    {
      type: 'call.finished',
      ...place,
      data: { parts, reason: 'stop', usage, settled: use, durationMs: 5 },
    },
  ];
}

/** A call of it fails at the server. */
export function failed(attempt: string): EventDraft {
  const settled = { inputTokens: 0, outputTokens: 0, microUsd: 0 };
  const data = { kind: 'server', message: 'down', retryable: true, settled, uncertain: false };
  return { type: 'call.failed', ...at(attempt), data: { ...data, kind: 'server' } };
}

/** A check gives its verdict. */
export function verdict(attempt: string, given: Verdict): EventDraft {
  const data = { check: 0, validator: 'v', tier: 'automated', verdict: given } as const;
  return { type: 'verdict.given', ...at(attempt), data };
}

/** Its change does not fit the project. */
export function conflict(attempt: string): EventDraft {
  return { type: 'change.refused', ...at(attempt), data: { because: 'conflict', findings: [] } };
}

/** It ends without success. */
export function ended(
  attempt: string,
  outcome: 'rejected' | 'failed' | 'moved' | 'cancelled',
): EventDraft {
  const findings = outcome === 'rejected' ? [{ message: 'wrong' }] : [];
  return { type: 'attempt.ended', ...at(attempt), data: { outcome, because: outcome, findings } };
}

/** It does its task. */
export function done(attempt: string): EventDraft {
  return { type: 'task.done', ...at(attempt), data: {} };
}
