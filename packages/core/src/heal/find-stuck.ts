import type { Healing } from './healing-options.ts';

/** What is known of something that should get on. */
export interface Watched {
  /** When it last was heard of, epoch ms. */
  readonly heardAt: number;
  /** What a call of its kind takes by past ones, in ms; `undefined` where none is known. */
  readonly typicalMs: number | undefined;
  /** How long what is under way may take by its own word, in ms: a tool, a check. */
  readonly allowedMs: number;
}

/** A while that its own bound is given on top, so that whoever set it acts first. */
const GRACE_MS = 60_000;

/**
 * When something that is not heard of counts as stuck, epoch ms: after the longest of `stuckMs`, of `stuckFactor` times
 * what its kind takes, and of what it may take by its own word. Pure.
 */
export function stuckAt(
  { heardAt, typicalMs = 0, allowedMs }: Watched,
  { stuckMs, stuckFactor }: Pick<Healing, 'stuckMs' | 'stuckFactor'>,
): number {
  const ownMs = allowedMs > 0 ? allowedMs + GRACE_MS : 0;
  return heardAt + Math.max(stuckMs, stuckFactor * typicalMs, ownMs);
}
