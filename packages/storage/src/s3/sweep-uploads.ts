import { PACKAGE_NAME } from './list-objects.ts';
import { abortUpload } from './multipart.ts';
import { readPages } from './read-pages.ts';
import type { S3Client } from './s3-client.ts';
import { S3Failure } from './s3-failure.ts';
import { elementsIn, textIn } from './xml.ts';

/** How old an upload has to be for nobody to work on it any more, ms. */
export const LEFT_MS = 86_400_000;

/**
 * Takes back what processes that died left of their uploads: the parts are to be seen nowhere, and are paid for. Returns how many
 * it took back. What cannot be swept stays for the next time, and is no reason to make no backup.
 */
export async function sweepUploads(client: S3Client, prefix: string, now: number): Promise<number> {
  const pages = readPages(client, {
    element: 'ListMultipartUploadsResult',
    query: { uploads: '', prefix, 'max-uploads': '1000' },
    next: { NextKeyMarker: 'key-marker', NextUploadIdMarker: 'upload-id-marker' },
  });
  let swept = 0;
  try {
    for await (const page of pages) {
      for (const { key, uploadId } of leftIn(page, prefix, now)) {
        await abortUpload(client, key, uploadId);
        swept++;
      }
    }
  } catch (error) {
    if (!(error instanceof S3Failure)) throw error;
  }
  return swept;
}

function leftIn(
  page: string,
  prefix: string,
  now: number,
): readonly { readonly key: string; readonly uploadId: string }[] {
  const uploads = elementsIn(page, 'Upload').map((upload) => ({
    key: textIn(upload, 'Key') ?? '',
    uploadId: textIn(upload, 'UploadId') ?? '',
    begunAt: Date.parse(textIn(upload, 'Initiated') ?? ''),
  }));
  return uploads.filter(
    ({ key, uploadId, begunAt }) =>
      uploadId !== '' &&
      key.startsWith(prefix) &&
      PACKAGE_NAME.test(key.slice(prefix.length)) &&
      // A date that cannot be read is never older.
      now - begunAt > LEFT_MS,
  );
}
