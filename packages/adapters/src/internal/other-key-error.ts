import { defined, ModelError } from '@overseer/core/plugin';

/** The same refusal, where the next call goes out with another key: without what the provider said of the limits of this one. */
export function otherKeyError(error: ModelError, source: string): ModelError {
  const { kind, message, cause, status, providerCode, requestId } = error;
  const next = `${message}. The next call goes out with another key of ${source}`;
  return new ModelError(kind, next, {
    otherKey: true,
    retryable: true,
    ...defined({ cause, status, providerCode, requestId }),
  });
}
