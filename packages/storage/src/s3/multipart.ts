import type { S3Client } from './s3-client.ts';
import { S3Failure } from './s3-failure.ts';
import { escapeXml, textIn } from './xml.ts';

/** An upload in parts, of which nothing is to be seen before its end. */
export interface Multipart {
  /** Sends the next part. */
  add(bytes: Uint8Array): Promise<void>;
  /** Makes one object of all parts. */
  complete(condition: Readonly<Record<string, string>>): Promise<void>;
  /** Takes it back, as far as the store lets; what stays is swept later. */
  abort(): Promise<void>;
}

/** What S3 takes at most. */
const MOST_PARTS = 10_000;

/** Begins an upload. Throws `S3Failure`. */
export async function beginMultipart(
  client: S3Client,
  key: string,
  headers: Readonly<Record<string, string>>,
): Promise<Multipart> {
  const begun = await client.ask({ method: 'POST', key, query: { uploads: '' }, headers });
  const uploadId = textIn(begun.text, 'UploadId');
  if (uploadId === undefined || uploadId === '') throw senseless(client, 'an upload without an id');
  const etags: string[] = [];
  return {
    add: async (body) => {
      const partNumber = etags.length + 1;
      if (partNumber > MOST_PARTS) throw tooLarge(client);
      const query = { partNumber: String(partNumber), uploadId };
      const { headers: answered } = await client.ask({ method: 'PUT', key, query, body });
      const etag = answered.get('etag');
      if (etag === null || etag === '') throw senseless(client, 'a part without an ETag');
      etags.push(etag);
    },
    complete: async (condition) => {
      const parts = etags.map(
        (etag, index) =>
          `<Part><PartNumber>${index + 1}</PartNumber><ETag>${escapeXml(etag)}</ETag></Part>`,
      );
      const xml = `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${parts.join('')}</CompleteMultipartUpload>`;
      const body = Buffer.from(xml);
      const done = await client.ask({
        method: 'POST',
        key,
        query: { uploadId },
        body,
        headers: { ...condition, 'content-type': 'application/xml' },
      });
      if (textIn(done.text, 'CompleteMultipartUploadResult') === undefined) {
        throw senseless(client, 'no word of whether an upload is complete');
      }
    },
    abort: () => abortUpload(client, key, uploadId),
  };
}

/** Takes an upload back; does nothing where there is none of that id. Goes on though everything else was given up. */
export async function abortUpload(client: S3Client, key: string, uploadId: string): Promise<void> {
  await client.ask({
    method: 'DELETE',
    key,
    query: { uploadId },
    takes: [404],
    attempts: 2,
    isLast: true,
  });
}

function senseless(client: S3Client, what: string): S3Failure {
  const { place, host } = client.asked();
  return new S3Failure(
    'backup.target',
    `${place} cannot be used for backups: ${host} gave ${what}.`,
    {
      status: 400,
    },
  );
}

function tooLarge(client: S3Client): S3Failure {
  const { partBytes } = client.settings;
  return new S3Failure(
    'backup.target',
    `A backup is larger than ${MOST_PARTS} parts of ${partBytes} bytes: make them larger ("partBytes").`,
    { status: 400 },
  );
}
