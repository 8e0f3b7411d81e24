import { answerOf } from '../call/storable.ts';
import { Cancellation } from '../internal/cancellation.ts';
import type { Deadline } from '../internal/deadlines.ts';
import type { EventDraft } from '../journal/draft.ts';
import type { CallEstimate } from '../spec/call-amounts.ts';
import type { EventData } from '../spec/event.ts';
import type { ModelEvent } from '../spec/model.ts';
import { type AttemptHost, type AttemptPlace, type JointLeave, placeOf } from './attempt-host.ts';
import { callModel } from './call-model.ts';
import type { AskedToo, Hedging } from './hedging.ts';
import type { LetThrough } from './let-through.ts';

const NOTHING: CallEstimate = { inputTokens: 0, outputTokens: 0, microUsd: 0 };

/** One of at most two calls for one answer. */
interface Leg {
  readonly model: string;
  readonly call: LetThrough;
  readonly cancel: Cancellation;
  /** Whether the provider was asked. */
  isSent: boolean;
  hasSpoken: boolean;
  /** Its end is written down. */
  isOver: boolean;
}

/**
 * Makes a call and, where its model gives no word in time, asks a second model the same. The first whole answer is the
 * attempt's; the other call is broken off in the same turn and charged at its estimate. One that fails, or gives nothing
 * whole, leaves the matter to the other, as long as that gives a first word in time. Resolves when both have their ends in
 * the journal.
 */
export function callHedged(
  host: AttemptHost,
  at: AttemptPlace,
  call: LetThrough,
  hedging: Hedging,
): Promise<void> {
  const lateAfterMs = hedging.lateAfter(at);
  return lateAfterMs === undefined
    ? callModel(host, at, call)
    : new Race(host, at, call, hedging, lateAfterMs).run();
}

/** Two calls for one answer, of which the second may never begin. */
class Race {
  readonly #host: AttemptHost;
  readonly #at: AttemptPlace;
  readonly #hedging: Hedging;
  readonly #lateAfterMs: number;
  readonly #first: Leg;
  #sentAt: number;
  readonly #over = Promise.withResolvers<void>();
  #second: Leg | undefined;
  /** Whose words are shown: those of whoever spoke first and may still answer. */
  #speaker: Leg | undefined;
  #deadline: Deadline | undefined;

  constructor(
    host: AttemptHost,
    at: AttemptPlace,
    call: LetThrough,
    hedging: Hedging,
    lateAfterMs: number,
  ) {
    this.#host = host;
    this.#at = at;
    this.#hedging = hedging;
    this.#lateAfterMs = lateAfterMs;
    this.#sentAt = host.clock.elapsed();
    this.#first = createLeg(at.attempt.model ?? '', call);
  }

  async run(): Promise<void> {
    const { cancel } = this.#at.live;
    cancel.onAbort(this.#stop);
    if (this.#host.joint === undefined) this.#whenLate(() => this.#late());
    this.#send(this.#first);
    try {
      await this.#over.promise;
    } catch (error) {
      this.#first.cancel.abort(error);
      this.#second?.cancel.abort(error);
      throw error;
    } finally {
      this.#forgetDeadline();
      cancel.forget(this.#stop);
    }
  }

  /** The attempt is cancelled, and both calls with it. */
  readonly #stop = (reason: unknown): void => {
    this.#forgetDeadline();
    this.#first.cancel.abort(reason);
    const second = this.#second;
    if (second === undefined) return;
    second.cancel.abort(reason);
    if (second.isSent || second.isOver) return;
    this.#end(second, broken(this.#at, second, 'it was cancelled before it was sent'));
  };

  #late(): void {
    if (this.#first.isOver || this.#speaker !== undefined) return;
    const silentMs = Math.round(this.#host.clock.elapsed() - this.#sentAt);
    try {
      const asked = this.#hedging.askToo(this.#at, this.#first.call.call, silentMs);
      if (asked !== undefined) this.#ask(asked);
    } catch (error) {
      this.#endUnasked();
      this.#over.reject(error);
    }
  }

  /** A second call that was written down and will not be made has its end all the same, so that it holds nothing. */
  #endUnasked(): void {
    const { hedge } = this.#at.attempt;
    if (hedge === undefined) return;
    const { id: call, model, estimate } = hedge;
    const leg = createLeg(model, { ...this.#first.call, call, estimate });
    this.#append([broken(this.#at, leg, 'it broke before it was sent')]);
  }

  #ask({ model, call, durable }: AskedToo): void {
    const second = createLeg(model, call);
    this.#second = second;
    durable.then(() => this.#send(second), this.#over.reject);
  }

  /** The call is made as any other; what it says and how it ends comes here first. */
  #send(leg: Leg): void {
    if (leg.isOver) return;
    leg.isSent = this.#host.joint === undefined;
    const { attempt, live } = this.#at;
    const at: AttemptPlace = {
      ...this.#at,
      attempt: leg === this.#first ? attempt : { ...attempt, model: leg.model },
      live: { ...live, cancel: leg.cancel },
    };
    const host: AttemptHost = {
      ...this.#host,
      joint: this.#leaveFor(leg),
      append: (drafts) => this.#ended(leg, drafts),
      show: (_, event) => this.#said(leg, at, event),
    };
    callModel(host, at, leg.call).then(() => {
      // It was broken off from outside, with its end.
      if (!leg.isOver) this.#leave(leg);
    }, this.#over.reject);
  }

  /** A call that waits for room of other processes is not sent yet, and its model is not silent. */
  #leaveFor(leg: Leg): JointLeave | undefined {
    const { joint, clock } = this.#host;
    if (joint === undefined) return undefined;
    return {
      ask: async (call, cancel) => {
        const withheld = await joint.ask(call, cancel);
        leg.isSent = withheld === undefined;
        if (!leg.isSent || leg !== this.#first || leg.isOver) return withheld;
        this.#sentAt = clock.elapsed();
        this.#whenLate(() => this.#late());
        return undefined;
      },
    };
  }

  #said(leg: Leg, at: AttemptPlace, event: ModelEvent): void {
    if (leg.isOver) return;
    if (!leg.hasSpoken && (event.type === 'delta' || event.type === 'part')) {
      leg.hasSpoken = true;
      this.#speaker ??= leg;
      this.#forgetDeadline();
    }
    if (leg === (this.#speaker ?? this.#first)) this.#host.show(at, event);
  }

  #ended(leg: Leg, drafts: readonly EventDraft[]): Promise<void> {
    // What comes of one that was broken off is written down already.
    if (!leg.isOver) for (const draft of drafts) this.#end(leg, draft);
    return Promise.resolve();
  }

  #end(leg: Leg, draft: EventDraft): void {
    const other = this.#close(leg);
    const end = leg === this.#first ? draft : withoutRetry(draft);
    if (other === undefined || other.isOver) {
      this.#append([end]);
      this.#over.resolve();
    } else if (draft.type === 'call.finished' && isWhole(draft.data)) {
      // In one write, and the end of the other before the answer: at no time are there two of them.
      this.#breakOff(other, leg, [end]);
    } else {
      this.#append([end]);
      this.#host.callEnded(this.#at);
      if (draft.type !== 'call.finished' || other.hasSpoken) return;
      // What is there is poor, and still better than waiting for nothing.
      this.#whenLate(() => {
        if (!other.isOver) this.#breakOff(other, leg, []);
      });
    }
  }

  #leave(leg: Leg): void {
    const other = this.#close(leg);
    if (other === undefined || other.isOver) this.#over.resolve();
  }

  /** Gives the one that is left, which is shown from here on. */
  #close(leg: Leg): Leg | undefined {
    leg.isOver = true;
    const other = leg === this.#first ? this.#second : this.#first;
    if (this.#speaker === leg) this.#speaker = other?.hasSpoken === true ? other : undefined;
    return other;
  }

  #breakOff(leg: Leg, winner: Leg, answer: readonly EventDraft[]): void {
    leg.isOver = true;
    this.#append([lost(this.#at, leg, winner), ...answer]);
    leg.cancel.abort(new Error(`${winner.model} answered first`));
    this.#over.resolve();
  }

  #whenLate(late: () => void): void {
    this.#forgetDeadline();
    this.#deadline = this.#host.deadlines.add(this.#lateAfterMs, () => {
      this.#deadline = undefined;
      late();
    });
  }

  /** Of a journal that failed, whoever waits for the end of this has to hear. */
  #append(drafts: readonly EventDraft[]): void {
    try {
      void this.#host.append(drafts);
    } catch (error) {
      this.#over.reject(error);
    }
  }

  #forgetDeadline(): void {
    if (this.#deadline !== undefined) this.#host.deadlines.remove(this.#deadline);
    this.#deadline = undefined;
  }
}

function createLeg(model: string, call: LetThrough): Leg {
  return {
    model,
    call,
    cancel: new Cancellation(),
    isSent: false,
    hasSpoken: false,
    isOver: false,
  };
}

/** Of some servers nobody knows why their answers end. */
function isWhole({ reason, ...data }: EventData['call.finished']): boolean {
  return answerOf({ ...data, reason: reason === 'other' ? 'stop' : reason }) !== undefined;
}

/** A call that was broken off may have been paid, unless nobody was asked yet. */
function lost(at: AttemptPlace, leg: Leg, winner: Leg): EventDraft {
  const ended = broken(at, leg, `${winner.model} answered first`);
  return { ...ended, data: { ...ended.data, lostTo: winner.call.call } };
}

function broken(at: AttemptPlace, leg: Leg, message: string): EventDraft<'call.failed'> {
  const { model, call, isSent } = leg;
  return {
    type: 'call.failed',
    ...placeOf(at),
    call: call.call,
    model,
    data: {
      kind: 'aborted',
      message,
      retryable: true,
      settled: isSent ? call.estimate : NOTHING,
      uncertain: isSent,
    },
  };
}

/** A second model is asked once: nobody asks it again when it fails. */
function withoutRetry(draft: EventDraft): EventDraft {
  if (draft.type !== 'call.failed') return draft;
  const { retryAt: _, ...data } = draft.data;
  return { ...draft, data };
}
