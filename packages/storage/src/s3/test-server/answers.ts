import { randomUUID } from 'node:crypto';
import { elementsIn, escapeXml, textIn } from '../xml.ts';
import { type Bucket, joinedObject, type StoredObject, storedObject } from './bucket.ts';
import type { Refusal } from './verify-signature.ts';

/** What is asked, once its signature was found good. */
export interface Asked {
  readonly method: string;
  /** Empty for the bucket itself. */
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What is answered. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

/** How strict and how large a bucket is. */
export interface BucketRules {
  readonly now: () => number;
  readonly pageSize: number;
  readonly leastPartBytes: number;
  /** Whether conditions of writes are known; 501 where not. */
  readonly conditions: boolean;
}

/** Answers as S3 does, and changes the bucket. */
export function answer(bucket: Bucket, asked: Asked, rules: BucketRules): Answer {
  const { method, key, query } = asked;
  const uploadId = query.get('uploadId');
  if (key === '') {
    if (method !== 'GET') return refusal({ status: 405, code: 'MethodNotAllowed' });
    return query.has('uploads')
      ? listUploads(bucket, query, rules)
      : listObjects(bucket, query, rules);
  }
  if (uploadId !== null) return answerUpload(bucket, asked, uploadId, rules);
  if (method === 'POST' && query.has('uploads')) return begin(bucket, asked, rules);
  if (method === 'PUT') return put(bucket, asked, rules);
  if (method === 'GET' || method === 'HEAD') return read(bucket, asked);
  if (method !== 'DELETE') return refusal({ status: 405, code: 'MethodNotAllowed' });
  bucket.objects.delete(key);
  return { status: 204 };
}

/** An error as S3 sends it. */
export function refusal({ status, code, region }: Refusal): Answer {
  const where = region === undefined ? '' : `<Region>${region}</Region>`;
  const body = `<Error><Code>${code}</Code><Message>It was refused &amp; told.</Message>${where}<RequestId>1</RequestId></Error>`;
  return { status, ...xml(body) };
}

function xml(body: string): Pick<Answer, 'headers' | 'body'> {
  const head = '<?xml version="1.0" encoding="UTF-8"?>\n';
  return { headers: { 'content-type': 'application/xml' }, body: Buffer.from(`${head}${body}`) };
}

function put(bucket: Bucket, { key, headers, body }: Asked, rules: BucketRules): Answer {
  const problem = conditionOf(bucket, key, headers, rules);
  if (problem !== undefined) return refusal(problem);
  const object = storedObject(body, keptHeaders(headers));
  bucket.objects.set(key, object);
  return { status: 200, headers: { etag: object.etag } };
}

function conditionOf(
  { objects }: Bucket,
  key: string,
  headers: Asked['headers'],
  { conditions }: BucketRules,
): Refusal | undefined {
  const [none, match] = [headers['if-none-match'], headers['if-match']];
  if (none === undefined && match === undefined) return undefined;
  if (!conditions || (none !== undefined && none !== '*'))
    return { status: 501, code: 'NotImplemented' };
  const there = objects.get(key);
  if (match !== undefined && there === undefined) return { status: 404, code: 'NoSuchKey' };
  const isMet = none === undefined ? there?.etag === match : there === undefined;
  return isMet ? undefined : { status: 412, code: 'PreconditionFailed' };
}

function keptHeaders(headers: Asked['headers']): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).filter(
      ([name]) => name === 'content-type' || name.startsWith('x-amz-meta-'),
    ),
  );
}

function read({ objects }: Bucket, { method, key, headers }: Asked): Answer {
  const object = objects.get(key);
  if (object === undefined)
    return method === 'HEAD' ? { status: 404 } : refusal({ status: 404, code: 'NoSuchKey' });
  const match = headers['if-match'];
  if (match !== undefined && match !== object.etag)
    return refusal({ status: 412, code: 'PreconditionFailed' });
  const about = { ...object.headers, etag: object.etag, 'accept-ranges': 'bytes' };
  const range = /^bytes=(\d+)-$/.exec(headers['range'] ?? '')?.[1];
  if (range === undefined) return { status: 200, headers: about, body: object.bytes };
  const { byteLength } = object.bytes;
  if (Number(range) >= byteLength) return refusal({ status: 416, code: 'InvalidRange' });
  const part = { 'content-range': `bytes ${range}-${byteLength - 1}/${byteLength}` };
  return {
    status: 206,
    headers: { ...about, ...part },
    body: object.bytes.subarray(Number(range)),
  };
}

function begin({ uploads }: Bucket, { key, headers }: Asked, { now }: BucketRules): Answer {
  const id = randomUUID();
  uploads.set(id, { key, headers: keptHeaders(headers), begunAt: now(), parts: new Map() });
  return {
    status: 200,
    ...xml(
      `<InitiateMultipartUploadResult xmlns="${NAMESPACE}"><Key>${escapeXml(key)}</Key><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
    ),
  };
}

function answerUpload(bucket: Bucket, asked: Asked, id: string, rules: BucketRules): Answer {
  const upload = bucket.uploads.get(id);
  if (upload === undefined || upload.key !== asked.key)
    return refusal({ status: 404, code: 'NoSuchUpload' });
  if (asked.method === 'DELETE') {
    bucket.uploads.delete(id);
    return { status: 204 };
  }
  if (asked.method === 'POST') return complete(bucket, asked, id, rules);
  const number = Number(asked.query.get('partNumber'));
  if (asked.method !== 'PUT' || !Number.isInteger(number) || number < 1 || number > 10_000) {
    return refusal({ status: 400, code: 'InvalidArgument' });
  }
  const part = storedObject(asked.body);
  upload.parts.set(number, part);
  return { status: 200, headers: { etag: part.etag } };
}

function complete(
  bucket: Bucket,
  { key, headers, body }: Asked,
  id: string,
  rules: BucketRules,
): Answer {
  const upload = bucket.uploads.get(id);
  const named = elementsIn(body.toString('utf8'), 'Part').map((part) => ({
    number: Number(textIn(part, 'PartNumber')),
    etag: textIn(part, 'ETag'),
  }));
  if (upload === undefined || named.length === 0)
    return refusal({ status: 400, code: 'MalformedXML' });
  const parts: StoredObject[] = [];
  let before = 0;
  for (const [index, { number, etag }] of named.entries()) {
    const part = upload.parts.get(number);
    if (number <= before) return refusal({ status: 400, code: 'InvalidPartOrder' });
    if (part === undefined || part.etag !== etag)
      return refusal({ status: 400, code: 'InvalidPart' });
    const isLast = index === named.length - 1;
    if (!isLast && part.bytes.byteLength < rules.leastPartBytes)
      return refusal({ status: 400, code: 'EntityTooSmall' });
    before = number;
    parts.push(part);
  }
  const problem = conditionOf(bucket, key, headers, rules);
  if (problem !== undefined) return refusal(problem);
  const object = joinedObject(parts, upload.headers);
  bucket.objects.set(key, object);
  bucket.uploads.delete(id);
  return {
    status: 200,
    ...xml(
      `<CompleteMultipartUploadResult xmlns="${NAMESPACE}"><Key>${escapeXml(key)}</Key><ETag>${escapeXml(object.etag)}</ETag></CompleteMultipartUploadResult>`,
    ),
  };
}

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

function listObjects(
  { objects }: Bucket,
  query: URLSearchParams,
  { pageSize }: BucketRules,
): Answer {
  if (query.get('list-type') !== '2') return refusal({ status: 501, code: 'NotImplemented' });
  const prefix = query.get('prefix') ?? '';
  const after = Buffer.from(query.get('continuation-token') ?? '', 'base64').toString('utf8');
  const below = (key: string): boolean =>
    query.get('delimiter') !== '/' || !key.slice(prefix.length).includes('/');
  const keys = [...objects.keys()]
    .filter((key) => key.startsWith(prefix) && key > after && below(key))
    .sort();
  const size = Math.min(pageSize, Number(query.get('max-keys') ?? 1_000));
  const page = keys.slice(0, size);
  const contents = page.map((key) => {
    const object = objects.get(key);
    return `<Contents><Key>${escapeXml(key)}</Key><LastModified>2026-11-27T00:00:00.000Z</LastModified><ETag>${escapeXml(object?.etag ?? '')}</ETag><Size>${object?.bytes.byteLength}</Size></Contents>`;
  });
  const isTruncated = keys.length > page.length;
  const token = Buffer.from(page.at(-1) ?? '').toString('base64');
  const next = isTruncated ? `<NextContinuationToken>${token}</NextContinuationToken>` : '';
  return {
    status: 200,
    ...xml(
      `<ListBucketResult xmlns="${NAMESPACE}"><Prefix>${escapeXml(prefix)}</Prefix><IsTruncated>${isTruncated}</IsTruncated>${contents.join('')}${next}</ListBucketResult>`,
    ),
  };
}

function listUploads(
  { uploads }: Bucket,
  query: URLSearchParams,
  { pageSize }: BucketRules,
): Answer {
  const prefix = query.get('prefix') ?? '';
  const [key = '', id = ''] = [query.get('key-marker') ?? '', query.get('upload-id-marker') ?? ''];
  const all = [...uploads]
    .map(([uploadId, { key: of, begunAt }]) => ({ uploadId, key: of, begunAt }))
    .filter((one) => one.key.startsWith(prefix) && `${one.key}\n${one.uploadId}` > `${key}\n${id}`)
    .sort((a, b) => (`${a.key}\n${a.uploadId}` < `${b.key}\n${b.uploadId}` ? -1 : 1));
  const page = all.slice(0, pageSize);
  const last = page.at(-1);
  const isTruncated = all.length > page.length;
  const next =
    isTruncated && last !== undefined
      ? `<NextKeyMarker>${escapeXml(last.key)}</NextKeyMarker><NextUploadIdMarker>${last.uploadId}</NextUploadIdMarker>`
      : '';
  const listed = page.map(
    (one) =>
      `<Upload><Key>${escapeXml(one.key)}</Key><UploadId>${one.uploadId}</UploadId><Initiated>${new Date(one.begunAt).toISOString()}</Initiated></Upload>`,
  );
  return {
    status: 200,
    ...xml(
      `<ListMultipartUploadsResult xmlns="${NAMESPACE}"><IsTruncated>${isTruncated}</IsTruncated>${next}${listed.join('')}</ListMultipartUploadsResult>`,
    ),
  };
}
