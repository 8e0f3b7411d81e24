import type { Wire } from '../wire.ts';

/** How Cohere words errors: a message alone, and the same id that a header tells. Only trial keys see a limit in headers. */
export const cohereWire: Wire = {
  error: ({ message }, requestId) => ({ id: requestId, message }),
  noModel: (id) => ({
    status: 404,
    message: `model '${id}' not found, make sure the correct model ID was used and that you have access to the model.`,
  }),
  tooLong: (tokens, window) => ({
    status: 400,
    message: `too many tokens: size limit exceeded by ${tokens - window} tokens. Try using shorter or fewer inputs. The limit for this model is ${window} tokens.`,
  }),
  breakdown: { status: 500, message: 'internal server error' },
  idHeaders: (requestId) => ({ 'x-debug-trace-id': requestId }),
  rateHeaders: ({ limit, remaining }) => ({
    'x-trial-endpoint-call-limit': String(limit),
    'x-trial-endpoint-call-remaining': String(remaining),
  }),
  retryHeaders: (ms) => ({ 'retry-after': String(Math.ceil(ms / 1000)) }),
};
