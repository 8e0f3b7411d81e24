import { ConfigError } from '@overseer/core/plugin';

/** Who speaks to a store. Stands in no message and no error. */
export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** With keys that end after a while. */
  readonly sessionToken?: string;
}

/** The keys in `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`. Throws `ConfigError` `config.bucket` where they are not set. */
export function environmentCredentials(): S3Credentials {
  const [accessKeyId = '', secretAccessKey = '', sessionToken = ''] = NAMES.map((name) =>
    process.env[name]?.trim(),
  );
  if (accessKeyId !== '' && secretAccessKey !== '') {
    return { accessKeyId, secretAccessKey, ...(sessionToken === '' ? {} : { sessionToken }) };
  }
  const missing = accessKeyId === '' ? NAMES[0] : NAMES[1];
  throw new ConfigError(
    'config.bucket',
    `A bucket takes keys, and ${missing} is not set: put them in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.`,
  );
}

const NAMES = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'] as const;
