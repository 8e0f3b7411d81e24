import { modelRefusal } from '@overseer/core/plugin';

/** A count of tokens as a server told it. Throws `ModelError` (`protocol`) where that is no number of tokens. */
export function toldCount(count: unknown, where: string): number {
  if (typeof count === 'number' && Number.isInteger(count) && count >= 0) return count;
  throw modelRefusal({ where, body: { message: 'the server counted no tokens' } });
}
