import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '@overseer/core/plugin';
import type { S3Answer, S3Client } from './s3-client.ts';
import { S3Failure } from './s3-failure.ts';

/**
 * Reads an object from its first byte to its last. Where the connection breaks off it goes on from the byte that is missing, and
 * only of the same object: its ETag is compared. Throws `S3Failure` where there is none, or where it was exchanged meanwhile.
 */
export async function* readObject(client: S3Client, key: string): AsyncGenerator<Uint8Array> {
  const { settings } = client;
  let at = 0;
  let etag: string | undefined;
  let failures = 0;
  while (true) {
    const answer = await openAt(client, key, at, etag);
    etag ??= answer.headers.get('etag') ?? '';
    let skip = answer.status === 206 ? 0 : at;
    try {
      for await (const piece of answer.body()) {
        const rest = piece.subarray(Math.min(skip, piece.byteLength));
        skip -= piece.byteLength - rest.byteLength;
        if (rest.byteLength === 0) continue;
        at += rest.byteLength;
        failures = 0;
        yield rest;
      }
      return;
    } catch (error) {
      if (!(error instanceof S3Failure) || !error.mayPass || ++failures >= settings.attempts)
        throw error;
    }
    const pause = backoffMs(failures, { baseMs: settings.backoffMs }, Math.random);
    await sleep(pause, undefined, settings.signal === undefined ? {} : { signal: settings.signal });
  }
}

async function openAt(
  client: S3Client,
  key: string,
  at: number,
  etag: string | undefined,
): Promise<S3Answer> {
  if (at === 0)
    return await client.open({ method: 'GET', key }).catch((error) => absent(client, key, error));
  const headers = {
    range: `bytes=${at}-`,
    ...(etag === undefined || etag === '' ? {} : { 'if-match': etag }),
  };
  const answer = await client.open({ method: 'GET', key, headers, takes: [412] });
  const begins = /^bytes (\d+)-/.exec(answer.headers.get('content-range') ?? '')?.[1];
  const isRest = answer.status === 206 ? Number(begins) === at : answer.status === 200;
  if (isRest && (answer.headers.get('etag') ?? '') === (etag ?? '')) return answer;
  await answer.drop();
  throw new S3Failure(
    'backup.target',
    `${nameOf(key)} in ${client.asked().place} was exchanged while it was read: restore again.`,
    { status: 412 },
  );
}

function absent(client: S3Client, key: string, error: unknown): never {
  if (!(error instanceof S3Failure) || error.status !== 404 || error.code !== 'backup.target')
    throw error;
  throw new S3Failure('backup.target', `There is no ${nameOf(key)} in ${client.asked().place}.`, {
    status: 404,
    reason: error.reason,
    cause: error,
  });
}

function nameOf(key: string): string {
  return key.split('/').at(-1) ?? key;
}
