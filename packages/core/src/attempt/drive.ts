import { answerText } from '../journal/fold-attempt.ts';
import type { EventDraft } from '../journal/draft.ts';
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
    const step = nextStep(at.attempt, at.task.task, host.chainOf(at.task).length);
    if (!(await take(host, at, step))) return;
  }
}

/** Takes one step; answers whether the attempt can go on by itself. */
async function take(host: AttemptHost, at: AttemptPlace, step: Step): Promise<boolean> {
  switch (step.kind) {
    case 'call':
    case 'retry':
      host.wantsCall(at);
      return false;
    case 'calling':
    case 'asking':
      return false;
    case 'tools':
      await runToolCalls(host, at, step.calls);
      return true;
    case 'step':
      await runToolStep(host, at, step.step);
      return true;
    case 'validate':
      await runCheck(host, at, step.check);
      return true;
    case 'conclude':
      await concludeCheck(host, at, step.check, step.reply);
      return true;
    case 'reject':
      reject(host, at, step.check);
      return false;
    case 'give-up':
      endAttempt(host, at, 'failed', step.because, []);
      return false;
    case 'accept':
      await accept(host, at);
      return false;
  }
}

function reject(host: AttemptHost, at: AttemptPlace, check: number): void {
  const verdict = at.attempt.verdicts.get(check);
  const findings = verdict?.kind === 'fail' ? verdict.findings : [];
  const name = host.chainOf(at.task)[check]?.name ?? 'a check';
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

async function accept(host: AttemptHost, at: AttemptPlace): Promise<void> {
  const change = await acceptChange(host, at);
  if (at.live.cancel.aborted) return;
  if (change?.kind === 'refused') {
    endAttempt(host, at, 'rejected', change.because, change.findings);
    return;
  }
  const isPlan = at.task.task.kind === 'plan';
  const planned = isPlan ? await host.planFrom(at, answerText(at.attempt)) : [];
  const done: EventDraft = {
    type: 'task.done',
    ...placeOf(at),
    data: change === undefined ? {} : { changed: change.files, commit: change.commit },
  };
  void host.append([...planned, done]);
  host.ended(at);
}
