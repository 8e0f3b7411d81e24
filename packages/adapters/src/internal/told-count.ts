import { modelRefusal } from '@overseer/core/plugin';
import type { TokenCount } from '@overseer/core/spec';

/** A count of a provider, or of a model's server, which may be less than the truth by a `share` of it. Throws `ModelError` (`protocol`) where that is no number of tokens. */
export function toldCount(count: unknown, where: string, share = 0): TokenCount {
  if (typeof count === 'number' && Number.isInteger(count) && count >= 0) {
    return { tokens: count, source: 'provider', within: Math.ceil(count * share) };
  }
  throw modelRefusal({ where, body: { message: 'the server counted no tokens' } });
}
