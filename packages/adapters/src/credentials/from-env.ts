import { OverseerError } from '@overseer/core/plugin';
import type { Credential, Credentials } from '@overseer/core/spec';
import { keyIdOf } from '../internal/key-id.ts';

/**
 * A key in a variable of the environment: the first of these that is not empty, read at each call, so that a change of
 * `process.env` is a change of the key. Asking throws `OverseerError` `credentials.missing` where all are empty.
 */
export function fromEnv(variable: string, ...others: readonly string[]): Credentials {
  const variables = [variable, ...others];
  return {
    spec: 'credentials/1',
    name: `the environment (${variables.join(', ')})`,
    keyId: variables.map((name) => `$${name}`).join(' '),
    get: async () => {
      const token = read(variables);
      if (token !== undefined) return credentialOf(token);
      const set = variables.join(' or ');
      const what = `there is no API key; set ${set}, or pass apiKey`;
      throw new OverseerError('credentials.missing', what);
    },
    settle: ({ token }, { kind }) => {
      const now = read(variables);
      return kind === 'refused' && now !== undefined && now !== token;
    },
  };
}

function read(variables: readonly string[]): string | undefined {
  // What is copied out of a file often brings its line end along, which no header can hold.
  return variables
    .map((name) => process.env[name]?.trim())
    .find((value) => value !== undefined && value !== '');
}

function credentialOf(token: string): Credential {
  return { token, keyId: keyIdOf({ apiKey: token }) ?? '' };
}
