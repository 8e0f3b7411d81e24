import type { KeptBackup } from '../backup/backup-target.ts';
import { readPages } from './read-pages.ts';
import type { S3Client } from './s3-client.ts';
import { elementsIn, textIn } from './xml.ts';

/** What packages of ours are called. */
export const PACKAGE_NAME: RegExp = /^[A-Za-z0-9][A-Za-z0-9.-]*\.ovpkg$/;

/** The packages right below a prefix, which ends with a slash or is empty. Throws `S3Failure`. */
export async function listObjects(
  client: S3Client,
  prefix: string,
): Promise<readonly KeptBackup[]> {
  const kept: KeptBackup[] = [];
  const pages = readPages(client, {
    element: 'ListBucketResult',
    query: { 'list-type': '2', prefix, delimiter: '/', 'max-keys': '1000' },
    next: { NextContinuationToken: 'continuation-token' },
  });
  for await (const page of pages) {
    for (const object of elementsIn(page, 'Contents')) {
      const key = textIn(object, 'Key') ?? '';
      const name = key.slice(prefix.length);
      const bytes = Number(textIn(object, 'Size'));
      if (!key.startsWith(prefix) || !PACKAGE_NAME.test(name)) continue;
      kept.push({ name, bytes: Number.isSafeInteger(bytes) ? bytes : 0 });
    }
  }
  return kept;
}
