import { openValue, type SensitiveKeys, type ValueSealer } from '../journal/sealed-values.ts';
import type { Json } from '../spec/json.ts';
import type { ModelRequest } from '../spec/model.ts';
import type { Mail } from '../spec/store.ts';
import type { ModelJob } from '../spec/transport.ts';
import type { WorkerReply } from './worker-reply.ts';

/** A job as it waits for a worker: with its request sealed, where what is sensitive is. */
export function sealJob(job: ModelJob, sealer: ValueSealer | undefined): ModelJob {
  if (sealer === undefined) return job;
  const sealed = sealer.whole(placeOf(job), job.request as unknown as Json);
  return { ...job, request: { messages: [] }, sealed };
}

/** The request of a job; `undefined` where it is sealed under a key that is not here. */
export function requestIn(
  job: ModelJob,
  keys: SensitiveKeys | undefined,
): ModelRequest | undefined {
  const { request, sealed } = job;
  if (sealed === undefined) return request;
  const opened = keys === undefined ? sealed : openValue(placeOf(job), sealed, keys);
  // Only an overseer that has the key can have sealed it.
  return typeof opened === 'string' ? undefined : (opened as unknown as ModelRequest);
}

/** How a call ends at a worker that cannot open it; told as it is, as nothing of the call is in it. */
export const SEALED_FOR_OTHERS: WorkerReply['end'] = {
  type: 'failure',
  failure: {
    kind: 'invalid',
    message:
      'the call is sealed, and its worker does not have the key: give createWorker the keys of the overseer (sensitive)',
    retryable: false,
    begun: false,
  },
};

/** A worker's message with how the call ended sealed as its job was; whoever has the key reads it as it is. */
export function sealReply(mail: Mail, job: ModelJob, sealer: ValueSealer | undefined): Mail {
  if (sealer === undefined || job.sealed === undefined) return mail;
  const body = mail.body as { readonly end: Json } & Record<string, Json>;
  const end = sealer.whole({ id: mail.id, run: job.run }, body.end);
  return { ...mail, body: { ...body, end } };
}

function placeOf({ id, run }: ModelJob): { readonly id: string; readonly run: string } {
  return { id: `job/${id}`, run };
}
