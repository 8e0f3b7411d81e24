import type { Wire } from '../wire.ts';

/** How Ollama words errors: one sentence. It sends neither request ids nor limits; `retry-after` comes from what may stand before it. */
export const ollamaWire: Wire = {
  error: ({ message }) => ({ error: message }),
  noModel: (id) => ({ status: 404, message: `model '${id}' not found` }),
  tooLong: () => ({ status: 400, message: 'the input length exceeds the context length' }),
  breakdown: { status: 500, message: 'llama runner process has terminated: exit status 2' },
  idHeaders: () => ({}),
  rateHeaders: () => ({}),
  retryHeaders: (ms) => ({ 'retry-after': String(Math.ceil(ms / 1000)) }),
};
