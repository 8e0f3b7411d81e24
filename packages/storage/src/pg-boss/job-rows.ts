import { createHash } from 'node:crypto';
import type { JobClaim, ModelJob } from '@overseer/core/spec';
import type { JobRow } from './job-content.ts';

/** How long a claim lasts without a heartbeat, in s; the least that pg-boss takes. */
export const HEARTBEAT_S = 10;

/** Longer than any call, in s, and the most that pg-boss takes: how long one may be silent is its worker's to watch. */
const LONGEST_S = 86_400;

/** For how long an ended job is kept, so that none is queued a second time, in s. */
const KEPT_S = 3_600;

/** How often a job may lose whoever works on it until it is given up. */
const LOSSES = 20;

/** How the queue of one model is made. */
export const QUEUE: Readonly<
  Record<
    'heartbeatSeconds' | 'expireInSeconds' | 'deleteAfterSeconds' | 'retryLimit' | 'retryDelay',
    number
  >
> = {
  heartbeatSeconds: HEARTBEAT_S,
  expireInSeconds: LONGEST_S,
  deleteAfterSeconds: KEPT_S,
  retryLimit: LOSSES,
  retryDelay: 0,
};

/** The queue of a model, which may have any name: what pg-boss does not take is written as its bytes. */
export function queueOf(model: string): string {
  const shown = model.replace(/[^a-zA-Z0-9-]/g, (unit) => {
    const bytes = Buffer.from(unit, 'utf8').toString('hex');
    return `_${bytes}_`;
  });
  return `ov.${shown.length <= 100 ? shown : createHash('sha256').update(model).digest('hex')}`;
}

/** The row of a job: pg-boss wants a UUID, and a job's id may be any text. */
export function rowOf(id: string): string {
  const hash = createHash('sha256').update(id).digest('hex');
  // Marked as made by a rule of its own (version 8).
  const parts = [hash.slice(0, 8), hash.slice(8, 12), `8${hash.slice(13, 16)}`];
  return [...parts, `8${hash.slice(17, 20)}`, hash.slice(20, 32)].join('-');
}

/** A job as it is queued. */
export function insertOf(
  { id }: ModelJob,
  data: JobRow | undefined,
): { readonly id: string; readonly data?: JobRow } {
  return { id: rowOf(id), ...(data === undefined ? {} : { data }) };
}

/** Which claim of its row a job is. */
export function claimOf(job: ModelJob, retryCount: number): JobClaim {
  return { job, fence: retryCount + 1 };
}

/** By which pg-boss knows a claim: never the row alone, which whoever lost it has too. */
export function attemptOf({ job, fence }: JobClaim): {
  readonly id: string;
  readonly retryCount: number;
} {
  return { id: rowOf(job.id), retryCount: fence - 1 };
}
