import {
  type ModelError,
  ModelNotFoundError,
  noSuchModel,
  unlessAborted,
} from '@overseer/core/plugin';
import type { CallContext, ListedModel } from '@overseer/core/spec';

/** How long a list may keep a refusal from being told, in ms. */
const LIST_MS = 5_000;

/**
 * Turns a refusal of kind `not-found` into one that names the models there are and the nearest to the name that was
 * asked; any other error, or one whose server cannot list, stays as it is.
 */
export async function withAvailableModels(
  error: ModelError,
  asked: string,
  ctx: CallContext,
  list: (ctx: CallContext) => Promise<readonly ListedModel[]>,
): Promise<ModelError> {
  if (error.kind !== 'not-found' || error instanceof ModelNotFoundError) return error;
  try {
    const signal = AbortSignal.any([ctx.signal, AbortSignal.timeout(LIST_MS)]);
    const listed = await unlessAborted(signal, list({ ...ctx, signal }));
    const names = listed.map(({ id }) => id);
    return noSuchModel(asked, names, error);
  } catch {
    // The list is a kindness: without it the server's own refusal is the whole truth.
    return error;
  }
}
