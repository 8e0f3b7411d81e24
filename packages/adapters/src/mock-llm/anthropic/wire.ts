import type { Anthropic } from '@anthropic-ai/sdk';
import type { WindowAdmission } from '../window-limiter.ts';
import type { Headers, Wire } from '../wire.ts';

/** How Anthropic words errors, and its `anthropic-ratelimit-*` headers, whose resets are moments in RFC 3339. */
export const anthropicWire: Wire = {
  error: ({ status, message, code }, requestId) => ({
    type: 'error',
    error: {
      type: TYPES.get(status) ?? (status >= 500 ? 'api_error' : 'invalid_request_error'),
      message,
      ...(code === undefined ? {} : { details: { error_code: code } }),
    },
    request_id: requestId,
  }),
  noModel: (id) => ({ status: 404, message: `model: ${id}` }),
  tooLong: (tokens, window) => ({
    status: 400,
    message: `prompt is too long: ${tokens} tokens > ${window} maximum`,
  }),
  breakdown: { status: 529, message: 'Overloaded' },
  idHeaders: (requestId) => ({ 'request-id': requestId, 'anthropic-organization-id': 'org_mock' }),
  rateHeaders: (window) => ({
    'anthropic-ratelimit-requests-limit': String(window.limit),
    'anthropic-ratelimit-requests-remaining': String(window.remaining),
    'anthropic-ratelimit-requests-reset': new Date(window.at + window.resetMs).toISOString(),
    ...(window.tokens === undefined
      ? {}
      : {
          // The general ones tell of the limit that is nearest, and there is one alone.
          ...tokenHeaders('tokens', window.at, window.tokens),
          ...tokenHeaders('input-tokens', window.at, window.tokens),
        }),
  }),
  retryHeaders: (ms) => ({ 'retry-after': String(Math.ceil(ms / 1000)) }),
};

function tokenHeaders(
  name: string,
  at: number,
  { limit, remaining, resetMs }: NonNullable<WindowAdmission['tokens']>,
): Headers {
  return {
    [`anthropic-ratelimit-${name}-limit`]: String(limit),
    [`anthropic-ratelimit-${name}-remaining`]: String(remaining),
    [`anthropic-ratelimit-${name}-reset`]: new Date(at + resetMs).toISOString(),
  };
}

const TYPES: ReadonlyMap<number, Anthropic.ErrorType | 'request_too_large'> = new Map([
  [400, 'invalid_request_error'],
  [401, 'authentication_error'],
  [402, 'billing_error'],
  [403, 'permission_error'],
  [404, 'not_found_error'],
  [409, 'conflict_error'],
  [413, 'request_too_large'],
  [429, 'rate_limit_error'],
  [500, 'api_error'],
  [504, 'timeout_error'],
  [529, 'overloaded_error'],
]);
