import type { CachePart } from '../call/cache-options.ts';
import type { Settings } from './settings.ts';

/** How something that answers from before stand on is doing. */
export interface CacheState {
  /** `store`: where answers are kept. `embed`: what makes vectors of texts. */
  readonly part: 'store' | 'embed';
  /** `open`: left alone after failures. `probing`: one lookup is trying it. */
  readonly state: 'closed' | 'open' | 'probing';
  /** Failures in a row. */
  readonly failures: number;
  /** Why it is left alone; `undefined` while it is not. */
  readonly why: string | undefined;
  /** When the next lookup may try it, epoch ms; `undefined` unless it is open. */
  readonly untilAt: number | undefined;
}

/** How the store of answers stands, and what embeds texts where that is used; none where no answers are kept. */
export function cacheStates({ cache }: Pick<Settings, 'cache'>): readonly CacheState[] {
  if (cache === undefined) return [];
  const parts: readonly CachePart[] = cache.semantic === undefined ? ['store'] : ['store', 'embed'];
  return parts.map((part) => ({ part, ...cache.breakers[part].standing }));
}
