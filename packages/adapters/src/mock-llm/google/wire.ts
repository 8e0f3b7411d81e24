import type { Failure, Wire } from '../wire.ts';

/**
 * How Google words errors, in the form of `google.rpc.Status`. It has no headers for limits: when to come back stands in the
 * body, as a `RetryInfo`.
 */
export const googleWire: Wire = {
  error: (failure) => ({
    error: {
      code: failure.status,
      message: failure.message,
      status: failure.code ?? statusOf(failure.status),
      ...detailsOf(failure),
    },
  }),
  noModel: (id) => ({
    status: 404,
    message: `models/${id} is not found for API version v1beta, or is not supported for generateContent. Call ListModels to see the list of available models and their supported methods.`,
  }),
  tooLong: (tokens, window) => ({
    status: 400,
    message: `The input token count (${tokens}) exceeds the maximum number of tokens allowed (${window}).`,
  }),
  breakdown: { status: 503, message: 'The model is overloaded. Please try again later.' },
  idHeaders: () => ({ server: 'scaffolding on HTTPServer2', vary: 'Origin, X-Origin, Referer' }),
  rateHeaders: () => ({}),
  retryHeaders: () => ({}),
};

function statusOf(status: number): string {
  return STATUSES.get(status) ?? (status >= 500 ? 'INTERNAL' : 'INVALID_ARGUMENT');
}

const STATUSES: ReadonlyMap<number, string> = new Map([
  [401, 'UNAUTHENTICATED'],
  [403, 'PERMISSION_DENIED'],
  [404, 'NOT_FOUND'],
  [409, 'ABORTED'],
  [429, 'RESOURCE_EXHAUSTED'],
  [501, 'UNIMPLEMENTED'],
  [503, 'UNAVAILABLE'],
  [504, 'DEADLINE_EXCEEDED'],
]);

function detailsOf({ retryAfterMs }: Failure): object {
  if (retryAfterMs === undefined) return {};
  const retryDelay = `${retryAfterMs / 1000}s`;
  return { details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay }] };
}
