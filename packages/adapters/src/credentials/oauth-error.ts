import { OverseerError } from '@overseer/core/plugin';
import * as oauth from 'oauth4webapi';

/** What a failed exchange with an authorisation server means, in a sentence without anything that it sent but its error code. */
export function oauthError(error: unknown, what: string): OverseerError {
  if (OverseerError.is(error)) return error;
  const code = serverCode(error);
  if (code === 'invalid_grant' || code === 'access_denied' || code === 'expired_token') {
    return loginNeeded(`${what} (${code})`);
  }
  const { why, retryable } = reasonOf(error, code);
  return new OverseerError('credentials.server', `${what}: ${why}`, { retryable });
}

/** A person has to sign in. */
export function loginNeeded(what: string): OverseerError {
  return new OverseerError('credentials.login', `${what}; sign in again`);
}

/** The `error` of a refusal, where it is a word. */
export function serverCode(error: unknown): string | undefined {
  const isTold =
    error instanceof oauth.ResponseBodyError || error instanceof oauth.AuthorizationResponseError;
  if (!isTold) return undefined;
  return /^[a-z_]{1,40}$/.test(error.error) ? error.error : 'an error';
}

function reasonOf(
  error: unknown,
  code: string | undefined,
): { readonly why: string; readonly retryable: boolean } {
  if (code !== undefined)
    return {
      why: `the server answered ${code}`,
      retryable: code === 'temporarily_unavailable' || code === 'server_error',
    };
  if (error instanceof oauth.WWWAuthenticateChallengeError) {
    return {
      why: 'it refused the client (invalid_client); check its id and secret',
      retryable: false,
    };
  }
  const isOurs =
    error instanceof oauth.OperationProcessingError ||
    error instanceof oauth.UnsupportedOperationError;
  const known = isOurs ? REASONS.get(String(error.code)) : undefined;
  if (known !== undefined) return { why: known, retryable: false };
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof Response) {
    const { status } = cause;
    return { why: `it answered with status ${status}`, retryable: status >= 500 || status === 429 };
  }
  return isOurs
    ? { why: 'its answer is not what such a server sends', retryable: false }
    : { why: 'it cannot be reached', retryable: true };
}

const REASONS: ReadonlyMap<string, string> = new Map([
  [oauth.RESPONSE_IS_NOT_JSON, 'it answered with something that is no JSON'],
  [oauth.PARSE_ERROR, 'it answered with something that is no JSON'],
  [oauth.JSON_ATTRIBUTE_COMPARISON, 'it says that it is another issuer'],
  [oauth.MISSING_SERVER_METADATA, 'it does not offer this way to sign in'],
]);
