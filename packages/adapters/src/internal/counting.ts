import { requireCall, toModelError } from '@overseer/core/plugin';
import type { Model } from '@overseer/core/spec';

/** How a model's tokens are counted. */
export type CountTokens = NonNullable<Model['countTokens']>;

/** The same, but a request that is none is refused before anybody is asked, as a call's is. It throws `ModelError` and nothing else. */
export function counting(where: string, count: CountTokens): CountTokens {
  return async (request, ctx) => {
    requireCall(request, ctx, where);
    try {
      return await count(request, ctx);
    } catch (error) {
      throw toModelError(error, ctx.signal, where);
    }
  };
}
