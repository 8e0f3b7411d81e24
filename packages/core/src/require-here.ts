import { OverseerError } from './errors/overseer-error.ts';
import { leftFor } from './journal/left-for.ts';
import type { StateStore } from './spec/store.ts';

/**
 * Refuses a project that left for another store, so that it is never worked twice: the last word of its journal says so, as nobody
 * writes anything behind that but whoever recalls or receives it. Throws `OverseerError` `project.away`.
 */
export async function requireHere(store: StateStore, stream: string): Promise<void> {
  const left = await leftFor(store, stream);
  if (left === undefined) return;
  const { away, offered } = left;
  const { to, because } = offered.data;
  const whom = to === undefined ? away.receiver : `${to} (${away.receiver})`;
  throw new OverseerError(
    'project.away',
    `${stream} of ${store.name} left for ${whom} at ${new Date(offered.at).toISOString()} (${because}): work on it there. Its receipt ends the handoff here (closeHandoff, or "overseer close-handoff"); where nobody ever took it, recallHandoff, or "overseer recall-handoff", lets it go on here.`,
  );
}
