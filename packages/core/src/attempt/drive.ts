import { BROKEN_CHECK } from '../internal/broken-check.ts';
import type { EventDraft } from '../journal/draft.ts';
import { answerText } from '../journal/fold-attempt.ts';
import type { EventData } from '../spec/event.ts';
import type { AttemptFault } from '../spec/task-events.ts';
import type { Finding } from '../spec/validator.ts';
import { acceptChange } from './accept.ts';
import { type AttemptHost, type AttemptPlace, draftOf } from './attempt-host.ts';
import { takenBy } from './closing.ts';
import { nextStep, type Step } from './next-step.ts';
import { concludeCheck, runCheck } from './run-checks.ts';
import { runToolCalls, runToolStep } from './run-tools.ts';

/** Hears of an error that nobody planned for. */
type Broken = (at: AttemptPlace, error: unknown) => void;

/**
 * Takes an attempt as far as it gets by itself: to its next model call, to a question, or to its end. What it does is
 * read off the recorded state step by step, so that a resumed attempt goes on where it was. Gives a promise only where
 * there is something to wait for, and nothing for an attempt that is driven already, as an answer from before may be
 * there before whoever asked for it looks again. Neither throws nor rejects: `broken` hears what nobody planned for.
 */
export function drive(
  host: AttemptHost,
  at: AttemptPlace,
  broken: Broken,
): Promise<void> | undefined {
  if (at.live.isDriven) return undefined;
  at.live.isDriven = true;
  return driveOn(host, at, broken);
}

function driveOn(host: AttemptHost, at: AttemptPlace, broken: Broken): Promise<void> | undefined {
  try {
    const work = advance(host, at);
    if (work !== undefined) {
      return work.then(
        () => driveOn(host, at, broken),
        (error: unknown) => stop(at, broken, error),
      );
    }
  } catch (error) {
    stop(at, broken, error);
    return undefined;
  }
  at.live.isDriven = false;
  return undefined;
}

function stop(at: AttemptPlace, broken: Broken, error: unknown): void {
  at.live.isDriven = false;
  broken(at, error);
}

/** Takes the steps that are over at once, and begins the first that is not; `undefined` where the attempt stops. */
function advance(host: AttemptHost, at: AttemptPlace): Promise<void> | undefined {
  // An attempt that ended is no longer its task's.
  while (!at.live.cancel.aborted && !at.live.waitsForTool && at.task.attempt === at.attempt) {
    const step = nextStep(at.attempt, at.task.task, at.live.chain.length);
    const work = take(host, at, step);
    if (work === 'stop') return undefined;
    if (work !== undefined) return work;
  }
  return undefined;
}

/** Takes one step: nothing when it is over, a promise of its end, or `stop` where the attempt goes no further by itself. */
function take(host: AttemptHost, at: AttemptPlace, step: Step): Promise<void> | 'stop' | undefined {
  switch (step.kind) {
    case 'call':
      if (!host.endsLoop(at)) host.wantsCall(at);
      return 'stop';
    case 'retry':
      host.wantsCall(at);
      return 'stop';
    case 'calling':
    case 'asking':
      return 'stop';
    case 'tools':
      return runToolCalls(host, at, step.calls);
    case 'repair':
      void host.append([draftOf(at, 'attempt.recovered', step.repair)]);
      return undefined;
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
      // A model that goes round in circles, or a tool that does a task and broke.
      endAttempt(host, at, 'failed', step.because, [], {
        fault: at.attempt.model === undefined ? 'infrastructure' : 'model',
      });
      return 'stop';
    case 'abandon':
      endAttempt(host, at, 'failed', step.because, [], { fault: 'none', isLast: true });
      return 'stop';
    case 'accept':
      return accept(host, at);
  }
}

function reject(host: AttemptHost, at: AttemptPlace, check: number): void {
  const verdict = at.attempt.verdicts[check];
  const findings = verdict?.kind === 'fail' ? verdict.findings : [];
  const name = at.live.chain[check]?.name ?? 'a check';
  const first = findings[0]?.message ?? 'no reason given';
  const isBroken = findings.length > 0 && findings.every(({ code }) => code === BROKEN_CHECK);
  const fault = isBroken ? 'infrastructure' : 'model';
  const isLast = verdict?.kind === 'fail' && verdict.isFinal === true;
  endAttempt(host, at, 'rejected', `${name} refused it: ${first}`, findings, { fault, isLast });
}

/** More about the end of an attempt. */
export interface EndDetails {
  /** The default is the model's for what was refused or failed, and nobody's for the rest. */
  readonly fault?: AttemptFault;
  /** No other attempt may follow. */
  readonly isLast?: boolean;
}

const FAULT_OF = {
  rejected: 'model',
  failed: 'model',
  moved: 'none',
  cancelled: 'none',
} as const;

/** Ends an attempt without success and lets the kernel decide what becomes of the task. */
export function endAttempt(
  host: AttemptHost,
  at: AttemptPlace,
  outcome: 'rejected' | 'failed' | 'moved' | 'cancelled',
  because: string,
  findings: readonly Finding[],
  { fault = FAULT_OF[outcome], isLast }: EndDetails = {},
): void {
  const data = { outcome, because, findings, fault, ...(isLast === true ? { isLast } : {}) };
  void host.append([draftOf(at, 'attempt.ended', data)]);
  host.ended(at);
}

/** Where there is no change to make and no plan to take up, the end needs no waiting. */
function accept(host: AttemptHost, at: AttemptPlace): Promise<void> | 'stop' {
  if (at.task.task.ensemble !== undefined) return acceptClosing(host, at);
  const { replacedBy } = at.task.task;
  if (replacedBy !== undefined) {
    finish(host, at, { from: replacedBy }, []);
    return 'stop';
  }
  const doubt = host.doubtOf(at);
  if (doubt !== undefined) {
    endAttempt(host, at, 'moved', doubt, []);
    return 'stop';
  }
  const isPlain = at.attempt.base === undefined && !isPlan(at);
  if (!isPlain) return acceptChangeOrPlan(host, at);
  finish(host, at, NOTHING_MORE, []);
  return 'stop';
}

/** Of an end that only the task's own events tell more of; one for all, as every step has one. */
const NOTHING_MORE: EventData['task.done'] = Object.freeze({});

/** The end of an ensemble is answered in words: there is no change to make. */
function acceptClosing(host: AttemptHost, at: AttemptPlace): 'stop' {
  const taken = takenBy(at.run, at.task, answerText(at.attempt));
  if (taken.kind === 'refused') {
    const because = `the judge's choice is wrong: ${taken.because}`;
    endAttempt(host, at, 'rejected', because, [{ message: taken.because }]);
    return 'stop';
  }
  finish(host, at, taken.kind === 'own' ? NOTHING_MORE : { from: taken.member }, []);
  return 'stop';
}

async function acceptChangeOrPlan(host: AttemptHost, at: AttemptPlace): Promise<void> {
  const change = await acceptChange(host, at);
  // What went into the project is done, whoever wanted to stop it meanwhile.
  if (at.live.cancel.aborted && change?.kind !== 'accepted') return;
  if (at.task.attempt !== at.attempt) return;
  if (change?.kind === 'refused') {
    endAttempt(host, at, 'rejected', change.because, change.findings, { fault: 'none' });
    return;
  }
  if (!isPlan(at)) {
    finish(host, at, doneBy(change), []);
    return;
  }
  const plan = await host.planFrom(at, answerText(at.attempt));
  if (plan.kind === 'accepted') finish(host, at, doneBy(change), plan.drafts);
  else refusePlan(host, at, plan.problems);
}

/** Whether what it gives becomes part of its run's plan. */
function isPlan({ task: { task, mends } }: AttemptPlace): boolean {
  return task.kind === 'plan' || mends !== undefined;
}

function refusePlan(host: AttemptHost, at: AttemptPlace, problems: readonly string[]): void {
  const findings = problems.map((message) => ({ message }));
  endAttempt(host, at, 'rejected', `the plan is wrong: ${problems[0]}`, findings);
}

/** What a task's end says of the change that went in for it. */
export function doneBy(
  change: { readonly commit: string; readonly files: readonly string[] } | undefined,
): EventData['task.done'] {
  return change === undefined ? NOTHING_MORE : { changed: change.files, commit: change.commit };
}

function finish(
  host: AttemptHost,
  at: AttemptPlace,
  data: EventData['task.done'],
  planned: readonly EventDraft[],
): void {
  const done = draftOf(at, 'task.done', data);
  void host.append(planned.length === 0 ? [done] : [...planned, done]);
  host.ended(at);
}
