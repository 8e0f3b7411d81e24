import { openaiWire } from '../openai/wire.ts';
import type { Wire } from '../wire.ts';

/** How LM Studio's own API words errors. It sends neither request ids nor limits. */
export const lmstudioWire: Wire = {
  ...openaiWire,
  error: ({ status, message, code, param }) => ({
    error: {
      type:
        status === 404 ? 'model_not_found' : status >= 500 ? 'internal_error' : 'invalid_request',
      message,
      ...(code === undefined ? {} : { code }),
      ...(param === undefined ? {} : { param }),
    },
  }),
  noModel: (id) => ({
    status: 404,
    message: `Model ${id} not found in downloaded models.`,
    param: 'model',
  }),
  idHeaders: () => ({}),
};
