import type { TokenCount } from '@overseer/core/spec';

/** A count of a provider, or of a model's server. */
export function byProvider(tokens: number): TokenCount {
  return { tokens, source: 'provider', within: 0 };
}
