import { ConfigError } from '@overseer/core/plugin';

/** Says that a cassette cannot be used, and why. */
export function cassetteError(file: string, why: string, cause?: unknown): ConfigError {
  const sentence = `The cassette ${file} ${why}`;
  return new ConfigError('config.cassette', sentence, cause === undefined ? {} : { cause });
}
