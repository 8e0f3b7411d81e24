import { ConfigError } from '@overseer/core/plugin';

/** Where backups are in a store that speaks S3. */
export interface S3Place {
  readonly bucket: string;
  /** What all names begin with, without a slash at its ends; empty for the bucket itself. */
  readonly prefix: string;
}

/** Whether something is the address of a bucket, `s3://bucket/prefix`, and no folder. */
export function isS3Address(text: string): boolean {
  return /^s3:/i.test(text);
}

/**
 * Reads `s3://bucket/prefix`. Throws `ConfigError` `config.bucket` for what is no address, or names what not every store signs
 * and lists alike: a prefix is made of letters, digits and `-_.=` between slashes.
 */
export function parseS3Address(text: string): S3Place {
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]*)\/?(.*)$/i.exec(text) ?? [];
  return requirePlace({ bucket, prefix: prefix.replace(/\/+$/, '') }, text);
}

/** The place, once its names are such as every store takes. Throws `ConfigError` `config.bucket`. */
export function requirePlace(
  place: S3Place,
  shown = `s3://${place.bucket}/${place.prefix}`,
): S3Place {
  const { bucket, prefix } = place;
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket) || bucket.includes('..')) {
    throw wrong(
      shown,
      'its bucket has to be a name of 3 to 63 small letters, digits, dots and hyphens',
    );
  }
  const steps = prefix === '' ? [] : prefix.split('/');
  if (
    !steps.every((step) => /^[\w.=-]+$/.test(step) && !/^\.+$/.test(step)) ||
    prefix.length > 512
  ) {
    throw wrong(
      shown,
      'what comes after the bucket has to be letters, digits and -_.= between slashes',
    );
  }
  return place;
}

function wrong(shown: string, why: string): ConfigError {
  // Somebody may have written a password into it.
  const safe = shown.replace(/\/\/[^/]*@/, '//…@').slice(0, 200);
  return new ConfigError(
    'config.bucket',
    `${JSON.stringify(safe)} is no place for backups, such as s3://bucket/prefix: ${why}.`,
  );
}
