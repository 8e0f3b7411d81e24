import { type AttemptPlace, placeOf } from '../attempt/attempt-host.ts';
import type { LetThrough } from '../attempt/call-model.ts';
import { conversation } from '../attempt/conversation.ts';
import type { Journal } from '../journal/journal.ts';
import type { RunState, TaskState } from '../journal/run-state.ts';
import { createCandidateFinder } from '../route/candidate-finder.ts';
import type { Choice } from '../route/choose-model.ts';
import type { Member } from '../route/member.ts';
import { ReadyQueue, type ReadyTask } from '../schedule/ready-queue.ts';
import type { Finding } from '../spec/validator.ts';
import { admitCall, callStarted, requestOf, whyHopeless } from './begin-call.ts';
import type { Decider } from './decider.ts';
import {
  assignmentDrafts,
  chooseFor,
  claimForMessages,
  composeFor,
  downUntil,
  needsNoModel,
} from './give-away.ts';
import { describeError } from './live-attempts.ts';
import type { Projection } from './projection.ts';
import { isSetBack } from './set-back.ts';
import type { Settings } from './settings.ts';
import { Turns } from './turns.ts';

/** What became of a task that was offered; `untilAt` says when to look at a blocked one again. */
type Started = 'started' | 'dropped' | { readonly untilAt: number | undefined };

/** What the dispatcher has others do. */
export interface DispatcherHost {
  /** An attempt was given its task: take it on, and make its first call when there is one. */
  begin(run: RunState, task: TaskState, call: LetThrough | undefined, durable: Promise<void>): void;
  /** A waiting attempt got leave for its next call. */
  proceed(at: AttemptPlace, call: LetThrough, durable: Promise<void>): void;
  /** An attempt cannot go on with its model. */
  end(at: AttemptPlace, outcome: 'failed' | 'moved', because: string): void;
  failTask(run: RunState, task: TaskState, because: string, findings: readonly Finding[]): void;
  stopRun(run: RunState, because: string): void;
  /** Whether a run is being ended, so that nothing of it may start. */
  isStopping(run: RunState): boolean;
}

/**
 * Matches tasks with models, and waiting attempts with their next call: decides, appends, and lets others act once the
 * decision is durable.
 */
export class Dispatcher {
  readonly queue: ReadyQueue = new ReadyQueue();
  readonly #settings: Settings;
  readonly #projection: Projection;
  readonly #decider: Decider;
  readonly #journal: Journal;
  readonly #host: DispatcherHost;
  /** Attempts that want a call, by id. */
  readonly #waiting = new Map<string, AttemptPlace>();
  /** Tasks that only their run's budget keeps back, until one of its calls ends. */
  readonly #aside: ReadyTask[] = [];
  readonly #turns: Turns;

  constructor(settings: Settings, projection: Projection, journal: Journal, host: DispatcherHost) {
    this.#settings = settings;
    this.#projection = projection;
    const candidates = createCandidateFinder(settings);
    this.#decider = { settings, projection, candidates };
    this.#journal = journal;
    this.#host = host;
    this.#turns = new Turns(settings.clock, (nowMs) =>
      journal.failure === undefined ? this.#turn(nowMs) : Number.POSITIVE_INFINITY,
    );
  }

  /** Has a turn soon; any number of calls before it make one turn. */
  wake(): void {
    this.#turns.wake();
  }

  /** An attempt asks for its next call. */
  want(at: AttemptPlace): void {
    this.#waiting.set(at.attempt.id, at);
    this.wake();
  }

  /** An attempt wants nothing any more. */
  forget(attempt: string): void {
    this.#waiting.delete(attempt);
  }

  /** A call ended: what it held is free. */
  freed(): void {
    for (const task of this.#aside.splice(0)) this.queue.add(task, this.#settings.clock.now());
    if (this.queue.size > 0 || this.#waiting.size > 0) this.wake();
  }

  /** Starts nothing more. */
  close(): void {
    this.#turns.close();
  }

  /** Lets start what may start now; returns when to look again. */
  #turn(nowMs: number): number {
    let wakeAt = Number.POSITIVE_INFINITY;
    const notLaterThan = (at: number | undefined): void => {
      if (at !== undefined && at < wakeAt) wakeAt = at;
    };
    for (const at of [...this.#waiting.values()]) notLaterThan(this.#letThroughOrEnd(at, nowMs));
    notLaterThan(
      this.queue.offer(nowMs, (ready) => {
        const outcome = this.#startOrFail(ready, nowMs);
        if (typeof outcome === 'string') return outcome;
        notLaterThan(outcome.untilAt);
        return 'blocked';
      }),
    );
    return wakeAt;
  }

  /** What a plugin throws while a task is given away ends that task, and nothing else. */
  #startOrFail(ready: ReadyTask, nowMs: number): Started {
    try {
      return this.#start(ready, nowMs);
    } catch (error) {
      const run = this.#projection.runs.get(ready.run);
      const task = run?.tasks.get(ready.task);
      // A task that is given away already is no longer the dispatcher's.
      if (run === undefined || task?.status !== 'open') throw error;
      this.#host.failTask(run, task, `it could not be given away: ${describeError(error)}`, []);
      return 'dropped';
    }
  }

  #start(ready: ReadyTask, nowMs: number): Started {
    const run = this.#projection.runs.get(ready.run);
    const task = run?.tasks.get(ready.task);
    if (run?.status !== 'running' || task?.status !== 'open') return 'dropped';
    if (this.#host.isStopping(run)) return 'dropped';
    if (needsNoModel(task.task)) return this.#startWithoutModel(run, task);
    const choice = chooseFor(this.#decider, task, nowMs);
    if (choice.kind === 'never') {
      this.#host.failTask(run, task, choice.because, []);
      return 'dropped';
    }
    if (choice.kind === 'wait') {
      this.#noteWaiting(task, choice.because, choice.untilAt, nowMs);
      return { untilAt: choice.untilAt };
    }
    return this.#assign(run, task, choice, ready, nowMs);
  }

  #startWithoutModel(run: RunState, task: TaskState): 'started' {
    const durable = this.#journal.append([
      {
        type: 'task.assigned',
        run: run.id,
        task: task.task.key,
        attempt: this.#settings.ids(),
        data: { because: 'needs no model' },
      },
    ]);
    this.#host.begin(run, task, undefined, durable);
    return 'started';
  }

  #assign(
    run: RunState,
    task: TaskState,
    choice: Extract<Choice, { kind: 'assign' }>,
    ready: ReadyTask,
    nowMs: number,
  ): Started {
    const { member } = choice;
    const { prompt, tools } = composeFor(this.#decider, run, task, member);
    if (prompt.framework?.pass === false) {
      const { id, failed } = prompt.framework;
      const findings = failed.map((message) => ({ message }));
      this.#host.failTask(
        run,
        task,
        `the prompt does not meet ${id}: ${failed.join('; ')}`,
        findings,
      );
      return 'dropped';
    }
    const claim = claimForMessages(this.#decider, member, task, prompt.messages, tools);
    const admission = admitCall(this.#projection, run, member, claim, nowMs);
    if (admission.kind === 'never') {
      if (admission.ofBudget) this.#host.stopRun(run, admission.why);
      else this.#host.failTask(run, task, `${member.name}: ${admission.why}`, []);
      return 'dropped';
    }
    if (admission.kind === 'wait') {
      if (!admission.ofBudget) {
        this.#noteWaiting(task, `${member.name}: ${admission.why}`, admission.untilAt, nowMs);
        return { untilAt: admission.untilAt };
      }
      this.#aside.push(ready);
      return 'dropped';
    }
    const at = { run: run.id, task: task.task.key, attempt: this.#settings.ids() };
    const call = this.#settings.ids();
    const durable = this.#journal.append([
      ...assignmentDrafts(at, choice, prompt, tools),
      callStarted({ ...at, call, model: member.name }, 1, admission, claim),
    ]);
    const request = requestOf(this.#settings, task, member, prompt.messages, tools);
    this.#host.begin(run, task, { call, request, estimate: claim.estimate }, durable);
    return 'started';
  }

  /** What is thrown on the way to a call ends that attempt, and nothing else. */
  #letThroughOrEnd(at: AttemptPlace, nowMs: number): number | undefined {
    try {
      return this.#letThrough(at, nowMs);
    } catch (error) {
      if (this.#journal.failure !== undefined) throw error;
      return this.#end(at, 'failed', `its next call could not begin: ${describeError(error)}`);
    }
  }

  /** Gives a waiting attempt its next call, or says when to look again. */
  #letThrough(at: AttemptPlace, nowMs: number): number | undefined {
    const { run, attempt } = at;
    if (run.status !== 'running' || this.#host.isStopping(run)) return undefined;
    const member = this.#settings.members.get(attempt.model ?? '');
    const hopeless = whyHopeless(attempt, member);
    if (member === undefined || hopeless !== undefined) {
      return this.#end(at, 'failed', hopeless ?? 'it has no model');
    }
    const { failure } = attempt;
    const down = downUntil(this.#decider, member.name, nowMs);
    const notBefore = Math.max(failure?.retryAt ?? nowMs, down?.untilAt ?? nowMs);
    if (notBefore > nowMs) {
      return this.#moveOrWait(at, notBefore, nowMs, failure?.message ?? down?.why ?? 'is down');
    }
    return this.#nextCall(at, member, nowMs);
  }

  #nextCall(at: AttemptPlace, member: Member, nowMs: number): number | undefined {
    const { run, task, attempt } = at;
    const messages = conversation(attempt);
    const tools = attempt.prompt?.tools ?? [];
    const claim = claimForMessages(this.#decider, member, task, messages, tools);
    const admission = admitCall(this.#projection, run, member, claim, nowMs);
    if (admission.kind === 'never') {
      if (!admission.ofBudget) return this.#end(at, 'failed', admission.why);
      this.#host.stopRun(run, admission.why);
      return undefined;
    }
    if (admission.kind === 'wait') {
      return this.#moveOrWait(at, admission.untilAt, nowMs, admission.why);
    }
    const call = this.#settings.ids();
    const place = { ...placeOf(at), call, model: member.name };
    this.#waiting.delete(attempt.id);
    const step = attempt.steps.length + 1;
    const durable = this.#journal.append([callStarted(place, step, admission, claim)]);
    const request = requestOf(this.#settings, task, member, messages, tools);
    this.#host.proceed(at, { call, request, estimate: claim.estimate }, durable);
    return undefined;
  }

  /** An attempt that has nothing to lose goes to another model where its own would keep it waiting long. */
  #moveOrWait(
    at: AttemptPlace,
    untilAt: number | undefined,
    nowMs: number,
    why: string,
  ): number | undefined {
    const isLong = untilAt !== undefined && untilAt - nowMs > this.#settings.patienceMs;
    if (isLong && at.attempt.steps.length === 0) {
      const choice = chooseFor(this.#decider, at.task, nowMs);
      if (choice.kind === 'assign' && choice.member.name !== at.attempt.model) {
        return this.#end(at, 'moved', `${at.attempt.model}: ${why}; ${choice.member.name} is free`);
      }
    }
    const isNewTime = isSetBack(this.#projection.latestAt, nowMs);
    if (isNewTime) this.#noteWaiting(at.task, why, untilAt, nowMs);
    return untilAt;
  }

  #end(at: AttemptPlace, outcome: 'failed' | 'moved', because: string): undefined {
    this.#waiting.delete(at.attempt.id);
    this.#host.end(at, outcome, because);
    return undefined;
  }

  #noteWaiting(task: TaskState, because: string, untilAt: number | undefined, nowMs: number): void {
    // A wait for a call to end is over in a moment; only a limit's wait is worth a line in the journal, and only once.
    const known = task.waiting?.untilAt;
    const isNewTime = isSetBack(this.#projection.latestAt, nowMs);
    if (untilAt === undefined || (known !== undefined && known > nowMs && !isNewTime)) return;
    void this.#journal.append([
      { type: 'task.waiting', run: task.run, task: task.task.key, data: { because, untilAt } },
    ]);
    // The event told everybody of the new time, by which the wait may be another one.
    if (isNewTime) this.wake();
  }
}
