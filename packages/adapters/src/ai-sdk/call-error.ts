import { type ModelError, toModelError } from '@overseer/core/plugin';

/** How the AI SDK tells its own errors from others, whichever copy of it made them. */
const MARKS = ['vercel.ai.error', 'vercel.ai.error.AI_APICallError'] as const;

/**
 * A failure of ours as the AI SDK knows failed calls (`APICallError`): status, headers and whether another try may help; our
 * own is its `cause`. An abort is thrown on as it is.
 */
export function callError(thrown: unknown, where: string, signal: AbortSignal): unknown {
  const failure = toModelError(thrown, signal, where);
  if (signal.aborted) return signal.reason ?? failure;
  const error = new Error(failure.message, { cause: failure });
  error.name = 'AI_APICallError';
  const { retryable, status } = failure;
  return Object.assign(error, {
    ...Object.fromEntries(MARKS.map((mark) => [Symbol.for(mark), true])),
    url: where,
    requestBodyValues: {},
    statusCode: status,
    responseHeaders: headersOf(failure),
    responseBody: undefined,
    isRetryable: retryable,
    data: { error: { message: failure.message, type: failure.kind } },
  });
}

function headersOf({ retryAfterMs, requestId }: ModelError): Record<string, string> {
  return {
    ...(retryAfterMs === undefined ? {} : { 'retry-after-ms': String(retryAfterMs) }),
    ...(requestId === undefined ? {} : { 'x-request-id': requestId }),
  };
}
