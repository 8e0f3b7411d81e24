import { type ModelError, ModelNotFoundError, noSuchModel } from '@overseer/core/plugin';
import type { ListedModel } from '@overseer/core/spec';

/**
 * Turns a refusal of kind `not-found` into one that names the models there are and the nearest to the name that was
 * asked; any other error, or one whose server cannot list, stays as it is.
 */
export async function withAvailableModels(
  error: ModelError,
  asked: string,
  list: () => Promise<readonly ListedModel[]>,
): Promise<ModelError> {
  if (error.kind !== 'not-found' || error instanceof ModelNotFoundError) return error;
  try {
    const names = (await list()).map(({ id }) => id);
    return noSuchModel(asked, names, error);
  } catch {
    // The list is a kindness: without it the server's own refusal is the whole truth.
    return error;
  }
}
