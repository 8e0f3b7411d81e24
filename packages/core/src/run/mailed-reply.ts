import { SECRETS } from '../internal/redaction.ts';
import { createRedactor } from '../journal/redactor.ts';
import type { Mail } from '../spec/store.ts';
import { LATE_REPLY, type LateReply, lateMail } from './late-reply.ts';
import { settleReply, WORKER_REPLY, type WorkerReply } from './worker-reply.ts';

/** How a call ended that was sent. */
export interface MailedReply extends LateReply {
  readonly end: Exclude<LateReply['end'], { readonly type: 'call.withheld' }>;
}

/**
 * How a call ended, as a message says that waits for whoever has its project; `undefined` for any other message, for one that is sealed
 * whole, and for a call that was never sent. What a worker's answer cost is what its provider said, or else what was estimated: prices
 * are its team's. Nor is it known here what that team redacts, so that secrets as they are commonly written are taken out of it. What is sealed in it opens under the id of the message.
 */
export function mailedReply({ kind, body, problem }: Mail, nowMs: number): MailedReply | undefined {
  if (problem !== undefined) return undefined;
  if (kind === LATE_REPLY) return sent(body as unknown as LateReply);
  if (kind !== WORKER_REPLY) return undefined;
  const reply = body as unknown as WorkerReply;
  // Sealed by a worker: whoever has its key reads it where it is.
  if (typeof reply.end === 'string') return undefined;
  const redact = createRedactor({ patterns: SECRETS, fields: true, tools: new Map() });
  return sent(lateMail(priced(reply, nowMs), redact).body as unknown as LateReply);
}

function priced(reply: WorkerReply, nowMs: number): LateReply {
  const settled = settleReply(reply, {
    attempt: undefined,
    price: undefined,
    hasOtherKey: false,
    nowMs,
    retryDelay: (_, askedMs = 0) => askedMs,
  });
  const { end } = settled;
  if (end.type !== 'call.finished' || end.data.usage.usd !== undefined) return settled;
  const { microUsd } = reply.estimate;
  const data = { ...end.data, settled: { ...end.data.settled, microUsd } };
  return { ...settled, end: { type: 'call.finished', data } };
}

function sent(reply: LateReply): MailedReply | undefined {
  const { end } = reply;
  return end.type === 'call.withheld' ? undefined : { ...reply, end };
}
