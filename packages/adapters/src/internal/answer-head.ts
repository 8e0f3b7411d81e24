import { type HeaderReader, rateLimit, requestIdOf } from '@overseer/core/plugin';
import type { ModelEvent, ModelWarning } from '@overseer/core/spec';

/** What is known before a good answer begins: what its head says, and what of the request was left out; `undefined` where that is nothing. */
export function answerHead(
  headers: HeaderReader,
  warnings: readonly ModelWarning[],
): ModelEvent | undefined {
  const rate = rateLimit(headers, Date.now());
  const requestId = requestIdOf(headers);
  if (rate === undefined && requestId === undefined && warnings.length === 0) return undefined;
  return {
    type: 'meta',
    ...(rate === undefined ? {} : { rate }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(warnings.length === 0 ? {} : { warnings }),
  };
}
