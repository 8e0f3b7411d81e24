import { defined, type ModelError, ModelNotFoundError, nearest } from '@overseer/core/plugin';
import type { ListedModel } from '@overseer/core/spec';

const SHOWN = 20;

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

/** The error for a name that a server does not have. */
export function noSuchModel(
  asked: string,
  names: readonly string[],
  refusal?: ModelError,
): ModelNotFoundError {
  const near = nearest(asked, names);
  const hint = near === undefined ? '' : `did you mean ${JSON.stringify(near)}? `;
  const message = `the server has no model ${JSON.stringify(asked)}; ${hint}${listed(names)}`;
  return new ModelNotFoundError(message, names, {
    cause: refusal,
    ...defined({
      status: refusal?.status,
      providerCode: refusal?.providerCode,
      requestId: refusal?.requestId,
      rate: refusal?.rate,
    }),
  });
}

/** The first names, since some providers have hundreds; `availableModels` has them all. */
function listed(names: readonly string[]): string {
  if (names.length === 0) return 'it has none';
  const more = names.length - SHOWN;
  return `it has ${names.slice(0, SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
