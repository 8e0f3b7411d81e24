import { type AttemptPlace, placeOf } from '../attempt/attempt-host.ts';
import { NOTHING } from '../attempt/call-end.ts';
import type { LetThrough } from '../attempt/let-through.ts';
import type { Clock } from '../internal/clock.ts';
import type { EventDraft } from '../journal/draft.ts';
import type { TaskState } from '../journal/run-state.ts';
import type { EventData } from '../spec/event.ts';
import type { JobStanding, ModelJob, TaskTransport, WithdrawnJob } from '../spec/transport.ts';
import { abortedCall } from './aborted-call.ts';
import type { RemoteCall } from './call-book.ts';
import { jobPlaces } from './job-places.ts';
import { leftJob } from './left-job.ts';
import type { Projection } from './projection.ts';
import { sealJob } from './sealed-job.ts';
import type { Settings } from './settings.ts';
import { type UnclaimedCall, UnclaimedCalls } from './unclaimed-calls.ts';

/** How often it is asked where jobs stand that are out, in ms. */
const LOOK_MS = 5_000;

/** What calls that workers make need of the kernel around them. */
export interface RemoteCallsHost {
  readonly stream: string;
  /** Of the lease of the stream, by which the transport knows who may send calls. */
  readonly epoch: number;
  /** Whether nothing can be written down any more. */
  readonly isOver: () => boolean;
  append(drafts: readonly EventDraft[]): Promise<void>;
  /** The call of an attempt has its end. */
  goOn(place: { readonly run: string; readonly task: string; readonly attempt: string }): void;
}

/**
 * Has calls made by workers. A job is queued once the start of its call is durable, and again by whoever takes the project
 * over, which changes nothing where it is known; a call that has its end is taken back; and one that nobody begins in time, or
 * that is lost for good, fails. Replies come by mail.
 */
export class RemoteCalls {
  readonly #settings: Settings;
  readonly #projection: Projection;
  readonly #transport: TaskTransport;
  readonly #host: RemoteCallsHost;
  readonly #clock: Clock;
  /** To be taken back once they have their end: queued, or to be queued, by this overseer or the one before. */
  readonly #sent = new Set<string>();
  readonly #unsent = new Map<string, ModelJob>();
  /** Calls that somebody was seen to work on: until when that is believed. */
  readonly #until = new Map<string, number>();
  /** Calls that the transport does not know, and after how many rounds of all mail that was seen. */
  readonly #gone = new Map<string, number>();
  readonly #unclaimed = new UnclaimedCalls();
  /** How often all mail was read. */
  #rounds = 0;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #working: Promise<void> | undefined;

  constructor(
    settings: Settings,
    projection: Projection,
    transport: TaskTransport,
    host: RemoteCallsHost,
  ) {
    this.#settings = settings;
    this.#projection = projection;
    this.#transport = transport;
    this.#host = host;
    this.#clock = settings.clock;
    // What the overseer before left is not sent anew before its mail was read: there may be the reply.
    for (const id of projection.remotes.keys()) {
      this.#sent.add(id);
      this.#gone.set(id, Number.POSITIVE_INFINITY);
    }
  }

  /** Whether the calls of a model are made by workers. */
  takes(model: string): boolean {
    return this.#settings.roster.known(model)?.remote === true;
  }

  /** Whether a call that has no end is here to be seen to. */
  has(call: string): boolean {
    return this.#projection.remotes.has(call);
  }

  /** Has a call made whose start is durable. */
  send(at: AttemptPlace, { call, request, estimate }: LetThrough): void {
    const { attempt, live } = at;
    if (live.cancel.aborted) {
      this.#fail(at, call, abortedCall(NOTHING, false, this.#clock.now()));
      return;
    }
    const step = attempt.steps.length + 1;
    const { stream } = this.#host;
    const model = attempt.model ?? '';
    const { holdMs: silentMs } = this.#settings;
    const job = { id: call, stream, ...placeOf(at), step, model, request, estimate, silentMs };
    this.#queue({
      ...job,
      ...jobPlaces(this.#settings, this.#projection, { model, run: at.attempt.run, estimate }),
    });
    this.#work();
  }

  /** Takes the call of an attempt back that is cancelled, and writes its end down. */
  abandon(at: AttemptPlace): void {
    const call = at.attempt.openCall;
    if (call === undefined || this.#host.isOver()) return;
    if (!this.has(call.id) || !(this.#sent.has(call.id) || this.#gone.has(call.id))) return;
    this.#fail(at, call.id, abortedCall(call.estimate, true, this.#clock.now()));
    this.#sent.add(call.id);
    this.#work();
  }

  /** A reply came, which needs no taking back. */
  replied(call: string): void {
    this.#unclaimed.replied(call, this.#clock.now());
    this.#sent.delete(call);
    this.#forget(call);
  }

  /** Calls for whose models no worker was seen to work for so long, the oldest of each model. */
  unclaimed(ms: number, nowMs: number): readonly UnclaimedCall[] {
    return this.#unclaimed.longerThan(ms, nowMs).filter(({ id }) => this.has(id));
  }

  /** Sees to what is out; `isAll` where all mail that there was has been read. */
  look(isAll: boolean): void {
    if (isAll) this.#rounds += 1;
    this.#work();
  }

  /** Resolves when nothing is on its way to the transport any more. */
  async close(): Promise<void> {
    while (this.#working !== undefined) await this.#working;
  }

  #queue(job: ModelJob): void {
    this.#sent.add(job.id);
    this.#gone.delete(job.id);
    this.#unsent.set(job.id, job);
  }

  #work(): void {
    if (this.#working !== undefined || this.#host.isOver()) return;
    this.#working = this.#round()
      // A transport that cannot be reached is asked again in the next round.
      .catch(() => undefined)
      .finally(() => {
        this.#working = undefined;
      });
  }

  async #round(): Promise<void> {
    if (this.#rounds > 0) this.#sendLeft();
    await this.#sendAll();
    await this.#takeBack();
    await this.#seeTo();
    if (this.#unsent.size > 0) await this.#sendAll();
  }

  /** Queues what the overseer before may have queued, or not. */
  #sendLeft(): void {
    const { stream } = this.#host;
    for (const [id, remote] of this.#projection.remotes) {
      if (this.#gone.get(id) !== Number.POSITIVE_INFINITY) continue;
      const task = this.#taskOf(remote);
      const job = task && leftJob(this.#settings, this.#projection, { id, stream, remote, task });
      if (job !== undefined) this.#queue(job);
      // Of one that cannot be made here, only its reply may still come.
      else this.#gone.set(id, this.#rounds);
    }
  }

  async #sendAll(): Promise<void> {
    const jobs = [...this.#unsent.values()].filter(({ id }) => this.has(id));
    const { sealer } = this.#settings;
    const sealed = jobs.map((job) => sealJob(job, sealer));
    if (jobs.length > 0) await this.#transport.enqueue(this.#host.epoch, sealed);
    for (const { id } of jobs) this.#unsent.delete(id);
    for (const id of this.#unsent.keys()) if (!this.has(id)) this.#unsent.delete(id);
  }

  async #takeBack(): Promise<void> {
    const over = [...this.#sent].filter((id) => !this.has(id));
    if (over.length === 0) return;
    await this.#withdraw(over);
    for (const id of over) {
      this.#sent.delete(id);
      this.#forget(id);
    }
  }

  #withdraw(ids: readonly string[]): Promise<readonly WithdrawnJob[]> {
    const { epoch, stream } = this.#host;
    return this.#transport.withdraw(epoch, stream, ids);
  }

  async #seeTo(): Promise<void> {
    const { remotes } = this.#projection;
    const nowMs = this.#clock.now();
    const late = new Set(
      [...remotes]
        .filter(([id, { untilAt }]) => Math.max(untilAt, this.#until.get(id) ?? 0) <= nowMs)
        .map(([id]) => id),
    );
    const elapsed = this.#clock.elapsed();
    if (remotes.size === 0 || (late.size === 0 && elapsed - this.#lookedAt < LOOK_MS)) return;
    this.#lookedAt = elapsed;
    const standing = await this.#transport.standing([...remotes.keys()]);
    for (const [id, remote] of remotes) this.#judge(id, remote, standing.get(id));
    const unclaimed = [...late].filter((id) => standing.get(id) === 'waiting' && this.has(id));
    if (unclaimed.length > 0) this.#failUnclaimed(await this.#withdraw(unclaimed));
  }

  /** Believes in a call that somebody works on, and gives one up whose attempt or whose job is gone. */
  #judge(id: string, remote: RemoteCall, stands: JobStanding | undefined): void {
    if (stands !== undefined) this.#gone.delete(id);
    this.#unclaimed.seen(id, remote, stands, this.#clock.now());
    if (this.#taskOf(remote) === undefined) this.#failLeft(id, remote);
    else if (stands === 'claimed') {
      this.#until.set(id, this.#clock.now() + this.#settings.holdMs);
    } else if (stands === undefined && this.#isLost(id)) this.#failLost(id, remote);
  }

  /** A job that is gone was settled, unless its reply is not there once all mail was read. */
  #isLost(id: string): boolean {
    const seenAt = this.#gone.get(id);
    if (seenAt === undefined) this.#gone.set(id, this.#rounds);
    // One more, as a round of mail may have begun before.
    return seenAt !== undefined && this.#rounds > seenAt + 1;
  }

  #failLost(id: string, remote: RemoteCall): void {
    const message = `the workers of ${remote.model} ended without a reply, again and again; the call is charged at its estimate`;
    this.#failHere(id, remote, {
      kind: 'interrupted',
      message,
      retryable: true,
      retryAt: this.#clock.now(),
      settled: remote.estimate,
      uncertain: true,
    });
  }

  #failUnclaimed(withdrawn: readonly WithdrawnJob[]): void {
    const { holdMs } = this.#settings;
    for (const { id, wasClaimed } of withdrawn) {
      const remote = this.#projection.remotes.get(id);
      if (remote === undefined) continue;
      const message = `no worker took the call of ${remote.model} within ${holdMs / 1_000} s: start workers for it, or more of them`;
      this.#failHere(id, remote, {
        kind: 'timeout',
        message,
        retryable: true,
        retryAt: this.#clock.now(),
        settled: wasClaimed ? remote.estimate : NOTHING,
        uncertain: wasClaimed,
      });
    }
  }

  /** Its attempt was ended by somebody who did not work on it. */
  #failLeft(id: string, remote: RemoteCall): void {
    this.#sent.add(id);
    this.#failHere(id, remote, abortedCall(remote.estimate, true, this.#clock.now()));
  }

  #failHere(call: string, remote: RemoteCall, data: EventData['call.failed']): void {
    const { run, task, attempt, model } = remote;
    this.#forget(call);
    void this.#host.append([{ type: 'call.failed', run, task, attempt, call, model, data }]);
    this.#host.goOn(remote);
  }

  #fail(at: AttemptPlace, call: string, data: EventData['call.failed']): void {
    const { model } = at.attempt;
    void this.#host.append([{ type: 'call.failed', ...placeOf(at), call, model, data }]);
  }

  #forget(call: string): void {
    this.#until.delete(call);
    this.#unclaimed.forget(call);
    this.#gone.delete(call);
    this.#unsent.delete(call);
  }

  #taskOf({ run, task, attempt }: RemoteCall): TaskState | undefined {
    const state = this.#projection.runs.get(run)?.tasks.get(task);
    return state?.attempt?.id === attempt ? state : undefined;
  }
}
