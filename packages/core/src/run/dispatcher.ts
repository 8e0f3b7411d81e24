import type { AttemptPlace } from '../attempt/attempt-host.ts';
import type { Journal } from '../journal/journal.ts';
import type { RunState, TaskState } from '../journal/run-state.ts';
import { createCandidateFinder } from '../route/candidate-finder.ts';
import type { Choice } from '../route/choose-model.ts';
import type { ReadyTask } from '../schedule/ready-task.ts';
import { type Assignment, assignmentDrafts } from './assignment.ts';
import { callStarted, requestOf } from './begin-call.ts';
import { chooseFor } from './choose-for.ts';
import { chooseOther } from './choose-other.ts';
import { composeFor } from './compose-for.ts';
import { admitCounted } from './counted-admission.ts';
import type { Decider } from './decider.ts';
import { termsFor } from './delegation-terms.ts';
import type { DispatcherHost } from './dispatcher-host.ts';
import { FirstCalls } from './first-calls.ts';
import { FreeStarts } from './free-starts.ts';
import type { FreeTasks } from './free-tasks.ts';
import { NextCalls } from './next-calls.ts';
import { outputOf } from './output-of.ts';
import { probeOrder } from './probe-order.ts';
import type { Projection } from './projection.ts';
import { Scheduling, type Started } from './scheduling.ts';
import type { Settings } from './settings.ts';
import { hasItsNeeds } from './settled.ts';
import { type TakenUp, takeUp } from './take-up.ts';
import { TellWaiting } from './tell-waiting.ts';
import { ToolTurns } from './tool-turns.ts';
import { Turns } from './turns.ts';

const NOBODY: ReadonlyMap<string, string> = new Map();

/**
 * Matches tasks with models, and waiting attempts with their next call: decides, appends, and lets others act once the
 * decision is durable.
 */
export class Dispatcher {
  readonly scheduling: Scheduling;
  /** Attempts whose next tool call a quota holds back. */
  readonly toolTurns: ToolTurns;
  readonly #settings: Settings;
  readonly #projection: Projection;
  readonly #decider: Decider;
  readonly #journal: Journal;
  readonly #host: DispatcherHost;
  readonly #waits: TellWaiting;
  readonly #turns: Turns;
  readonly #firstCalls: FirstCalls;
  readonly #nextCalls: NextCalls;
  readonly #freeStarts: FreeStarts;

  constructor(settings: Settings, projection: Projection, journal: Journal, host: DispatcherHost) {
    this.#settings = settings;
    this.#projection = projection;
    const candidates = createCandidateFinder(settings);
    this.#decider = { settings, projection, candidates };
    this.scheduling = new Scheduling(this.#decider, host);
    this.#journal = journal;
    this.#host = host;
    this.#firstCalls = new FirstCalls(this.#decider, journal, host, this);
    this.#waits = new TellWaiting(projection, journal, () => this.wake());
    this.#freeStarts = new FreeStarts(this.#decider, journal, this.#waits, this.scheduling.held, {
      ...host,
      mayStart: (run, task) => this.#mayStart(run, task),
      broke: (run, task, error) => void this.#broke(run, task, error),
    });
    this.toolTurns = new ToolTurns(settings.toolLimits, {
      waits: this.#waits,
      mayGoOn: (run, task) => this.mayGoOn(run, task),
      goOn: (at) => host.goOn(at),
      wake: () => this.wake(),
    });
    this.#nextCalls = new NextCalls({
      decider: this.#decider,
      journal,
      firstCalls: this.#firstCalls,
      waits: this.#waits,
      host: {
        ...host,
        mayGoOn: (run, task) => this.mayGoOn(run, task),
        wake: () => this.wake(),
      },
    });
    this.#turns = new Turns(settings.clock, (nowMs) =>
      journal.failure === undefined ? this.#turn(nowMs) : Number.POSITIVE_INFINITY,
    );
  }

  /** Tasks that are ready and wait for no model, in the order of becoming so. */
  get free(): FreeTasks {
    return this.#freeStarts.tasks;
  }

  /** Has a turn soon; any number of calls before it make one turn. */
  wake(): void {
    this.#turns.wake();
  }

  /** Something is over: has a turn soon, in which whoever was set aside for want of room is looked at too. */
  lookAgain(): void {
    this.freed();
    this.wake();
  }

  /** An attempt asks for its next call. */
  want(at: AttemptPlace): void {
    this.#nextCalls.add(at);
    this.wake();
  }

  /** An attempt wants nothing any more. */
  forget(attempt: string): void {
    this.#nextCalls.forget(attempt);
    this.toolTurns.forget(attempt);
  }

  /** A call ended: what it held is free. */
  freed(): void {
    const { aside, queue, held } = this.scheduling;
    if (aside.size > 0) aside.readmit(this.#projection, queue, this.#settings.clock.now());
    const waiting = this.#nextCalls.size + this.toolTurns.size + this.free.size + held.size;
    if (queue.size > 0 || waiting > 0) this.wake();
  }

  /** Whether calls of a task may begin, as far as orders go. */
  mayGoOn(run: RunState, task: TaskState): boolean {
    const isHeld = run.status !== 'running' || task.paused !== undefined;
    return !isHeld && !this.#host.isStopping(run);
  }

  /** Starts nothing more. */
  close(): void {
    this.#firstCalls.close();
    this.#settings.counts.close();
    this.#turns.close();
  }

  /** Lets start what may start now; returns when to look again. */
  #turn(nowMs: number): number {
    this.#host.lookAtClock();
    if (this.#host.isPaused()) return Number.POSITIVE_INFINITY;
    let wakeAt = Number.POSITIVE_INFINITY;
    const notLaterThan = (at: number | undefined): void => {
      if (at !== undefined && at < wakeAt) wakeAt = at;
    };
    this.toolTurns.offer(nowMs, notLaterThan);
    this.#freeStarts.offer(nowMs, notLaterThan);
    const { before, after } = probeOrder(this.#nextCalls.list(), this.#projection.breakers);
    for (const at of before) notLaterThan(this.#nextCalls.offer(at, nowMs));
    notLaterThan(this.scheduling.offer(nowMs, (ready) => this.#startOrBreak(ready, nowMs)));
    for (const at of after) notLaterThan(this.#nextCalls.offer(at, nowMs));
    const { aside, queue, held } = this.scheduling;
    notLaterThan(held.expiresAt);
    if (aside.readmit(this.#projection, queue, nowMs)) this.wake();
    return wakeAt;
  }

  #startOrBreak(ready: ReadyTask, nowMs: number): Started {
    const run = this.#projection.runs.get(ready.run);
    const task = run?.tasks.get(ready.task);
    if (run === undefined || task === undefined) return 'dropped';
    try {
      return this.#start(run, task, ready, nowMs);
    } catch (error) {
      return this.#broke(run, task, error);
    }
  }

  /** What a plugin throws while a task is given away ends that task, and nothing else. */
  #broke(run: RunState, task: TaskState, error: unknown): 'dropped' {
    // Of a journal that failed everybody hears by other ways.
    if (this.#journal.failure === undefined) this.#host.breakStart(run, task, error);
    return 'dropped';
  }

  #start(run: RunState, task: TaskState, ready: ReadyTask, nowMs: number): Started {
    if (!this.#mayStart(run, task)) return 'dropped';
    if (this.scheduling.isFull(task)) return { untilAt: undefined };
    const choice = chooseFor(this.#decider, task, nowMs);
    if (choice.kind === 'never') {
      this.#host.giveUp(run, task, choice.because);
      return 'dropped';
    }
    if (choice.kind === 'wait') {
      if (this.#firstCalls.startAnswered(run, task, undefined, nowMs)) return 'started';
      const waits = this.#waits.note(task, choice.because, choice.untilAt, nowMs, choice.on);
      return { ...waits, isItsOwn: this.scheduling.isShutOut(task, nowMs) };
    }
    return this.#assign(run, task, choice, ready, nowMs);
  }

  #mayStart(run: RunState, task: TaskState): boolean {
    // A member that is tried again makes its ensemble wait again.
    const isEarly = task.task.ensemble !== undefined && !hasItsNeeds(run, task);
    return task.status === 'open' && !isEarly && this.mayGoOn(run, task);
  }

  #assign(
    run: RunState,
    task: TaskState,
    choice: Extract<Choice, { kind: 'assign' }>,
    ready: ReadyTask,
    nowMs: number,
    without: ReadonlyMap<string, string> = NOBODY,
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
    const taken = takeUp(this.#settings, task, member, prompt.messages, tools);
    if (taken !== undefined) {
      this.#takeUp(run, task, choice, { prompt, tools }, taken);
      return 'started';
    }
    const first = this.#firstCalls.start(run, task, choice, { prompt, tools }, ready, nowMs);
    if (first.kind === 'no call') return 'started';
    const sent = { messages: prompt.messages, tools, output: outputOf(task.task) };
    const asked = admitCounted(this.#decider, task, member, sent, nowMs);
    if (asked.kind === 'counting') {
      this.scheduling.addAfter(asked.done, ready, `${member.name} is counting its tokens`);
      return 'started';
    }
    const { claim, admission } = asked;
    const other = chooseOther(this.#decider, task, member, admission, without, nowMs);
    if (other !== undefined) {
      return this.#assign(run, task, other.choice, ready, nowMs, other.without);
    }
    if (admission.kind === 'never') {
      if (admission.ends === 'run') this.#host.stopRun(run, admission.why);
      else this.#host.failTask(run, task, `${member.name}: ${admission.why}`, []);
      return 'dropped';
    }
    if (admission.kind === 'wait') {
      if (!admission.ofBudget) {
        const because = `${member.name}: ${admission.why}`;
        const on = admission.on && { ...admission.on, model: member.name };
        return this.#waits.note(task, because, admission.untilAt, nowMs, on);
      }
      this.scheduling.aside.put(ready, claim, member.name);
      return 'dropped';
    }
    const at = { run: run.id, task: task.task.key, attempt: this.#settings.ids() };
    const call = this.#settings.ids();
    const request = requestOf(this.#settings, task, member, prompt.messages, tools);
    const durable = this.#journal.append([
      ...assignmentDrafts(at, choice, prompt, tools, termsFor(this.#decider, task, member, nowMs)),
      callStarted({ ...at, call }, member, 1, admission, claim, first.key, this.#settings.holdMs),
    ]);
    this.scheduling.workers.begin(task.task.kind);
    const { estimate } = claim;
    const { keyName } = admission;
    this.#host.begin(run, task, { call, request, estimate, keyName }, durable);
    return 'started';
  }

  /** Begins an attempt where the one before broke off; it asks for its next call by itself. */
  #takeUp(
    run: RunState,
    task: TaskState,
    choice: Assignment,
    { prompt, tools }: ReturnType<typeof composeFor>,
    { continues, shorter }: TakenUp,
  ): void {
    const { member } = choice;
    const at = { run: run.id, task: task.task.key, attempt: this.#settings.ids() };
    const terms = termsFor(this.#decider, task, member, this.#settings.clock.now());
    const cut = { type: 'attempt.recovered', ...at, model: member.name } as const;
    const durable = this.#journal.append([
      ...assignmentDrafts(at, choice, prompt, tools, terms, continues),
      ...(shorter === undefined ? [] : [{ ...cut, data: shorter }]),
    ]);
    this.scheduling.workers.begin(task.task.kind);
    this.#host.begin(run, task, undefined, durable);
  }
}
