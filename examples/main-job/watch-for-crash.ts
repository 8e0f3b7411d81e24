import type { Overseer } from '@overseer/core';

/** Kills this process with -9 once `after` attempts have begun to answer while at least two calls are in flight. */
export function watchForCrash(overseer: Overseer, after: number): void {
  const begun = new Set<string>();
  overseer.onLive(({ attempt, event }) => {
    if (event.type !== 'delta') return;
    begun.add(attempt);
    const inFlight = overseer.models().reduce((sum, { running }) => sum + running, 0);
    if (begun.size >= after && inFlight >= 2) process.kill(process.pid, 'SIGKILL');
  });
}
