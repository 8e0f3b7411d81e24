import { retryAfterMs } from '@overseer/core/plugin';
import { BackupError, type BackupErrorCode } from '../backup/backup-error.ts';
import { textIn } from './xml.ts';

/** A store did not do what it was asked. What it wrote is not in it, but for its own name of the error: it may repeat what was sent. */
export class S3Failure extends BackupError {
  /** The status of its answer; `undefined` where there was none. */
  readonly status: number | undefined;
  /** What it calls the error, such as `SlowDown`. */
  readonly reason: string;
  /** How long it asked to wait. */
  readonly retryAfterMs: number | undefined;

  constructor(code: BackupErrorCode, message: string, about: S3FailureAbout = {}) {
    super(code, message, { cause: about.cause });
    this.status = about.status;
    this.reason = about.reason ?? '';
    this.retryAfterMs = about.retryAfterMs;
  }

  /** Whether the same request may succeed in a while. */
  get mayPass(): boolean {
    if (this.code !== 'backup.target') return false;
    const { status } = this;
    if (status === undefined || PASSING.has(this.reason)) return true;
    return status === 408 || status === 429 || (status >= 500 && status !== 501);
  }
}

interface S3FailureAbout {
  readonly status?: number;
  readonly reason?: string;
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

/** What is over in a while though its status does not say so; the digests of a body differ where it was changed on the way. */
const PASSING: ReadonlySet<string> = new Set([
  'BadDigest',
  'ConditionalRequestConflict',
  'IncompleteBody',
  'OperationAborted',
  'RequestTimeout',
  'SlowDown',
  'XAmzContentSHA256Mismatch',
]);

/** What a failure is told about. */
export interface S3Asked {
  /** The bucket with its prefix, for people. */
  readonly place: string;
  /** The host that was asked. */
  readonly host: string;
  readonly region: string;
  readonly now: number;
}

/** A store that gave no answer, or not all of one. */
export function noAnswer(cause: unknown, { place, host }: S3Asked, timedOutMs?: number): S3Failure {
  const why =
    timedOutMs === undefined ? causeOf(cause) : `silent for ${Math.ceil(timedOutMs / 1_000)} s`;
  return new S3Failure(
    'backup.target',
    `${place} cannot be used for backups now: ${host} gives no whole answer (${why}). See that it is there, and that its address is right.`,
    { cause },
  );
}

/** What an answer of a store means that is an error; `body` is what it wrote, as far as it was read. */
export function refused(response: Response, body: string, asked: S3Asked): S3Failure {
  const { status, headers } = response;
  const reason = nameIn(textIn(body, 'Code'));
  const region = nameIn(headers.get('x-amz-bucket-region') ?? textIn(body, 'Region'));
  const about = { status, reason, retryAfterMs: retryAfterMs(headers, asked.now) };
  const told = `${status}${reason === '' ? '' : ` ${reason}`}`;
  if (status === 412) {
    return new S3Failure(
      'backup.taken',
      `There is another thing of that name in ${asked.place} (${told}).`,
      about,
    );
  }
  if (FULL.has(reason) || status === 507) {
    return new S3Failure(
      'backup.full',
      `There is no room left in ${asked.place} (${told}): free some, or keep fewer backups. Those that are there are whole.`,
      about,
    );
  }
  const todo =
    region !== '' && region !== asked.region && isElsewhere(status, reason)
      ? `the bucket is in the region ${region}, and ${asked.region} was asked: set AWS_REGION or --region`
      : (WORDS[reason]?.(asked, headers) ?? BY_STATUS[status]);
  if (todo !== undefined) {
    return new S3Failure(
      'backup.denied',
      `${asked.place} cannot be used for backups: ${todo} (${told}).`,
      about,
    );
  }
  return new S3Failure(
    'backup.target',
    `${asked.place} cannot be used for backups now: ${asked.host} answered ${told}.`,
    about,
  );
}

type Words = (asked: S3Asked, headers: Headers) => string;

const FULL: ReadonlySet<string> = new Set([
  'QuotaExceeded',
  'InsufficientStorage',
  'XMinioStorageFull',
  'StorageFull',
]);

/** What a person has to set right, by the store's own names of errors. */
const WORDS: Readonly<Record<string, Words>> = {
  InvalidAccessKeyId: () => 'the store knows no such key; see AWS_ACCESS_KEY_ID',
  SignatureDoesNotMatch: () => 'the secret key is not that of the key; see AWS_SECRET_ACCESS_KEY',
  ExpiredToken: () => 'the keys are too old; get new ones, with their AWS_SESSION_TOKEN',
  InvalidToken: () => 'the store does not know the session token; see AWS_SESSION_TOKEN',
  AccessDenied: () => 'the key may not do this there; it needs to list, read, write and delete',
  AllAccessDisabled: () => 'the bucket was disabled by its owner',
  NoSuchBucket: ({ host }) => `there is no such bucket at ${host}; see its name and the endpoint`,
  AuthorizationHeaderMalformed: ({ region }) =>
    `the store is not of the region ${region}; set AWS_REGION or --region`,
  PermanentRedirect: ({ region }) =>
    `the bucket is not in the region ${region}; set AWS_REGION or --region`,
  RequestTimeTooSkewed: ({ now }, headers) =>
    `the clock of this machine ${skew(now, headers.get('date'))}; set it right`,
};

const BY_STATUS: Readonly<Record<number, string>> = {
  301: 'the bucket is elsewhere; see the region and the endpoint',
  307: 'the bucket is elsewhere for now; see the region and the endpoint',
  401: 'the store does not take the keys',
  403: 'the key may not do this there, or is wrong',
};

function isElsewhere(status: number, reason: string): boolean {
  return (
    [301, 307].includes(status) || /^(AuthorizationHeaderMalformed|PermanentRedirect)$/.test(reason)
  );
}

function skew(now: number, date: string | null): string {
  const theirs = date === null ? Number.NaN : Date.parse(date);
  if (Number.isNaN(theirs)) return 'is not that of the store';
  const minutes = Math.round(Math.abs(theirs - now) / 60_000);
  return `is ${minutes} minutes ${now > theirs ? 'before' : 'behind'} that of the store`;
}

/** A name, and nothing that was made to be more. */
function nameIn(text: string | null | undefined): string {
  return text !== null && text !== undefined && /^[\w.-]{1,64}$/.test(text) ? text : '';
}

/** `fetch failed` says nothing; its cause does, by a code alone. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return 'it failed';
  return 'code' in cause && typeof cause.code === 'string'
    ? nameIn(cause.code)
    : nameIn(cause.name);
}
