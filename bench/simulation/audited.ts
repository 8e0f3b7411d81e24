import type { CallEstimate, OverseerEvent, PlanTask, Verdict } from '@overseer/core/spec';

/** A task as the audit knows it: by its own reading of the events, not by the kernel's fold. */
export interface AuditedTask {
  readonly task: PlanTask;
  readonly asks: string | undefined;
  status: 'open' | 'running' | 'done' | 'failed' | 'skipped';
  attempt: AuditedAttempt | undefined;
  waitingUntil: number | undefined;
  isPaused: boolean;
  /** The model that somebody gave it to. */
  model: string | undefined;
}

/** An attempt as the audit knows it. */
export interface AuditedAttempt {
  readonly id: string;
  readonly verdicts: Map<number, Verdict['kind']>;
  /** Calls without an end: none, one, or two for one answer. */
  readonly openCalls: Set<string>;
  /** One of two calls gave an answer while the other was under way. */
  hasSpare: boolean;
  readonly finishedSteps: Set<number>;
  hasTools: boolean;
  openTools: number;
}

/** Whether a call of an attempt is under way. */
export function isCalling(attempt: AuditedAttempt | undefined): boolean {
  return attempt !== undefined && attempt.openCalls.size > 0;
}

/** A run as the audit knows it. */
export interface AuditedRun {
  readonly title: string;
  readonly user: string | undefined;
  readonly budget: { readonly usd?: number; readonly tokens?: number; readonly calls?: number };
  readonly tasks: Map<string, AuditedTask>;
  status: 'running' | 'suspended' | 'finished';
  /** The epoch in which it was last started or resumed. */
  epoch: number;
  events: number;
  usage: { calls: number; failedCalls: number; uncertainCalls: number; cachedCalls: number } & {
    -readonly [K in keyof CallEstimate]: number;
  };
}

/** A run at its start. */
export function started(event: OverseerEvent<'run.started'>): AuditedRun {
  return {
    title: event.data.title,
    user: event.data.user,
    budget: event.data.budget ?? {},
    tasks: new Map(),
    status: 'running',
    epoch: event.epoch,
    events: 1,
    usage: {
      calls: 0,
      failedCalls: 0,
      uncertainCalls: 0,
      cachedCalls: 0,
      inputTokens: 0,
      outputTokens: 0,
      microUsd: 0,
    },
  };
}
