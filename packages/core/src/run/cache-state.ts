import type { CachePart } from '../call/cache-options.ts';
import type { OutsideStanding } from '../limit/outside-breaker.ts';
import type { Settings } from './settings.ts';

/** How something that answers from before stand on is doing. */
export interface CacheState extends OutsideStanding {
  /** `store`: where answers are kept. `embed`: what makes vectors of texts. */
  readonly part: CachePart;
}

/** How the store of answers stands, and what embeds texts where that is used; none where no answers are kept. */
export function cacheStates({ cache }: Pick<Settings, 'cache'>): readonly CacheState[] {
  if (cache === undefined) return [];
  const parts: readonly CachePart[] = cache.semantic === undefined ? ['store'] : ['store', 'embed'];
  return parts.map((part) => ({ part, ...cache.breakers[part].standing }));
}
