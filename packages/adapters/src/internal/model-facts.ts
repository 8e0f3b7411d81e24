import { defined } from '@overseer/core/plugin';
import type { ModelCapabilities, ModelInfo, Price } from '@overseer/core/spec';
import { type KeySource, keyIdOf, keyNamesOf } from './key-id.ts';
import { requireKey, requireName } from './require-option.ts';

/** What a host may say about a model, since few servers tell. Whatever is left out stays unknown. */
export interface ModelFacts {
  /** Tokens of input and output together. */
  readonly contextWindow?: number;
  /** Most output tokens of one answer. */
  readonly maxOutput?: number;
  readonly can?: Partial<ModelCapabilities>;
  /** US dollars per million tokens. */
  readonly price?: Price;
  /** Runs on this host or its network. */
  readonly local?: boolean;
}

/** What is known of a model: the adapter's own knowledge, and over it what the host says; `place` is where it is called. Throws `ConfigError` for a name or a key that is none. */
export function modelInfo(
  id: string,
  provider: string,
  facts: ModelFacts,
  place: KeySource & { readonly baseURL?: string },
): ModelInfo {
  requireName(provider, id);
  const { contextWindow, maxOutput, price, local } = facts;
  const server = place.baseURL === undefined ? undefined : URL.parse(place.baseURL)?.origin;
  requireKey(place.apiKey);
  const keyId = keyIdOf(place);
  const keyNames = keyNamesOf(place);
  return {
    id,
    provider,
    can: {
      tools: 'unknown',
      json: 'unknown',
      reasoning: 'unknown',
      image: 'unknown',
      ...facts.can,
    },
    ...defined({ contextWindow, maxOutput, price, local, server, keyId, keyNames }),
  };
}
