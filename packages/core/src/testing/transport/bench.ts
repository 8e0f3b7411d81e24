import assert from 'node:assert/strict';
import { StoreError } from '../../errors/store-error.ts';
import type { Mail } from '../../spec/store.ts';
import type { JobClaim, ModelJob, TaskTransport } from '../../spec/transport.ts';
import type { ConformanceRule } from '../rule.ts';
import type { TransportPlace, TransportSubject } from './subject.ts';

/** The stream that the jobs are of. */
export const STREAM = 'project/default';

/** Another one. */
export const OTHER_STREAM = 'project/other';

/** A job whose id nobody had before. */
export function sampleJob(id: string, more: Partial<ModelJob> = {}): ModelJob {
  return {
    id,
    stream: STREAM,
    run: 'r1',
    task: 't1',
    attempt: 'a1',
    step: 1,
    model: 'coder',
    request: { messages: [{ role: 'user', parts: [{ type: 'text', text: `do ${id}` }] }] },
    estimate: { inputTokens: 10, outputTokens: 20, microUsd: 30 },
    silentMs: 60_000,
    ...more,
  };
}

/** A reply to a claim. */
export function replyTo({ job, fence }: JobClaim): Mail {
  return { id: `reply/${job.id}`, kind: 'reply', body: { by: fence } };
}

/** Where a rule works. */
export interface RulePlace extends TransportPlace {
  /** The epoch of the lease of `STREAM`. */
  readonly epoch: number;
}

/** Makes a rule that has a place of its own, opened once already, with the lease of `STREAM`. */
export type MakeTransportRule = (
  name: string,
  check: (transport: TaskTransport, place: RulePlace) => Promise<void>,
  ids?: string,
) => ConformanceRule;

/** How rules are made for a subject. */
export function transportRules({ place }: TransportSubject): MakeTransportRule {
  return (name, check, ids = 'R12') => ({
    name: `${ids}: ${name}`,
    check: async () => {
      const there = await place();
      try {
        const transport = await there.open();
        try {
          await check(transport, { ...there, epoch: await there.lease(STREAM) });
        } finally {
          await transport.close();
        }
      } finally {
        await there.close();
      }
    },
  });
}

/** Claims one job, and rejects where none waits. */
export async function claimOne(transport: TaskTransport, model = 'coder'): Promise<JobClaim> {
  const [claim] = await transport.claim([model], 1);
  assert(claim !== undefined, 'a job waits, and none was given');
  return claim;
}

/** Rejects unless something is refused because an epoch or a claim is over. */
export async function assertFenced(work: Promise<unknown>): Promise<void> {
  await assert.rejects(work, (error) => StoreError.is(error) && error.code === 'store.fenced');
}

/** The ids of what is claimed. */
export async function claimed(
  transport: TaskTransport,
  models: readonly string[],
  slots: number,
): Promise<readonly string[]> {
  return (await transport.claim(models, slots)).map(({ job }) => job.id);
}
