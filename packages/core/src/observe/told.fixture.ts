import type { EventDraft } from '../journal/draft.ts';
import { place, planTask } from '../journal/history.fixture.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { RunProgress } from './progress.ts';
import { ProgressFold } from './progress-fold.ts';
import { progressOf } from './progress-of.ts';

/** When what happens in the run `r`; the writer is another one from the epoch on that it names. */
export type Step = readonly [at: number, draft: Omit<EventDraft, 'run'>, epoch?: number];

/** The events of the run `r`. */
export function eventsOf(steps: readonly Step[]): readonly OverseerEvent[] {
  return steps.map(([at, draft, epoch = 1], index) => ({
    ...place({ run: 'r', ...draft } as EventDraft, index + 1),
    at,
    epoch,
  }));
}

/** How far the run `r` is at a moment; the last that happened where nothing is said. */
export function tell(
  steps: readonly Step[],
  nowMs: number = steps.at(-1)?.[0] ?? 0,
): RunProgress | undefined {
  const fold = new ProgressFold();
  for (const event of eventsOf(steps)) fold.take(event);
  return progressOf(fold, { nowMs }).runs[0];
}

/** A run of a task `a`, to which model `m` got down at once in attempt `x1`, and of others that nobody has begun. */
export function begun(others: readonly string[] = []): readonly Step[] {
  const tasks = ['a', ...others].map((key) => planTask(key, []));
  return [
    [0, { type: 'run.started', data: { title: 'It' } }],
    [0, { type: 'plan.accepted', data: { by: 'host', tasks } }],
    [0, assigned('a', 'x1')],
  ];
}

/** The task is given to `m`. */
export function assigned(task: string, attempt: string): Step[1] {
  return { type: 'task.assigned', task, attempt, data: { model: 'm', because: 'free' } };
}

/** A call of task `a` begins; the second of two for one answer where it hedges another. */
export function calls(call: string, model: string, of?: string): Step[1] {
  const hedge = of === undefined ? {} : { hedge: { of, version: 'p/n', because: 'silent' } };
  const data = { step: 1, holds: [], estimate: USE, worst: USE, ...hedge };
  return { type: 'call.started', task: 'a', attempt: 'x1', call, model, data };
}

/** A call of task `a` gives an answer. */
export function answers(
  call: string,
  model: string,
  reason: 'stop' | 'length' | 'tool-calls' = 'stop',
): Step[1] {
  const parts = [{ type: 'text', text: 'done' }] as const;
  const data = { parts, reason, usage: { input: {}, output: {} }, settled: USE, durationMs: 1 };
  return { type: 'call.finished', task: 'a', attempt: 'x1', call, model, data };
}

/** A call of task `a` fails, or is broken off for another. */
export function fails(
  call: string,
  model: string,
  kind: 'aborted' | 'auth' | 'server',
  lostTo?: string,
): Step[1] {
  const settled = { inputTokens: 0, outputTokens: 0, microUsd: 0 };
  const data = {
    ...{ kind, message: `${kind} of ${model}`, retryable: true, settled, uncertain: false },
    ...(lostTo === undefined ? {} : { lostTo }),
  };
  return { type: 'call.failed', task: 'a', attempt: 'x1', call, model, data };
}

/** The task is done by its attempt. */
export function done(task: string, attempt: string): Step[1] {
  return { type: 'task.done', task, attempt, data: {} };
}

/** A task, or its attempt, is told to wait. */
export function waits(task: string, because: string, untilAt: number): Step[1] {
  return { type: 'task.waiting', task, data: { because, untilAt } };
}

/** An attempt comes to a bad end. */
export function ended(
  task: string,
  attempt: string,
  outcome: 'rejected' | 'failed',
  fault: 'model' | 'infrastructure' = 'model',
): Step[1] {
  return { type: 'attempt.ended', task, attempt, data: { outcome, because: 'x', fault } };
}

/** A check of task `a` passes its answer. */
export function passes(check: number): Step[1] {
  const data = { check, validator: 'v', tier: 'automated', verdict: { kind: 'pass' } } as const;
  return { type: 'verdict.given', task: 'a', attempt: 'x1', data };
}

/** A check of task `a` asks a person. */
export function asks(id: string): Step[1] {
  const ask = { kind: 'ask', of: { person: 'mia' }, request: 'ok?' } as const;
  const data = { id, check: 0, validator: 'v', ask };
  return { type: 'question.asked', task: 'a', attempt: 'x1', data };
}

/** Something is done about a trouble of task `a`. */
export function recovered(trouble: 'cut-answer', action: 'go-on'): Step[1] {
  const data = { trouble, action, because: 'it was cut off' };
  return { type: 'attempt.recovered', task: 'a', attempt: 'x1', data };
}

const USE = { inputTokens: 10, outputTokens: 20, microUsd: 30 };
