import type { JobClaim, Mail, ModelJob } from '@overseer/core/spec';
import { STREAM } from '../store-kill/expected-event.ts';

/** A call of the stream that is fought for, for a model of its own name. */
export function sampleJob(id: string): ModelJob {
  return {
    ...{ id, stream: STREAM, run: 'r', task: 't', attempt: 'a', step: 1, model: id },
    request: { messages: [] },
    estimate: { inputTokens: 1, outputTokens: 1, microUsd: 1 },
    silentMs: 60_000,
  };
}

/** What somebody says of a call. */
export function replyBy(who: string, { job }: JobClaim): Mail {
  return { id: `${who}/${job.id}`, kind: 'reply', body: who };
}
