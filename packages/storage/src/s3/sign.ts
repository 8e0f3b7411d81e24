import { ConfigError } from '@overseer/core/plugin';
import type { S3Settings } from './s3-options.ts';

/** What is signed; its headers have the hash of its body. */
export interface Unsigned {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

/** Signs a request by Signature Version 4, at the moment of the settings' clock. */
export type Sign = (
  settings: S3Settings,
  request: Unsigned,
) => Promise<{ readonly url: URL; readonly headers: Headers }>;

/** Loads what signs. Throws `ConfigError` `config.bucket` where it is not installed. */
export async function loadSigner(): Promise<Sign> {
  const { AwsV4Signer } = await import('aws4fetch').catch((cause: unknown) => {
    throw new ConfigError(
      'config.bucket',
      'The package aws4fetch, which signs what is asked of a bucket, is not there: run "npm install aws4fetch" beside @overseer/storage.',
      { cause },
    );
  });
  /** Keys that are made of a secret and a day. */
  let cache = new Map<string, ArrayBuffer>();
  return async ({ region, credentials, clock }, { method, url, headers }) => {
    if (cache.size > 4) cache = new Map();
    const signer = new AwsV4Signer({
      ...(await credentials()),
      method,
      url: url.href,
      headers,
      service: 's3',
      region,
      cache,
      datetime: new Date(clock.now()).toISOString().replaceAll(/[:-]|\.\d{3}/g, ''),
    });
    const signed = await signer.sign();
    return { url: signed.url, headers: signed.headers };
  };
}
