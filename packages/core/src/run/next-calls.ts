import { type AttemptPlace, placeOf } from '../attempt/attempt-host.ts';
import { conversation } from '../attempt/conversation.ts';
import type { Journal } from '../journal/journal.ts';
import type { AttemptState, RunState, TaskState } from '../journal/run-state.ts';
import { unfinishedWork } from '../journal/unfinished-work.ts';
import type { Member } from '../route/member.ts';
import type { Message } from '../spec/message.ts';
import type { WaitCause } from '../spec/task-events.ts';
import { callStarted, requestOf, whyHopeless } from './begin-call.ts';
import { chooseFor } from './choose-for.ts';
import { composeFor } from './compose-for.ts';
import { admitCounted } from './counted-admission.ts';
import type { Decider } from './decider.ts';
import type { DispatcherHost } from './dispatcher-host.ts';
import { downUntil } from './down-until.ts';
import type { FirstCalls } from './first-calls.ts';
import { describeError } from './live-attempts.ts';
import { outputOf } from './output-of.ts';
import { recoveryOf } from './recovery-of.ts';
import { isSetBack } from './set-back.ts';
import { takeUp } from './take-up.ts';
import type { TellWaiting } from './tell-waiting.ts';

/** What the next calls of attempts are decided with. */
export interface NextCallsParts {
  readonly decider: Decider;
  readonly journal: Journal;
  readonly firstCalls: FirstCalls;
  readonly waits: TellWaiting;
  readonly host: Pick<DispatcherHost, 'end' | 'proceed' | 'stopRun'> & {
    mayGoOn(run: RunState, task: TaskState): boolean;
    wake(): void;
  };
}

/** Why an attempt waits. */
interface WaitWords {
  readonly why: string;
  readonly on?: WaitCause;
  /** The end of a call may help before the time that is known. */
  readonly orSooner?: true;
}

/** Attempts that wait for their next call, and what becomes of each: it calls, moves to another model, waits on or ends. */
export class NextCalls {
  /** By id. */
  readonly #waiting = new Map<string, AttemptPlace>();
  /** What those that wait are to send: read whole when it is counted, and it does not change meanwhile. */
  readonly #conversations = new WeakMap<AttemptState, readonly Message[]>();
  /** Those whose next request is counted. */
  readonly #counting = new Set<string>();
  readonly #decider: Decider;
  readonly #journal: Journal;
  readonly #firstCalls: FirstCalls;
  readonly #waits: TellWaiting;
  readonly #host: NextCallsParts['host'];

  constructor({ decider, journal, firstCalls, waits, host }: NextCallsParts) {
    this.#decider = decider;
    this.#journal = journal;
    this.#firstCalls = firstCalls;
    this.#waits = waits;
    this.#host = host;
  }

  /** How many attempts wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** The attempts that wait, in the order in which they asked. */
  list(): Iterable<AttemptPlace> {
    return this.#waiting.values();
  }

  /** An attempt asks for its next call. */
  add(at: AttemptPlace): void {
    this.#conversations.delete(at.attempt);
    this.#waiting.set(at.attempt.id, at);
  }

  /** An attempt wants nothing any more. */
  forget(attempt: string): void {
    this.#waiting.delete(attempt);
  }

  /** Gives an attempt its next call, or says when to look again; what is thrown on the way ends it, and nothing else. */
  offer(at: AttemptPlace, nowMs: number): number | undefined {
    try {
      return this.#letThrough(at, nowMs);
    } catch (error) {
      if (this.#journal.failure !== undefined) throw error;
      const because = `its next call could not begin: ${describeError(error)}`;
      return this.#end(at, 'failed', because, { fault: 'infrastructure' });
    }
  }

  /** Gives a waiting attempt its next call, or says when to look again. */
  #letThrough(at: AttemptPlace, nowMs: number): number | undefined {
    const { run, task, attempt } = at;
    // Whoever broke it off ends it too, and may be waiting for it to come to rest.
    if (at.live.cancel.aborted || !this.#host.mayGoOn(run, task)) return undefined;
    const member = this.#decider.settings.members.get(attempt.model ?? '');
    if (member === undefined) return this.#leave(at);
    const recovery = recoveryOf(this.#decider, at, member, nowMs);
    if (recovery?.kind === 'end') return this.#end(at, 'failed', recovery.because);
    if (recovery?.kind === 'go-on') {
      void this.#journal.append(recovery.drafts);
      this.#conversations.delete(attempt);
    }
    const hopeless = whyHopeless(this.#decider, at, member, nowMs);
    if (hopeless !== undefined) return this.#end(at, hopeless.outcome, hopeless.because);
    const first = this.#firstCalls.next(at, member, nowMs);
    if (first.kind !== 'call') return undefined;
    const { failure } = attempt;
    const down = downUntil(this.#decider, run.id, member.name, nowMs);
    const notBefore = Math.max(failure?.retryAt ?? nowMs, down?.untilAt ?? nowMs);
    if (notBefore > nowMs) {
      return this.#moveOrWait(at, notBefore, nowMs, failure ? outageOf(failure) : down);
    }
    return this.#nextCall(at, member, first.key, nowMs);
  }

  #nextCall(
    at: AttemptPlace,
    member: Member,
    key: string | undefined,
    nowMs: number,
  ): number | undefined {
    const { run, task, attempt } = at;
    const messages = this.#conversationOf(attempt);
    const tools = attempt.prompt?.tools ?? [];
    const { maxTokens } = attempt;
    // What is counted makes a difference for its attempt alone.
    if (this.#counting.has(attempt.id)) return undefined;
    const sent = { messages, tools, maxTokens, output: outputOf(task.task) };
    const asked = admitCounted(this.#decider, task, member, sent, nowMs);
    if (asked.kind === 'counting') {
      this.#counting.add(attempt.id);
      void asked.done.then(() => {
        this.#counting.delete(attempt.id);
        this.#host.wake();
      });
      return undefined;
    }
    const { claim, admission } = asked;
    if (admission.kind === 'never') {
      if (admission.ends !== 'run') return this.#end(at, 'failed', admission.why);
      this.#host.stopRun(run, admission.why);
      return undefined;
    }
    if (admission.kind === 'wait') {
      return this.#moveOrWait(at, admission.untilAt, nowMs, admission);
    }
    const call = this.#decider.settings.ids();
    const place = { ...placeOf(at), call };
    this.#waiting.delete(attempt.id);
    const step = attempt.steps.length + 1;
    const request = requestOf(this.#decider.settings, task, member, messages, tools, maxTokens);
    const { holdMs } = this.#decider.settings;
    const started = callStarted(place, member, step, admission, claim, key, holdMs);
    const durable = this.#journal.append([started]);
    const { estimate } = claim;
    const { keyName } = admission;
    this.#host.proceed(at, { call, request, estimate, keyName }, durable);
    return undefined;
  }

  #conversationOf(attempt: AttemptState): readonly Message[] {
    const messages = this.#conversations.get(attempt) ?? conversation(attempt);
    this.#conversations.set(attempt, messages);
    return messages;
  }

  /** An attempt that has nothing to lose goes to another model where its own would keep it waiting long. */
  #moveOrWait(
    at: AttemptPlace,
    untilAt: number | undefined,
    nowMs: number,
    { why, on, orSooner }: WaitWords = { why: 'is down' },
  ): number | undefined {
    const { patienceMs } = this.#decider.settings;
    const isLong = untilAt !== undefined && untilAt - nowMs > patienceMs && orSooner !== true;
    if (isLong && mayBeLeft(at.attempt)) {
      const choice = chooseFor(this.#decider, at.task, nowMs);
      const other = choice.kind === 'assign' ? choice.member : undefined;
      if (
        other !== undefined &&
        other.name !== at.attempt.model &&
        this.#canGoOn(at, other, nowMs)
      ) {
        return this.#end(at, 'moved', `${at.attempt.model}: ${why}; ${other.name} is free`);
      }
    }
    const isNewTime = isSetBack(this.#decider.projection.latestAt, nowMs);
    // Once a call: an outage must not fill the journal with all who wait, each time that one of them tries.
    if (isNewTime || (isLong && at.task.waiting === undefined)) {
      const { model = '' } = at.attempt;
      this.#waits.note(at.task, `${model}: ${why}`, untilAt, nowMs, on && { ...on, model });
    }
    return untilAt;
  }

  /** Whether another model would go on where the attempt is, and not begin from nothing. */
  #canGoOn({ run, task, attempt }: AttemptPlace, member: Member, nowMs: number): boolean {
    if (attempt.steps.length === 0) return true;
    const left = unfinishedWork(attempt, 'moved');
    const { prompt, tools } = composeFor(this.#decider, run, task, member, nowMs);
    const { settings } = this.#decider;
    return takeUp(settings, { ...task, left }, member, prompt.messages, tools) !== undefined;
  }

  /** Who went while it was at work did nothing wrong, nor who is not in the team of the process that goes on. */
  #leave(at: AttemptPlace): undefined {
    return this.#end(at, 'moved', `${at.attempt.model ?? ''} left the team`);
  }

  #end(...end: Parameters<DispatcherHost['end']>): undefined {
    this.#waiting.delete(end[0].attempt.id);
    this.#host.end(...end);
    return undefined;
  }
}

/** Whether nothing was said yet, or what was said can be taken up. */
function mayBeLeft(attempt: AttemptState): boolean {
  return attempt.steps.length === 0 || unfinishedWork(attempt, 'moved') !== undefined;
}

function outageOf({ kind, message }: NonNullable<AttemptState['failure']>): {
  readonly why: string;
  readonly on: WaitCause;
} {
  return { why: message, on: { kind: 'outage', what: kind } };
}
