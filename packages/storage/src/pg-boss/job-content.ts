import type { ModelJob } from '@overseer/core/spec';
import type { Connection } from '../postgres/connection.ts';
import { type AtRest, keysToWrite, packingFor } from '../postgres/key-rows.ts';
import { KeySet } from '../postgres/key-set.ts';
import { Packing } from '../sqlite/file/packing.ts';

/** What is kept of a job. Text within text: `jsonb` takes neither null bytes nor halves of surrogate pairs. */
export type JobRow =
  | { readonly job: string }
  /** Sealed under the key of its stream, as an envelope in base64. */
  | { readonly sealed: string; readonly stream: string; readonly id: string };

/** Jobs as they are queued, in their order: sealed where there are master keys. */
export async function jobRows(
  connection: Connection,
  atRest: AtRest,
  jobs: readonly ModelJob[],
): Promise<readonly JobRow[]> {
  if (atRest.ring === undefined) return jobs.map((job) => ({ job: JSON.stringify(job) }));
  const streams = [...new Set(jobs.map(({ stream }) => stream))];
  const owners = streams.map((stream) => ({ kind: 'stream', stream }) as const);
  const keys = await keysToWrite(connection, atRest, owners);
  const packing = new Packing(new KeySet(atRest.ring, keys), atRest.compression);
  return jobs.map((job): JobRow => {
    const { stream, id } = job;
    const plain = Buffer.from(JSON.stringify(job));
    const key = packing.keyFor(stream, undefined);
    const sealed = packing.packLarge(plain, key, placeOf({ stream, id }));
    return { sealed: (sealed ?? plain).toString('base64'), stream, id };
  });
}

/** The jobs of rows, in their order; `undefined` for one that is damaged. Throws `StoreError` `store.key`. */
export async function jobsIn(
  connection: Connection,
  atRest: AtRest,
  rows: readonly JobRow[],
): Promise<readonly (ModelJob | undefined)[]> {
  const sealed = rows.flatMap((row) => ('sealed' in row ? [bytesOf(row)] : []));
  if (sealed.length === 0) return rows.map((row) => parse('job' in row ? row.job : ''));
  const packing = await packingFor(connection, atRest, sealed);
  return rows.map((row) => {
    if ('job' in row) return parse(row.job);
    const content = packing.unpack(bytesOf(row), placeOf(row));
    return typeof content === 'string' ? undefined : parse(content.toString('utf8'));
  });
}

function bytesOf({ sealed }: { readonly sealed: string }): Buffer {
  return Buffer.from(sealed, 'base64');
}

function placeOf({ stream, id }: { readonly stream: string; readonly id: string }): string {
  return JSON.stringify(['job', stream, id]);
}

function parse(text: string): ModelJob | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
