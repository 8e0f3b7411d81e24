import { inspect } from 'node:util';
import { OverseerError } from '@overseer/core/plugin';
import type { BackupTarget } from '../backup/backup-target.ts';
import type { S3Options } from './s3-options.ts';
import { s3Target } from './s3-target.ts';
import type { S3Fault, S3RequestSeen, S3TestServer } from './test-server/index.ts';

/** The keys that a test server knows. */
export const CREDENTIALS = { accessKeyId: 'key', secretAccessKey: 'secret' } as const;

/** A target on a test server, which waits for almost nothing. */
export function targetOn(
  { url, bucket }: S3TestServer,
  options: Partial<S3Options> = {},
): BackupTarget {
  return s3Target({
    bucket,
    prefix: 'a/b',
    endpoint: url,
    region: 'test-region',
    credentials: CREDENTIALS,
    backoffMs: 1,
    ...options,
  });
}

/** Puts bytes under a name. */
export async function putAll(
  target: BackupTarget,
  name: string,
  ...pieces: readonly Uint8Array[]
): Promise<void> {
  await using sink = await target.put(name);
  for (const piece of pieces) await sink.write(piece);
  await sink.commit();
}

/** All of what is kept under a name. */
export async function readAll(target: BackupTarget, name: string): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of target.get(name).read()) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Faults that happen so many times, to the requests that a test chooses. */
export function failing(
  times: number,
  is: (request: S3RequestSeen) => boolean,
  fault: S3Fault,
): (request: S3RequestSeen) => S3Fault | undefined {
  let left = times;
  return (request) => {
    // Sweeping is no part of what is looked at.
    if (request.query.has('uploads') && request.method === 'GET') return undefined;
    return left > 0 && is(request) && left-- > 0 ? fault : undefined;
  };
}

/** What was thrown; it has to be an error of ours. */
export async function thrown(work: Promise<unknown>): Promise<OverseerError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!OverseerError.is(error)) throw new Error(`no error of ours: ${inspect(error)}`);
  return error;
}
