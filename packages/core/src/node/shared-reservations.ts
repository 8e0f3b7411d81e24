import { systemClock } from '../internal/clock.ts';
import { sleep } from '../internal/sleep.ts';
import type { OpenReservations, ReservationStore } from '../spec/reservation-store.ts';

/** How long the leaving of a member is waited for, in ms; what is not over by then is seen to when the store itself is closed. */
const FAREWELL_MS = 2_000;

/**
 * Shared limits as each of several overseers opens them that have one store together: closing them lets the members leave that joined by them, and
 * nothing else. Of a store whose members cannot leave one by one each overseer opens its own.
 */
export function sharedReservations(
  store: ReservationStore,
  open: OpenReservations,
): OpenReservations {
  return store.leave === undefined ? open : async () => viewOf(store);
}

function viewOf(store: ReservationStore): ReservationStore {
  const members: string[] = [];
  let closing: Promise<void> | undefined;
  return {
    spec: store.spec,
    name: store.name,
    capabilities: store.capabilities,
    join: async (member, nowMs) => {
      const answer = await store.join(member, nowMs);
      if (answer.kind === 'joined') members.push(member.id);
      return answer;
    },
    reserve: (request) => store.reserve(request),
    settle: (id, amounts) => store.settle(id, amounts),
    vacate: (id, member) => store.vacate(id, member),
    renew: (member, nowMs) => store.renew(member, nowMs),
    close: () => {
      closing ??= leave(store, members);
      return closing;
    },
  };
}

/** Never rejects: a store that is away takes them for dead after a while. */
async function leave(store: ReservationStore, members: readonly string[]): Promise<void> {
  const left = members.map((member) => store.leave?.(member).catch(() => undefined));
  const stop = new AbortController();
  const late = sleep(FAREWELL_MS, systemClock, stop.signal).catch(() => undefined);
  await Promise.race([Promise.all(left), late]);
  stop.abort();
}
