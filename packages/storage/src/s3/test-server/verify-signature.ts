import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Whom a server knows. */
export interface Known {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly region: string;
}

/** Why a request is refused, as S3 calls it. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly region?: string;
}

const MOST_SKEW_MS = 15 * 60_000;

/**
 * Whether a request was signed by Signature Version 4 for S3, in its headers, with all that has to be signed; `undefined` where it
 * was. Written after "Authenticating Requests (AWS Signature Version 4)" of the S3 API reference, and shares nothing with what signs.
 */
export function verifySignature(
  request: IncomingMessage,
  body: Buffer,
  known: Known,
  now: number,
): Refusal | undefined {
  const { headers } = request;
  const parts =
    /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    );
  if (parts === null) return { status: 403, code: 'AccessDenied' };
  const [, accessKeyId, day = '', region = '', signedHeaders = '', signature = ''] = parts;
  const date = oneOf(headers['x-amz-date']);
  const bodyHash = oneOf(headers['x-amz-content-sha256']);
  if (accessKeyId !== known.accessKeyId) return { status: 403, code: 'InvalidAccessKeyId' };
  if (region !== known.region) {
    return { status: 400, code: 'AuthorizationHeaderMalformed', region: known.region };
  }
  if (
    known.sessionToken !== undefined &&
    oneOf(headers['x-amz-security-token']) !== known.sessionToken
  ) {
    return { status: 400, code: 'InvalidToken' };
  }
  const at = Date.parse(
    date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'),
  );
  if (Number.isNaN(at) || !date.startsWith(day)) return { status: 403, code: 'AccessDenied' };
  if (Math.abs(at - now) > MOST_SKEW_MS) return { status: 403, code: 'RequestTimeTooSkewed' };
  const names = signedHeaders.split(';');
  if (!isAllSigned(names, Object.keys(headers))) return { status: 403, code: 'AccessDenied' };
  if (bodyHash !== sha256(body)) return { status: 400, code: 'XAmzContentSHA256Mismatch' };

  const canonical = [
    request.method,
    ...canonicalTarget(request.url ?? '/'),
    ...names.map((name) => `${name}:${oneOf(headers[name]).trim().replace(/ +/g, ' ')}`),
    '',
    signedHeaders,
    bodyHash,
  ].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', date, scope, sha256(Buffer.from(canonical))].join('\n');
  const key = [day, region, 's3', 'aws4_request'].reduce<Buffer | string>(
    hmac,
    `AWS4${known.secretAccessKey}`,
  );
  const isSame = timingSafeEqual(hmac(key, text), Buffer.from(signature, 'hex'));
  return isSame ? undefined : { status: 403, code: 'SignatureDoesNotMatch' };
}

/** Sorted, and with all that S3 wants to be signed. */
function isAllSigned(names: readonly string[], sent: readonly string[]): boolean {
  const must = ['host', ...sent.filter((name) => name.startsWith('x-amz-'))];
  const isSorted = names.join(';') === [...names].sort().join(';');
  return isSorted && must.every((name) => names.includes(name));
}

/** The path and the query as they are signed: each name and value encoded once, sorted. */
function canonicalTarget(target: string): readonly [string, string] {
  const [path = '/', query = ''] = target.split('?');
  const steps = path.split('/').map((step) => encode(decodeURIComponent(step)));
  const pairs =
    query === ''
      ? []
      : query.split('&').map((pair) => {
          const [name = '', value = ''] = pair.split('=');
          return [encode(decodeURIComponent(name)), encode(decodeURIComponent(value))] as const;
        });
  const sorted = pairs.sort(([a, b], [c, d]) => (a === c ? (b < d ? -1 : 1) : a < c ? -1 : 1));
  return [steps.join('/'), sorted.map(([name, value]) => `${name}=${value}`).join('&')];
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function oneOf(value: string | readonly string[] | undefined): string {
  return typeof value === 'string' ? value : (value ?? []).join(',');
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
