import type { AttemptPlace } from '../attempt/attempt-host.ts';
import type { RunState, TaskState } from '../journal/run-state.ts';
import type { Admission } from '../limit/model-limits.ts';
import type { ToolLimits } from '../limit/tool-limits.ts';
import { answerKey, type ToolCall } from '../limit/tool-rules.ts';
import { overQuota } from '../tool/over-quota.ts';
import type { TellWaiting } from './tell-waiting.ts';

/** What turns at tools have others do. */
export interface ToolTurnsHost {
  readonly waits: TellWaiting;
  mayGoOn(run: RunState, task: TaskState): boolean;
  /** An attempt that waited asks again. */
  goOn(at: AttemptPlace): void;
  wake(): void;
}

/** Whether a call may be made now. */
export type ToolTurn =
  | Extract<Admission, { kind: 'run' }>
  | { readonly kind: 'wait' }
  | { readonly kind: 'refused'; readonly because: string };

interface Waiting {
  readonly at: AttemptPlace;
  readonly call: ToolCall;
  /** Epoch ms. */
  since: number;
  isTold: boolean;
}

type Refusal = Exclude<Admission, { kind: 'run' }>;

/** What a turn has found so far. */
interface Turn {
  readonly nowMs: number;
  /** By what calls get the same answer for. */
  readonly refused: Map<string, Refusal>;
  /** Calls of those that were let go on and have still to ask. */
  readonly onTheirWay: ToolCall[];
}

/**
 * Attempts whose next tool call a quota holds back, in the order in which they asked. One waits as long as the quota's
 * patience and its task's deadline allow, then its model is told; who waits for something else than another is not held
 * up by it. There are never more than attempts under way.
 */
export class ToolTurns {
  readonly #limits: ToolLimits;
  readonly #host: ToolTurnsHost;
  /** By attempt; one that was let go on stays until it asks, or wants nothing any more. */
  readonly #waiting = new Map<string, Waiting>();
  /** Whether somebody stayed behind one that was on its way. */
  #isHeldUp = false;

  constructor(limits: ToolLimits, host: ToolTurnsHost) {
    this.#limits = limits;
    this.#host = host;
  }

  /** How many attempts wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Asks for a turn; the answer `run` must be used, by recording the start, before anybody else asks. */
  ask(at: AttemptPlace, call: ToolCall, nowMs: number): ToolTurn {
    const { id } = at.attempt;
    const admission = this.#limits.admit(call, nowMs);
    if (admission.kind === 'run' && !this.#isBehind(id, call, nowMs)) {
      this.#waiting.delete(id);
      if (this.#isHeldUp) this.#host.wake();
      return admission;
    }
    const known = this.#waiting.get(id);
    const waiting = known ?? { at, call, since: nowMs, isTold: false };
    if (admission.kind !== 'run' && this.#isTooLong(waiting, admission, nowMs)) {
      this.#waiting.delete(id);
      return { kind: 'refused', because: overQuota(call.tool, admission.why) };
    }
    this.#waiting.set(id, waiting);
    at.live.waitsForTool = true;
    this.#host.wake();
    return { kind: 'wait' };
  }

  /** Lets go on who may, or has waited long enough to be told; says when to look again. */
  offer(nowMs: number, notLaterThan: (at: number | undefined) => void): void {
    if (this.#waiting.size === 0) return;
    this.#isHeldUp = false;
    const turn: Turn = { nowMs, refused: new Map(), onTheirWay: [] };
    for (const waiting of [...this.#waiting.values()]) {
      if (!this.#host.mayGoOn(waiting.at.run, waiting.at.task)) continue;
      // A clock that was set back begins the wait anew.
      waiting.since = Math.min(waiting.since, nowMs);
      if (waiting.at.live.waitsForTool) notLaterThan(this.#offerTo(waiting, turn));
      else turn.onTheirWay.push(waiting.call);
    }
  }

  /** An attempt wants nothing any more. */
  forget(attempt: string): void {
    this.#waiting.delete(attempt);
  }

  /** Gives when to look again, where that is known. */
  #offerTo(waiting: Waiting, { nowMs, refused, onTheirWay }: Turn): number | undefined {
    const { at, call } = waiting;
    const key = answerKey(call);
    const admission = refused.get(key) ?? this.#limits.admit(call, nowMs);
    if (admission.kind !== 'run') {
      refused.set(key, admission);
      if (!this.#isTooLong(waiting, admission, nowMs)) return this.#tell(waiting, admission, nowMs);
    } else if (this.#isHeldUpBy(onTheirWay, call, nowMs)) {
      this.#isHeldUp = true;
      return undefined;
    }
    if (this.#letGoOn(at)) onTheirWay.push(call);
    return undefined;
  }

  /** Says whether it has still to ask: of a call in doubt it is found out first whether it happened. */
  #letGoOn(at: AttemptPlace): boolean {
    const { attempt, live } = at;
    live.waitsForTool = false;
    this.#host.goOn(at);
    if (live.waitsForTool) return false;
    // It may have been refused before it came to ask.
    if (!live.isDriven) this.#waiting.delete(attempt.id);
    return this.#waiting.has(attempt.id);
  }

  /** Tells of a wait, once; gives when to look again. */
  #tell(waiting: Waiting, admission: Refusal, nowMs: number): number {
    const { untilAt, on } = admission.kind === 'wait' ? admission : {};
    if (!waiting.isTold) this.#host.waits.note(waiting.at.task, admission.why, untilAt, nowMs, on);
    waiting.isTold = true;
    return Math.min(untilAt ?? Number.POSITIVE_INFINITY, this.#endsAt(waiting));
  }

  #isTooLong(waiting: Waiting, admission: Refusal, nowMs: number): boolean {
    if (admission.kind === 'never') return true;
    const endsAt = this.#endsAt(waiting);
    return nowMs >= endsAt || (admission.untilAt ?? nowMs) > endsAt;
  }

  /** A task that a tool does has nobody to tell, and waits until its deadline. */
  #endsAt({ at: { task }, call, since }: Waiting): number {
    const { step, deadlineAt = Number.POSITIVE_INFINITY } = task.task;
    if (step !== undefined) return deadlineAt;
    return Math.min(since + this.#limits.patienceMs(call), deadlineAt);
  }

  #isHeldUpBy(onTheirWay: readonly ToolCall[], { tool }: ToolCall, nowMs: number): boolean {
    return onTheirWay.some(
      (call) =>
        this.#limits.shares(tool, call.tool) && this.#limits.admit(call, nowMs).kind === 'run',
    );
  }

  /** Whether somebody who asked before and could go now has not gone yet. */
  #isBehind(attempt: string, { tool }: ToolCall, nowMs: number): boolean {
    const seen = new Set<string>();
    for (const [other, { at, call }] of this.#waiting) {
      if (other === attempt) return false;
      const key = answerKey(call);
      if (seen.has(key) || !this.#limits.shares(tool, call.tool)) continue;
      if (!this.#host.mayGoOn(at.run, at.task)) continue;
      seen.add(key);
      if (this.#limits.admit(call, nowMs).kind === 'run') return true;
    }
    return false;
  }
}
