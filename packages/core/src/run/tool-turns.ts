import type { AttemptPlace } from '../attempt/attempt-host.ts';
import type { RunState, TaskState } from '../journal/run-state.ts';
import type { Admission } from '../limit/model-limits.ts';
import type { ToolCall, ToolLimits } from '../limit/tool-limits.ts';
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

/**
 * Attempts whose next tool call a quota holds back, in the order in which they asked. One waits as long as the quota's
 * patience and its task's deadline allow, then its model is told; who waits for something else than another is not held
 * up by it. There are never more than attempts under way.
 */
export class ToolTurns {
  readonly #limits: ToolLimits;
  readonly #host: ToolTurnsHost;
  /** By attempt. */
  readonly #waiting = new Map<string, Waiting>();

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
    const refused = new Map<string, Refusal>();
    for (const waiting of [...this.#waiting.values()]) {
      const { at, call } = waiting;
      if (!this.#host.mayGoOn(at.run, at.task)) continue;
      // A clock that was set back begins the wait anew.
      waiting.since = Math.min(waiting.since, nowMs);
      const key = keyOf(call);
      const admission = refused.get(key) ?? this.#limits.admit(call, nowMs);
      if (admission.kind === 'run' || this.#isTooLong(waiting, admission, nowMs)) {
        this.#letGoOn(at);
      } else {
        refused.set(key, admission);
        notLaterThan(this.#tell(waiting, admission, nowMs));
      }
    }
  }

  /** An attempt wants nothing any more. */
  forget(attempt: string): void {
    this.#waiting.delete(attempt);
  }

  #letGoOn(at: AttemptPlace): void {
    at.live.waitsForTool = false;
    this.#host.goOn(at);
    // It may have been refused before it came to ask.
    if (!at.live.waitsForTool) this.#waiting.delete(at.attempt.id);
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

  /** A task that a tool does has nobody to tell, and waits. */
  #endsAt({ at: { task }, call, since }: Waiting): number {
    const { step, deadlineAt = Number.POSITIVE_INFINITY } = task.task;
    if (step !== undefined) return Number.POSITIVE_INFINITY;
    return Math.min(since + this.#limits.patienceMs(call.tool), deadlineAt);
  }

  /** Whether somebody who asked before and could go now has not gone yet. */
  #isBehind(attempt: string, { tool }: ToolCall, nowMs: number): boolean {
    const seen = new Set<string>();
    for (const [other, { at, call }] of this.#waiting) {
      if (other === attempt) return false;
      const key = keyOf(call);
      if (seen.has(key) || !this.#limits.shares(tool, call.tool)) continue;
      if (!this.#host.mayGoOn(at.run, at.task)) continue;
      seen.add(key);
      if (this.#limits.admit(call, nowMs).kind === 'run') return true;
    }
    return false;
  }
}

/** Calls with the same key get the same answer. */
function keyOf({ tool, run, caller: { role, model, user, tenant } }: ToolCall): string {
  return JSON.stringify([tool, run, role, model, user, tenant]);
}
