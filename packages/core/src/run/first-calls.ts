import { type AttemptPlace, placeOf } from '../attempt/attempt-host.ts';
import type { Journal } from '../journal/journal.ts';
import type { RunState, TaskState } from '../journal/run-state.ts';
import type { Member } from '../route/member.ts';
import type { ReadyTask } from '../schedule/ready-task.ts';
import type { ModelEvent } from '../spec/model.ts';
import {
  Answers,
  callCached,
  type FirstCall,
  type FoundAnswer,
  type Offer,
  PLAIN_CALL,
} from './answers.ts';
import { type Assignment, assignmentDrafts } from './assignment.ts';
import { requestOf } from './begin-call.ts';
import { composeFor } from './compose-for.ts';
import type { Decider } from './decider.ts';
import { termsFor } from './delegation-terms.ts';
import { equalsOf } from './equals-of.ts';
import type { Scheduling } from './scheduling.ts';
import { tellCache } from './tell-cache.ts';

/** What becomes of a first call: it is made, under a key where its answer may be kept, or not now. */
export type FirstCallOutcome =
  | { readonly kind: 'call'; readonly key: string | undefined }
  | { readonly kind: 'no call' };

/** What first calls have others do. */
export interface FirstCallsHost {
  /** An attempt begins without a call. */
  begin(run: RunState, task: TaskState, call: undefined, durable: Promise<void>): void;
  /** A waiting attempt has its answer. */
  proceed(at: AttemptPlace, call: undefined, durable: Promise<void>): void;
  show(at: Pick<AttemptPlace, 'run' | 'task' | 'attempt'>, event: ModelEvent): void;
}

/** What waits for turns. */
export interface FirstCallsQueue {
  readonly scheduling: Scheduling;
  /** An attempt waits no more. */
  forget(attempt: string): void;
  wake(): void;
}

const ANSWERED = 'an equal request was answered before';
const LOOKED_UP = 'the answer to an equal request is looked up';
const NO_CALL: FirstCallOutcome = { kind: 'no call' };

/** Lets attempts do without their first call where an equal one was answered, or is under way. */
export class FirstCalls {
  readonly #decider: Decider;
  readonly #journal: Journal;
  readonly #host: FirstCallsHost;
  readonly #waiting: FirstCallsQueue;
  readonly #answers: Answers;

  constructor(decider: Decider, journal: Journal, host: FirstCallsHost, waiting: FirstCallsQueue) {
    this.#decider = decider;
    this.#journal = journal;
    this.#host = host;
    this.#waiting = waiting;
    const { settings, projection } = decider;
    this.#answers = new Answers(settings, projection, (changed, run) =>
      tellCache(projection, journal, changed, run),
    );
  }

  /** Before a task is given to a model that may be called now; one that is looked up for is queued again after that. */
  start(
    run: RunState,
    task: TaskState,
    choice: Assignment,
    composed: ReturnType<typeof composeFor>,
    ready: ReadyTask,
    nowMs: number,
  ): FirstCallOutcome {
    if (!this.#answers.applies(run, task)) return PLAIN_CALL;
    const offer = this.#answers.offer(
      firstCall(this.#decider, run, task, choice.member, composed),
      nowMs,
    );
    if (offer.kind === 'later') {
      this.#waiting.scheduling.addAfter(offer.done, ready, LOOKED_UP);
      return NO_CALL;
    }
    if (offer.kind === 'call') {
      return this.startAnswered(run, task, choice.member, nowMs) ? NO_CALL : offer;
    }
    const why = offer.kind === 'join' ? 'it waits for an equal call' : ANSWERED;
    const because = `${choice.because}; ${why}`;
    this.#assign(run, task, { ...choice, because }, composed, offer);
    return NO_CALL;
  }

  /**
   * Gives a task its answer from before, of a model that would do it as gladly as `asked`, or as the best, whether that
   * may be called now or not.
   */
  startAnswered(run: RunState, task: TaskState, asked: Member | undefined, nowMs: number): boolean {
    if (!this.#answers.applies(run, task)) return false;
    for (const [at, member] of equalsOf(this.#decider, task, asked).entries()) {
      const composed = composeFor(this.#decider, run, task, member, nowMs);
      if (composed.prompt.framework?.pass === false) continue;
      const call = firstCall(this.#decider, run, task, member, composed);
      const answer =
        asked === undefined && at === 0
          ? this.#lookedUp(call, nowMs)
          : this.#answers.atHand(call, nowMs);
      if (answer === undefined) continue;
      const choice = { member, because: ANSWERED, considered: [], insteadOf: undefined };
      this.#assign(run, task, choice, composed, { kind: 'answer', answer });
      return true;
    }
    return false;
  }

  /** Before an attempt that was begun makes a call. */
  next(at: AttemptPlace, member: Member, nowMs: number): FirstCallOutcome {
    const { run, task, attempt } = at;
    const { prompt, steps } = attempt;
    if (prompt === undefined || steps.length > 0 || !this.#answers.applies(run, task)) {
      return PLAIN_CALL;
    }
    const composed = { prompt, tools: prompt.tools };
    const call = firstCall(this.#decider, run, task, member, composed);
    const offer = this.#answers.offer({ ...call, attempt: attempt.id }, nowMs);
    switch (offer.kind) {
      case 'call':
        return offer;
      case 'later':
        this.#wakeAfter(offer.done);
        return NO_CALL;
      case 'join':
        this.#join(run, task, offer.key);
        return NO_CALL;
      case 'answer': {
        const place = { ...placeOf(at), call: this.#decider.settings.ids(), model: member.name };
        this.#waiting.forget(attempt.id);
        const durable = this.#journal.append([callCached(place, offer.answer)]);
        this.#host.proceed(at, undefined, durable);
        return NO_CALL;
      }
    }
  }

  /** Looks nothing up any more. */
  close(): void {
    this.#answers.close();
  }

  /** A task that waits for its model can wait for a lookup too. */
  #lookedUp(call: FirstCall, nowMs: number): FoundAnswer | undefined {
    const offer = this.#answers.offer(call, nowMs);
    if (offer.kind === 'later') this.#wakeAfter(offer.done);
    return offer.kind === 'answer' ? offer.answer : undefined;
  }

  #wakeAfter(done: Promise<void>): void {
    void done.then(() => this.#waiting.wake());
  }

  #assign(
    run: RunState,
    task: TaskState,
    choice: Assignment,
    { prompt, tools }: ReturnType<typeof composeFor>,
    offer: Extract<Offer, { kind: 'answer' | 'join' }>,
  ): void {
    const { ids, clock } = this.#decider.settings;
    const terms = termsFor(this.#decider, task, choice.member, clock.now());
    const at = { run: run.id, task: task.task.key, attempt: ids() };
    const durable = this.#journal.append([
      ...assignmentDrafts(at, choice, prompt, tools, terms),
      ...(offer.kind === 'answer'
        ? [callCached({ ...at, call: ids(), model: choice.member.name }, offer.answer)]
        : []),
    ]);
    if (offer.kind === 'join') this.#join(run, task, offer.key);
    this.#host.begin(run, task, undefined, durable);
  }

  #join(run: RunState, task: TaskState, key: string): void {
    const { attempt } = task;
    const { flights } = this.#decider.projection;
    if (attempt === undefined || flights?.stateFor(attempt.id)?.kind === 'flying') return;
    flights?.follow(key, attempt.id, (event) => this.#host.show({ run, task, attempt }, event));
  }
}

function firstCall(
  { settings }: Decider,
  run: RunState,
  task: TaskState,
  member: Member,
  {
    prompt: { messages, framework },
    tools,
  }: {
    readonly prompt: Pick<ReturnType<typeof composeFor>['prompt'], 'messages'> & {
      readonly framework?: FirstCall['framework'];
    };
    readonly tools: ReturnType<typeof composeFor>['tools'];
  },
): FirstCall {
  const request = requestOf(settings, task, member, messages, tools);
  return { run, task, member, request, framework };
}
