import { createHash } from 'node:crypto';

/** One thing in a bucket. */
export interface StoredObject {
  readonly bytes: Buffer;
  readonly etag: string;
  /** Headers that came with it and go with it. */
  readonly headers: Readonly<Record<string, string>>;
}

/** An upload in parts that has not ended. */
export interface StoredUpload {
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly begunAt: number;
  readonly parts: Map<number, StoredObject>;
}

/** What a test server keeps, in memory. */
export interface Bucket {
  readonly objects: Map<string, StoredObject>;
  readonly uploads: Map<string, StoredUpload>;
}

/** An object of these bytes. */
export function storedObject(
  bytes: Buffer,
  headers: Readonly<Record<string, string>> = {},
  etag: string = md5(bytes),
): StoredObject {
  return { bytes, headers, etag: `"${etag}"` };
}

/** One object of parts, whose ETag says of how many it is. */
export function joinedObject(
  parts: readonly StoredObject[],
  headers: Readonly<Record<string, string>>,
): StoredObject {
  const hashes = parts.map(({ etag }) => Buffer.from(etag.replaceAll('"', ''), 'hex'));
  const etag = `${md5(Buffer.concat(hashes))}-${parts.length}`;
  return storedObject(Buffer.concat(parts.map(({ bytes }) => bytes)), headers, etag);
}

function md5(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('hex');
}
