import { failedCall, finishedCall, type WholeAnswer } from '../attempt/call-end.ts';
import type { ModelError } from '../errors/model-error.ts';
import type { AttemptState } from '../journal/run-state.ts';
import type { CallEstimate } from '../spec/call-amounts.ts';
import type { EventData } from '../spec/event.ts';
import type { Json } from '../spec/json.ts';
import type { ModelErrorKind, Price, RateLimit } from '../spec/model.ts';
import type { Mail } from '../spec/store.ts';
import type { ModelJob } from '../spec/transport.ts';
import type { LateReply } from './late-reply.ts';

/** What kind of mail it is. */
export const WORKER_REPLY = 'worker-reply';

/** How a worker's call failed. */
export interface WorkerFailure {
  readonly kind: ModelErrorKind;
  readonly message: string;
  readonly retryable: boolean;
  readonly retryAfterMs?: number;
  readonly rate?: RateLimit;
  /** Whether the answer had begun. */
  readonly begun: boolean;
  readonly otherKey?: boolean;
}

/** What a worker says of a job. */
export interface WorkerReply
  extends Omit<ModelJob, 'stream' | 'request' | 'sealed' | 'silentMs' | 'places' | 'keyName'> {
  /** Who worked on it, as it calls itself. */
  readonly worker: string;
  readonly end:
    | { readonly type: 'answer'; readonly answer: WholeAnswer }
    | { readonly type: 'failure'; readonly failure: WorkerFailure }
    /** It was not made: limits that processes share had no room for it any more. */
    | { readonly type: 'withheld'; readonly data: EventData['call.withheld'] };
}

/** The message by which a worker's reply reaches whoever has the project. */
export function workerMail(job: ModelJob, worker: string, end: WorkerReply['end']): Mail {
  const { id, run, task, attempt, step, model, estimate } = job;
  const reply: WorkerReply = { id, run, task, attempt, step, model, estimate, worker, end };
  return { id: `${WORKER_REPLY}/${id}`, kind: WORKER_REPLY, body: reply as unknown as Json };
}

/** What a reply is settled with. */
export interface ReplyTerms {
  /** The attempt that it is for, where that goes on. */
  readonly attempt: AttemptState | undefined;
  readonly price: Price | undefined;
  /** Its model has other keys than the one that it went out with, which may do. */
  readonly hasOtherKey: boolean;
  readonly nowMs: number;
  retryDelay(failures: number, retryAfterMs: number | undefined): number;
}

/** What stands for the end of a call that a worker sealed under a key which is not here. */
const UNREADABLE: WorkerReply['end'] = {
  type: 'failure',
  failure: {
    kind: 'invalid',
    message:
      "the worker's answer is sealed under a key that this overseer does not have: give all overseers and workers the same keys (sensitive)",
    retryable: false,
    begun: true,
  },
};

/** A worker's reply as that of a call which goes on elsewhere, with what it comes to by the prices of this team. */
export function settleReply(
  { id: call, run, task, attempt, step, model, estimate, end }: WorkerReply,
  terms: ReplyTerms,
): LateReply {
  const readable = typeof end === 'string' ? UNREADABLE : end;
  return { run, task, attempt, call, model, step, end: endOf(readable, estimate, terms) };
}

function endOf(
  end: WorkerReply['end'],
  estimate: CallEstimate,
  { attempt, price, hasOtherKey, nowMs, retryDelay }: ReplyTerms,
): LateReply['end'] {
  if (end.type === 'answer') {
    return { type: 'call.finished', data: finishedCall(end.answer, estimate, price) };
  }
  if (end.type === 'withheld') return { type: 'call.withheld', data: end.data };
  const { retryAfterMs, rate, otherKey = false, ...said } = end.failure;
  const failure: Pick<ModelError, keyof WorkerFailure> = { ...said, retryAfterMs, rate, otherKey };
  const call = { failure, kind: said.kind, estimate, hasOtherKey, nowMs };
  const data = failedCall(call, (askedMs) => retryDelay((attempt?.failures ?? 0) + 1, askedMs));
  return { type: 'call.failed', data };
}
