import { type AttemptPlace, placeOf } from '../attempt/attempt-host.ts';
import type { LetThrough } from '../attempt/call-model.ts';
import { conversation } from '../attempt/conversation.ts';
import type { EndDetails } from '../attempt/drive.ts';
import type { Journal } from '../journal/journal.ts';
import type { RunState, TaskState } from '../journal/run-state.ts';
import { createCandidateFinder } from '../route/candidate-finder.ts';
import type { Choice } from '../route/choose-model.ts';
import type { Member } from '../route/member.ts';
import type { ReadyTask } from '../schedule/ready-task.ts';
import type { ModelEvent } from '../spec/model.ts';
import { assignmentDrafts } from './assignment.ts';
import { admitCall, callStarted, requestOf, whyHopeless } from './begin-call.ts';
import { claimForMessages } from './call-claim.ts';
import { chooseFor } from './choose-for.ts';
import { composeFor } from './compose-for.ts';
import type { Decider } from './decider.ts';
import { downUntil, toolWait } from './down-until.ts';
import { FirstCalls } from './first-calls.ts';
import { FreeTasks, type TaskPlace } from './free-tasks.ts';
import { describeError } from './live-attempts.ts';
import { assignedToNobody, whyNoModel } from './no-model.ts';
import { probeOrder } from './probe-order.ts';
import type { Projection } from './projection.ts';
import { Scheduling, type SchedulingHost, type Started } from './scheduling.ts';
import { isSetBack } from './set-back.ts';
import type { Settings } from './settings.ts';
import { hasItsNeeds } from './settled.ts';
import { Turns } from './turns.ts';
import { waitingDraft } from './waiting-draft.ts';

/** What the dispatcher has others do. */
export interface DispatcherHost extends SchedulingHost {
  /** An attempt was given its task: take it on, and make its first call when there is one. */
  begin(run: RunState, task: TaskState, call: LetThrough | undefined, durable: Promise<void>): void;
  /** A waiting attempt got leave for its next call. */
  proceed(at: AttemptPlace, call: LetThrough | undefined, durable: Promise<void>): void;
  /** Shows what the call says that an attempt waits for. */
  show(at: Pick<AttemptPlace, 'run' | 'task' | 'attempt'>, event: ModelEvent): void;
  /** An attempt cannot go on with its model. */
  end(at: AttemptPlace, outcome: 'failed' | 'moved', because: string, details?: EndDetails): void;
  /** A task could not be begun for an error nobody planned for: ends that task, or its attempt. */
  breakStart(run: RunState, task: TaskState, error: unknown): void;
  stopRun(run: RunState, because: string): void;
}

/**
 * Matches tasks with models, and waiting attempts with their next call: decides, appends, and lets others act once the
 * decision is durable.
 */
export class Dispatcher {
  readonly scheduling: Scheduling;
  /** Tasks that are ready and wait for no model, in the order of becoming so. */
  readonly free: FreeTasks = new FreeTasks();
  readonly #settings: Settings;
  readonly #projection: Projection;
  readonly #decider: Decider;
  readonly #journal: Journal;
  readonly #host: DispatcherHost;
  /** Attempts that want a call, by id. */
  readonly #waiting = new Map<string, AttemptPlace>();
  readonly #turns: Turns;
  readonly #firstCalls: FirstCalls;

  constructor(settings: Settings, projection: Projection, journal: Journal, host: DispatcherHost) {
    this.#settings = settings;
    this.#projection = projection;
    const candidates = createCandidateFinder(settings);
    this.#decider = { settings, projection, candidates };
    this.scheduling = new Scheduling(this.#decider, host);
    this.#journal = journal;
    this.#host = host;
    this.#firstCalls = new FirstCalls(this.#decider, journal, host, this);
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
    const { aside, queue } = this.scheduling;
    aside.readmit(this.#projection, queue, this.#settings.clock.now());
    if (queue.size > 0 || this.#waiting.size > 0 || this.free.size > 0) this.wake();
  }

  /** Starts nothing more. */
  close(): void {
    this.#firstCalls.close();
    this.#turns.close();
  }

  /** Lets start what may start now; returns when to look again. */
  #turn(nowMs: number): number {
    if (this.#host.isPaused()) return Number.POSITIVE_INFINITY;
    let wakeAt = Number.POSITIVE_INFINITY;
    const notLaterThan = (at: number | undefined): void => {
      if (at !== undefined && at < wakeAt) wakeAt = at;
    };
    this.#startFree(nowMs, notLaterThan);
    const { before, after } = probeOrder(this.#waiting.values(), this.#projection.breakers);
    for (const at of before) notLaterThan(this.#letThroughOrEnd(at, nowMs));
    notLaterThan(this.scheduling.offer(nowMs, (ready) => this.#startOrBreak(ready, nowMs)));
    for (const at of after) notLaterThan(this.#letThroughOrEnd(at, nowMs));
    const { aside, queue } = this.scheduling;
    if (aside.readmit(this.#projection, queue, nowMs)) this.wake();
    return wakeAt;
  }

  #startOrBreak(ready: ReadyTask, nowMs: number): Started {
    try {
      return this.#start(ready, nowMs);
    } catch (error) {
      return this.#broke(ready, error);
    }
  }

  /** What a plugin throws while a task is given away ends that task, and nothing else. */
  #broke(place: TaskPlace, error: unknown): 'dropped' {
    const run = this.#projection.runs.get(place.run);
    const task = run?.tasks.get(place.task);
    // Of a journal that failed everybody hears by other ways.
    if (run === undefined || task === undefined || this.#journal.failure !== undefined) {
      return 'dropped';
    }
    this.#host.breakStart(run, task, error);
    return 'dropped';
  }

  #start(ready: ReadyTask, nowMs: number): Started {
    const run = this.#projection.runs.get(ready.run);
    const task = run?.tasks.get(ready.task);
    if (run === undefined || task === undefined || !this.#mayStart(run, task)) return 'dropped';
    if (this.scheduling.isFull(task)) return { untilAt: undefined };
    const choice = chooseFor(this.#decider, task, nowMs);
    if (choice.kind === 'never') {
      this.#host.failTask(run, task, choice.because, []);
      return 'dropped';
    }
    if (choice.kind === 'wait') {
      if (this.#firstCalls.startAnswered(run, task, undefined, nowMs)) return 'started';
      const waits = this.#noteWaiting(task, choice.because, choice.untilAt, nowMs);
      return { ...waits, isItsOwn: this.scheduling.isShutOut(task, nowMs) };
    }
    return this.#assign(run, task, choice, ready, nowMs);
  }

  #mayStart(run: RunState, task: TaskState): boolean {
    // A member that is tried again makes its ensemble wait again.
    const isEarly = task.task.ensemble !== undefined && !hasItsNeeds(run, task);
    return task.status === 'open' && !isEarly && this.#mayGoOn(run, task);
  }

  #mayGoOn(run: RunState, task: TaskState): boolean {
    const isHeld = run.status !== 'running' || task.paused !== undefined;
    return !isHeld && !this.#host.isStopping(run);
  }

  /** Starts what waits for no model. One that is started may make others ready, which are behind it then. */
  #startFree(nowMs: number, notLaterThan: (at: number | undefined) => void): void {
    if (this.free.size === 0) return;
    this.free.offer((place) => {
      const outcome = this.#startFreeOrBreak(place, nowMs);
      if (typeof outcome === 'string') return true;
      notLaterThan(outcome.untilAt);
      return false;
    });
  }

  #startFreeOrBreak(place: TaskPlace, nowMs: number): Started {
    try {
      return this.#startWithoutModel(place, nowMs);
    } catch (error) {
      return this.#broke(place, error);
    }
  }

  #startWithoutModel(place: TaskPlace, nowMs: number): Started {
    const run = this.#projection.runs.get(place.run);
    const task = run?.tasks.get(place.task);
    if (run === undefined || task === undefined || !this.#mayStart(run, task)) return 'dropped';
    const because = whyNoModel(run, task);
    if (because === undefined) return 'dropped';
    const down = toolWait(this.#decider, task, nowMs);
    if (down !== undefined) return this.#noteWaiting(task, down.because, down.untilAt, nowMs);
    const durable = this.#journal.append([assignedToNobody(task, this.#settings.ids(), because)]);
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
    const { prompt, tools } = composeFor(this.#decider, run, task, member, nowMs);
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
    const first = this.#firstCalls.start(run, task, choice, { prompt, tools }, ready, nowMs);
    if (first.kind === 'no call') return 'started';
    const claim = claimForMessages(this.#decider, member, task, prompt.messages, tools);
    const admission = admitCall(this.#projection, task, member, claim, nowMs);
    if (admission.kind === 'never') {
      if (admission.ends === 'run') this.#host.stopRun(run, admission.why);
      else this.#host.failTask(run, task, `${member.name}: ${admission.why}`, []);
      return 'dropped';
    }
    if (admission.kind === 'wait') {
      if (!admission.ofBudget) {
        const because = `${member.name}: ${admission.why}`;
        return this.#noteWaiting(task, because, admission.untilAt, nowMs);
      }
      this.scheduling.aside.put(ready, claim, member.name);
      return 'dropped';
    }
    const at = { run: run.id, task: task.task.key, attempt: this.#settings.ids() };
    const call = this.#settings.ids();
    const request = requestOf(this.#settings, task, member, prompt.messages, tools);
    const durable = this.#journal.append([
      ...assignmentDrafts(at, choice, prompt, tools),
      callStarted({ ...at, call }, member, 1, admission, claim, first.key),
    ]);
    this.scheduling.workers.begin(task.task.kind);
    this.#host.begin(run, task, { call, request, estimate: claim.estimate }, durable);
    return 'started';
  }

  /** What is thrown on the way to a call ends that attempt, and nothing else. */
  #letThroughOrEnd(at: AttemptPlace, nowMs: number): number | undefined {
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
    if (!this.#mayGoOn(run, task)) return undefined;
    const member = this.#settings.members.get(attempt.model ?? '');
    if (member === undefined) return this.#end(at, 'failed', `${attempt.model} left the team`);
    const hopeless = whyHopeless(this.#decider, at, member, nowMs);
    if (hopeless !== undefined) return this.#end(at, hopeless.outcome, hopeless.because);
    const first = this.#firstCalls.next(at, member, nowMs);
    if (first.kind !== 'call') return undefined;
    const { failure } = attempt;
    const down = downUntil(this.#decider, run.id, member.name, nowMs);
    const notBefore = Math.max(failure?.retryAt ?? nowMs, down?.untilAt ?? nowMs);
    if (notBefore > nowMs) {
      return this.#moveOrWait(at, notBefore, nowMs, failure?.message ?? down?.why ?? 'is down');
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
    const messages = conversation(attempt);
    const tools = attempt.prompt?.tools ?? [];
    const claim = claimForMessages(this.#decider, member, task, messages, tools);
    const admission = admitCall(this.#projection, task, member, claim, nowMs);
    if (admission.kind === 'never') {
      if (admission.ends !== 'run') return this.#end(at, 'failed', admission.why);
      this.#host.stopRun(run, admission.why);
      return undefined;
    }
    if (admission.kind === 'wait') {
      return this.#moveOrWait(at, admission.untilAt, nowMs, admission.why);
    }
    const call = this.#settings.ids();
    const place = { ...placeOf(at), call };
    this.#waiting.delete(attempt.id);
    const step = attempt.steps.length + 1;
    const request = requestOf(this.#settings, task, member, messages, tools);
    const durable = this.#journal.append([callStarted(place, member, step, admission, claim, key)]);
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
    // Once a call: an outage must not fill the journal with all who wait, each time that one of them tries.
    if (isNewTime || (isLong && at.task.waiting === undefined)) {
      this.#noteWaiting(at.task, `${at.attempt.model}: ${why}`, untilAt, nowMs);
    }
    return untilAt;
  }

  #end(...end: Parameters<DispatcherHost['end']>): undefined {
    this.#waiting.delete(end[0].attempt.id);
    this.#host.end(...end);
    return undefined;
  }

  /** Tells of a wait, where that is news. */
  #noteWaiting(
    task: TaskState,
    because: string,
    untilAt: number | undefined,
    nowMs: number,
  ): { readonly untilAt: number | undefined } {
    const isNewTime = isSetBack(this.#projection.latestAt, nowMs);
    const draft = waitingDraft(task, because, untilAt, nowMs, isNewTime);
    if (draft !== undefined) void this.#journal.append([draft]);
    // The event told everybody of the new time, by which the wait may be another one.
    if (draft !== undefined && isNewTime) this.wake();
    return { untilAt };
  }
}
