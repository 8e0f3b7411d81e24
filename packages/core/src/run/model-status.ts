import type { AttemptPlace } from '../attempt/attempt-host.ts';
import type { Heard } from '../call/server-lists.ts';
import type { ModelBreaker } from '../limit/model-breakers.ts';

/** How a model is connected, what it is at, and whether it could take a call. */
export interface ModelStatus {
  /** `connecting`: its server is asked whether it is there, or one call tries it again. */
  readonly connection: 'connecting' | 'connected' | 'disconnected';
  /**
   * `processing`: a call is under way; `validating`: an answer of it is checked; `ready`: it has a task, whose next call may begin;
   * `waiting`: something keeps its next call back; `idle`: it has nothing to do; `error`: it is left alone after failures.
   */
  readonly work: 'idle' | 'ready' | 'waiting' | 'processing' | 'validating' | 'error';
  /** `cold`: usable, and loaded at its next call; `busy`: takes no more calls now; `down`: cannot be used now. */
  readonly readiness: 'ready' | 'cold' | 'busy' | 'down';
  /** Why all this is so, in words. */
  readonly reason: string;
}

/** What the status of a model is told from. */
export interface StatusInput {
  readonly breaker: ModelBreaker;
  /** Why it is left alone, while it is. */
  readonly downWhy: string | undefined;
  /** Why a limit lets no call through now. */
  readonly fullWhy: string | undefined;
  readonly running: number;
  readonly heard: Heard;
  /** When a call of it last succeeded, epoch ms. */
  readonly succeededAt: number | undefined;
  readonly attempts: readonly AttemptPlace[];
  readonly nowMs: number;
}

/** The status of one model. Pure. */
export function statusOf(input: StatusInput): ModelStatus {
  const { connection, because } = connectionOf(input);
  const { work, why } = workOf(input);
  const readiness = readinessOf(input, connection);
  return { connection, work, readiness, reason: why ?? because };
}

function connectionOf({ breaker, downWhy, heard, succeededAt }: StatusInput): {
  readonly connection: ModelStatus['connection'];
  readonly because: string;
} {
  if (heard.isAsked) return { connection: 'connecting', because: 'its server is asked' };
  if (breaker.state === 'probing') {
    return { connection: 'connecting', because: 'one call tries it again' };
  }
  if (breaker.state === 'open' && breaker.scope === 'server') {
    return { connection: 'disconnected', because: downWhy ?? 'its server does not answer' };
  }
  const answeredAt = Math.max(succeededAt ?? 0, heard.listedAt ?? 0);
  if (heard.failedAt !== undefined && heard.failedAt >= answeredAt) {
    return { connection: 'disconnected', because: heard.why ?? 'its server does not answer' };
  }
  return answeredAt > 0
    ? { connection: 'connected', because: 'its server answered' }
    : { connection: 'disconnected', because: 'nothing was asked of it yet' };
}

function workOf({ downWhy, fullWhy, running, attempts, nowMs }: StatusInput): {
  readonly work: ModelStatus['work'];
  readonly why: string | undefined;
} {
  if (running > 0) return { work: 'processing', why: callsOf(running) };
  if (downWhy !== undefined) return { work: 'error', why: downWhy };
  const checked = attempts.find(isChecked);
  if (checked !== undefined) {
    return { work: 'validating', why: `the answer to ${checked.task.task.key} is checked` };
  }
  const kept = attempts.find(({ attempt }) => (attempt.failure?.retryAt ?? 0) > nowMs);
  if (kept !== undefined) return { work: 'waiting', why: kept.attempt.failure?.message };
  if (fullWhy !== undefined) return { work: 'waiting', why: fullWhy };
  const [its] = attempts;
  return its === undefined
    ? { work: 'idle', why: undefined }
    : { work: 'ready', why: `it is at ${its.task.task.key}` };
}

function readinessOf(
  { downWhy, fullWhy, running, heard, succeededAt }: StatusInput,
  connection: ModelStatus['connection'],
): ModelStatus['readiness'] {
  if (downWhy !== undefined) return 'down';
  const isUnheard = heard.failedAt === undefined && succeededAt === undefined;
  if (connection === 'disconnected' && !isUnheard && running === 0) return 'down';
  if (fullWhy !== undefined) return 'busy';
  const state = heard.model?.state;
  // What answered since was loaded for that.
  const isOld = (succeededAt ?? 0) > (heard.listedAt ?? 0);
  return running === 0 && !isOld && (state === 'cold' || state === 'loading') ? 'cold' : 'ready';
}

function callsOf(running: number): string {
  return running === 1 ? 'a call is under way' : `${running} calls are under way`;
}

/** Its last step calls no tool, so that it is an answer. */
function isChecked({ attempt }: AttemptPlace): boolean {
  const last = attempt.steps.at(-1);
  if (last === undefined || attempt.openCall !== undefined || attempt.failure !== undefined)
    return false;
  return last.next === undefined && last.parts.every(({ type }) => type !== 'tool-call');
}
