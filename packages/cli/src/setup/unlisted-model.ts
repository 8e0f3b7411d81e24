import { isSameModel, ModelNotFoundError, noSuchModel } from '@overseer/core/plugin';
import type { ModelInfo } from '@overseer/core/spec';

/**
 * The refusal of a model that its server does not list; `undefined` where it does, or where it lists nothing. LM Studio
 * takes exactly what it lists. Another server may list a model with its version, tag or maker (`name-20260101`,
 * `name:latest`, `maker/name`), and may take names that it does not list: `isSentAsItIs` says that this is one. Pure.
 */
export function unlistedModel(
  { id, provider }: Pick<ModelInfo, 'id' | 'provider'>,
  listed: readonly string[],
  isSentAsItIs: boolean,
): ModelNotFoundError | undefined {
  if (listed.length === 0) return undefined;
  if (provider === 'lmstudio') {
    return id === 'default' || listed.includes(id) ? undefined : refusal(id, listed, '');
  }
  if (isSentAsItIs || listed.some((one) => isSameModel(id, one))) return undefined;
  const asItIs = `${provider === 'openai-compatible' ? 'server' : provider}:${id}`;
  return refusal(id, listed, ` To send a name that it takes without listing it, write ${asItIs}.`);
}

function refusal(id: string, listed: readonly string[], advice: string): ModelNotFoundError {
  const { message } = noSuchModel(id, listed);
  return new ModelNotFoundError(`${message.replace(/^the /, 'The ')}.${advice}`, listed);
}
