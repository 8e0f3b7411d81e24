import type { EventDraft } from '../journal/draft.ts';
import { answerText } from '../journal/fold-attempt.ts';
import type { Finding } from '../spec/validator.ts';
import { acceptChange } from './accept.ts';
import { type AttemptHost, type AttemptPlace, placeOf } from './attempt-host.ts';
import { nextStep, type Step } from './next-step.ts';
import { concludeCheck, runCheck } from './run-checks.ts';
import { runToolCalls, runToolStep } from './run-tools.ts';

/**
 * Takes an attempt as far as it gets by itself: to its next model call, to a question, or to its end. What it does is
 * read off the recorded state step by step, so that a resumed attempt goes on where it was.
 */
export async function drive(host: AttemptHost, at: AttemptPlace): Promise<void> {
  while (!at.live.cancel.aborted) {
    const step = nextStep(at.attempt, at.task.task, at.live.chain.length);
    const work = take(host, at, step);
    if (work === 'stop') return;
    await work;
    if (step.kind === 'accept') return;
  }
}

/** Takes one step: a promise of its end, or `stop` where the attempt goes no further by itself. */
function take(host: AttemptHost, at: AttemptPlace, step: Step): Promise<void> | 'stop' {
  switch (step.kind) {
    case 'call':
    case 'retry':
      host.wantsCall(at);
      return 'stop';
    case 'calling':
    case 'asking':
      return 'stop';
    case 'tools':
      return runToolCalls(host, at, step.calls);
    case 'step':
      return runToolStep(host, at, step.step);
    case 'validate':
      return runCheck(host, at, step.check);
    case 'conclude':
      return concludeCheck(host, at, step.check, step.reply);
    case 'reject':
      reject(host, at, step.check);
      return 'stop';
    case 'give-up':
      endAttempt(host, at, 'failed', step.because, []);
      return 'stop';
    case 'accept':
      return accept(host, at);
  }
}

function reject(host: AttemptHost, at: AttemptPlace, check: number): void {
  const verdict = at.attempt.verdicts.get(check);
  const findings = verdict?.kind === 'fail' ? verdict.findings : [];
  const name = at.live.chain[check]?.name ?? 'a check';
  const first = findings[0]?.message ?? 'no reason given';
  endAttempt(host, at, 'rejected', `${name} refused it: ${first}`, findings);
}

/** Ends an attempt without success and lets the kernel decide what becomes of the task. */
export function endAttempt(
  host: AttemptHost,
  at: AttemptPlace,
  outcome: 'rejected' | 'failed' | 'moved' | 'cancelled',
  because: string,
  findings: readonly Finding[],
): void {
  void host.append([
    { type: 'attempt.ended', ...placeOf(at), data: { outcome, because, findings } },
  ]);
  host.ended(at);
}

/** Where there is no change to make and no plan to take up, the end needs no waiting. */
function accept(host: AttemptHost, at: AttemptPlace): Promise<void> | 'stop' {
  const doubt = host.doubtOf(at);
  if (doubt !== undefined) {
    endAttempt(host, at, 'moved', doubt, []);
    return 'stop';
  }
  const isPlain = at.attempt.base === undefined && at.task.task.kind !== 'plan';
  if (!isPlain) return acceptChangeOrPlan(host, at);
  finish(host, at, undefined, []);
  return 'stop';
}

async function acceptChangeOrPlan(host: AttemptHost, at: AttemptPlace): Promise<void> {
  const change = await acceptChange(host, at);
  // What went into the project is done, whoever wanted to stop it meanwhile.
  if (at.live.cancel.aborted && change?.kind !== 'accepted') return;
  if (change?.kind === 'refused') {
    endAttempt(host, at, 'rejected', change.because, change.findings);
    return;
  }
  if (at.task.task.kind !== 'plan') {
    finish(host, at, change, []);
    return;
  }
  const plan = await host.planFrom(at, answerText(at.attempt));
  if (plan.kind === 'accepted') finish(host, at, change, plan.drafts);
  else refusePlan(host, at, plan.problems);
}

function refusePlan(host: AttemptHost, at: AttemptPlace, problems: readonly string[]): void {
  const findings = problems.map((message) => ({ message }));
  endAttempt(host, at, 'rejected', `the plan is wrong: ${problems[0]}`, findings);
}

function finish(
  host: AttemptHost,
  at: AttemptPlace,
  change: { readonly commit: string; readonly files: readonly string[] } | undefined,
  planned: readonly EventDraft[],
): void {
  const done: EventDraft = {
    type: 'task.done',
    ...placeOf(at),
    data: change === undefined ? {} : { changed: change.files, commit: change.commit },
  };
  void host.append(planned.length === 0 ? [done] : [...planned, done]);
  host.ended(at);
}
