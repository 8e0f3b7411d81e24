import { createHash } from 'node:crypto';
import type { Credentials } from '@overseer/core/spec';
import { namesKey } from './hide-secrets.ts';

/** Where a model's key comes from. */
export interface KeySource {
  readonly apiKey?: string | Credentials;
  readonly headers?: Readonly<Record<string, string>>;
  /** The variable of the environment that is read at the first call where no key is given. */
  readonly variable?: string;
}

/**
 * A name that is the same for models of one key and tells nothing of it: a part of its hash, or where it will be read.
 * `undefined` where headers of the host may carry another one.
 */
export function keyIdOf({ apiKey, headers, variable }: KeySource): string | undefined {
  if (headers !== undefined && Object.keys(headers).length > 0) return undefined;
  if (typeof apiKey === 'object') return apiKey.keyId;
  if (apiKey !== undefined && apiKey !== '') {
    return createHash('sha256').update(`overseer key\n${apiKey}`).digest('hex').slice(0, 16);
  }
  return variable === undefined ? 'no key' : `$${variable}`;
}

/** The names of several keys; `undefined` where there is one, or where headers of the host bring another. */
export function keyNamesOf({ apiKey, headers }: KeySource): readonly string[] | undefined {
  return typeof apiKey === 'object' && !namesKey(headers) ? apiKey.keyNames : undefined;
}
