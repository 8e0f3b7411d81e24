import type { Clock } from './internal/clock.ts';
import type { Overseer } from './overseer.ts';

/** Until when every model of a team that has work is used up, epoch ms, where that is longer than `exhaustedMs` from now. */
export function exhaustedUntil(
  overseer: Overseer,
  exhaustedMs: number | undefined,
  clock: Clock,
): number | undefined {
  if (exhaustedMs === undefined || overseer.unfinished().length === 0) return undefined;
  const times = overseer.models().map(({ work: { state, code, untilAt }, breaker }) => {
    // What waits to try one call again takes others.
    const isUsedUp = state === 'waiting' && (code === 'limit' || breaker.state === 'open');
    return isUsedUp || state === 'error' ? untilAt : undefined;
  });
  const first = Math.min(...times.map((untilAt) => untilAt ?? Number.NEGATIVE_INFINITY));
  return first > clock.now() + exhaustedMs ? first : undefined;
}
