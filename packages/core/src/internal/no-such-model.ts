import { type ModelError, ModelNotFoundError } from '../errors/model-error.ts';
import { defined } from './defined.ts';
import { nearestModel } from './nearest-model.ts';

/** Most names in the sentence, since some providers have hundreds. */
const SHOWN = 20;

/**
 * The error for a name that a server does not have: it says the nearest and the first of those that there are, and
 * `availableModels` has them all. What the server's own refusal told is kept.
 */
export function noSuchModel(
  asked: string,
  names: readonly string[],
  refusal?: ModelError,
): ModelNotFoundError {
  const near = nearestModel(asked, names);
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

function listed(names: readonly string[]): string {
  if (names.length === 0) return 'it has none';
  const more = names.length - SHOWN;
  return `it has ${names.slice(0, SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
