import { isIP } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { type Clock, ConfigError, systemClock } from '@overseer/core/plugin';
import { requirePlace, type S3Place } from './s3-address.ts';
import { environmentCredentials, type S3Credentials } from './s3-credentials.ts';

/** Which store keeps backups, and how it is spoken to. */
export interface S3Options {
  readonly bucket: string;
  /** What all names begin with: letters, digits and `-_.=` between slashes. The default is the bucket itself. */
  readonly prefix?: string;
  /** The URL of the store; the default is `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`, or Amazon's of the region. */
  readonly endpoint?: string;
  /** The default is `AWS_REGION`, `AWS_DEFAULT_REGION`, or `us-east-1`. */
  readonly region?: string;
  /** Whether the bucket stands in the path and not in the name of the host; the default is yes for an endpoint of its own. */
  readonly pathStyle?: boolean;
  /** Takes an endpoint without TLS that is not on this machine: whoever is on the way can read what is not sealed. */
  readonly plainHttp?: boolean;
  /** The keys, or what gives them anew for each request; the default are `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`. */
  readonly credentials?: S3Credentials | (() => S3Credentials | Promise<S3Credentials>);
  /** Bytes of one part, from 5 MiB to 1 GiB, held in memory twice; 8 MiB where left out. What is larger goes in up to 10,000 parts of that size. */
  readonly partBytes?: number;
  /** How long a store may be silent, in ms; the default is 60,000. An upload has a second more for each 32 KiB. */
  readonly timeoutMs?: number;
  /** How often a request is tried that failed for a while; the default is 6. */
  readonly attempts?: number;
  /** The most that the first wait between two tries takes, in ms; it doubles each time, up to 20 s. The default is 250. */
  readonly backoffMs?: number;
  /** How long all tries of a request and the waits between them may take, in ms; the default is 120,000. */
  readonly patienceMs?: number;
  /** A folder for copies in the making; the default is one of this user's in that of the system for temporary files. */
  readonly scratch?: string;
  /** Gives up what is under way. An upload that was begun is still taken back. */
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
}

/** The same, with nothing left out. */
export interface S3Settings extends S3Place {
  readonly endpoint: URL;
  readonly region: string;
  readonly pathStyle: boolean;
  readonly credentials: () => S3Credentials | Promise<S3Credentials>;
  readonly partBytes: number;
  readonly timeoutMs: number;
  readonly attempts: number;
  readonly backoffMs: number;
  readonly patienceMs: number;
  readonly scratch: string;
  readonly signal: AbortSignal | undefined;
  readonly clock: Clock;
}

const MIB = 1_048_576;

/** Fills in what was left out. Throws `ConfigError` `config.bucket` for what cannot be right. */
export function s3Settings(options: S3Options): S3Settings {
  const { bucket, prefix = '', credentials, clock = systemClock } = options;
  requirePlace({ bucket, prefix });
  const region = options.region ?? said('AWS_REGION') ?? said('AWS_DEFAULT_REGION') ?? 'us-east-1';
  if (!/^[a-z0-9-]{2,64}$/.test(region)) {
    throw wrong(`the region ${JSON.stringify(region)} is no name such as eu-central-1`);
  }
  const own = options.endpoint ?? said('AWS_ENDPOINT_URL_S3') ?? said('AWS_ENDPOINT_URL');
  const endpoint = endpointOf(
    own ?? `https://s3.${region}.amazonaws.com`,
    options.plainHttp === true,
  );
  // The certificate of a host is good for one label before it.
  const pathStyle = options.pathStyle ?? (own !== undefined || bucket.includes('.'));
  if (!pathStyle && isIP(endpoint.hostname.replace(/[[\]]/g, '')) !== 0) {
    throw wrong(
      `no name of a bucket can stand before ${endpoint.hostname}; leave its path style on`,
    );
  }
  return {
    bucket,
    prefix,
    region,
    endpoint,
    pathStyle,
    credentials:
      typeof credentials === 'function'
        ? credentials
        : () => credentials ?? environmentCredentials(),
    partBytes: within('partBytes', options.partBytes ?? 8 * MIB, 5 * MIB, 1024 * MIB),
    timeoutMs: within('timeoutMs', options.timeoutMs ?? 60_000, 1, 3_600_000),
    attempts: within('attempts', options.attempts ?? 6, 1, 100),
    backoffMs: within('backoffMs', options.backoffMs ?? 250, 1, 60_000),
    patienceMs: within('patienceMs', options.patienceMs ?? 120_000, 0, 86_400_000),
    scratch: options.scratch ?? join(tmpdir(), `overseer-backups-${userInfo().uid}`),
    signal: options.signal,
    clock,
  };
}

function endpointOf(text: string, plainHttp: boolean): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || `${url.search}${url.hash}` !== '') {
    throw wrong('its endpoint has to be a URL such as https://s3.example.com');
  }
  if (url.username !== '' || url.password !== '') {
    throw wrong(
      'its endpoint has a password in it; keys belong into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
    );
  }
  if (!/^[\w.=/-]*$/.test(url.pathname))
    throw wrong('the path of its endpoint has to be letters, digits and -_.=');
  if (
    url.protocol === 'http:' &&
    !plainHttp &&
    !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname)
  ) {
    throw wrong(
      `its endpoint ${url.host} is without TLS; take https, or allow it with --plain-http ("plainHttp")`,
    );
  }
  return url;
}

function within(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw wrong(`its ${name} has to be a whole number from ${least} to ${most}, and is ${value}`);
}

function said(name: string): string | undefined {
  const text = process.env[name];
  return text === undefined || text === '' ? undefined : text;
}

function wrong(why: string): ConfigError {
  return new ConfigError('config.bucket', `The place for backups cannot be used: ${why}.`);
}
