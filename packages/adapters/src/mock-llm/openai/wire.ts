import type { Failure, Wire } from '../wire.ts';

/** How OpenAI words errors, and its `x-ratelimit-*` headers, whose resets are durations such as `6m0s` and `12ms`. */
export const openaiWire: Wire = {
  error: ({ status, message, code, param, exceeded }) => ({
    error: {
      message,
      type: code === 'insufficient_quota' ? code : errorType(status, exceeded),
      param: param ?? null,
      code: code ?? CODES.get(status) ?? null,
    },
  }),
  noModel: (id) => ({
    status: 404,
    message: `The model \`${id}\` does not exist or you do not have access to it.`,
  }),
  tooLong: (tokens, window) => ({
    status: 400,
    code: 'context_length_exceeded',
    param: 'messages',
    message: `This model's maximum context length is ${window} tokens, and the request has ${tokens}.`,
  }),
  breakdown: { status: 500, message: 'The server had an error while answering the request.' },
  idHeaders: (requestId) => ({
    'x-request-id': requestId,
    'openai-processing-ms': '1',
    'openai-version': '2020-10-01',
  }),
  rateHeaders: (window) => ({
    'x-ratelimit-limit-requests': String(window.limit),
    'x-ratelimit-remaining-requests': String(window.remaining),
    'x-ratelimit-reset-requests': durationText(window.resetMs),
    ...(window.tokens === undefined
      ? {}
      : {
          'x-ratelimit-limit-tokens': String(window.tokens.limit),
          'x-ratelimit-remaining-tokens': String(window.tokens.remaining),
          'x-ratelimit-reset-tokens': durationText(window.tokens.resetMs),
        }),
  }),
  retryHeaders: (ms) => ({
    'retry-after': String(Math.ceil(ms / 1000)),
    'retry-after-ms': String(Math.ceil(ms)),
  }),
};

/** A duration as OpenAI's headers write it: milliseconds below a second, else hours, minutes and seconds. */
function durationText(ms: number): string {
  if (ms < 1000) return `${Math.ceil(ms)}ms`;
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor(ms / 60_000) % 60;
  const seconds = `${Math.ceil(ms % 60_000) / 1000}s`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}

const CODES: ReadonlyMap<number, string> = new Map([
  [401, 'invalid_api_key'],
  [404, 'model_not_found'],
  [429, 'rate_limit_exceeded'],
]);

function errorType(status: number, exceeded: Failure['exceeded'] = 'requests'): string {
  if (status === 429) return exceeded;
  return status >= 500 ? 'server_error' : 'invalid_request_error';
}
